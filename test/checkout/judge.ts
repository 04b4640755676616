import { parse } from 'yaml'
import { CI_CONFIG } from '../../src/answers/forms/ci-config.ts'
import { runCi } from '../../src/rehearsal/circleci/ci.ts'
import type { World } from '../../src/rehearsal/world.ts'
import { git } from '../support/checkout.ts'
import { GOOGLE } from './methods.ts'
import { commitAndPush, type Walk } from './walk.ts'

/** What CI pushes of a commit, and where it does not, what it says. */
export interface Pushed {
  readonly registries: readonly string[]
  readonly said: readonly unknown[]
}

/** The images of CI in each registry: how they are taken away, and whether there are any. */
const REGISTRIES: Readonly<Record<string, Registry>> = {
  Heroku: {
    // The simulated CI leaves no image there, and says what it was let in to.
    empty: () => {},
    has: (_, { herokuApp }, said) =>
      said.includes(`[registry.heroku.com/${herokuApp}/web]`) && said.includes('"Pushed"'),
  },
  'Docker Hub': {
    empty: ({ dockerHub }, names) => Object.assign(hubRepository(dockerHub, names) ?? {}, { tags: [] }),
    has: ({ dockerHub }, names) => (hubRepository(dockerHub, names)?.tags.length ?? 0) > 0,
  },
  Google: {
    empty: ({ google }) => {
      for (const one of [...google.repositories, ...google.buckets]) one.images = []
    },
    has: ({ google }, { googleProject }) =>
      [...google.repositories, ...google.buckets].some(one => one.project === googleProject && one.images.length > 0),
  },
}

interface Registry {
  empty(world: World, names: Walk['answers']): void
  has(world: World, names: Walk['answers'], said: string): boolean
}

const hubRepository = ({ repositories }: World['dockerHub'], { dockerHubRepository }: Walk['answers']) =>
  repositories.find(({ namespace, name }) => `${namespace}/${name}` === dockerHubRepository)

/** The registries that CI has a job for, but for those of which the simulation says that it cannot know what a job pushes. */
export const meant = ({ answers, rehearsal }: Walk): readonly string[] => {
  const jobs = rehearsal.world.circleci.pipelines.at(-1)?.workflows.flatMap(one => one.jobs) ?? []
  const isNotKnown = (name: string) =>
    jobs.some(one => one.name === name && JSON.stringify(one.steps).includes('cannot know what this pushes'))
  const of = (registry: string, names: string | undefined) =>
    names === undefined || names.split(',').every(isNotKnown) ? [] : [registry]
  return [
    ...of('Heroku', answers.herokuJobs),
    ...of('Docker Hub', answers.dockerHubJobs),
    ...of('Google', answers.googleJobs),
  ]
}

/** Pushes one more commit, as somebody does who knows nothing of the set-up, and tells where its image arrives. */
export function pushedByCi({ rehearsal, checkout, answers }: Walk): Pushed {
  const { world } = rehearsal
  for (const { empty } of Object.values(REGISTRIES)) empty(world, answers)
  commitAndPush(rehearsal, checkout)
  // An hour on: the jobs take seconds, and no right that was given for a while helps any more.
  runCi(world, new Date(Date.now() + 3_600_000))
  const newest = world.circleci.pipelines.at(-1)
  const jobs = newest?.workflows.flatMap(workflow => workflow.jobs) ?? []
  const lines = JSON.stringify(jobs)
  return {
    registries: Object.keys(REGISTRIES).filter(name => REGISTRIES[name]?.has(world, answers, lines)),
    said: [
      ...(newest?.errors ?? []),
      ...jobs.flatMap(({ name, status, contexts, steps }) =>
        status === 'success' ? [] : [{ name, status, contexts, last: steps.at(-1) }],
      ),
    ],
  }
}

