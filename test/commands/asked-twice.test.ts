import { expect, onTestFinished, test } from 'vitest'
import type { Logged } from '../../src/rehearsal/server.ts'
import { Bench } from '../sweeps/run.ts'

/*
 * Nothing is asked twice while nothing has changed. What is asked again after ten seconds, or because CI is at work, is
 * asked for a reason: those are not counted.
 */

/** An answer counts for ten seconds; a busy machine may need them. */
const SOON_MS = 9_000

/** CI's first push creates the repository; until CI's runs are over, and until a right of Google's counts, they are watched. */
const WATCHED =
  /:(?:testIamPermissions|generateAccessToken)$|\/locations\/us\/repositories\/us\.gcr\.io$|^\/api\/v2\/(?:pipeline|workflow)\/|\/pipeline\?branch=/

/** Three lanes put a credential into CI's contexts, perhaps at once: each then asks after its own effect. */
const MOST_EFFECTS = 3

/** The questions that repeat an earlier one of the same account more often than effects at that vendor can have changed the answer. */
function repeated(log: readonly Logged[]): readonly string[] {
  const asked = new Map<string, { readonly vendor: string; at: number; free: number }>()
  return log.flatMap(({ vendor, method, path, body, who, effect, at }) => {
    if (effect) {
      for (const one of asked.values()) if (one.vendor === vendor) one.free = Math.min(one.free + 1, MOST_EFFECTS)
      return []
    }
    const question = JSON.stringify([vendor, method, path, body, who])
    const earlier = asked.get(question)
    const now = Date.parse(at)
    const isRepeated = earlier !== undefined && earlier.free === 0 && now - earlier.at < SOON_MS
    asked.set(question, { vendor, at: now, free: Math.max((earlier?.free ?? 0) - 1, 0) })
    return isRepeated && !WATCHED.test(path) ? [`${vendor} ${method} ${path}`] : []
  })
}

test('A whole set-up, and a run in which nothing is to be done, ask hardly anything twice', async () => {
  const bench = new Bench()
  onTestFinished(() => bench.close())
  const logs = await bench.stages(({ rehearsal }) => [...rehearsal.log])
  const again = await bench.at(logs.length - 1, async place => {
    await bench.run(place)
    const { length } = place.rehearsal.log
    await bench.run(place)
    return place.rehearsal.log.slice(length)
  })
  expect(again.filter(({ effect }) => effect)).toEqual([])
  expect(repeated(again)).toEqual([])
  // Two to four: whether a context is closed is asked right before a credential is created for it, a policy right before it
  // is changed after a wait, and what is waited for is looked at whole. Without the answers that are kept it was fifty.
  const all = logs.flatMap(repeated)
  expect(all.length, all.join('\n')).toBeLessThanOrEqual(6)
})
