import { expect, test } from 'vitest'
import type { Logged } from '../../src/rehearsal/server.ts'
import { rehearse } from '../rehearsal/client.ts'
import { makeCheckout } from '../support/checkout.ts'
import { runCli } from '../support/cli.ts'
import { temporaryFolder } from '../support/folder.ts'
import { median, printTable, timed } from './figures.ts'

const ROUNDS = 5
const LATENCY = 150

/** One whole walk: how long it took, and the longest chain of requests each of which was sent after the last one's answer. */
async function walk(latencyMs: number): Promise<{ ms: number; requests: number; chain: number }> {
  const clouds = await rehearse()
  clouds.latencyMs = latencyMs
  const lengths = new Map<Logged, number>()
  let answered = 0
  clouds.hook = (phase, entry) => {
    if (phase === 'before') lengths.set(entry, answered + 1)
    else answered = Math.max(answered, lengths.get(entry) ?? 0)
  }
  const env = { HEROKU_HOST: clouds.origins.heroku, HEROKU_API_KEY: clouds.world.heroku.authorizations[0]?.token ?? '' }
  const options = { cwd: makeCheckout(), home: temporaryFolder(), env }
  const ms = await timed(async () => {
    expect((await runCli(['--yes', '--allow-host', '127.0.0.1'], options)).code).toBe(0)
  })
  return { ms, requests: clouds.log.length, chain: answered }
}

test('the walk, against the time that its requests take', async () => {
  await walk(0)
  const near: number[] = []
  const far: number[] = []
  let last = { ms: 0, requests: 0, chain: 0 }
  for (let round = 0; round < ROUNDS; round += 1) {
    near.push((await walk(0)).ms)
    last = await walk(LATENCY)
    far.push(last.ms)
  }
  const waited = median(far) - median(near)
  printTable(`The walk with --yes (medians of ${ROUNDS} rounds)`, [
    ['latency 0 ms', `${median(near).toFixed(0)} ms`],
    [`latency ${LATENCY} ms`, `${median(far).toFixed(0)} ms`],
    ['the latency costs', `${waited.toFixed(0)} ms`],
    [`longest chain: ${last.chain} of ${last.requests} requests`, `${last.chain * LATENCY} ms`],
    ['cost of the latency / the chain', `${(waited / (last.chain * LATENCY)).toFixed(2)} ×`],
  ])
})
