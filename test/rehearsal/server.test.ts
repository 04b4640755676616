import { once } from 'node:events'
import { mkdtempSync, readFileSync } from 'node:fs'
import { type IncomingMessage, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { describe, expect, test } from 'vitest'
import type { FaultKind } from '../../src/rehearsal/server.ts'
import { herokuClient, rehearse } from './client.ts'

const app = { name: 'pt-dummy-app' }
const newFile = () => join(mkdtempSync(join(tmpdir(), 'world-')), 'world.json')

describe('an answer', () => {
  test('carries the headers of the real one, by the clock of the rehearsal', async () => {
    const now = new Date('2026-11-22T10:00:00Z')
    const rehearsal = await rehearse(undefined, { now: () => now })
    const { headers } = await herokuClient(rehearsal)('GET', '/account')
    expect(headers.get('date')).toBe('Sun, 22 Nov 2026 10:00:00 GMT')
    expect(headers.get('request-id')).toMatch(/^[\da-f-]{36}$/)
    expect(headers.get('ratelimit-remaining')).toBe('4499')
    expect(headers.get('content-type')).toBe('application/json')
  })

  test('comes from loopback alone', async () => {
    const { origins } = await rehearse()
    expect(origins.heroku).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
  })

  test.each(['evil.test', 'evil.test:80', '127.0.0.1.evil.test', '127.0.0.1@evil.test'])(
    'is refused where it is asked as %j: a page of the web can have its own name lead here',
    async host => {
      const rehearsal = await rehearse()
      const token = rehearsal.world.heroku.authorizations[0]?.token
      const headers = { host, authorization: `Bearer ${token}` }
      const asking = request(`${rehearsal.origins.heroku}/account`, { headers }).end()
      const [answer] = (await once(asking, 'response')) as [IncomingMessage]
      expect(answer.statusCode).toBe(421)
      expect(await text(answer)).not.toContain('you@example.com')
      expect(rehearsal.log).toEqual([])
    },
  )

  test('is refused where the request has no end (413), whoever asks', async () => {
    const rehearsal = await rehearse()
    const asking = request(`${rehearsal.origins.heroku}/apps`, { method: 'POST' })
    asking.on('error', () => {})
    const more = () => {
      while (!asking.destroyed && asking.write(Buffer.alloc(2 ** 16)));
    }
    asking.on('drain', more)
    const answered = once(asking, 'response') as Promise<[IncomingMessage]>
    more()
    const [answer] = await answered
    asking.destroy()
    expect(answer.statusCode).toBe(413)
    expect(rehearsal.log).toEqual([])
  })

  test('is logged with its effect and who asked, never with a token', async () => {
    const rehearsal = await rehearse()
    const heroku = herokuClient(rehearsal)
    await heroku('GET', '/apps/pt-dummy-app?extended=true')
    await heroku('POST', '/apps', app)
    await heroku('POST', '/apps', app)
    await herokuClient(rehearsal, 'nonsense')('GET', '/account')
    expect(rehearsal.log).toMatchObject([
      { vendor: 'heroku', method: 'GET', path: '/apps/pt-dummy-app?extended=true', status: 404, effect: false },
      { method: 'POST', path: '/apps', body: app, status: 201, effect: true, who: 'you@example.com' },
      { method: 'POST', status: 422, effect: false, who: 'you@example.com' },
      { status: 401, effect: false },
    ])
    expect(JSON.stringify(rehearsal.log)).not.toMatch(/HRKU|nonsense/)
  })

  test('waits for the latency', async () => {
    const rehearsal = await rehearse(world => {
      world.latencyMs = 50
    })
    const begun = performance.now()
    await herokuClient(rehearsal)('GET', '/account')
    expect(performance.now() - begun).toBeGreaterThan(45)
  })
})

describe('the hook', () => {
  test('stands before the effect, and between its saving and the answer', async () => {
    const file = newFile()
    const rehearsal = await rehearse(undefined, { file })
    const seen: unknown[] = []
    rehearsal.hook = (phase, { status }) => {
      const saved = phase === 'after' && readFileSync(file, 'utf8').includes(app.name)
      seen.push([phase, status, rehearsal.world.heroku.apps.length, saved])
    }
    await herokuClient(rehearsal)('POST', '/apps', app)
    expect(seen).toEqual([
      ['before', undefined, 0, false],
      ['after', 201, 1, true],
    ])
  })
})

describe('the world file', () => {
  test('is written at the start, so that it is known to be possible, then by effects alone, and read at the next start', async () => {
    const file = newFile()
    const first = await rehearse(undefined, { file })
    const begun = readFileSync(file, 'utf8')
    await herokuClient(first)('GET', '/account')
    expect(readFileSync(file, 'utf8')).toBe(begun)
    const made = await herokuClient(first)('POST', '/apps', app)
    await first.close()

    const second = await rehearse(undefined, { file })
    const heroku = herokuClient(second)
    expect((await heroku('GET', '/apps/pt-dummy-app')).body).toEqual(made.body)
    const { body } = await heroku('POST', '/apps', { name: 'another-app' })
    expect(body).not.toMatchObject({ id: (made.body as { id: string }).id })
  })

  test('brings its own latency and faults, and does not learn those of the run', async () => {
    const file = newFile()
    const first = await rehearse(
      world => {
        world.faults = [{ path: '^/never$', do: 'silence' }]
      },
      { file },
    )
    first.faults.push({ path: '^/nor this$', do: 'silence' })
    await herokuClient(first)('POST', '/apps', app)
    const second = await rehearse(undefined, { file })
    expect(second.faults).toEqual([{ path: '^/never$', do: 'silence' }])
  })
})

describe('a fault', () => {
  const meet = async (kind: FaultKind) => {
    const rehearsal = await rehearse()
    rehearsal.faults = [{ method: 'POST', path: '^/apps$', do: kind }]
    const { heroku } = rehearsal.origins
    const token = rehearsal.world.heroku.authorizations[0]?.token
    const answer = fetch(`${heroku}/apps`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(app),
      redirect: 'manual',
    })
    return { rehearsal, answer, apps: () => rehearsal.world.heroku.apps.length }
  }

  test.each([
    { kind: 'reset-before', apps: 0 },
    { kind: 'reset-after', apps: 1 },
  ] as const)('$kind closes the socket, with $apps effects', async ({ kind, apps }) => {
    const met = await meet(kind)
    await expect(met.answer).rejects.toThrow('fetch failed')
    expect(met.apps()).toBe(apps)
    expect(met.rehearsal.log).toMatchObject([{ status: undefined, effect: apps === 1 }])
  })

  test('silence lasts until the end', async () => {
    const { rehearsal, answer, apps } = await meet('silence')
    const state = answer.then(
      () => 'answered',
      () => 'cut off',
    )
    await new Promise<void>(resolve => {
      rehearsal.hook = phase => {
        if (phase === 'after') resolve()
      }
    })
    await rehearsal.close()
    expect(await state).toBe('cut off')
    expect(apps()).toBe(0)
  })

  test('html looks like a proxy that found nobody', async () => {
    const { answer, apps } = await meet('html')
    const response = await answer
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toMatch(/^text\/html/)
    expect(await response.text()).toContain('502 Bad Gateway')
    expect(apps()).toBe(0)
  })

  test('truncated cuts the JSON after the effect, with nothing amiss in the headers', async () => {
    const { answer, apps } = await meet('truncated')
    const response = await answer
    expect(response.status).toBe(201)
    const text = await response.text()
    expect(response.headers.get('content-length')).toBe(String(text.length))
    expect(() => JSON.parse(text)).toThrow()
    expect(apps()).toBe(1)
  })

  test('endless sends JSON for as long as it is read', async () => {
    const { rehearsal, answer, apps } = await meet('endless')
    const body = (await answer).body as AsyncIterable<Uint8Array>
    let read = 0
    for await (const part of body) {
      read += part.length
      if (read > 1_000_000) break
    }
    expect(apps()).toBe(0)
    await rehearsal.close()
  })

  test('redirect points to another host', async () => {
    const { answer, apps } = await meet('redirect')
    const response = await answer
    expect(response.status).toBe(302)
    expect(response.headers.get('location')).toBe('http://other.invalid/apps')
    expect(apps()).toBe(0)
  })

  test('an answer of its own comes without effect', async () => {
    const { answer, apps } = await meet({ status: 503, body: { id: 'maintenance' }, headers: { 'retry-after': '1' } })
    const response = await answer
    expect(response.status).toBe(503)
    expect(response.headers.get('retry-after')).toBe('1')
    expect(await response.json()).toEqual({ id: 'maintenance' })
    expect(apps()).toBe(0)
  })

  test('meets the nth request of its kind, and as many after it as told', async () => {
    const rehearsal = await rehearse()
    rehearsal.faults = [{ path: '^/account$', nth: 2, times: 2, do: { status: 500, body: {} } }]
    const heroku = herokuClient(rehearsal)
    const statuses: number[] = []
    for (const path of ['/account', '/apps', '/account', '/account', '/account']) {
      statuses.push((await heroku('GET', path)).status)
    }
    expect(statuses).toEqual([200, 200, 500, 500, 200])
  })
})

test('closing leaves undone what still waits', async () => {
  const rehearsal = await rehearse()
  rehearsal.latencyMs = 600_000
  const begun = new Promise<void>(resolve => {
    rehearsal.hook = () => resolve()
  })
  const answer = herokuClient(rehearsal)('POST', '/apps', app).catch(() => 'cut off')
  await begun
  await rehearsal.close()
  expect(await answer).toBe('cut off')
  expect(rehearsal.world.heroku.apps).toEqual([])
})
