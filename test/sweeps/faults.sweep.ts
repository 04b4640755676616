import { afterAll, expect } from 'vitest'
import { VENDOR_IDS, VENDORS } from '../../src/clouds/vendors.ts'
import type { FaultKind } from '../../src/rehearsal/server.ts'
import { STEPS } from '../../steps/index.ts'
import { caseName, keepOutcomes } from './outcomes.ts'
import { ROUTES } from './routes.ts'
import { type Bench, IMPATIENT, isCertain, type Place, requestName, requestNames, sweptOn, walkAll } from './run.ts'
import { groupOf, isItsTurn, part } from './turn.ts'
import { assertSame, difference, effectsOf, leftBy, repeated, stateOf } from './world.ts'

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

type Request = Stage['requests'][number]
type Section = (typeof sections)[number]

/** A run and what it meets: the requests that one kind of fault comes to. */
interface Trial extends Section {
  readonly name: string
  readonly meets: readonly string[]
  readonly kind: string
  readonly times: 1 | undefined
}

const kinds = Object.keys(FAULTS)
/** What stops a run is met alone. Of mere questions each meets every twelfth, as all come to the same ears. */
const QUESTIONS_GROUPS = 12
const isMetAlone = (bench: Bench, { name, effect }: Request, kind: string, times: 1 | undefined) =>
  (effect || (groupOf(name, QUESTIONS_GROUPS) + kinds.indexOf(kind)) % QUESTIONS_GROUPS === 0) &&
  (times === 1 ? !PASSING.has(kind) : (bench.route === ROUTES[0] ? LASTING : LASTING_ANYWHERE).has(kind))

/** What passes is met by every request of one run, each once. */
const trials = sections
  .filter(({ requests }) => requests.length > 0)
  .flatMap((section): readonly Trial[] => {
    const { title, bench, requests } = section
    const together = [...PASSING].map(kind => ({
      ...section,
      kind,
      times: 1 as const,
      meets: requests.map(({ name }) => name),
    }))
    const alone = requests.flatMap(request =>
      kinds.flatMap(kind =>
        TIMES.filter(times => isMetAlone(bench, request, kind, times)).map(times => ({
          ...section,
          kind,
          times,
          meets: [request.name],
        })),
      ),
    )
    return [
      ...together.map(one => ({ ...one, name: `${title}: every request ${one.kind}, once` })),
      ...alone.map(one => ({ ...one, name: caseName({ ...one, request: one.meets.join() }) })),
    ]
  })
const casesOf = (trial: Trial) => trial.meets.map(request => caseName({ ...trial, request }))

/** By the case's name: the exit code of the run that told, 0 where it got over it. */
const outcomes = new Map<string, string>()

afterAll(async () => {
  await Promise.all(walked.map(({ bench }) => bench.close()))
  const all = sections.map(({ title, requests }) => ({ title, requests: requests.map(({ name }) => name) }))
  const isTried = new Map(trials.flatMap(trial => casesOf(trial).map(name => [name, isItsTurn(trial.name)] as const)))
  process.stdout.write(`\n${keepOutcomes(all, kinds, name => isTried.get(name), outcomes)}`)
  const told = [...outcomes.values()].filter(outcome => outcome !== '0').length
  process.stdout.write(
    `${outcomes.size} as it should be: ${outcomes.size - told} got over, ${told} told, and of ${mended.size} different ends the next run went on.\n`,
  )
})

part(
  'With a fault',
  trials,
  ({ name }) => name,
  async trial => {
    const { outcome, unmet } = await comesOf(trial)
    const found = new Map(trial.meets.map(request => [request, outcome]))
    // A question that another one's lost answer leads to is not asked then.
    for (const request of unmet) {
      const alone = await comesOf({ ...trial, meets: [request] })
      expect(alone.unmet).toEqual([])
      found.set(request, alone.outcome)
    }
    for (const [request, one] of found) outcomes.set(caseName({ ...trial, request }), one)
  },
)

/** What comes of a fault, and of the run after it; throws where that is not as it should be. */
const comesOf = (trial: Trial): Promise<{ readonly outcome: string; readonly unmet: readonly string[] }> =>
  trial.bench.at(trial.index, async place => {
    const { kind, times, stage, requests } = trial
    const unmet = meetsFaults(place, trial)
    const { code = -1, said } = await place.bench.run(place, kind === 'silence' ? IMPATIENT : {})
    const isCertainToCome = (one: string) => requests.some(({ name, effect }) => name === one && effect)
    expect(trial.meets.length > 1 ? unmet.filter(isCertainToCome) : unmet, said).toEqual([])
    const isOver = code === stage.code && difference(leftBy(place), stage.left) === ''
    if (!isOver) isTold(code, said)
    if (times === 1 && PASSING.has(kind)) {
      expect(code, said).toBe(stage.code)
      assertSame(leftBy(place), stage.left, said)
    }
    await isMended(place, trial)
    return { outcome: isOver ? '0' : String(code), unmet }
  })

/** One request meets a fault, or each of many; what is sent again after it does not. @returns those that are still to meet it */
function meetsFaults(
  { rehearsal, watch }: Place,
  { meets, kind, times }: Pick<Trial, 'meets' | 'kind' | 'times'>,
): readonly string[] {
  const unmet = [...meets]
  const naming = requestNames()
  const sent = new Set<string>()
  rehearsal.hook = async (phase, entry, call) => {
    await watch(phase, entry, call)
    if (phase === 'after') return
    const { method, path, body } = entry
    const name = naming(entry)
    const what = JSON.stringify([method, path, body])
    // Among many, what was sent again counts as well: the next one that is not the same is meant.
    const at = unmet.findIndex(one => (meets.length === 1 ? one === name : one.startsWith(`${requestName(entry)} #`)))
    if (sent.has(what) || at < 0) return
    if (meets.length > 1) sent.add(what)
    unmet.splice(at, 1)
    const exactly = `^${path.replace(/[^\w/-]/g, '\\$&')}$`
    rehearsal.faults.unshift({ method, path: exactly, do: FAULTS[kind] ?? 'refused', ...(times && { times }) })
  }
  return unmet
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

function isMended(place: Place, { title, stage }: Trial): Promise<void> {
  const state = `${title} ${JSON.stringify(stateOf(place))}`
  const mending = mended.get(state) ?? mend(place, stage)
  mended.set(state, mending)
  return mending
}

/** Without the fault, the next run ends as the reference did. */
async function mend(place: Place, stage: Stage): Promise<void> {
  const { rehearsal, watch } = place
  rehearsal.hook = watch
  rehearsal.faults = []
  const { code, said } = await place.bench.run(place)
  expect(code, said).toBe(stage.code)
  assertSame(leftBy(place), stage.left, said)
  expect(repeated(effectsOf(place), stage.effects)).toEqual([])
}
