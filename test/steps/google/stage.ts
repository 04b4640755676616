import type { Known } from '../../../src/answers/schema.ts'
import type { Clock } from '../../../src/clouds/clock.ts'
import type { Engine } from '../../../src/engine/engine.ts'
import type { GoogleWorld } from '../../../src/rehearsal/google/world.ts'
import type { Rehearsal } from '../../../src/rehearsal/server.ts'
import { emptyWorld, type World } from '../../../src/rehearsal/world.ts'
import { rehearse } from '../../rehearsal/client.ts'
import { P } from '../../rehearsal/google-client.ts'
import { makeEngine } from '../../support/engine.ts'

/** What the lane's steps go by, unless told otherwise. */
const ANSWERS: Partial<Known> = {
  circleJobs: 'build,push_gce_registry',
  googleProject: P,
  googleProjectName: 'Acme images',
  googleServiceAccountId: 'ci-pusher',
  googleServiceAccountName: 'acme-image-builder',
}

export interface GooglePlace {
  readonly rehearsal: Rehearsal
  readonly engine: Engine
  readonly clock: Clock
  /** As it is now: every request may put another in its place. */
  readonly google: () => GoogleWorld
  /** Another run, which knows what the progress holds and nothing else. */
  resumed(answers?: Partial<Known>): Engine
  /** Time that goes by without anybody waiting. */
  pass(seconds: number): void
}

/**
 * A simulated Google that is as slow as it is, and an engine whose clock is Google's: it stands still until somebody
 * waits, and then jumps.
 */
export async function googlePlace(change?: (world: World) => void, given: Partial<Known> = {}): Promise<GooglePlace> {
  let now = Date.parse('2026-11-22T10:00:00.000Z')
  const clock: Clock = {
    now: () => new Date(now),
    timeout: ms => ms,
    sleep: async (ms, signal) => {
      signal?.throwIfAborted()
      now += Math.ceil(ms)
    },
  }
  const world = emptyWorld(clock.now())
  Object.assign(world.google.rules, { operationMs: 5_000, activationMs: 90_000 })
  change?.(world)
  const rehearsal = await rehearse(undefined, { world, now: clock.now })
  const make = (answers: Partial<Known>) => makeEngine({ rehearsal, clock, answers: { ...ANSWERS, ...answers } })
  const engine = make(given)
  const { progress, repo } = engine
  return {
    rehearsal,
    engine,
    clock,
    google: () => world.google,
    resumed: (answers = given) => ({ ...make(answers), repo, progress }),
    pass: seconds => {
      now += seconds * 1000
    },
  }
}
