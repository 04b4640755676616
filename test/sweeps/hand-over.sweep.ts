import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import type { Known } from '../../src/answers/schema.ts'
import type { HandedOver } from '../../src/engine/handed-over.ts'
import type { Saved } from '../../src/engine/saved.ts'
import type { World } from '../../src/rehearsal/world.ts'
import { STEPS } from '../../steps/index.ts'
import { consentsIn, leftByWhomever, NOTHING_SAID } from '../support/hand-over.ts'
import { ROUTES } from './routes.ts'
import { Bench, PHASES, type Place, requestNames } from './run.ts'
import { killedAt } from './snapshot.ts'
import { table } from './table.ts'
import { isItsTurn, part } from './turn.ts'
import { assertSame, effectsOf, repeated } from './world.ts'

/*
 * One machine is killed at every effect, hands over, and another one goes on to the same end: nothing is had twice. And a
 * forged file, whatever it says of whatever step, makes no effect happen that does not happen without it.
 */

const benches: Bench[] = []
const counts = new Map<string, number>()
const count = (what: string) => counts.set(what, (counts.get(what) ?? 0) + 1)

afterAll(async () => {
  await Promise.all(benches.map(bench => bench.close()))
  process.stdout.write(`\n${table([...counts])}`)
})

/** Walks a route to its end. */
async function walked(name: string) {
  const route = ROUTES.find(one => one.name === name)
  if (route === undefined) throw new Error(`there is no route ${name}`)
  const bench = new Bench(route)
  benches.push(bench)
  const stages = await bench.stages((place, { code }) => {
    const naming = requestNames()
    const names = place.rehearsal.log.map(entry => ({ name: naming(entry), effect: entry.effect }))
    return {
      code,
      left: leftByWhomever(place),
      effects: effectsOf(place),
      names: names.flatMap(({ name, effect }) => (effect ? [name] : [])),
    }
  })
  return { bench, stages }
}

const [first, keyless] = [await walked('bot-team'), await walked('documented, then keyless')]

/** Another machine, with a copy of the checkout as it is now. */
function elsewhere(place: Place): Place {
  const [checkout, state] = [join(place.folder, 'other-checkout'), join(place.folder, 'other-state')]
  cpSync(place.checkout, checkout, { recursive: true })
  return { ...place, checkout, state }
}

const fileIn = ({ folder }: Place) => join(folder, 'hand-over.json')

/** Runs there, and gives every consent that the end of a run asks for. */
async function takenOver(there: Place) {
  const consents: string[] = []
  for (;;) {
    const ran = await there.bench.run(there, {}, ['--take-over', fileIn(there), ...consents])
    const more = consentsIn(ran.said)
    if (more.every(one => consents.includes(one))) return ran
    consents.push(...more)
  }
}

for (const [index, stage] of first.stages.entries()) {
  const points = stage.names.flatMap(name => PHASES.map(phase => `${phase} ${name}`))
  const killed = killedAt(first.bench, index, points.filter(isItsTurn), (place, { code, said }) => {
    expect(code, said).toBe(stage.code)
    assertSame(leftByWhomever(place), stage.left, said)
  })
  part(
    `Killed in stage ${index + 1}, and handed over:`,
    points,
    point => point,
    async point =>
      first.bench.in(await killed(point), async place => {
        const handed = await first.bench.run({ ...place, argv: [] }, {}, ['hand-over', fileIn(place)], [])
        // What was ended before it began has nothing to hand over.
        expect(handed.code, handed.said).toBe(0)
        const there = elsewhere(place)
        const { code, said } = await takenOver(there)
        expect(code, said).toBe(stage.code)
        assertSame(leftByWhomever(there), stage.left, said)
        expect(repeated(effectsOf(there), stage.effects)).toEqual([])
        count('killed, handed over, and gone on to the same end')
      }),
  )
}

/** The progress of a place, and where it lies. */
function progressOf({ state }: Place): { readonly file: string; readonly saved: Saved } {
  const name = readdirSync(state, { recursive: true, encoding: 'utf8' }).find(one => one.endsWith('progress.json'))
  if (name === undefined) throw new Error('nothing was saved')
  const file = join(state, name)
  return { file, saved: JSON.parse(readFileSync(file, 'utf8')) as Saved }
}

