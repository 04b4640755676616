import { herokuFault } from '../../src/rehearsal/circleci/credentials.ts'
import { pushFault } from '../../src/rehearsal/circleci/docker.ts'
import { activated, googlePushFault, loggedInWithoutKey } from '../../src/rehearsal/circleci/gcloud.ts'
import { jobTokens } from '../../src/rehearsal/circleci/oidc.ts'
import type { Rehearsal } from '../../src/rehearsal/server.ts'
import type { World } from '../../src/rehearsal/world.ts'

type Values = Readonly<Record<string, string>>

/** What CI gets for each registry, and whether it may push there with it now. A vendor is added by a line. */
const MAY_PUSH: Readonly<Record<string, (world: World, values: Values, now: Date) => boolean>> = {
  Heroku: (world, { HEROKU_API_KEY = '' }, now) => herokuFault(world, HEROKU_API_KEY, now) === undefined,
  'Docker Hub': (world, { DOCKERHUB_USER: user = '', DOCKERHUB_PASS: password = '' }, now) =>
    pushFault(world, { user, password }, 'pennocktech/dummyapp:probe', now) === undefined,
  Google: (world, { GCLOUD_AUTH_ENCODED: encoded = '' }, now) => {
    const tried = keylessLogin(world, now) ?? activated(world, Buffer.from(encoded, 'base64').toString(), now)
    const image = 'us.gcr.io/dummyapp-214121/pt-dummy-app:probe'
    return 'login' in tried && googlePushFault(world, tried.login, image, now) === undefined
  },
}

/** As the published config signs in without a key; undefined where it does so with one. */
function keylessLogin(world: World, now: Date) {
  const config = world.circleci.repositories[0]?.branches.main?.config ?? ''
  const [, provider] = /create-cred-config (\S+)/.exec(config) ?? []
  const [, account] = /--service-account=(\S+)/.exec(config) ?? []
  const [project] = world.circleci.projects
  const [organization] = world.circleci.organizations
  const [user] = world.circleci.users
  if (provider === undefined || account === undefined || !project || !organization || !user) return undefined
  const job = {
    organization: organization.id,
    project: project.id,
    user: user.id,
    origin: `github.com/${project.slug.replace(/^[^/]+\//, '')}`,
    branch: 'main',
    contexts: [],
    pipeline: project.id,
    workflow: project.id,
    job: project.id,
    ssh: false,
  }
  const files = {
    tokens: new Map([['token', jobTokens(world.circleci, job, now).CIRCLE_OIDC_TOKEN ?? '']]),
    ways: new Map([['way', { provider, tokenFile: 'token', account }]]),
  }
  return loggedInWithoutKey(world, files, ['--cred-file=way'], now)
}

/** Where CI can push, by the values of all contexts. It is tried in a copy of the world, as a push leaves a tag. */
export function reach({ world }: Rehearsal): ReadonlySet<string> {
  const copy = structuredClone(world)
  const variables = copy.circleci.contexts.flatMap(context => context.variables)
  const values = Object.fromEntries(variables.map(({ name, value }) => [name, value]))
  const now = new Date()
  return new Set(Object.keys(MAY_PUSH).filter(registry => MAY_PUSH[registry]?.(copy, values, now)))
}

/** Watches that CI, once it can push somewhere, can push there after every effect. */
export function watchCi(rehearsal: Rehearsal): {
  readonly hook: NonNullable<Rehearsal['hook']>
  readonly lost: readonly string[]
} {
  const lost: string[] = []
  let could = reach(rehearsal)
  return {
    lost,
    hook: (phase, { method, path, effect }) => {
      if (phase === 'before' || !effect) return
      const can = reach(rehearsal)
      for (const registry of could) if (!can.has(registry)) lost.push(`${registry}, by ${method} ${path}`)
      could = can
    },
  }
}
