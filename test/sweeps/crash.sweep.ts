import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { Bench, onArrival, PHASES, type Place, type Ran, requestNames } from './run.ts'
import { table } from './table.ts'
import { effectsOf, leftBy, locksIn, repeated } from './world.ts'

/*
 * A run is ended at every point where it changes something, and run again: what is left must be what an uninterrupted
 * run leaves. The points are found in a run, never listed, so new steps are swept as they come.
 */

interface LocalPoint {
  readonly kind: 'save' | 'command'
  /** As kill-point.mjs names it. */
  readonly at: string
}

const bench = new Bench()
const reference = await bench.at(async place => {
  const list = join(place.folder, 'points.json')
  expect(await bench.run(place, { SWEEP_LIST: list })).toMatchObject({ code: 0 })
  const name = requestNames()
  return {
    left: leftBy(place),
    effects: effectsOf(place),
    requests: place.rehearsal.log.map(entry => ({ name: name(entry), effect: entry.effect })),
    local: JSON.parse(readFileSync(list, 'utf8')) as LocalPoint[],
  }
})

const remote = reference.requests.flatMap(({ name, effect }) => PHASES.map(phase => ({ at: name, phase, effect })))

const counts = new Map<string, Map<string, number>>()
function count(kind: string, outcome: string): void {
  const row = counts.get(kind) ?? new Map<string, number>()
  counts.set(kind, row.set(outcome, (row.get(outcome) ?? 0) + 1))
}

afterAll(() => {
  bench.close()
  const outcomes = ['points', 'ended there', 'lock left', 'converged', 'nothing done twice']
  const rows = [...counts].map(([kind, row]) => [kind, ...outcomes.map(outcome => row.get(outcome) ?? 0)])
  process.stdout.write(`\n${table([['', ...outcomes], ...rows])}`)
})

describe('the reference run', () => {
  test('has effects at the clouds, commands and saves', () => {
    expect(reference.effects.length).toBeGreaterThan(0)
    expect(new Set(reference.local.map(({ kind }) => kind))).toEqual(new Set(['save', 'command']))
  })

  test('leaves the same as another one, and a second run changes nothing', () =>
    bench.at(async place => {
      await converges(place, 'no kill')
      await converges(place, 'no kill, run again')
    }))
})

describe('kill -9 at a change of a file, or at a command', () => {
  for (const { kind, at } of reference.local) {
    test.concurrent(at, () =>
      bench.at(async place => {
        isKilled(place, await bench.run(place, { SWEEP_KILL_AT: at }), kind)
        await converges(place, kind)
      }),
    )
  }
})

describe('kill -9 at an effect at the clouds', () => {
  for (const { at, phase } of remote.filter(({ effect }) => effect)) {
    test.concurrent(`${phase} ${at}`, () =>
      bench.at(async place => {
        const running = bench.start(place)
        onArrival(place, at, phase, async () => {
          running.kill('SIGKILL')
          await running.ended
          // Then it must not be carried out any more.
          if (phase === 'before') throw new Error('the request was lost')
        })
        isKilled(place, await running.ended, 'effect')
        await converges(place, 'effect')
      }))
  }
})

const SIGNALS = [['SIGINT'], ['SIGTERM'], ['SIGHUP'], ['SIGINT', 'SIGINT']] as const
/** All of them around an effect; around a mere question one in turn, as all come to the same ears. */
const stops = remote.flatMap((point, index) =>
  SIGNALS.filter((_, turn) => point.effect || turn === index % SIGNALS.length).map(signals => ({ ...point, signals })),
)

describe('a signal while a request is under way', () => {
  for (const { at, phase, signals } of stops) {
    const [first, second] = signals
    const kind = signals.join(' + ')
    test.concurrent(`${kind} ${phase} ${at}`, () =>
      bench.at(async place => {
        const running = bench.start(place)
        onArrival(place, at, phase, async () => {
          const heard = running.saying('Stopping:')
          running.kill(first)
          await heard
          if (second === undefined) return
          running.kill(second)
          await running.ended
        })
        const { code, said } = await running.ended
        count(kind, 'points')
        expect(code, said).toBe(130)
        expect(said).toMatch(/^Go on: \S/m)
        // One signal lets what is in flight end; it must not count as two.
        if (second === undefined) expect(said).not.toContain('Stopping at once')
        count(kind, 'ended there')
        await converges(place, kind)
      }))
  }
})

function isKilled({ state }: Place, { signal, said }: Ran, kind: string): void {
  count(kind, 'points')
  expect(signal, `the point was not reached:\n${said}`).toBe('SIGKILL')
  count(kind, 'ended there')
  if (locksIn(state).length > 0) count(kind, 'lock left')
}

/** Runs to the end, and compares what is left with the reference. */
async function converges(place: Place, kind: string): Promise<void> {
  place.rehearsal.hook = undefined
  const { code, said } = await bench.run(place)
  expect(code, said).toBe(0)
  expect(leftBy(place)).toEqual(reference.left)
  count(kind, 'converged')
  expect(repeated(effectsOf(place), reference.effects)).toEqual([])
  count(kind, 'nothing done twice')
}
