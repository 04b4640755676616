import { CI_CONFIG } from '../../src/answers/forms/ci-config.ts'
import { LIBRARY } from '../../src/answers/forms/library.ts'
import { push } from '../../src/rehearsal/circleci/people.ts'
import { inhabit } from '../../src/rehearsal/inhabit.ts'
import type { Rehearsal } from '../../src/rehearsal/server.ts'
import { emptyWorld, type World } from '../../src/rehearsal/world.ts'
import { git } from './checkout.ts'

const GOOGLE_APIS = [
  'CLOUDRESOURCEMANAGER',
  'CLOUDBILLING',
  'SERVICEUSAGE',
  'IAM',
  'IAMCREDENTIALS',
  'ORGPOLICY',
  'ARTIFACTREGISTRY',
  'STORAGE',
]

/** Where gcloud finds the simulated Google; with a slash behind, since it takes no other (facts/google.md 5). */
export const googleEndpoints = (origin: string): Record<string, string> =>
  Object.fromEntries(GOOGLE_APIS.map(api => [`CLOUDSDK_API_ENDPOINT_OVERRIDES_${api}`, `${origin}/`]))

/** Where every vendor is found, at one address. */
export const hostsAt = (origin: string): Record<string, string> => ({
  HEROKU_HOST: origin,
  DOCKERHUB_HOST: origin,
  DOCKERHUB_AUTH_HOST: origin,
  CIRCLE_HOST: origin,
  ...googleEndpoints(origin),
})

/** How each vendor is found and signed in to. The one place where a vendor is added to the tests of the whole program. */
const ENVIRONMENT: Readonly<
  Record<keyof Rehearsal['origins'], (origin: string, world: World, bot: string) => NodeJS.ProcessEnv>
> = {
  heroku: (origin, { heroku }) => ({ HEROKU_HOST: origin, HEROKU_API_KEY: heroku.authorizations[0]?.token }),
  'docker-hub': (origin, { dockerHub }, bot) => ({
    DOCKERHUB_HOST: origin,
    DOCKERHUB_AUTH_HOST: origin,
    DOCKERHUB_ADMIN_USER: dockerHub.users[0]?.username,
    DOCKERHUB_ADMIN_PASSWORD: dockerHub.users[0]?.password,
    ...botIn(dockerHub, bot),
  }),
  circleci: (origin, { circleci }) => ({ CIRCLE_HOST: origin, CIRCLE_TOKEN: circleci.users[0]?.tokens[0]?.token }),
  google: (origin, { google }) => ({
    CLOUDSDK_AUTH_ACCESS_TOKEN: google.users[0]?.tokens[0]?.token,
    ...googleEndpoints(origin),
  }),
}

/** What is known of the bot, where it has signed up. */
function botIn({ users }: World['dockerHub'], name: string): NodeJS.ProcessEnv {
  const bot = users.find(({ username }) => username === name)
  return bot === undefined ? {} : { DOCKERHUB_BOT_USER: bot.username, DOCKERHUB_BOT_PASSWORD: bot.password }
}

/** As the answers propose it for the usual project. */
export const BOT = 'pennocktechcibot'

/** The environment of a person who is signed in everywhere, where the vendors are the simulated ones. */
export function signedIn({ origins, world }: Rehearsal, bot = BOT): Record<string, string> {
  const vendors = Object.keys(origins) as (keyof Rehearsal['origins'])[]
  const all = Object.assign({}, ...vendors.map(vendor => ENVIRONMENT[vendor](origins[vendor], world, bot)))
  return Object.fromEntries(Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined))
}

/** Made anew, since tests push to it. */
const nothingPushed = () => ({ revision: '0'.repeat(40), config: null, skipCi: false })

/** CI hears of what a checkout's origin has on the default branch, as the webhook tells it. */
export function tellCi({ world }: Rehearsal, checkout: string): void {
  const [repository] = world.circleci.repositories
  if (!repository) return
  const { defaultBranch: branch, branches } = repository
  const revision = git(checkout, 'ls-remote', 'origin', `refs/heads/${branch}`).split('\t')[0] ?? ''
  if (branches[branch]?.revision === revision) return
  const textOf = (file: string) =>
    git(checkout, 'ls-tree', '--name-only', revision, file) ? git(checkout, 'show', `${revision}:${file}`) : null
  const config = textOf(CI_CONFIG)
  const library = textOf(LIBRARY)
  const commit = { revision, config, ...(library !== null && { library }), skipCi: false }
  push(world, { slug: repository.slug, branch, ...commit }, new Date())
}

/** What the tokens of a test's world follow from: sweeps know them by that. */
export const SEED = 'rehearsal'

/** An empty world in which CI and Google are as quick as a test wants them. */
export function quickWorld(now = new Date()): World {
  const world = emptyWorld(now, SEED)
  Object.assign(world.circleci.rules, { followBuildDelayMs: 20, workflowDelayMs: 10, jobSeconds: 0.05 })
  Object.assign(world.google.rules, { propagationMs: 20, newAccountMs: 10, activationMs: 10, operationMs: 10 })
  return world
}

/**
 * An empty world in which the person has what a project's owner has. Its images go into an organization, or where it
 * is personal, into a free account.
 */
export function ownersWorld({
  project = 'PennockTech/dummyapp',
  now = new Date(),
  isPersonal = false,
}: {
  readonly project?: string | undefined
  readonly now?: Date
  readonly isPersonal?: boolean
} = {}): World {
  const world = quickWorld(now)
  const branches = { main: nothingPushed() }
  const [owner = ''] = project.toLowerCase().split('/')
  const dockerNamespace = owner.replace(/[^a-z\d]/g, '')
  inhabit(world, { circleProject: `gh/${project}`, defaultBranch: 'main', branches, dockerNamespace, isPersonal }, now)
  return world
}
