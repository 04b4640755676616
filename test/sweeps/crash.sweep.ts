import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { reach } from './ci.ts'
import { ROUTES } from './routes.ts'
import { type Beginning, onArrival, PHASES, type Place, type Ran, requestNames, sweptOn, walkAll } from './run.ts'
import { asPlace, keptOf, snapshots } from './snapshot.ts'
import { table } from './table.ts'
import { byGroup, groupOf, isItsTurn, part } from './turn.ts'
import { assertSame, effectsOf, leftBy, locksIn, repeated, stateOf } from './world.ts'

/*
 * A run is ended at every point where it changes something, and run again: what is left must be what an uninterrupted
 * run leaves. The points are found in a run, never listed, so new steps are swept as they come. The first route is swept
 * whole, the others where they are other. And at every instant CI has a working credential where it once had one.
 */

interface LocalPoint {
  readonly kind: 'save' | 'command'
  /** As kill-point.mjs names it. */
  readonly at: string
  /** Of a save of the progress, by one entry that it saves. */
  readonly about?: string
}

interface Listed {
  readonly points: readonly LocalPoint[]
  /** Each with its words, and the environment it was given. */
  readonly commands: readonly (readonly string[])[]
}

/** Beside the place, as what lies in it is compared. */
const listIn = ({ folder }: Place) => join(dirname(folder), `${basename(folder)}-points.json`)

/** What a kill leaves at each point of a walk whose turn it is. */
const killed = new WeakMap<Place, ReadonlyMap<string, Beginning>>()

/** Of the route that is swept whole a point has the name by which it is counted there, of others those that it has on every route. */
const namesIn = ({ bench }: Pick<Place, 'bench'>, [counted = '', ...known]: readonly string[]) =>
  bench.route === ROUTES[0] || known.length === 0 ? [counted] : known

const walked = await walkAll(
  (place, { code }) => {
    const name = requestNames()
    const { points, commands } = JSON.parse(readFileSync(listIn(place), 'utf8')) as Listed
    for (const command of commands)
      place.leaks.see(`in the command ${command.slice(0, -1).join(' ')}`, command.join(' '))
    return {
      code,
      left: leftBy(place),
      effects: effectsOf(place),
      canPush: [...reach(place.rehearsal)],
      requests: place.rehearsal.log.map(entry => ({ name: name(entry), effect: entry.effect })),
      local: points,
      killed: killed.get(place),
    }
  },
  async place => {
    const preload = { SWEEP_LIST: listIn(place) }
    const { ran, taken } = await snapshots(place, names => namesIn(place, names).some(isItsTurn), { preload })
    killed.set(place, taken)
    return ran
  },
)
type Stage = (typeof walked)[number]['stages'][number]

const nameOf = ({ at, about }: LocalPoint) => about ?? at
const swept = sweptOn(walked, ({ requests, local }) => [...requests.map(({ name }) => name), ...local.map(nameOf)])

const KINDS = ['save', 'command', 'effect'] as const

/** Where a run is ended, by name; what is there. */
interface Point {
  readonly name: string
  readonly kind: (typeof KINDS)[number]
}

const sections = walked.flatMap(({ route, bench, stages }) =>
  stages.map((stage, index) => {
    const found = stage.local
      .filter(point => swept(route, nameOf(point)))
      .flatMap(point => namesIn({ bench }, [point.at, nameOf(point)]).map(name => ({ kind: point.kind, name })))
    const local: readonly Point[] = [...new Map(found.map(point => [point.name, point])).values()]
    const effects = stage.requests
      .filter(({ name, effect }) => effect && swept(route, name))
      .flatMap(({ name: request }) =>
        PHASES.map(phase => ({ kind: 'effect' as const, name: `${phase} ${request}`, request, phase })),
      )
    const points = [...local, ...effects]
    const at = <Result>(work: (place: Place) => Promise<Result>) => bench.at(index, work)
    return { title: `${route.name}, stage ${index + 1}`, at, bench, stage, local, effects, points }
  }),
)
type Section = (typeof sections)[number]

/** By route and kind of point. */
const counts = new Map<string, Map<string, number>>()
function count({ bench: { route } }: Pick<Place, 'bench'>, kind: string, outcome: string): void {
  const name = `${route.name}: ${kind}`
  const row = counts.get(name) ?? new Map<string, number>()
  counts.set(name, row.set(outcome, (row.get(outcome) ?? 0) + 1))
}

