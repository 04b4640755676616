import type * as z from 'zod'
import type { Known } from '../../src/answers/schema.ts'
import type { Clock } from '../../src/clouds/clock.ts'
import type { Binding, GoogleWorld, googleWorld } from '../../src/rehearsal/google/world.ts'
import type { World } from '../../src/rehearsal/world.ts'
import { CONFIG } from '../rehearsal/circleci-config.ts'
import { furnish, P } from '../rehearsal/google-client.ts'
import { LONG_AGO, publishedPlace } from './published.ts'

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
  const place = await publishedPlace({
    config,
    bindings,
    clock,
    answers: { googleProject: P, googleServiceAccountId: 'ci-pusher', googleRoute: 'documented', ...answers },
    change: world => {
      Object.assign(world.google.rules, { propagationMs: 90_000 })
      change?.(world)
    },
  })
  const { progress } = place.engine
  const record = { how: 'made', by: 'a test', at: LONG_AGO } as const
  await progress.save({ records: { 'google.service-account': record } })
  const google = (): GoogleWorld => place.rehearsal.world.google
  return {
    ...place,
    google,
    projectBindings: () => google().projects.find(({ id }) => id === P)?.policy.bindings ?? [],
    bucketBindings: () => google().buckets[0]?.policy.bindings ?? [],
    repositoryBindings: () => google().repositories[0]?.policy.bindings ?? [],
  }
}

export const BUCKET = `us.artifacts.${P}.appspot.com`

/** The project still has the old registry's bucket, and was never moved over; the old registry takes pushes again where told. */
export function withBucket(
  { google }: World,
  more: Partial<NonNullable<z.input<typeof googleWorld>['buckets']>[number]> = {},
  takesPushes = true,
): void {
  google.rules.containerRegistryTakesPushes = takesPushes
  furnish(google, { buckets: [{ name: BUCKET, project: P, ...more }] })
  for (const one of google.projects) {
    one.redirection = 'REDIRECTION_FROM_GCR_IO_DISABLED'
    one.services.push({ name: 'storage.googleapis.com', enabledAt: LONG_AGO })
  }
}
