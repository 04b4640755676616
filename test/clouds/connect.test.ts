import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer as createHttpServer, type IncomingMessage } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { connect, createServer as createTcp, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { build } from 'esbuild'
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { CONNECT_LIMIT, connector } from '../../src/clouds/connect.ts'
import { isLoopback, proxyFor } from '../../src/clouds/proxy.ts'
import {
  brisk,
  closedPort,
  impatient,
  json,
  listening,
  read,
  recording,
  serve,
  serveRaw,
  target,
  transport,
  troubleOf,
  write,
} from './servers.ts'

const run = promisify(execFile)
/** No such name can be looked up: only a proxy can reach it. */
const VENDOR = 'api.vendor.test'
/** Longer than a name may be: not even a name server is asked. */
const NOBODY = `${'a'.repeat(64)}.test`

let dir: string
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'connect-test-'))
  const names = `subjectAltName=DNS:${VENDOR},IP:127.0.0.1`
  const certificate = ['-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=test', '-addext', names]
  await run('openssl', ['req', ...certificate, '-keyout', join(dir, 'key.pem'), '-out', join(dir, 'cert.pem')])
  await build({
    stdin: { contents: CHILD, resolveDir: import.meta.dirname, loader: 'ts' },
    outfile: join(dir, 'child.mjs'),
    bundle: true,
    platform: 'node',
    format: 'esm',
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url)" },
  })
})
afterAll(() => rmSync(dir, { recursive: true }))

/** Node reads NODE_EXTRA_CA_CERTS once, when it starts: a process of its own sends one request and prints what came. */
const CHILD = `
import { realClock } from '../../src/clouds/clock.ts'
import { createHttp } from '../../src/clouds/http.ts'
const http = createHttp({ clock: { ...realClock(0.0001), timeout: ms => ms }, env: process.env })
const base = new URL(process.argv[2] ?? '')
const authorization = () => ({ authorization: 'Bearer for-the-vendor' })
const reply = await http
  .send({ base, headers: {}, authorization }, { method: 'GET', path: '/thing', repeat: 'safe' })
  .catch(({ code, said }) => ({ code, said }))
process.stdout.write(JSON.stringify(reply))
await http.close()
`

async function inChild(base: string, env: NodeJS.ProcessEnv) {
  const { stdout, stderr } = await run(process.execPath, [join(dir, 'child.mjs'), base], { env })
  expect(stderr).toBe('')
  return JSON.parse(stdout)
}

/** A vendor with a certificate that nobody has vouched for. */
async function serveTls() {
  const heard: IncomingMessage[] = []
  const server = createTlsServer(
    { key: readFileSync(join(dir, 'key.pem')), cert: readFileSync(join(dir, 'cert.pem')) },
    (request, response) => {
      heard.push(request)
      json(response, 200, 'from the vendor')
    },
  )
  server.on('connect', (request, socket) => {
    heard.push(request)
    socket.destroy()
  })
  onTestFinished(() => server.closeAllConnections())
  const names: unknown[] = []
  server.on('secureConnection', ({ servername }) => names.push(servername))
  return { port: await listening(server), heard, names }
}

/** A proxy; `answer` gets each CONNECT, here with its number, and leads it wherever the test wants. */
async function serveProxy(answer: (client: Socket, nth: number) => void) {
  const asked: IncomingMessage[] = []
  const server = createHttpServer((_request, response) => void response.writeHead(400).end())
  server.on('connect', (request, client: Socket) => {
    client.on('error', () => {})
    onTestFinished(() => void client.destroy())
    asked.push(request)
    answer(client, asked.length)
  })
  return { host: `127.0.0.1:${await listening(server)}`, asked }
}

/** Joins both ends, as a proxy does after CONNECT. */
const leadTo = (port: number) => (client: Socket) => {
  const vendor = connect(port, '127.0.0.1', () => {
    client.write('HTTP/1.1 200 Connection established\r\n\r\n')
    client.pipe(vendor).pipe(client)
  })
  vendor.on('error', () => client.destroy())
  client.on('close', () => vendor.destroy())
}

