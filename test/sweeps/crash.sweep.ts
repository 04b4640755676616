import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { reach } from './ci.ts'
import { ROUTES } from './routes.ts'
import { isCertain, onArrival, PHASES, type Place, type Ran, requestNames, sweptOn, walkAll } from './run.ts'
import { table } from './table.ts'
import { groupOf, part } from './turn.ts'
import { effectsOf, leftBy, locksIn, repeated } from './world.ts'

/*
 * A run is ended at every point where it changes something, and run again: what is left must be what an uninterrupted
 * run leaves. The points are found in a run, never listed, so new steps are swept as they come. The first route is swept
 * whole, the others where they are other. And at every instant CI has a working credential where it once had one.
 */

interface LocalPoint {
  readonly kind: 'save' | 'command'
  /** As kill-point.mjs names it. */
  readonly at: string
  /** Of a save of the progress, by what it saves. */
  readonly about?: string
}

interface Listed {
  readonly points: readonly LocalPoint[]
  /** Each with its words, and the environment it was given. */
  readonly commands: readonly (readonly string[])[]
}

/** Beside the place, as what lies in it is compared. */
const listIn = ({ folder }: Place) => join(dirname(folder), `${basename(folder)}-points.json`)

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
    }
  },
  place => ({ SWEEP_LIST: listIn(place) }),
)
type Stage = (typeof walked)[number]['stages'][number]

const nameOf = ({ at, about }: LocalPoint) => about ?? at
const swept = sweptOn(walked, ({ requests, local }) => [...requests.map(({ name }) => name), ...local.map(nameOf)])
const sections = walked.flatMap(({ route, bench, stages }) =>
  stages.map((stage, index) => ({
    title: `${route.name}, stage ${index + 1}`,
    at: <Result>(work: (place: Place) => Promise<Result>) => bench.at(index, work),
    bench,
    stage,
    local: stage.local.filter(point => swept(route, nameOf(point))),
    remote: stage.requests
      .filter(one => isCertain(one) && swept(route, one.name))
      .flatMap(({ name, effect }) => PHASES.map(phase => ({ name, phase, effect }))),
  })),
)

/** By route and kind of point. */
const counts = new Map<string, Map<string, number>>()
function count({ bench: { route } }: Place, kind: string, outcome: string): void {
  const name = `${route.name}: ${kind}`
  const row = counts.get(name) ?? new Map<string, number>()
  counts.set(name, row.set(outcome, (row.get(outcome) ?? 0) + 1))
}

