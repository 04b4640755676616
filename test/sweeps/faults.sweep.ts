import { afterAll, describe, expect, test } from 'vitest'
import { VENDOR_IDS, VENDORS } from '../../src/clouds/vendors.ts'
import type { FaultKind } from '../../src/rehearsal/server.ts'
import { STEPS } from '../../steps/index.ts'
import { Bench, onArrival, type Place, requestNames } from './run.ts'
import { table } from './table.ts'
import { effectsOf, leftBy, repeated } from './world.ts'

/*
 * Every request of a run meets every fault, once and for ever. The run gets over it, or tells a person what it was and
 * how to go on; and once the fault is gone, the next run ends as if there had been none.
 */

const refused = (status: number, headers = {}): FaultKind => ({
  status,
  body: { id: 'made_up', message: 'made up by the sweep' },
  headers,
})

const FAULTS: Readonly<Record<string, FaultKind>> = {
  'reset-before': 'reset-before',
  'reset-after': 'reset-after',
  silence: 'silence',
  html: 'html',
  truncated: 'truncated',
  endless: 'endless',
  redirect: 'redirect',
  '401': refused(401),
  '403': refused(403),
  '404': refused(404),
  '409': refused(409),
  '422': refused(422),
  '429+1s': refused(429, { 'retry-after': '1' }),
  '429': refused(429),
  '500': refused(500),
}
/** What is over a moment later: once is not worth a person's while. */
const PASSING = new Set(['reset-before', 'reset-after', 'silence', 'html', 'truncated', '429+1s', '500'])
const TIMES = [1, undefined] as const

const bench = new Bench()
const reference = await bench.at(async place => {
  expect(await bench.run(place)).toMatchObject({ code: 0 })
  return { left: leftBy(place), effects: effectsOf(place), requests: place.rehearsal.log.map(requestNames()) }
})

/** By request and fault: how it ended with the fault once, and with it for ever. */
const outcomes = new Map<string, string>()

afterAll(() => {
  bench.close()
  const kinds = Object.keys(FAULTS)
  const row = (request: string) =>
    kinds.map(kind => TIMES.map(times => outcomes.get(`${request} ${kind} ${times}`) ?? '✖').join(' '))
  const rows = reference.requests.map(request => [request, ...row(request)])
  const told = [...outcomes.values()].filter(outcome => outcome !== '0').length
  process.stdout.write(
    `\nExit code with the fault once, and for ever; 0 got over it, ✖ failed the sweep.\n${table([['', ...kinds], ...rows])}` +
      `${outcomes.size} of ${rows.length * kinds.length * TIMES.length} as it should be: ${outcomes.size - told} got over, ${told} told, ` +
      `and of ${mended.size} different ends the next run went on.\n`,
  )
})

for (const request of reference.requests) {
  describe(request, () => {
    for (const [kind, fault] of Object.entries(FAULTS)) {
      for (const times of TIMES) {
        test.concurrent(`${kind}, ${times === 1 ? 'once' : 'for ever'}`, () =>
          bench.at(async place => {
            const code = await suffers(place, request, fault, times)
            if (times === 1 && PASSING.has(kind)) expect(code).toBe(0)
            await isMended(place)
            outcomes.set(`${request} ${kind} ${times}`, String(code))
          }))
      }
    }
  })
}

/** Runs with the fault; the exit code. */
async function suffers(place: Place, request: string, fault: FaultKind, times: 1 | undefined): Promise<number> {
  const { rehearsal } = place
  let met = false
  onArrival(place, request, 'before', ({ method, path }) => {
    met = true
    const exactly = `^${path.replace(/[^\w/-]/g, '\\$&')}$`
    rehearsal.faults = [{ method, path: exactly, do: fault, ...(times && { times }) }]
  })
  const { code = -1, said } = await bench.run(place)
  expect(met, `the request never came:\n${said}`).toBe(true)
  if (code === 0) expect(leftBy(place)).toEqual(reference.left)
  else isTold(code, said)
  return code
}

/** Who it may be about: every step and every vendor. */
const NAMES = [...STEPS.map(({ id }) => id), ...VENDOR_IDS.map(vendor => VENDORS[vendor].name)]

/** A person reads what failed, what was asked, what that means, and what goes on. */
function isTold(code: number, said: string): void {
  expect([1, 2], said).toContain(code)
  const failure = said.slice(said.indexOf('✖'))
  expect(failure).toMatch(/^ {2}asked +\S/m)
  expect(failure).toMatch(/^ {2}said +\S/m)
  expect(failure).toMatch(/^ {2}means +\S/m)
  expect(failure).toMatch(/^ {2}next +\S/m)
  expect(NAMES.filter(name => failure.includes(name))).not.toEqual([])
}

/** What was left once and mended need not be mended again. */
const mended = new Map<string, Promise<void>>()

function isMended(place: Place): Promise<void> {
  const left = JSON.stringify([leftBy(place), effectsOf(place)])
  const mending = mended.get(left) ?? mend(place)
  mended.set(left, mending)
  return mending
}

/** Without the fault, the next run ends as the reference did. */
async function mend(place: Place): Promise<void> {
  const { rehearsal } = place
  rehearsal.hook = undefined
  rehearsal.faults = []
  const { code, said } = await bench.run(place)
  expect(code, said).toBe(0)
  expect(leftBy(place)).toEqual(reference.left)
  expect(repeated(effectsOf(place), reference.effects)).toEqual([])
}
