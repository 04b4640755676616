import type { Known } from '../../src/answers/schema.ts'
import type { Clock } from '../../src/clouds/clock.ts'
import { push } from '../../src/rehearsal/circleci/people.ts'
import type { Binding } from '../../src/rehearsal/google/world.ts'
import type { World } from '../../src/rehearsal/world.ts'
import { furnishAcme, LIBRARY } from '../rehearsal/google-client.ts'
import { git, makeCheckout } from './checkout.ts'
import { addContext, circlePlace, followed, PROJECT } from './circleci.ts'
import { temporaryFolder } from './folder.ts'

export const LONG_AGO = '2026-01-01T00:00:00.000Z'
const valued = (values: Readonly<Record<string, string | undefined>>) =>
  Object.entries(values).map(([name, value = '']) => ({ name, value, createdAt: LONG_AGO, updatedAt: LONG_AGO }))

/** A checkout whose main branch is at origin, and CircleCI with contexts whose values serve. */
export async function publishedPlace(given: {
  readonly config: string | null
  /** Of the project at Google, beside its owner's. */
  readonly bindings: readonly Binding[]
  readonly change?: ((world: World) => void) | undefined
  readonly answers: Partial<Known>
  readonly token?: ((world: World) => string) | undefined
  readonly clock?: Clock | undefined
}) {
  const { config, bindings, change, answers, token, clock } = given
  const origin = temporaryFolder()
  git(origin, 'init', '--quiet', '--bare')
  const repo = makeCheckout({ origin })
  git(repo, 'push', '--quiet', 'origin', 'main')
  const published = { revision: git(repo, 'rev-parse', 'HEAD').trim(), config, library: LIBRARY, skipCi: false }
  const place = await circlePlace({
    repo,
    answers,
    ...(token && { token }),
    ...(clock && { clock }),
    change: world => {
      followed(world)
      for (const one of world.circleci.repositories) one.branches.main = { ...published }
      const [hub] = world.dockerHub.users
      addContext(world, 'heroku-and-dockerhub', {
        variables: valued({
          HEROKU_API_KEY: world.heroku.authorizations[0]?.token,
          DOCKERHUB_USER: hub?.username,
          DOCKERHUB_PASS: hub?.password,
        }),
      })
      addContext(world, 'google-dummyapp', { variables: valued({ GCLOUD_AUTH_ENCODED: furnishAcme(world, bindings) }) })
      change?.(world)
    },
  })
  return {
    ...place,
    repo,
    origin,
    /** A push of what origin has. */
    push: () => push(place.rehearsal.world, { slug: PROJECT, branch: 'main', ...published }, place.clock.now()),
  }
}
