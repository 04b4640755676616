import type { Known } from '../../src/answers/schema.ts'
import type { Clock } from '../../src/clouds/clock.ts'
import { push } from '../../src/rehearsal/circleci/people.ts'
import type { Binding, GoogleWorld } from '../../src/rehearsal/google/world.ts'
import type { World } from '../../src/rehearsal/world.ts'
import { CONFIG } from '../rehearsal/circleci-config.ts'
import { furnishAcme, LIBRARY, P } from '../rehearsal/google-client.ts'
import { git, makeCheckout } from './checkout.ts'
import { addContext, circlePlace, followed, PROJECT } from './circleci.ts'
import { temporaryFolder } from './folder.ts'

const LONG_AGO = '2026-01-01T00:00:00.000Z'
const valued = (values: Readonly<Record<string, string | undefined>>) =>
  Object.entries(values).map(([name, value = '']) => ({ name, value, createdAt: LONG_AGO, updatedAt: LONG_AGO }))

/**
 * All is ready for CI's first push: a project with CI's account and its key in a context, a config that is published.
 * Changes of policies take two minutes to count, as they do.
 */
export async function readyForPush({
  config = CONFIG.replace('yourname/', 'pennocktech/'),
  bindings = [],
  change,
  answers = {},
  clock,
}: {
  readonly config?: string
  readonly bindings?: readonly Binding[]
  readonly change?: (world: World) => void
  readonly answers?: Partial<Known>
  /** Another clock than one that jumps when somebody waits. */
  readonly clock?: Clock
} = {}) {
  const origin = temporaryFolder()
  git(origin, 'init', '--quiet', '--bare')
  const repo = makeCheckout({ origin })
  git(repo, 'push', '--quiet', 'origin', 'main')
  const revision = git(repo, 'rev-parse', 'HEAD').trim()
  const place = await circlePlace({
    repo,
    ...(clock && { clock }),
    answers: { googleProject: P, googleServiceAccountId: 'ci-pusher', googleRoute: 'documented', ...answers },
    change: world => {
      followed(world)
      for (const one of world.circleci.repositories) {
        one.branches.main = { revision, config, library: LIBRARY, skipCi: false }
      }
      const [hub] = world.dockerHub.users
      addContext(world, 'heroku-and-dockerhub', {
        variables: valued({
          HEROKU_API_KEY: world.heroku.authorizations[0]?.token,
          DOCKERHUB_USER: hub?.username,
          DOCKERHUB_PASS: hub?.password,
        }),
      })
      addContext(world, 'google-dummyapp', { variables: valued({ GCLOUD_AUTH_ENCODED: furnishAcme(world, bindings) }) })
      Object.assign(world.google.rules, { propagationMs: 90_000 })
      change?.(world)
    },
  })
  const { progress } = place.engine
  const record = { how: 'made', by: 'a test', at: LONG_AGO } as const
  progress.save({ records: { 'google.service-account': record } })
  const google = (): GoogleWorld => place.rehearsal.world.google
  return {
    ...place,
    repo,
    google,
    projectBindings: () => google().projects.find(({ id }) => id === P)?.policy.bindings ?? [],
    repositoryBindings: () => google().repositories[0]?.policy.bindings ?? [],
    /** CI hears of what origin has. */
    push: () => {
      const commit = { slug: PROJECT, branch: 'main', revision, config, library: LIBRARY, skipCi: false }
      push(place.rehearsal.world, commit, place.clock.now())
    },
  }
}