describe('TLS', () => {
  test('with a self-signed certificate is refused before anything is sent', async () => {
    const { port, heard } = await serveTls()
    for (const request of [read, write]) {
      const trouble = await troubleOf(transport().send(target(`https://127.0.0.1:${port}`), request))
      expect(trouble).toMatchObject({ code: 'tls', effect: 'none', said: 'certificate: self-signed certificate' })
    }
    expect(heard).toEqual([])
  })

  test('is not weakened by NODE_TLS_REJECT_UNAUTHORIZED', async () => {
    const { port, heard } = await serveTls()
    const env = { NODE_TLS_REJECT_UNAUTHORIZED: '0', NODE_NO_WARNINGS: '1' }
    expect(await inChild(`https://127.0.0.1:${port}`, env)).toMatchObject({ code: 'tls' })
    const HTTPS_PROXY = `https://127.0.0.1:${port}`
    expect(await inChild(`https://${VENDOR}`, { ...env, HTTPS_PROXY })).toMatchObject({ code: 'proxy-lost' })
    expect(heard).toEqual([])
  })

  test('with NODE_EXTRA_CA_CERTS trusts who is named there, by the names it has', async () => {
    const { port, heard } = await serveTls()
    const env = { NODE_EXTRA_CA_CERTS: join(dir, 'cert.pem') }
    expect(await inChild(`https://127.0.0.1:${port}`, env)).toMatchObject({ status: 200, body: 'from the vendor' })
    expect(heard).toHaveLength(1)
    const wrongName = await inChild(`https://localhost:${port}`, env)
    expect(wrongName).toMatchObject({
      code: 'tls',
      said: expect.stringMatching(/^certificate: Hostname\/IP does not match/),
    })
    expect(await inChild(`https://127.0.0.1:${port}`, {})).toMatchObject({ code: 'tls' })
    expect(heard).toHaveLength(1)
  })

  test('with what does not speak it is trouble before anything is sent', async () => {
    const { base } = await serve(response => json(response, 200, {}))
    const trouble = await troubleOf(transport().send(target(`https://${base.host}`), write))
    expect(trouble).toMatchObject({ code: 'tls', effect: 'none', said: expect.stringMatching(/^TLS: ./) })
  })

  test('that is hung up on is trouble before anything is sent', async () => {
    const { base, heard } = await serveRaw(socket => socket.destroy())
    const { clock, waits } = recording()
    const trouble = await troubleOf(transport({ clock }).send(target(`https://${base.host}`), write))
    expect(trouble).toMatchObject({ code: 'tls', effect: 'none' })
    expect(heard.join()).not.toContain('POST')
    expect(waits).toHaveLength(3)
  })

  test('that is never answered ends in time', async () => {
    const { base } = await serveRaw(() => {})
    const http = transport({ clock: impatient(CONNECT_LIMIT) })
    const late = { code: 'connect-timeout', effect: 'none', said: 'no connection in 10 s' }
    expect(await troubleOf(http.send(target(`https://${base.host}`), write))).toMatchObject(late)
  })

  test('that is never answered can be given up, and the socket is let go', async () => {
    const giveUp = new AbortController()
    const reason = new Error('ctrl-C')
    const closed = vi.fn()
    const { base } = await serveRaw(socket => {
      socket.on('close', closed)
      giveUp.abort(reason)
    })
    const http = transport()
    await expect(http.send(target(`https://${base.host}`), write, giveUp.signal)).rejects.toBe(reason)
    await http.close()
    await expect.poll(() => closed.mock.calls.length).toBe(1)
  })
})