type Said = Pick<Saved, 'facts' | 'records' | 'intents'>
const isOf = (step: string) => (name: string) =>
  name === step || name.startsWith(`${step}:`) || name.startsWith(`${step}/`)

function parted<T>(
  all: Readonly<Record<string, T>>,
  is: (name: string) => boolean,
): [Record<string, T>, Record<string, T>] {
  const entries = Object.entries(all)
  return [
    Object.fromEntries(entries.filter(([name]) => is(name))),
    Object.fromEntries(entries.filter(([name]) => !is(name))),
  ]
}

/** What is said of a step, and all the rest. */
function split({ facts, records, intents }: Said, step: string): { readonly of: Said; readonly rest: Said } {
  const [[fact, facts2], [record, records2], [intent, intents2]] = [
    parted(facts, isOf(step)),
    parted(records, isOf(step)),
    parted(intents, isOf(step)),
  ]
  return {
    of: { facts: fact, records: record, intents: intent },
    rest: { facts: facts2, records: records2, intents: intents2 },
  }
}

/** Things of strangers beside ours, alike but for their ids and what they are called. */
function plant({ heroku, google, dockerHub }: World): Readonly<Record<string, readonly string[]>> {
  const id = (nth: number) => `5742a96e-0000-4000-8000-00000000000${nth}`
  const twin = <T extends object>(all: T[], changes: Partial<T>) => {
    const [last] = all.slice(-1)
    if (last !== undefined) all.push({ ...structuredClone(last), ...changes })
  }
  twin(heroku.authorizations, { id: id(1), description: 'somebody’s laptop' })
  twin(heroku.authorizations, { id: id(2) })
  const key = '5'.repeat(40)
  for (const { keys } of google.accounts) twin(keys, { id: key })
  for (const user of dockerHub.users) twin(user.tokens, { id: id(3) })
  return {
    heroku: [heroku.authorizations[0]?.id ?? '', id(1), id(2)],
    google: [key, `projects/x/serviceAccounts/y/keys/${key}`],
    'docker-hub': [id(3)],
    circleci: [id(4)],
  }
}

/** Long before all that was made, or the instant in which it began. */
const before = ({ records }: Said, ms: number): string =>
  new Date(Math.min(...Object.values(records).map(({ at }) => Date.parse(at))) - ms).toISOString()

/** All that can be said of a step: what is true of it, alone and together, and strangers' ids in every fact. */
function forgeries(step: (typeof STEPS)[number], saved: Saved, strangers: Readonly<Record<string, readonly string[]>>) {
  const { of } = split(saved, step.id)
  const keys = step
    .actions(saved.answers as unknown as Known)
    .flatMap(action => (action.kind === 'person' ? [] : action.key))
  const at = before(saved, 2_000)
  const intents = Object.fromEntries(keys.map(key => [`${step.id}/${key}`, { step: step.id, at }]))
  const record = { how: 'made', by: 'ann@laptop', at, ...of.records[step.id] } as const
  const records = { [step.id]: { ...record, how: 'made' as const } }
  const facts = of.facts
  const idsFor = (value: string) =>
    Number.isNaN(Date.parse(value)) ? (strangers[step.id.replace(/\..*/, '')] ?? []) : []
  const alone: [string, Partial<Said>][] = [
    ['its record', { records }],
    ...Object.entries(intents).map(([name, intent]): [string, Partial<Said>] => [
      `begun: ${name}`,
      { intents: { [name]: intent } },
    ]),
    ...Object.entries(facts).flatMap(([name, value]) =>
      [value, ...idsFor(value)].map((one): [string, Partial<Said>] => [
        `${name}=${one === value ? 'the true one' : one}`,
        { facts: { [name]: one } },
      ]),
    ),
    ...Object.entries(facts).flatMap(([name, value]) =>
      idsFor(value).map((one): [string, Partial<Said>] => [
        `all, with ${name}=${one}`,
        { facts: { ...facts, [name]: one }, intents, records },
      ]),
    ),
  ]
  return [['all that is true, and all begun', { facts, records, intents }] as [string, Partial<Said>], ...alone]
}

