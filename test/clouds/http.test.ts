import type { ServerResponse } from 'node:http'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { BODY_LIMIT, REFUSAL_LIMIT, SILENCE_LIMIT, TOTAL_LIMIT } from '../../src/clouds/exchange.ts'
import type { HttpRequest } from '../../src/clouds/http.ts'
import { Secret } from '../../src/clouds/secret.ts'
import { explain, Trouble } from '../../src/clouds/trouble.ts'
import {
  brisk,
  closedPort,
  impatient,
  json,
  read,
  recording,
  serve,
  serveRaw,
  target,
  transport,
  troubleOf,
  write,
} from './servers.ts'

const put: HttpRequest = { method: 'PUT', path: '/thing', body: [], repeat: 'safe' }
const HEAD = 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n'

describe('what goes out', () => {
  test('is the method, the path after the prefix of the base, the headers and the body as JSON', async () => {
    const { base, heard } = await serve(response => json(response, 201, { id: 1 }))
    const to = target(new URL('/v2/', base), {
      headers: { Accept: 'application/vnd.heroku+json; version=3', 'X-Both': 'target', Authorization: 'no' },
      authorization: () => ({ Authorization: 'Bearer abc' }),
    })
    const request = { ...write, path: '/things?filter=a%20b', headers: { 'x-both': 'request' } }
    expect(await transport().send(to, request)).toMatchObject({ status: 201, body: { id: 1 } })
    expect(heard).toMatchObject([{ method: 'POST', url: '/v2/things?filter=a%20b', body: '{"name":"a"}' }])
    expect(heard[0]?.headers).toMatchObject({
      accept: 'application/vnd.heroku+json; version=3',
      authorization: 'Bearer abc',
      'content-type': 'application/json',
      'user-agent': 'dummyapp-setup',
      'x-both': 'request',
    })
  })

  test('has no content-type without a body, and asks for JSON unless told otherwise', async () => {
    const { base, heard } = await serve(response => json(response, 200, {}))
    await transport().send(target(base), read)
    expect(heard[0]?.headers['content-type']).toBeUndefined()
    expect(heard[0]?.headers.accept).toBe('application/json')
  })

  test('takes the authorization anew for every attempt', async () => {
    const { base, heard } = await serve((response, nth) => json(response, nth === 1 ? 503 : 200, {}))
    let token = 0
    const authorization = () => ({ authorization: `Bearer ${++token}` })
    await transport().send(target(base, { authorization }), read)
    expect(heard.map(({ headers }) => headers.authorization)).toEqual(['Bearer 1', 'Bearer 2'])
  })

  test.each([
    'things',
    '',
    '//evil.test/x',
    'https://evil.test/',
    '/a/../../b',
    '/a/%2e%2e/b',
    '/a b',
    '/a#b',
    '/a?b#c',
    '/\\evil.test',
  ])('is refused for the path %j', async path => {
    const { base, heard } = await serve(response => json(response, 200, {}))
    await expect(transport().send(target(new URL('/v2', base)), { ...read, path })).rejects.toThrow(TypeError)
    expect(heard).toEqual([])
  })

  test('never carries a malformed header, and does not show it', async () => {
    const { base, heard } = await serve(response => json(response, 200, {}))
    const to = target(base, { authorization: () => ({ authorization: 'Bearer top\r\nsecret' }) })
    const error = await transport()
      .send(to, read)
      .catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(Error)
    expect(error).not.toBeInstanceOf(Trouble)
    expect(String(error)).toContain('authorization')
    expect(String(error)).not.toContain('secret')
    expect(heard).toEqual([])
  })

  test.each(['http://vendor.test', 'http://127.0.0.1.vendor.test', 'http://[::2]', 'ftp://127.0.0.1'])(
    'never goes to %s in the clear',
    async base => {
      expect(await troubleOf(transport().send(target(base), read))).toMatchObject({ code: 'insecure', effect: 'none' })
    },
  )
})

