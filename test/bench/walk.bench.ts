import { expect, test } from 'vitest'
import type { Logged } from '../../src/rehearsal/server.ts'
import { Bench, type Place } from '../sweeps/run.ts'
import { median, printTable, timed } from './figures.ts'

const ROUNDS = 3
/** In milliseconds; without any, what is left is work. */
const LATENCIES = [50, 150, 500] as const

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
    const taken = new Map<number, Walked[]>()
    // In turn, so that whatever else the machine does meets them all.
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const latency of [0, ...LATENCIES]) taken.set(latency, [...(taken.get(latency) ?? []), await run(latency)])
    }
    const middle = (latency: number, what: keyof Walked) => median((taken.get(latency) ?? []).map(one => one[what]))
    const costs = LATENCIES.map(latency => {
      const [near, far] = [middle(0, 'ms'), middle(latency, 'ms')]
      return [`${far.toFixed(0)} ms`, `${((far - near) / (middle(latency, 'chain') * latency)).toFixed(2)} ×`]
    })
    const counts = (['requests', 'effects', 'chain'] as const).map(what => String(middle(500, what)))
    rows.push([name, ...counts, `${middle(0, 'ms').toFixed(0)} ms`, ...costs.flat()])
  }
  await bench.close()
  printTable(
    `The walk with --yes (medians of ${ROUNDS} rounds; the cost is what a latency adds, against it times the chain)`,
    [
      ['', 'requests', 'effects', 'chain', 'latency 0', ...LATENCIES.flatMap(latency => [`${latency} ms`, 'cost'])],
      ...rows,
    ],
  )
})
