import { afterAll, expect } from 'vitest'
import { VENDOR_IDS, VENDORS } from '../../src/clouds/vendors.ts'
import type { FaultKind } from '../../src/rehearsal/server.ts'
import { STEPS } from '../../steps/index.ts'
import { caseName, keepOutcomes } from './outcomes.ts'
import { ROUTES } from './routes.ts'
import { type Bench, isCertain, onArrival, type Place, requestNames, sweptOn, walkAll } from './run.ts'
import { groupOf, part } from './turn.ts'
import { effectsOf, leftBy, repeated } from './world.ts'

/*
 * Every request of a run meets every fault, once and for ever. The run gets over it, or tells a person what it was and
 * how to go on; and once the fault is gone, the next run ends as if there had been none. The first route is swept whole,
 * the others where they are other.
 */

const refused = (status: number, headers = {}): FaultKind => ({
  status,
  body: { id: 'made_up', message: 'made up by the sweep' },
  headers,
})

const FAULTS: Readonly<Record<string, FaultKind>> = {
  refused: 'refused',
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
  '412': refused(412),
  '429+1s': refused(429, { 'retry-after': '1' }),
  '500': refused(500),
}
/** What is over a moment later: once is not worth a person's while. */
const PASSING = new Set(['reset-before', 'reset-after', 'silence', 'html', 'truncated', '429+1s', '500'])
const TIMES = [1, undefined] as const
/** What is met for ever without being like another that is; on the first route, and on the others what no vendor can help. */
const LASTING = new Set(['refused', 'silence', 'html', '401', '403', '404', '500'])
const LASTING_ANYWHERE = new Set(['silence', '500'])

const walked = await walkAll((place, { code }) => {
  const name = requestNames()
  const requests = place.rehearsal.log.map(entry => ({ name: name(entry), effect: entry.effect }))
  return { code, left: leftBy(place), effects: effectsOf(place), requests: requests.filter(isCertain) }
})
type Stage = (typeof walked)[number]['stages'][number]

const swept = sweptOn(walked, ({ requests }) => requests.map(({ name }) => name))
const sections = walked.flatMap(({ route, bench, stages }) =>
  stages.map((stage, index) => ({
    title: `${route.name}, stage ${index + 1}`,
    bench,
    index,
    stage,
    requests: stage.requests.filter(({ name }) => swept(route, name)),
  })),
)

/** An effect meets all of them; of mere questions each meets every twelfth, as all come to the same ears. */
const QUESTIONS_GROUPS = 12
const kinds = Object.keys(FAULTS)
const isMet = (bench: Bench, { name, effect }: Stage['requests'][number], kind: string, times: 1 | undefined) =>
  (effect || (groupOf(name, QUESTIONS_GROUPS) + kinds.indexOf(kind)) % QUESTIONS_GROUPS === 0) &&
  (times !== undefined || (bench.route === ROUTES[0] ? LASTING : LASTING_ANYWHERE).has(kind))

const cases = sections.flatMap(section =>
  section.requests.flatMap(request =>
    kinds.flatMap(kind =>
      TIMES.filter(times => isMet(section.bench, request, kind, times)).map(times => ({
        ...section,
        request: request.name,
        kind,
        times,
      })),
    ),
  ),
)

/** By the case's name: the exit code of the run that told, 0 where it got over it. */
const outcomes = new Map<string, string>()

afterAll(() => {
  for (const { bench } of walked) bench.close()
  const all = sections.map(({ title, requests }) => ({ title, requests: requests.map(({ name }) => name) }))
  const names = new Set(cases.map(caseName))
  process.stdout.write(`\n${keepOutcomes(all, kinds, one => names.has(caseName(one)), outcomes)}`)
  const told = [...outcomes.values()].filter(outcome => outcome !== '0').length
  process.stdout.write(
    `${outcomes.size} as it should be: ${outcomes.size - told} got over, ${told} told, and of ${mended.size} different ends the next run went on.\n`,
  )
})

part('With a fault', cases, caseName, one =>
  one.bench.at(one.index, async place => {
    const { title, stage, request, kind, times } = one
    const { code, isOver } = await suffers(place, stage, request, FAULTS[kind] ?? 'refused', times)
    if (times === 1 && PASSING.has(kind)) expect(isOver).toBe(true)
    await isMended(place, title, stage)
    outcomes.set(caseName(one), isOver ? '0' : String(code))
  }),
)

/** Runs with the fault; the exit code, and whether it went as if there had been none. */
async function suffers(
  place: Place,
  stage: Stage,
  request: string,
  fault: FaultKind,
  times: 1 | undefined,
): Promise<{ readonly code: number; readonly isOver: boolean }> {
  const { rehearsal } = place
  let met = false
  onArrival(place, request, 'before', ({ method, path }) => {
    met = true
    const exactly = `^${path.replace(/[^\w/-]/g, '\\$&')}$`
    rehearsal.faults = [{ method, path: exactly, do: fault, ...(times && { times }) }]
  })
  const { code = -1, said } = await place.bench.run(place)
  expect(met, `the request never came:\n${said}`).toBe(true)
  const isOver = code === stage.code && JSON.stringify(leftBy(place)) === JSON.stringify(stage.left)
  if (!isOver) isTold(code, said)
  return { code, isOver }
}

/** Who it may be about: every step and every vendor. */
const NAMES = [...STEPS.map(({ id }) => id), ...VENDOR_IDS.map(vendor => VENDORS[vendor].name)]

/** A person reads what failed, what was asked, what that means, and what goes on; or whom to ask for it. */
function isTold(code: number, said: string): void {
  expect([1, 2, 3], said).toContain(code)
  expect(said).toMatch(/^Go on: \S/m)
  if (code === 3) {
    expect(said).toMatch(/^ {2}(●|\w+\.[\w-]+ )/m)
    return
  }
  const failure = said.slice(said.indexOf('✖'))
  expect(failure).toMatch(/^ {2}asked +\S/m)
  expect(failure).toMatch(/^ {2}said +\S/m)
  expect(failure).toMatch(/^ {2}means +\S/m)
  expect(failure).toMatch(/^ {2}next +\S/m)
  expect(NAMES.filter(name => failure.includes(name))).not.toEqual([])
}

/** What was left once and mended need not be mended again. */
const mended = new Map<string, Promise<void>>()

function isMended(place: Place, title: string, stage: Stage): Promise<void> {
  const left = JSON.stringify([title, leftBy(place), effectsOf(place)])
  const mending = mended.get(left) ?? mend(place, stage)
  mended.set(left, mending)
  return mending
}

/** Without the fault, the next run ends as the reference did. */
async function mend(place: Place, stage: Stage): Promise<void> {
  const { rehearsal, watch } = place
  rehearsal.hook = watch
  rehearsal.faults = []
  const { code, said } = await place.bench.run(place)
  expect(code, said).toBe(stage.code)
  expect(leftBy(place)).toEqual(stage.left)
  expect(repeated(effectsOf(place), stage.effects)).toEqual([])
}