describe('what comes back', () => {
  test('has the status, the headers in small letters, repeated ones joined, and the clock of the server', async () => {
    const { base } = await serveRaw(socket =>
      socket.end(`${HEAD}Date: Tue, 24 Nov 2026 10:00:00 GMT\r\nX-A: 1\r\nx-a: 2\r\nConstructor: 3\r\n\r\n{"a":"ü"}`),
    )
    const reply = await transport().send(target(base), read)
    expect(reply.headers).toMatchObject({ 'x-a': '1, 2', constructor: '3' })
    expect(reply.date).toEqual(new Date('2026-11-24T10:00:00Z'))
    expect(reply.body).toEqual({ a: 'ü' })
  })

  test('has no clock where the server tells none, or nonsense', async () => {
    const { base } = await serveRaw((socket, nth) => socket.end(`${HEAD}${nth === 1 ? '' : 'date: noon\r\n'}\r\n{}`))
    const http = transport()
    expect(await http.send(target(base), read)).not.toHaveProperty('date')
    expect(await http.send(target(base), read)).not.toHaveProperty('date')
  })

  test.each([200, 204, 404])('is null where the body of a %i is empty', async status => {
    const { base } = await serve(response => void response.writeHead(status).end())
    expect(await transport().send(target(base), read)).toMatchObject({ status, body: null })
  })

  test('is the vendor’s own JSON where it refuses', async () => {
    const { base } = await serve(response => json(response, 422, { id: 'invalid_params' }))
    expect(await transport().send(target(base), write)).toMatchObject({ status: 422, body: { id: 'invalid_params' } })
  })

  test('is the first words of a refusal that is no JSON, without the secret', async () => {
    const secret = new Secret('s3cr3t-in-an-error-page')
    const page = `<html>${'x'.repeat(180)}${secret.reveal()}${'y'.repeat(1000)}`
    const { base } = await serve(response => void response.writeHead(403).end(page))
    const { body } = await transport().send(target(base), write)
    expect(body).toEqual({ message: `<html>${'x'.repeat(180)}••••${'y'.repeat(10)}` })
  })

  test('is asked for again where the JSON of a refusal breaks off, as its reason is not known; a write is not sent again', async () => {
    const whole = { error: { reason: 'USER_PROJECT_DENIED' } }
    const half = (response: ServerResponse) =>
      void response.writeHead(403, { 'content-type': 'application/json' }).end(JSON.stringify(whole).slice(0, 20))
    const { base, heard } = await serve((response, nth) => (nth === 1 ? half(response) : json(response, 403, whole)))
    expect(await transport().send(target(base), read)).toMatchObject({ status: 403, body: whole })
    expect(heard).toHaveLength(2)
    const always = await serve(half)
    expect(await transport().send(target(always.base), read)).toMatchObject({ status: 403 })
    expect(always.heard).toHaveLength(4)
    expect(await transport().send(target(always.base), write)).toMatchObject({ status: 403 })
    expect(always.heard).toHaveLength(5)
  })

  test('is trouble where a success is no JSON: tried again where it may be, in doubt where it may not', async () => {
    const { base, heard } = await serve(response => void response.writeHead(200).end('<html>Sign in to the WiFi'))
    const http = transport()
    expect(await troubleOf(http.send(target(base), read))).toMatchObject({ code: 'not-json', effect: 'none' })
    expect(heard).toHaveLength(4)
    expect(await troubleOf(http.send(target(base), write))).toMatchObject({ code: 'not-json', effect: 'unknown' })
    expect(heard).toHaveLength(5)
  })

  test('is hung up on where it is too large', async () => {
    let hungUp = 0
    const { base, heard } = await serve(response => {
      response.on('close', () => hungUp++)
      const more = () => {
        while (!response.destroyed && response.write(' '.repeat(1024 * 1024)));
      }
      response.on('drain', more)
      more()
    })
    const said = `more than ${BODY_LIMIT / 1024 / 1024} MB`
    expect(await troubleOf(transport().send(target(base), read))).toMatchObject({ code: 'too-large', said })
    await expect.poll(() => hungUp).toBe(1)
    expect(heard).toHaveLength(1)
  })

  test('is too large sooner where it is a refusal, which people read', async () => {
    const message = 'x'.repeat(REFUSAL_LIMIT)
    const { base } = await serve((response, nth) => json(response, 403, { message: nth === 1 ? message : 'no' }))
    const trouble = await troubleOf(transport().send(target(base), read))
    expect(trouble).toMatchObject({ code: 'too-large', said: 'more than 256 KiB' })
    expect(await transport().send(target(base), read)).toMatchObject({ status: 403, body: { message: 'no' } })
  })

  test('is trouble where it is nested too deep to be looked through; brackets in a text do not count', async () => {
    const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth)
    const { base, heard } = await serve((response, nth) =>
      response
        .writeHead(nth === 3 ? 403 : 200)
        .end(
          ['{"a":1,"b":' + nested(100_000) + '}', nested(100), nested(100_000), JSON.stringify(`\\"${nested(200)}`)][
            nth - 1
          ],
        ),
    )
    const send = () => transport().send(target(base), read)
    const said = 'nested more than 100 levels deep'
    expect(await troubleOf(send())).toMatchObject({ code: 'too-large', said })
    expect(await send()).toMatchObject({ status: 200 })
    expect(await send()).toMatchObject({ status: 403, body: { message: '['.repeat(200) } })
    expect(await send()).toMatchObject({ status: 200, body: `\\"${nested(200)}` })
    expect(heard).toHaveLength(4)
  })

  test('is too large as well where the headers are', async () => {
    const { base } = await serveRaw(socket => socket.write(`${HEAD}x: ${'y'.repeat(100_000)}\r\n\r\n`))
    expect(await troubleOf(transport().send(target(base), write))).toMatchObject({
      code: 'too-large',
      effect: 'unknown',
    })
  })

  test('is trouble where it is not HTTP', async () => {
    const { base } = await serveRaw(socket => socket.end('220 mail.vendor.test ESMTP\r\n'))
    expect(await troubleOf(transport().send(target(base), write))).toMatchObject({
      code: 'not-http',
      effect: 'unknown',
    })
  })
})