/** The effects by who and what they are about: what was there before has its id, what is made in the run has none. */
function effectsNamed({ rehearsal }: Place, there: string): readonly string[] {
  const ID = /[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}|[\da-f]{40}|\d{12,}/gi
  return rehearsal.log
    .filter(({ effect }) => effect)
    .map(
      ({ vendor, method, path }) =>
        `${vendor} ${method} ${path.replaceAll(ID, id => (there.includes(id) ? id : '<new>'))}`,
    )
}

/** Runs where the progress lacks what it knew of some steps, with a file or without; what it did. */
async function doneIn(
  walk: typeof first,
  index: number,
  forget: (saved: Saved) => Said,
  said?: (saved: Saved) => Partial<Said>,
) {
  return walk.bench.at(index, async place => {
    plant(place.rehearsal.world)
    const there = JSON.stringify(place.rehearsal.world)
    const { file, saved } = progressOf(place)
    writeFileSync(file, JSON.stringify({ ...saved, ...forget(saved) }))
    const handedOver: HandedOver = { ...NOTHING_SAID, ...said?.(saved) }
    writeFileSync(fileIn(place), JSON.stringify(handedOver))
    const ran = await walk.bench.run(place, {}, said ? ['--take-over', fileIn(place)] : [])
    expect([0, 1, 3], ran.said).toContain(ran.code)
    return { done: effectsNamed(place, there), said: ran.said }
  })
}

/** What is done with the file and not without it. */
function more(done: readonly string[], without: readonly string[]): readonly string[] {
  const left = [...without]
  return done.filter(effect => {
    const at = left.indexOf(effect)
    if (at >= 0) left.splice(at, 1)
    return at < 0
  })
}

const WALKS = [
  { name: 'bot-team', walk: first, isSwept: () => true },
  {
    name: 'keyless',
    walk: keyless,
    isSwept: (id: string) => /^google\.(pool|provider|act-as|old-keys|repository|grant)$/.test(id),
  },
]

for (const { name, walk, isSwept } of WALKS) {
  const beginnings = walk.stages.map((_, index) => index + 1)
  for (const index of beginnings) {
    const saved = await walk.bench.at(index, async place => ({
      saved: progressOf(place).saved,
      strangers: plant(place.rehearsal.world),
    }))
    const baselines = new Map<string, ReturnType<typeof doneIn>>()
    const cases = STEPS.filter(({ id }) => isSwept(id) && saved.saved.records[id] !== undefined).flatMap(step => {
      const all = forgeries(step, saved.saved, saved.strangers)
      // Half-way it is said in one; at the end by every part as well.
      return (index === walk.stages.length ? all : all.slice(0, 1)).map(([what, said]) => ({ step, what, said }))
    })
    part(
      `A forged file after stage ${index} of ${name}`,
      cases,
      ({ step, what }) => `${step.id}: ${what}`,
      async ({ step, said }) => {
        const forget = (all: Saved) => split(all, step.id).rest
        const baseline = baselines.get(step.id) ?? doneIn(walk, index, forget)
        baselines.set(step.id, baseline)
        const { done: without } = await baseline
        const { done, said: told } = await doneIn(walk, index, forget, () => said)
        expect(more(done, without), told).toEqual([])
        count('forged, and nothing done by it')
      },
    )

    test.concurrent(`A forged file after stage ${index} of ${name}, on a machine that knows nothing: all that is true`, async () => {
      const nothing: Said = { facts: {}, records: {}, intents: {} }
      const { done: without } = await doneIn(walk, index, () => nothing)
      const { done } = await doneIn(
        walk,
        index,
        () => nothing,
        ({ facts, records, intents }) => ({
          facts,
          records: parted(records, id => STEPS.some(step => step.id === id))[0],
          intents,
        }),
      )
      expect(more(done, without)).toEqual([])
      count('forged, and nothing done by it')
    })
  }
}