describe('a proxy', () => {
  test('is asked for the vendor by name, signed in to, and sees nothing of the request', async () => {
    const { port, heard, names } = await serveTls()
    const seen: string[] = []
    const proxy = await serveProxy(client => {
      client.on('data', data => seen.push(data.toString('latin1')))
      leadTo(port)(client)
    })
    const env = { NODE_EXTRA_CA_CERTS: join(dir, 'cert.pem'), HTTPS_PROXY: `http://me:p%40ss@${proxy.host}` }
    expect(await inChild(`https://${VENDOR}`, env)).toMatchObject({ status: 200, body: 'from the vendor' })
    expect(proxy.asked.map(({ url }) => url)).toEqual([`${VENDOR}:443`])
    expect(proxy.asked[0]?.headers['proxy-authorization']).toBe(`Basic ${btoa('me:p@ss')}`)
    expect(proxy.asked[0]?.headers.authorization).toBeUndefined()
    expect(seen.join('')).not.toContain('for-the-vendor')
    expect(heard[0]?.headers.authorization).toBe('Bearer for-the-vendor')
    expect(heard[0]?.headers['proxy-authorization']).toBeUndefined()
    expect(names).toEqual([VENDOR])
  })

  test('is not used for this computer', async () => {
    const proxy = await serveProxy(client => client.destroy())
    const env = { HTTPS_PROXY: proxy.host, HTTP_PROXY: proxy.host }
    const { base } = await serve(response => json(response, 200, {}))
    expect(await transport({ env }).send(target(base), read)).toMatchObject({ status: 200 })
    const trouble = await troubleOf(transport({ env }).send(target(`https://${base.host}`), read))
    expect(trouble.code).toBe('tls')
    expect(proxy.asked).toEqual([])
  })

  test('is not used for what NO_PROXY lists', async () => {
    const proxy = await serveProxy(client => client.destroy())
    const env = { HTTPS_PROXY: proxy.host, NO_PROXY: 'test' }
    expect(await troubleOf(transport({ env }).send(target(`https://${NOBODY}`), read))).toMatchObject({
      code: 'unknown-host',
    })
    expect(proxy.asked).toEqual([])
  })

  test.each([403, 407])(
    'that answers %i is named without its user, and asked once: four wrong passwords lock an account',
    async status => {
      const proxy = await serveProxy(client =>
        client.end(`HTTP/1.1 ${status} No way\r\nproxy-authenticate: Basic\r\n\r\n`),
      )
      const env = { https_proxy: `http://somebody:pass-of-the-proxy@${proxy.host}` }
      const trouble = await troubleOf(transport({ env }).send(target(`https://${VENDOR}`), read))
      const said = `https_proxy (${proxy.host}) answered ${status} No way`
      expect(trouble).toMatchObject({ code: 'proxy', effect: 'none', said })
      expect(proxy.asked).toHaveLength(1)
    },
  )

  test.each<[string, (client: Socket) => void, RegExp]>([
    [
      'that cannot reach the vendor',
      client => client.end('HTTP/1.1 502 Bad Gateway\r\n\r\n'),
      / answered 502 Bad Gateway$/,
    ],
    ['that hangs up', client => client.destroy(), /: ECONNRESET socket hang up$/],
    ['that speaks no HTTP', client => client.end('what?\r\n\r\n'), /: Expected HTTP/],
  ])('%s is asked four times, for a write as well', async (_what, answer, words) => {
    const proxy = await serveProxy(answer)
    const trouble = await troubleOf(
      transport({ env: { HTTPS_PROXY: proxy.host } }).send(target(`https://${VENDOR}`), write),
    )
    expect(trouble).toMatchObject({ code: 'proxy-lost', effect: 'none', said: expect.stringMatching(words) })
    expect(trouble.said).toContain(`HTTPS_PROXY (${proxy.host})`)
    expect(proxy.asked).toHaveLength(4)
  })

  test('that leads nowhere is trouble with TLS', async () => {
    const proxy = await serveProxy(client => client.end('HTTP/1.1 200 OK\r\n\r\n'))
    const trouble = await troubleOf(
      transport({ env: { HTTPS_PROXY: proxy.host } }).send(target(`https://${VENDOR}`), write),
    )
    expect(trouble).toMatchObject({ code: 'tls', effect: 'none' })
  })

  test('that is not there is named', async () => {
    const port = await closedPort()
    const env = { HTTPS_PROXY: `http://127.0.0.1:${port}` }
    const said = `HTTPS_PROXY (127.0.0.1:${port}): ECONNREFUSED 127.0.0.1:${port}`
    expect(await troubleOf(transport({ env }).send(target(`https://${VENDOR}`), read))).toMatchObject({
      code: 'proxy-lost',
      said,
    })
  })

  test('that keeps silent is named', async () => {
    const proxy = await serveProxy(() => {})
    const http = transport({ clock: impatient(CONNECT_LIMIT), env: { HTTPS_PROXY: proxy.host } })
    const said = `HTTPS_PROXY (${proxy.host}): no connection in 10 s`
    expect(await troubleOf(http.send(target(`https://${VENDOR}`), read))).toMatchObject({ code: 'proxy-lost', said })
  })

  test('that is itself not to be trusted gets no password', async () => {
    const { port, heard } = await serveTls()
    const env = { HTTPS_PROXY: `https://me:secret@127.0.0.1:${port}` }
    expect(await troubleOf(transport({ env }).send(target(`https://${VENDOR}`), read))).toMatchObject({
      code: 'proxy-lost',
      said: `HTTPS_PROXY (127.0.0.1:${port}): DEPTH_ZERO_SELF_SIGNED_CERT self-signed certificate`,
    })
    expect(heard).toEqual([])
  })

  test.each(['socks5://me:secret@proxy', 'http://me:sec%ret@proxy', 'http://', 'me:secret@proxy:http'])(
    '%s is refused without being shown',
    async value => {
      const trouble = await troubleOf(
        transport({ env: { HTTPS_PROXY: value } }).send(target(`https://${VENDOR}`), read),
      )
      expect(trouble).toMatchObject({
        code: 'proxy',
        said: 'HTTPS_PROXY is not the address of an http or https proxy',
      })
    },
  )
})