describe('a lost answer', () => {
  const losses: Record<string, string> = {
    'before the first byte': '',
    'in the headers': HEAD,
    'in a body of known length': `${HEAD}content-length: 100\r\n\r\n{"a":1}`,
    'in a chunked body': `${HEAD}transfer-encoding: chunked\r\n\r\n7\r\n{"a":1}\r\n`,
    'in a chunked body on a connection to be closed': `${HEAD}connection: close\r\ntransfer-encoding: chunked\r\n\r\n7\r\n{"a":1}\r\n`,
  }

  test.each(Object.keys(losses))('%s is asked for again, but a write is not sent again', async where => {
    const { base, heard } = await serveRaw(socket => socket.end(losses[where] ?? ''))
    const http = transport()
    const code = expect.stringMatching(/^(lost|not-http)$/)
    expect(await troubleOf(http.send(target(base), read))).toMatchObject({ code, effect: 'none' })
    expect(heard).toHaveLength(4)
    expect(await troubleOf(http.send(target(base), put))).toMatchObject({ code, effect: 'unknown' })
    expect(heard).toHaveLength(8)
    expect(await troubleOf(http.send(target(base), write))).toMatchObject({ code, effect: 'unknown' })
    expect(heard).toHaveLength(9)
  })

  test('through a reset is the same', async () => {
    const { base, heard } = await serveRaw(socket => socket.resetAndDestroy())
    expect(await troubleOf(transport().send(target(base), write))).toMatchObject({ code: 'lost', effect: 'unknown' })
    expect(heard).toHaveLength(1)
  })

  test('is found by asking again', async () => {
    const { base } = await serveRaw((socket, nth) => socket.end(nth < 4 ? '' : `${HEAD}\r\n{"nth":${nth}}`))
    expect((await transport().send(target(base), read)).body).toEqual({ nth: 4 })
  })

  test('because the vendor keeps silent', async () => {
    const { base, heard } = await serveRaw(() => {})
    const http = transport({ clock: impatient(SILENCE_LIMIT) })
    const silence = { code: 'silence', said: 'no answer in 30 s' }
    expect(await troubleOf(http.send(target(base), read))).toMatchObject({ ...silence, effect: 'none' })
    expect(heard).toHaveLength(4)
    expect(await troubleOf(http.send(target(base), write))).toMatchObject({ ...silence, effect: 'unknown' })
    expect(heard).toHaveLength(5)
  })

  test('because the vendor falls silent in the middle of it', async () => {
    const { base } = await serveRaw(socket => socket.write(`${HEAD}content-length: 100\r\n\r\n{"a":`))
    const http = transport({ clock: impatient(SILENCE_LIMIT) })
    expect(await troubleOf(http.send(target(base), write))).toMatchObject({ code: 'silence', effect: 'unknown' })
  })

  test('because the vendor never comes to an end', async () => {
    const { base, heard } = await serveRaw(socket => {
      socket.write(`${HEAD}\r\n`)
      const drip = setInterval(() => socket.write(' '), 1)
      socket.on('close', () => clearInterval(drip))
    })
    const http = transport({ clock: impatient(TOTAL_LIMIT) })
    const slow = { code: 'slow', said: 'no whole answer in 60 s', effect: 'unknown' }
    expect(await troubleOf(http.send(target(base), write))).toMatchObject(slow)
    expect(heard).toHaveLength(1)
  })

  test('that drips is tried again once, not four times', async () => {
    const { base, heard } = await serveRaw(socket => {
      const drip = setInterval(() => socket.write(' '), 5)
      socket.on('close', () => clearInterval(drip))
      socket.write(`${HEAD}content-length: 100000\r\n\r\n`)
    })
    // Its clock goes on by a minute with each drip that is given up.
    const clock = { ...impatient(TOTAL_LIMIT), now: () => new Date(heard.length * TOTAL_LIMIT) }
    expect(await troubleOf(transport({ clock }).send(target(base), read))).toMatchObject({ code: 'slow' })
    expect(heard).toHaveLength(2)
  })

  test('leaves no certainty behind, whatever the last attempt met', async () => {
    const { base, server } = await serve(response => {
      json(response, 503, {}, { connection: 'close' })
      server.close()
    })
    expect(await troubleOf(transport().send(target(base), put))).toMatchObject({ code: 'refused', effect: 'unknown' })
  })
})

