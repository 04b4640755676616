import { afterAll, expect, test } from 'vitest'
import type { Logged } from '../../src/rehearsal/server.ts'
import { Bench } from '../sweeps/run.ts'

/*
 * Nothing is asked twice while nothing has changed. What is asked again after ten seconds, or because CI is at work, is
 * asked for a reason: those are not counted.
 */

const bench = new Bench()
afterAll(() => bench.close())

/** An answer counts for ten seconds; a busy machine may need them. */
const SOON_MS = 9_000

/** CI's first push makes it, and until then it is watched. */
const WATCHED = /\/locations\/us\/repositories\/us\.gcr\.io$/

/** The questions that repeat an earlier one of the same account with no effect between them. */
function repeated(log: readonly Logged[]): readonly string[] {
  let asked = new Map<string, number>()
  return log.flatMap(({ vendor, method, path, body, who, effect, at }) => {
    if (effect) asked = new Map()
    const question = JSON.stringify([vendor, method, path, body, who])
    const earlier = asked.get(question)
    asked.set(question, Date.parse(at))
    const isSoon = earlier !== undefined && Date.parse(at) - earlier < SOON_MS
    return isSoon && !effect && !WATCHED.test(path) ? [`${vendor} ${method} ${path}`] : []
  })
}

test('A whole set-up, and a run after it in which nothing is to be done, ask hardly anything twice', async () => {
  const logs = await bench.stages(({ rehearsal }) => [...rehearsal.log])
  const again = await bench.at(logs.length - 1, async place => {
    await bench.run(place)
    const { length } = place.rehearsal.log
    await bench.run(place)
    return place.rehearsal.log.slice(length)
  })
  expect(again.filter(({ effect }) => effect)).toEqual([])
  expect(repeated(again)).toEqual([])
  // Whether a context is closed is asked right before a credential is made for it, whatever was known.
  const all = logs.flatMap(repeated)
  expect(all.length, all.join('\n')).toBeLessThanOrEqual(3)
})
