import { expect, test } from 'vitest'
import type { Logged } from '../../src/rehearsal/server.ts'
import { Bench, type Place } from '../sweeps/run.ts'
import { median, printTable, timed } from './figures.ts'

const ROUNDS = 3
const LATENCY = 150

interface Walked {
  readonly ms: number
  readonly requests: number
  readonly effects: number
  /** The longest row of requests each of which was sent after the last one's answer. */
  readonly chain: number
}

/** One run of the program in a place: how long it took, and what it asked. */
async function walked(bench: Bench, place: Place, latencyMs: number): Promise<Walked> {
  const { rehearsal } = place
  rehearsal.latencyMs = latencyMs
  const earlier = rehearsal.log.length
  const lengths = new Map<Logged, number>()
  let chain = 0
  rehearsal.hook = (phase, entry) => {
    if (phase === 'before') lengths.set(entry, chain + 1)
    else chain = Math.max(chain, lengths.get(entry) ?? 0)
  }
  const ms = await timed(async () => {
    const { code, said } = await bench.run(place)
    expect([0, 3], said).toContain(code)
  })
  const asked = rehearsal.log.slice(earlier)
  return { ms, requests: asked.length, effects: asked.filter(({ effect }) => effect).length, chain }
}

test('the walk, against the time that its requests take', async () => {
  const bench = new Bench()
  const stages = await bench.stages(() => undefined)
  const again = async (place: Place, latencyMs: number) => {
    await walked(bench, place, 0)
    return walked(bench, place, latencyMs)
  }
  const runs = [
    ...stages.map((_, stage) => ({
      name: stage === 0 ? 'until people are needed' : 'from there to the end',
      run: (latencyMs: number) => bench.at(stage, place => walked(bench, place, latencyMs)),
    })),
    {
      name: 'run again: nothing to do',
      run: (latencyMs: number) => bench.at(stages.length - 1, place => again(place, latencyMs)),
    },
  ]
  const rows: string[][] = []
  for (const { name, run } of runs) {
    const near: Walked[] = []
    const far: Walked[] = []
    for (let round = 0; round < ROUNDS; round += 1) {
      near.push(await run(0))
      far.push(await run(LATENCY))
    }
    const middle = (of: readonly Walked[], what: keyof Walked) => median(of.map(one => one[what]))
    const [close, distant] = [middle(near, 'ms'), middle(far, 'ms')]
    const chain = middle(far, 'chain')
    rows.push([
      name,
      ...[middle(far, 'requests'), middle(far, 'effects'), chain].map(String),
      `${close.toFixed(0)} ms`,
      `${distant.toFixed(0)} ms`,
      `${((distant - close) / (chain * LATENCY)).toFixed(2)} ×`,
    ])
  }
  await bench.close()
  printTable(`The walk with --yes (medians of ${ROUNDS} rounds)`, [
    ['', 'requests', 'effects', 'longest chain', 'latency 0', `latency ${LATENCY} ms`, 'latency / chain'],
    ...rows,
  ])
})