describe('sending again', () => {
  test.each([408, 429, 500, 502, 503, 504])(
    'a read, or what is safe, up to four times on %i; then that is the reply',
    async status => {
      const { base, heard } = await serve(response => json(response, status, { nth: heard.length }))
      expect(await transport().send(target(base), put)).toMatchObject({ status, body: { nth: 4 } })
      expect(heard).toHaveLength(4)
    },
  )

  test.each([400, 401, 403, 404, 409, 412, 422, 501])('never on %i', async status => {
    const { base, heard } = await serve(response => json(response, status, {}, { 'retry-after': '1' }))
    expect(await transport().send(target(base), read)).toMatchObject({ status })
    expect(heard).toHaveLength(1)
  })

  test.each([408, 429, 500, 502, 503, 504])('not a write on a bare %i', async status => {
    const { base, heard } = await serve(response => json(response, status, {}))
    expect(await transport().send(target(base), write)).toMatchObject({ status })
    expect(heard).toHaveLength(1)
  })

  test('not a write on a 429 whose Retry-After is nonsense', async () => {
    const { base, heard } = await serve(response => json(response, 429, {}, { 'retry-after': '1.5' }))
    expect(await transport().send(target(base), write)).toMatchObject({ status: 429 })
    expect(heard).toHaveLength(1)
  })

  test('not a write on a 503, even with Retry-After', async () => {
    const { base, heard } = await serve(response => json(response, 503, {}, { 'retry-after': '1' }))
    expect(await transport().send(target(base), write)).toMatchObject({ status: 503 })
    expect(heard).toHaveLength(1)
  })

  test('a write on a 429 that says when', async () => {
    const { base, heard } = await serve((response, nth) =>
      nth < 3 ? json(response, 429, {}, { 'retry-after': '60' }) : json(response, 201, {}),
    )
    const { clock, waits } = recording()
    expect(await transport({ clock }).send(target(base), write)).toMatchObject({ status: 201 })
    expect(heard).toHaveLength(3)
    expect(waits).toEqual([60_000, 60_000])
  })

  test.each([
    ['60', 60_000],
    ['Tue, 24 Nov 2026 10:00:42 GMT', 42_000],
  ])('after the wait that Retry-After %s asks for, by the server’s clock', async (value, wait) => {
    const { base } = await serve((response, nth) =>
      json(response, nth === 1 ? 503 : 200, {}, { 'retry-after': value, date: 'Tue, 24 Nov 2026 10:00:00 GMT' }),
    )
    const { clock, waits } = recording()
    expect(await transport({ clock }).send(target(base), read)).toMatchObject({ status: 200 })
    expect(waits).toEqual([wait])
  })

  test('after the wait that the older X-Retry-After asks for, a moment by the server’s clock', async () => {
    const at = String(Date.parse('2026-11-24T10:00:42.000Z') / 1000)
    const { base } = await serve((response, nth) =>
      json(response, nth === 1 ? 429 : 201, {}, { 'x-retry-after': at, date: 'Tue, 24 Nov 2026 10:00:00 GMT' }),
    )
    const { clock, waits } = recording()
    expect(await transport({ clock }).send(target(base), write)).toMatchObject({ status: 201 })
    expect(waits).toEqual([42_000])
  })

  test.each(['61', 'Tue, 24 Nov 2026 10:05:00 GMT'])(
    'not at all where Retry-After is %s, too long for a person',
    async value => {
      const { base, heard } = await serve(response =>
        json(response, 429, {}, { 'retry-after': value, date: 'Tue, 24 Nov 2026 10:00:00 GMT' }),
      )
      const http = transport()
      expect(await http.send(target(base), read)).toMatchObject({ status: 429, headers: { 'retry-after': value } })
      expect(await http.send(target(base), write)).toMatchObject({ status: 429 })
      expect(heard).toHaveLength(2)
    },
  )

  test.each(['soon', '0', 'Tue, 24 Nov 2026 09:00:00 GMT'])(
    'no sooner than usual where Retry-After is %s',
    async value => {
      const { base } = await serve(response =>
        json(response, 503, {}, { 'retry-after': value, date: 'Tue, 24 Nov 2026 10:00:00 GMT' }),
      )
      const { clock, waits } = recording()
      await transport({ clock }).send(target(base), read)
      for (const [nth, most] of [500, 1000, 2000].entries()) {
        expect(waits[nth]).toBeGreaterThan(0)
        expect(waits[nth]).toBeLessThan(most)
      }
      expect(waits).toHaveLength(3)
    },
  )

  test.each([read, write])('$method where the connection is refused: nothing was done', async request => {
    const port = await closedPort()
    const { clock, waits } = recording()
    const refused = { code: 'refused', effect: 'none', said: `ECONNREFUSED 127.0.0.1:${port}` }
    expect(await troubleOf(transport({ clock }).send(target(`http://127.0.0.1:${port}`), request))).toMatchObject(
      refused,
    )
    expect(waits).toHaveLength(3)
  })

  test.each([read, write])('$method where the host is unknown: nothing was done', async request => {
    // Longer than a name may be: fails without asking any name server.
    const host = `${'a'.repeat(64)}.test`
    const { clock, waits } = recording()
    const unknown = { code: 'unknown-host', effect: 'none', said: `ENOTFOUND ${host}` }
    expect(await troubleOf(transport({ clock }).send(target(`https://${host}`), request))).toMatchObject(unknown)
    expect(waits).toHaveLength(3)
  })
})