afterAll(async () => {
  await Promise.all(walked.map(({ bench }) => bench.close()))
  const outcomes = ['points', 'ended there', 'lock left', 'gone on from', 'converged']
  const inOrder = ROUTES.flatMap(({ name }) => [...counts].filter(([kind]) => kind.startsWith(`${name}: `)))
  const rows = inOrder.map(([kind, row]) => [kind, ...outcomes.map(outcome => row.get(outcome) ?? 0)])
  process.stdout.write(`\n${table([['', ...outcomes], ...rows])}`)
})

describe('the reference run', () => {
  for (const { route, stages } of walked) {
    test(`has effects, commands and saves, stops once for people, and ends where CI can push: ${route.name}`, () => {
      expect(stages.map(({ code }) => code)).toEqual(route.later ? [3, 0, 3, 0] : [3, 0])
      expect(stages.at(-1)?.canPush).toEqual(['Heroku', 'Docker Hub', 'Google'])
      expect(stages[0]?.effects.length).toBeGreaterThan(0)
      const kinds = new Set(stages.flatMap(({ local }) => local.map(({ kind }) => kind)))
      expect(kinds).toEqual(new Set(['save', 'command']))
    })
  }

  for (const { title, at, stage } of sections) {
    test(`leaves the same as another one, and a second run changes nothing: ${title}`, () =>
      at(async place => {
        await goesOn(place, stage)
        await goesOn(place, stage)
      }))
  }
})

const SIGNALS = [['SIGINT'], ['SIGTERM'], ['SIGHUP'], ['SIGINT', 'SIGINT']] as const

const DISKS = ['full', 'read-only'] as const

/** Only root may, and not in every container. */
const canMount = mayMount()

