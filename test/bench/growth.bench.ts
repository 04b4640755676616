import { expect, test } from 'vitest'
import { lookAtAll, runPass } from '../../src/engine/pass.ts'
import { inOrder } from '../../src/engine/plan.ts'
import type { Step, StepId } from '../../src/engine/step.ts'
import { fakeStep, makeEngine } from '../support/engine.ts'
import { median, printTable } from './figures.ts'

const LANES = 10

/** Steps that are done by one command each: all by themselves, or in lanes in which each comes after the one before. */
function generated(count: number, inLanes: boolean) {
  const done = new Set<string>()
  const step = (index: number): Step => {
    const id: StepId = `lane${index % LANES}.step${Math.floor(index / LANES)}`
    const earlier: StepId = `lane${index % LANES}.step${Math.floor(index / LANES) - 1}`
    const look = async () => (done.has(id) ? ({ is: 'present', state: 0 } as const) : ({ is: 'missing' } as const))
    return fakeStep(id, { look, ...(inLanes && index >= LANES && { after: [earlier] }) })
  }
  const { clouds, ...rest } = makeEngine()
  const run: typeof clouds.run = async ({ argv: [id = ''] }) => {
    done.add(id)
    return { code: 0, stdout: '', stderr: '' }
  }
  return {
    steps: Array.from({ length: count }, (_, index) => step(index)),
    engine: { ...rest, clouds: { ...clouds, run } },
  }
}

/** CPU time of one walk, in milliseconds. */
async function cost(count: number, inLanes: boolean): Promise<number> {
  const { steps, engine } = generated(count, inLanes)
  const never = new AbortController().signal
  const began = process.cpuUsage()
  const plan = await lookAtAll(inOrder(steps), engine, never)
  const acting = new Set(steps.map(({ id }) => id))
  const outcomes = await runPass({
    plan,
    acting,
    agreed: new Set(),
    engine,
    emit: () => {},
    stop: never,
    giveUp: never,
  })
  expect([...outcomes.values()].every(({ is }) => is === 'done')).toBe(true)
  const { user, system } = process.cpuUsage(began)
  return (user + system) / 1000
}

/** The median of nine walks, after one that warms up. */
async function costOf(count: number, inLanes: boolean): Promise<number> {
  const costs: number[] = []
  for (let round = 0; round <= 9; round += 1) costs.push(await cost(count, inLanes))
  return median(costs.slice(1))
}

test('how the walk grows with its steps', async () => {
  const rows = [['', '10 steps', '100 steps', '1,000 steps', '1,000 against 10']]
  for (const [name, inLanes] of [
    ['independent', false],
    [`in ${LANES} lanes`, true],
  ] as const) {
    const costs: number[] = []
    for (const count of [10, 100, 1000]) costs.push(await costOf(count, inLanes))
    rows.push([name, ...costs.map(ms => `${ms.toFixed(0)} ms`), `${((costs[2] ?? 0) / (costs[0] ?? 0)).toFixed(0)} ×`])
  }
  printTable('How the walk grows (processor time)', rows)
})