describe('a kept connection', () => {
  /** Answers the first request of a connection, and hangs up on the second: the race with a server's idle time-out. */
  const racing = () => {
    const seen = new Set<unknown>()
    return serveRaw(socket => {
      if (seen.has(socket)) return void socket.destroy()
      seen.add(socket)
      socket.write(`${HEAD}content-length: 2\r\n\r\n{}`)
    })
  }

  test('serves reads, and one that is lost on it is asked for again', async () => {
    const { base, heard } = await racing()
    const http = transport()
    for (let nth = 0; nth < 3; nth++) expect(await http.send(target(base), read)).toMatchObject({ status: 200 })
    expect(heard.length).toBeGreaterThan(3)
  })

  test('is never trusted with a write', async () => {
    const { base, heard } = await racing()
    const http = transport()
    await http.send(target(base), read)
    for (let nth = 0; nth < 3; nth++) expect(await http.send(target(base), write)).toMatchObject({ status: 200 })
    expect(heard.filter(text => text.startsWith('POST'))).toHaveLength(3)
  })

  test('stands for reads at the same time, each with its own answer', async () => {
    const { base } = await serve((response, _nth, { url }) => json(response, 200, url))
    const warned = vi.fn()
    process.once('warning', warned)
    onTestFinished(() => void process.off('warning', warned))
    const http = transport()
    const paths = Array.from({ length: 20 }, (_, nth) => `/${nth}`)
    const replies = await Promise.all(paths.map(path => http.send(target(base), { ...read, path })))
    expect(replies.map(({ body }) => body)).toEqual(paths)
    expect(warned).not.toHaveBeenCalled()
  })
})