function mayMount(): boolean {
  const folder = mkdtempSync(join(tmpdir(), 'dummyapp-setup-disk-'))
  try {
    execFileSync('mount', ['-t', 'tmpfs', 'tmpfs', folder], { stdio: 'ignore' })
    execFileSync('umount', [folder])
    return true
  } catch {
    process.stdout.write('No disk can be mounted here, so what comes of a full one is left out.\n')
    return false
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** The same place, its checkout and progress on a small disk of their own; `mend` makes room on it, and lets it be written to. */
async function onDisk(
  outer: Place,
  work: (place: Place, disk: string, mend: () => void) => Promise<void>,
): Promise<void> {
  const folder = join(outer.folder, 'disk')
  mkdirSync(folder)
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=32m', 'tmpfs', folder])
  try {
    for (const name of ['checkout', 'state']) {
      const from = join(outer.folder, name)
      if (existsSync(from)) cpSync(from, join(folder, name), { recursive: true })
    }
    await work({ ...outer, checkout: join(folder, 'checkout'), state: join(folder, 'state') }, folder, () => {
      execFileSync('mount', ['-o', 'remount,rw', folder])
      rmSync(join(folder, 'filler'), { force: true })
    })
  } finally {
    execFileSync('umount', ['--lazy', folder])
  }
}

/** How often a file is saved differs from run to run; one of so many points every run comes to. */
const FEW = 4

for (const section of sections) {
  const { title, at, bench, stage, local, effects, points } = section

  part(
    `${title}: kill -9`,
    points,
    ({ name }) => name,
    async ({ kind, name }) => {
      const beginning = keptOf(stage.killed, name)
      count(section, kind, 'points')
      await bench.in(beginning, async place => {
        count(section, kind, 'ended there')
        if (locksIn(place.state).length > 0) count(section, kind, 'lock left')
        await converges(place, section, kind)
      })
    },
  )

  // What is kept of an instant is what a kill leaves: at one point of each kind it is killed for real.
  const real = KINDS.map(kind =>
    points
      .filter(point => point.kind === kind)
      .toSorted(byGroup)
      .slice(0, FEW),
  )
  part(
    `${title}: kill -9, for real`,
    real.filter(([first]) => first !== undefined),
    ([first]) => `at a ${first?.kind}, ${first?.name} or the like`,
    few =>
      at(async place => {
        const isOne = (name: string) => few.some(point => point.name === name)
        const { ran, taken } = await snapshots(place, names => names.some(isOne), { kills: true })
        expect(ran.signal, ran.said).toBe('SIGKILL')
        const [kept] = taken.values()
        assertSame(stateOf(place), kept ? stateOf(asPlace(kept)) : null)
        await goesOn(place, stage)
      }),
  )

  // One of them for each point, as all come to the same ears.
  const afterwards = local
    .filter(({ name }) => !name.startsWith('before '))
    .map(({ name }) => ({ name, signal: SIGNALS[groupOf(name, SIGNALS.length)]?.[0] ?? 'SIGINT' }))
  part(
    `${title}: a signal at a change of a file, or at a command`,
    afterwards,
    ({ name, signal }) => `${signal} ${name}`,
    ({ name, signal }) =>
      at(async place => {
        const { code, said } = await bench.run(place, { SWEEP_AT: name, SWEEP_DO: signal })
        count(section, `${signal}, local`, 'points')
        // After the last change there is nothing left to be ended.
        expect([130, stage.code], said).toContain(code)
        if (code === 130) count(section, `${signal}, local`, 'ended there')
        await converges(place, section, `${signal}, local`)
      }),
  )

  const saves = local
    .filter(({ kind, name }) => kind === 'save' && name.startsWith('before '))
    .map(({ name }) => ({ name, disk: DISKS[groupOf(name, DISKS.length)] ?? 'full' }))
  part(
    `${title}: from a change of a file on, the disk`,
    canMount && bench.route === ROUTES[0] ? saves : [],
    ({ name, disk }) => `is ${disk}: ${name}`,
    ({ name, disk }) =>
      at(outer =>
        onDisk(outer, async (place, folder, mend) => {
          const { code, said } = await bench.run(place, { SWEEP_AT: name, SWEEP_DO: disk, SWEEP_DISK: folder })
          count(section, disk, 'points')
          expect([1, stage.code], said).toContain(code)
          // What a tool says may have a stack; ours never.
          expect(said, said).not.toMatch(/^ +at .*\/program\/.*:\d+:\d+/m)
          // What is renamed makes room for the next one: it may come to its end.
          if (code !== stage.code) expect(said, said).toMatch(/^Go on: |^ {2}next /m)
          mend()
          await converges(place, section, disk)
        }),
      ),
  )

  // Every second of them, as all come to the same ears.
  const stops = effects.flatMap(point =>
    SIGNALS.filter((_, which) => which % 2 === groupOf(point.name, 2)).map(signals => ({ ...point, signals })),
  )
  part(
    `${title}: a signal while a request is under way`,
    stops,
    ({ name, signals }) => `${signals.join(' + ')} ${name}`,
    ({ phase, request, signals }) =>
      at(async place => {
        const [first, second] = signals
        const kind = signals.join(' + ')
        const running = bench.start(place)
        onArrival(place, request, phase, async () => {
          const heard = running.saying('Stopping:')
          running.kill(first)
          await heard
          if (second === undefined) return
          running.kill(second)
          await running.ended
        })
        const { code, said } = await running.ended
        count(section, kind, 'points')
        expect(code, said).toBe(130)
        expect(said).toMatch(/^Go on: \S/m)
        // One signal lets what is in flight end; it must not count as two.
        if (second === undefined) expect(said).not.toContain('Stopping at once')
        count(section, kind, 'ended there')
        await converges(place, section, kind)
      }),
  )
}

/** How it went on from a state, by the state: what is equal is tried once. */
const tried = new Map<string, Promise<void>>()

async function converges(place: Place, { title, stage }: Section, kind: string): Promise<void> {
  const state = `${title} ${JSON.stringify(stateOf(place))}`
  const going = tried.get(state)
  if (going === undefined) count(place, kind, 'gone on from')
  const went = going ?? goesOn(place, stage)
  tried.set(state, went)
  await went
  count(place, kind, 'converged')
}

/** Runs as far as the stage goes: what is left is what the reference left, and nothing was done twice. */
async function goesOn(place: Place, stage: Stage): Promise<void> {
  place.rehearsal.hook = place.watch
  isAsBefore(place, stage, await place.bench.run(place))
}

function isAsBefore(place: Place, stage: Stage, { code, said }: Ran): void {
  expect(code, said).toBe(stage.code)
  assertSame(leftBy(place), stage.left, said)
  expect(repeated(effectsOf(place), stage.effects)).toEqual([])
}
