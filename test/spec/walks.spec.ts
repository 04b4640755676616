import { describe, expect, test } from 'vitest'
import type { Json } from '../../src/clouds/json.ts'
import type { Sent } from '../../src/rehearsal/faults.ts'
import { ROUTES } from '../sweeps/routes.ts'
import { Bench } from '../sweeps/run.ts'
import { areHere, NOT_HERE } from './descriptions.ts'
import { IN_ANSWERS, IN_REQUESTS, UNDESCRIBED } from './exceptions.ts'
import { inWords, judge } from './judge.ts'

/*
 * Whole rehearsals on every method of every vendor, with all that goes over the wire held against what the vendors
 * publish of their APIs: the wizard must send nothing else, and the simulation must answer nothing else.
 */

describe.skipIf(!areHere)(`By the vendors’ own descriptions${areHere ? '' : ` (skipped: ${NOT_HERE})`},`, () => {
  const all = areHere ? judge() : undefined

  test.concurrent.each(ROUTES.map(route => [route.name, route] as const))(
    'every request and every answer conforms: %s',
    async (_, route) => {
      const found = new Set<string>()
      const bench = new Bench(route)
      await bench.stages(
        () => {},
        place => {
          const { rehearsal } = place
          const { hook } = rehearsal
          rehearsal.hook = async (phase, entry, call, sent) => {
            await hook?.(phase, entry, call, sent)
            if (phase === 'before') for (const fault of all?.request(entry.vendor, call) ?? []) found.add(fault)
            const answered = sent && answerIn(sent)
            if (answered) for (const fault of all?.answer(call, answered) ?? []) found.add(`${fault} (answered)`)
          }
          return bench.run(place)
        },
      )
      await bench.close()
      expect([...found]).toEqual([])
    },
  )

  test('the figures', () => {
    if (all === undefined) return
    const { requests, answers, undescribed } = all
    process.stdout.write(
      [
        '',
        'By the vendors’ descriptions:',
        `  requests  ${inWords(requests)}; ${undescribed.requests} of operations that are not described`,
        `  answers   ${inWords(answers)}; ${undescribed.answers} of a status that is not described`,
        '',
      ].join('\n'),
    )
    expect(requests.all).toBeGreaterThan(1000)
    expect(answers.all).toBeGreaterThan(1000)
  })

  test('every exception is met, so that none outlives its reason', () => {
    const left = [...IN_REQUESTS, ...IN_ANSWERS, ...UNDESCRIBED].filter(one => !all?.met.has(one))
    expect(left).toEqual([])
  })
})

/** An answer as it went out; undefined where there was none. */
function answerIn(sent: Sent) {
  if (typeof sent === 'string' || typeof sent.body !== 'string') return undefined
  return { status: sent.status, body: sent.body === '' ? undefined : (JSON.parse(sent.body) as Json) }
}