describe('a redirect', () => {
  test('of a read is followed on the same origin', async () => {
    const { base, heard } = await serve((response, nth) =>
      nth <= 3 ? json(response, 302, {}, { location: `../step/${nth}?a=b` }) : json(response, 200, 'here'),
    )
    const to = target(new URL('/v2', base), { authorization: () => ({ authorization: 'Bearer abc' }) })
    expect(await transport().send(to, read)).toMatchObject({ body: 'here' })
    expect(heard.map(({ url }) => url)).toEqual(['/v2/thing', '/step/1?a=b', '/step/2?a=b', '/step/3?a=b'])
    expect(heard.map(({ headers }) => headers.authorization)).toEqual(Array(4).fill('Bearer abc'))
  })

  test('is followed three times, no more', async () => {
    const { base, heard } = await serve(response => json(response, 302, {}, { location: '/again' }))
    expect(await troubleOf(transport().send(target(base), read))).toMatchObject({ code: 'redirect', effect: 'none' })
    expect(heard).toHaveLength(4)
  })

  test.each(['http:', '//', 'user:pass@'])(
    'to another origin (%s…) is not followed, and the other is named',
    async kind => {
      const other = await serve(response => json(response, 200, {}))
      const location = {
        'http:': other.base.href,
        '//': `//${other.base.host}/`,
        'user:pass@': `http://u:p@${other.base.host}/`,
      }
      const { base, heard } = await serve(response =>
        json(response, 307, {}, { location: location[kind as keyof typeof location] }),
      )
      const to = target(base, { authorization: () => ({ authorization: 'Bearer abc' }) })
      const said = `307 to ${other.base.origin}`
      for (const request of [read, write]) {
        const trouble = await troubleOf(transport().send(to, request))
        expect(trouble).toMatchObject({ code: 'redirect', effect: 'none', said })
      }
      expect(heard).toHaveLength(2)
      expect(other.heard).toEqual([])
    },
  )

  test.each([
    [301, 'unknown'],
    [302, 'unknown'],
    [303, 'unknown'],
    [307, 'none'],
    [308, 'none'],
  ])('of a write is not followed: %i leaves its effect %s', async (status, effect) => {
    const { base, heard } = await serve(response => json(response, status, {}, { location: '/other' }))
    expect(await troubleOf(transport().send(target(base), write))).toMatchObject({ code: 'redirect', effect })
    expect(heard).toHaveLength(1)
  })

  test('that only changes http for https is another origin as well', async () => {
    const { base } = await serve(response => json(response, 302, {}, { location: `https://${base.host}/thing` }))
    const said = `302 to https://${base.host}`
    expect(await troubleOf(transport().send(target(base), read))).toMatchObject({ code: 'redirect', said })
  })

  test('to nowhere readable is trouble, and without an address a reply', async () => {
    const { base } = await serve((response, nth) => json(response, 302, {}, nth === 1 ? { location: 'http://' } : {}))
    const http = transport()
    expect(await troubleOf(http.send(target(base), read))).toMatchObject({ said: '302 to an unreadable address' })
    expect(await http.send(target(base), read)).toMatchObject({ status: 302 })
  })
})

