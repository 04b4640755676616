import { readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { Bench, isCertain, onArrival, PHASES, type Place, type Ran, requestNames } from './run.ts'
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

/** Beside the place, as what lies in it is compared. */
const listIn = ({ folder }: Place) => join(dirname(folder), `${basename(folder)}-points.json`)

const bench = new Bench()
const stages = await bench.stages(
  (place, { code }) => {
    const name = requestNames()
    return {
      code,
      left: leftBy(place),
      effects: effectsOf(place),
      requests: place.rehearsal.log.map(entry => ({ name: name(entry), effect: entry.effect })),
      local: JSON.parse(readFileSync(listIn(place), 'utf8')) as LocalPoint[],
    }
  },
  place => ({ SWEEP_LIST: listIn(place) }),
)
type Stage = (typeof stages)[number]
const remoteOf = ({ requests }: Stage) =>
  requests.filter(isCertain).flatMap(({ name, effect }) => PHASES.map(phase => ({ at: name, phase, effect })))

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
  test('has effects at the clouds, commands and saves, and stops once for people', () => {
    expect(stages.map(({ code }) => code)).toEqual([3, 0])
    for (const { effects } of stages) expect(effects.length).toBeGreaterThan(0)
    const kinds = new Set(stages.flatMap(({ local }) => local.map(({ kind }) => kind)))
    expect(kinds).toEqual(new Set(['save', 'command']))
  })

  for (const [index, stage] of stages.entries()) {
    test(`leaves the same as another one, and a second run changes nothing: stage ${index + 1}`, () =>
      bench.at(index, async place => {
        await converges(place, stage, 'no kill')
        await converges(place, stage, 'no kill, run again')
      }))
  }
})

const SIGNALS = [['SIGINT'], ['SIGTERM'], ['SIGHUP'], ['SIGINT', 'SIGINT']] as const

for (const [index, stage] of stages.entries()) {
  describe(`stage ${index + 1}: kill -9 at a change of a file, or at a command`, () => {
    for (const { kind, at } of stage.local) {
      test.concurrent(at, () =>
        bench.at(index, async place => {
          isKilled(place, await bench.run(place, { SWEEP_KILL_AT: at }), kind)
          await converges(place, stage, kind)
        }),
      )
    }
  })

  describe(`stage ${index + 1}: kill -9 at an effect at the clouds`, () => {
    for (const { at, phase } of remoteOf(stage).filter(({ effect }) => effect)) {
      test.concurrent(`${phase} ${at}`, () =>
        bench.at(index, async place => {
          const running = bench.start(place)
          onArrival(place, at, phase, async () => {
            running.kill('SIGKILL')
            await running.ended
            // Then it must not be carried out any more.
            if (phase === 'before') throw new Error('the request was lost')
          })
          isKilled(place, await running.ended, 'effect')
          await converges(place, stage, 'effect')
        }))
    }
  })

  // All of them around an effect; around a mere question one in turn, as all come to the same ears.
  const stops = remoteOf(stage).flatMap((point, turn) =>
    SIGNALS.filter((_, which) => point.effect || which === turn % SIGNALS.length).map(signals => ({
      ...point,
      signals,
    })),
  )
  describe(`stage ${index + 1}: a signal while a request is under way`, () => {
    for (const { at, phase, signals } of stops) {
      const [first, second] = signals
      const kind = signals.join(' + ')
      test.concurrent(`${kind} ${phase} ${at}`, () =>
        bench.at(index, async place => {
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
          await converges(place, stage, kind)
        }))
    }
  })
}

function isKilled({ state }: Place, { signal, said }: Ran, kind: string): void {
  count(kind, 'points')
  expect(signal, `the point was not reached:\n${said}`).toBe('SIGKILL')
  count(kind, 'ended there')
  if (locksIn(state).length > 0) count(kind, 'lock left')
}

/** Runs as far as the stage goes, and compares what is left with the reference. */
async function converges(place: Place, stage: Stage, kind: string): Promise<void> {
  place.rehearsal.hook = undefined
  const { code, said } = await bench.run(place)
  expect(code, said).toBe(stage.code)
  expect(leftBy(place)).toEqual(stage.left)
  count(kind, 'converged')
  expect(repeated(effectsOf(place), stage.effects)).toEqual([])
  count(kind, 'nothing done twice')
}