/** Whatever CI may do, as each vendor would tell its owner. */
export function rights({ rehearsal, answers }: Walk) {
  const { heroku, dockerHub, google, circleci } = rehearsal.world
  const { dockerHubBot, googleServiceAccountId } = answers
  const repository = hubRepository(dockerHub, answers)
  const bot = dockerHub.users.find(({ username }) => username === dockerHubBot)
  return {
    // The first is the person's own.
    heroku: heroku.authorizations.slice(1).map(({ scope, expiresAt }) => ({ scope, ends: expiresAt !== null })),
    teams: repository?.teams.map(({ permission }) => permission),
    collaborators: repository?.collaborators,
    botTokens: bot?.tokens.map(({ scope }): string => scope) ?? [],
    organizationTokens: dockerHub.organizations.flatMap(({ tokens }) =>
      tokens.map(({ resources, expiresAt }) => ({ resources, ends: expiresAt !== null })),
    ),
    google: bindingsOf(google, `${googleServiceAccountId}@`),
    keys: google.accounts.flatMap(({ keys }) => keys).length,
    speakAs: google.accounts.flatMap(({ policy }) => policy.bindings.map(({ role, members }) => ({ role, members }))),
    contexts: circleci.contexts
      .map(({ name, variables, restrictions }) => ({
        name,
        variables: variables.map(one => one.name).toSorted(),
        closedTo: restrictions.filter(({ type }) => type === 'project').map(({ value }) => value),
      }))
      .toSorted((one, other) => (one.name < other.name ? -1 : 1)),
  }
}

/** What they should be: nothing more than a push to the one image of each vendor, and to be asked for in this project alone. */
export function leastRights({ rehearsal, answers, method }: Walk): ReturnType<typeof rights> {
  const { circleci, google } = rehearsal.world
  const [project] = circleci.projects
  const { dockerHubBot, dockerHubRepository, herokuContext, googleContext, herokuTokenVariable } = answers
  const hasGoogle = answers.googleJobs !== undefined
  const isKeyless = method.google === 'keyless'
  const closedTo = [project?.id ?? 'no project']
  const [pool] = google.identityPools
  // CircleCI's token is mapped by the project that it is of.
  const principal = `principal://iam.googleapis.com/projects/${google.projects[0]?.number}/locations/global/workloadIdentityPools/${pool?.id}/subject/${project?.id}`
  const contexts = [
    { name: herokuContext, variables: ['DOCKERHUB_PASS', 'DOCKERHUB_USER', herokuTokenVariable].toSorted(), closedTo },
    ...(isKeyless || !hasGoogle ? [] : [{ name: googleContext, variables: ['GCLOUD_AUTH_ENCODED'], closedTo }]),
  ]
  return {
    heroku: [{ scope: ['read-protected', 'write-protected'], ends: true }],
    teams: method.dockerHub === 'bot-team' ? ['write'] : [],
    collaborators: method.dockerHub === 'personal' ? [dockerHubBot ?? ''] : [],
    botTokens: method.dockerHub === 'org-token' ? [] : ['repo:write'],
    organizationTokens:
      method.dockerHub === 'org-token'
        ? [{ resources: [{ type: 'TYPE_REPO', path: dockerHubRepository, scopes: ['scope-image-push'] }], ends: true }]
        : [],
    google: hasGoogle
      ? [{ place: method.google === 'bucket' ? 'buckets' : 'repositories', role: GOOGLE[method.google] }]
      : [],
    keys: isKeyless || !hasGoogle ? 0 : 1,
    speakAs: isKeyless && hasGoogle ? [{ role: 'roles/iam.workloadIdentityUser', members: [principal] }] : [],
    contexts: contexts.toSorted((one, other) => (one.name < other.name ? -1 : 1)),
  }
}

/** Every role that an account of CI's has anywhere. */
function bindingsOf(
  { organizations, folders, projects, repositories, buckets, accounts }: World['google'],
  who: string,
) {
  const places = { organizations, folders, projects, repositories, buckets, accounts }
  return Object.entries(places).flatMap(([place, all]) =>
    all.flatMap(({ policy }) =>
      policy.bindings
        .filter(({ members }) => members.some(member => member.includes(who)))
        .map(({ role, condition }) => ({ place, role, ...(condition && { condition }) })),
    ),
  )
}

/** The contexts that jobs of the published config name, and that nobody created for this project. */
export function strangeContexts({ checkout, rehearsal }: Walk): readonly string[] {
  const config = parse(git(checkout, 'show', `HEAD:${CI_CONFIG}`), { merge: true }) as {
    readonly workflows: Readonly<Record<string, { readonly jobs?: readonly unknown[] }>>
  }
  const uses = Object.values(config.workflows).flatMap(workflow => workflow?.jobs ?? [])
  const named = uses.flatMap(use => (typeof use === 'object' && use !== null ? Object.values(use) : []))
  const contexts = named.flatMap(({ context }: { readonly context?: string | readonly string[] }) => context ?? [])
  const ours = new Set(rehearsal.world.circleci.contexts.map(({ name }) => name))
  return contexts.filter(name => !ours.has(name))
}