describe('giving up', () => {
  const reason = new Error('ctrl-C')

  test('before anything is sent sends nothing', async () => {
    const { base, heard } = await serve(response => json(response, 200, {}))
    await expect(transport().send(target(base), read, AbortSignal.abort(reason))).rejects.toBe(reason)
    expect(heard).toEqual([])
  })

  test('while connecting sends nothing once the connection stands', async () => {
    const giveUp = new AbortController()
    const { base, heard, server } = await serve(response => json(response, 200, {}))
    const closed = vi.fn()
    server.on('connection', socket => socket.on('close', closed))
    const reply = transport().send(target(base), write, giveUp.signal)
    giveUp.abort(reason)
    await expect(reply).rejects.toBe(reason)
    await expect.poll(() => closed.mock.calls.length).toBe(1)
    expect(heard).toEqual([])
  })

  test('hangs up on a silent vendor', async () => {
    const giveUp = new AbortController()
    const hungUp = vi.fn()
    const { base } = await serveRaw(socket => {
      socket.on('close', hungUp)
      giveUp.abort(reason)
    })
    await expect(transport().send(target(base), write, giveUp.signal)).rejects.toBe(reason)
    await expect.poll(() => hungUp.mock.calls.length).toBe(1)
  })

  test('ends a wait between attempts', async () => {
    const giveUp = new AbortController()
    const { base, heard } = await serve(response => {
      json(response, 503, {}, { 'retry-after': '60' })
      response.on('close', () => giveUp.abort(reason))
    })
    const http = transport({ clock: { ...brisk, sleep: (_ms, signal) => brisk.sleep(2 ** 40, signal) } })
    await expect(http.send(target(base), read, giveUp.signal)).rejects.toBe(reason)
    expect(heard).toHaveLength(1)
  })

  test('by closing the transport ends what is under way, and what comes after', async () => {
    const http = transport()
    const { base } = await serveRaw(() => void http.close())
    await expect(http.send(target(base), write)).rejects.toThrow('closed')
    await expect(http.send(target(base), read)).rejects.toThrow('closed')
  })
})

describe('trouble in words', () => {
  test('never has a secret', async () => {
    const secret = new Secret('s3cr3t-in-a-redirect')
    const { base } = await serve(response =>
      json(response, 302, {}, { location: `https://${secret.reveal()}.evil.test/` }),
    )
    const trouble = await troubleOf(transport().send(target(base), read))
    expect(trouble.said).toBe('302 to https://••••.evil.test')
    expect(`${trouble.stack}${JSON.stringify(trouble)}${explain(trouble, 'h').means}`).not.toContain(secret.reveal())
  })

  test('names the host, and says so where the effect is not known', () => {
    const { means, next } = explain(new Trouble('lost', 'other side closed', 'unknown'), 'api.heroku.com')
    expect(means).toMatch(/^api\.heroku\.com hung up .* Whether the request took effect is not known\.$/)
    expect(next).toContain('again')
    expect(explain(new Trouble('silence', 'no answer')).means).toBe('The vendor took the request and then kept silent.')
  })

  test('names the variable that helps or hinders', () => {
    expect(explain(new Trouble('tls', 'certificate: self-signed certificate'), 'h').next).toContain(
      'NODE_EXTRA_CA_CERTS',
    )
    expect(explain(new Trouble('proxy', 'HTTPS_PROXY (p:1) answered 407'), 'h').means).toContain('HTTPS_PROXY (p:1)')
  })
})
