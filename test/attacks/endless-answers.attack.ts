import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { followed } from '../support/circleci.ts'
import { temporaryFolder } from '../support/folder.ts'
import { setStage } from '../support/stage.ts'

/** What a vendor can answer to a person's computer for as long as it likes. */
const ENDLESS: Readonly<Record<string, (response: ServerResponse, nth: number) => unknown>> = {
  'pages without an end': (response, nth) =>
    response.end(JSON.stringify({ items: [], next_page_token: `page-${nth}`, filler: 'x'.repeat(100_000) })),
  'a refusal of 14 MB': response => response.writeHead(403).end(JSON.stringify({ message: 'no '.repeat(5_000_000) })),
  'JSON that is nested 100,000 times': response =>
    response.end(`{"items":${'['.repeat(100_000)}${']'.repeat(100_000)}}`),
}

function drip(response: ServerResponse): void {
  const timer = setInterval(() => response.write(' '), 10)
  response.on('close', () => clearInterval(timer))
}

/** The simulated CircleCI, but that the contexts of an organization are answered in that way. */
async function stageWith(answer: (response: ServerResponse, nth: number) => unknown) {
  const stage = await setStage({ change: followed, lanes: ['--only', 'circleci'] })
  let asked = 0
  const server = createServer(async ({ method = '', url = '', headers }, response) => {
    if (url.startsWith('/api/v2/context?')) {
      asked += 1
      return answer(response, asked)
    }
    const token = String(headers['circle-token'])
    const reply = await fetch(stage.rehearsal.origins.circleci + url, { method, headers: { 'circle-token': token } })
    return response.writeHead(reply.status, { 'content-type': 'application/json' }).end(await reply.text())
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  onTestFinished(() => server.closeAllConnections())
  onTestFinished(() => void server.close())
  const CIRCLE_HOST = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return { ...stage, env: { CIRCLE_HOST } }
}

describe('However much a vendor answers, it is given up in time, and told in words with vendor and request:', () => {
  test.each(Object.entries(ENDLESS))('%s', async (_, answer) => {
    const { run, env } = await stageWith(answer)
    const { code, all } = await run(['--yes'], { env, under: ['timeout', '-s', 'KILL', '20'] })
    expect(code, all).toBe(1)
    expect(all.replace(/\s+/g, ' ')).toMatch(
      /circleci\.context-\S+ asked GET 127\.0\.0\.1:\d+\/api\/v2\/context\?.* means .*CircleCI/,
    )
    expect(all).not.toMatch(/mistake in dummyapp-setup|Maximum call stack/)
    const planned = await run(['plan', '--yes', '--json'], { env, under: ['timeout', '-s', 'KILL', '20'] })
    expect(planned.code, planned.stderr).toBe(0)
    expect(planned.stdout.length).toBeLessThan(1_000_000)
  })
})

test('Ctrl-C ends the waiting for a slow drip at once', async () => {
  const home = temporaryFolder()
  const mark = join(home, 'begun')
  const { run, env } = await stageWith(response => {
    writeFileSync(mark, '')
    drip(response)
  })
  const began = performance.now()
  const patient = { ...env, DUMMYAPP_SETUP_TIME_SCALE: '1' }
  // By the shell, since it must come once the answer drips.
  const line = `set -m; "$@" & job=$!; while [ ! -e '${mark}' ]; do sleep 0.1; done; kill -INT -- -$job; wait $job`
  const { code, all } = await run(['--yes'], { env: patient, under: ['bash', '-c', line, 'bash'] })
  expect(code, all).toBe(130)
  expect(performance.now() - began).toBeLessThan(15_000)
})