afterAll(() => {
  for (const { bench } of walked) bench.close()
  const outcomes = ['points', 'ended there', 'lock left', 'converged', 'nothing done twice']
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
        await converges(place, stage, 'no kill')
        await converges(place, stage, 'no kill, run again')
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

for (const { title, at, bench, stage, local, remote } of sections) {
  const named = (point: LocalPoint) => (bench.route === ROUTES[0] ? point.at : nameOf(point))

  part(`${title}: kill -9 at a change of a file, or at a command`, local, named, point =>
    at(async place => {
      isKilled(place, await bench.run(place, { SWEEP_AT: named(point) }), point.kind)
      await converges(place, stage, point.kind)
    }),
  )

  // One of them for each point, as all come to the same ears.
  const afterwards = local
    .filter(point => !point.at.startsWith('before '))
    .map(point => ({ name: named(point), signal: SIGNALS[groupOf(named(point), SIGNALS.length)]?.[0] ?? 'SIGINT' }))
  part(
    `${title}: a signal at a change of a file, or at a command`,
    afterwards,
    ({ name, signal }) => `${signal} ${name}`,
    ({ name, signal }) =>
      at(async place => {
        const { code, said } = await bench.run(place, { SWEEP_AT: name, SWEEP_DO: signal })
        count(place, `${signal}, local`, 'points')
        // After the last change there is nothing left to be ended.
        expect([130, stage.code], said).toContain(code)
        if (code === 130) count(place, `${signal}, local`, 'ended there')
        await converges(place, stage, `${signal}, local`)
      }),
  )

  const saves = local
    .filter(point => point.kind === 'save' && point.at.startsWith('before '))
    .map(point => ({ name: named(point), disk: DISKS[groupOf(named(point), DISKS.length)] ?? 'full' }))
  part(
    `${title}: from a change of a file on, the disk`,
    canMount && bench.route === ROUTES[0] ? saves : [],
    ({ name, disk }) => `is ${disk}: ${name}`,
    ({ name, disk }) =>
      at(outer =>
        onDisk(outer, async (place, folder, mend) => {
          const { code, said } = await bench.run(place, { SWEEP_AT: name, SWEEP_DO: disk, SWEEP_DISK: folder })
          count(place, disk, 'points')
          expect([1, stage.code], said).toContain(code)
          // What a tool says may have a stack; ours never.
          expect(said, said).not.toMatch(/^ +at .*\/program\/.*:\d+:\d+/m)
          // What is renamed makes room for the next one: it may come to its end.
          if (code !== stage.code) expect(said, said).toMatch(/^Go on: |^ {2}next /m)
          mend()
          await converges(place, stage, disk)
        }),
      ),
  )

  const effects = remote.filter(({ effect }) => effect)
  part(
    `${title}: kill -9 at an effect at the clouds`,
    effects,
    ({ name, phase }) => `${phase} ${name}`,
    ({ name, phase }) =>
      at(async place => {
        const running = bench.start(place)
        onArrival(place, name, phase, async () => {
          running.kill('SIGKILL')
          await running.ended
          // Then it must not be carried out any more.
          if (phase === 'before') throw new Error('the request was lost')
        })
        isKilled(place, await running.ended, 'effect')
        await converges(place, stage, 'effect')
      }),
  )

  // Every second of them, as all come to the same ears.
  const stops = effects.flatMap(point =>
    SIGNALS.filter((_, which) => which % 2 === groupOf(`${point.phase} ${point.name}`, 2)).map(signals => ({
      ...point,
      signals,
    })),
  )
  part(
    `${title}: a signal while a request is under way`,
    stops,
    ({ name, phase, signals }) => `${signals.join(' + ')} ${phase} ${name}`,
    ({ name, phase, signals: [first, second] }) =>
      at(async place => {
        const kind = [first, second].filter(Boolean).join(' + ')
        const running = bench.start(place)
        onArrival(place, name, phase, async () => {
          const heard = running.saying('Stopping:')
          running.kill(first)
          await heard
          if (second === undefined) return
          running.kill(second)
          await running.ended
        })
        const { code, said } = await running.ended
        count(place, kind, 'points')
        expect(code, said).toBe(130)
        expect(said).toMatch(/^Go on: \S/m)
        // One signal lets what is in flight end; it must not count as two.
        if (second === undefined) expect(said).not.toContain('Stopping at once')
        count(place, kind, 'ended there')
        await converges(place, stage, kind)
      }),
  )
}

function isKilled(place: Place, { signal, said }: Ran, kind: string): void {
  count(place, kind, 'points')
  expect(signal, `the point was not reached:\n${said}`).toBe('SIGKILL')
  count(place, kind, 'ended there')
  if (locksIn(place.state).length > 0) count(place, kind, 'lock left')
}

/** Runs as far as the stage goes, and compares what is left with the reference. */
async function converges(place: Place, stage: Stage, kind: string): Promise<void> {
  place.rehearsal.hook = place.watch
  const { code, said } = await place.bench.run(place)
  expect(code, said).toBe(stage.code)
  expect(leftBy(place)).toEqual(stage.left)
  count(place, kind, 'converged')
  expect(repeated(effectsOf(place), stage.effects)).toEqual([])
  count(place, kind, 'nothing done twice')
}