describe('which proxy', () => {
  const named = (env: NodeJS.ProcessEnv, host = VENDOR, port = '443') => proxyFor(host, port, env)?.name

  test('is the first of https_proxy, HTTPS_PROXY, http_proxy, HTTP_PROXY that is set', () => {
    const all = { https_proxy: 'a:1', HTTPS_PROXY: 'b:2', http_proxy: 'c:3', HTTP_PROXY: 'd:4' }
    expect(named(all)).toBe('https_proxy (a:1)')
    expect(named({ ...all, https_proxy: '' })).toBe('HTTPS_PROXY (b:2)')
    expect(named({ HTTP_PROXY: 'd:4', http_proxy: 'c:3' })).toBe('http_proxy (c:3)')
    expect(named({ HTTP_PROXY: 'https://d:4/' })).toBe('HTTP_PROXY (d:4)')
    expect(named({})).toBeUndefined()
  })

  test.each<[string, boolean]>([
    ['*', true],
    ['api.vendor.test', true],
    ['vendor.test', true],
    ['.vendor.test', true],
    ['*.vendor.test', true],
    ['other.test, VENDOR.test', true],
    ['other.test vendor.test:443', true],
    ['vendor.test:8443', false],
    ['dor.test', false],
    ['api.vendor', false],
    ['', false],
    [' , ', false],
    ['.', false],
    ['other.test', false],
  ])('is none where NO_PROXY is %j: %j', (list, isExempt) => {
    expect(named({ HTTPS_PROXY: 'a:1', NO_PROXY: list })).toBe(isExempt ? undefined : 'HTTPS_PROXY (a:1)')
    expect(named({ HTTPS_PROXY: 'a:1', no_proxy: list, NO_PROXY: '*' }) === undefined).toBe(isExempt || list === '')
  })

  test.each([
    ['localhost', true],
    ['127.0.0.1', true],
    ['127.255.0.9', true],
    ['::1', true],
    ['[::1]', true],
    ['127.0.0.1.vendor.test', false],
    ['localhost.vendor.test', false],
    ['128.0.0.1', false],
    ['[::2]', false],
    ['0.0.0.0', false],
  ])('is none for this computer: %s is %j', (host, isHere) => {
    expect(isLoopback(host)).toBe(isHere)
    expect(named({ HTTPS_PROXY: 'a:1' }, host)).toBe(isHere ? undefined : 'HTTPS_PROXY (a:1)')
  })
})

test('a connection that stands when the transport is closed is closed too, whoever has it by then', async () => {
  const closing = new AbortController()
  const closed = vi.fn()
  const server = createTcp(socket => socket.on('close', closed).resume())
  const port = String(await listening(server))
  const socket = await new Promise<Socket>((resolve, reject) => {
    const options = { hostname: '127.0.0.1', host: '127.0.0.1', protocol: 'http:', port }
    connector(brisk, {}, closing.signal)(options, (error, open) => (error ? reject(error) : resolve(open)))
  })
  closing.abort()
  expect(socket.destroyed).toBe(true)
  await expect.poll(() => closed.mock.calls.length).toBe(1)
})
