import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { type AddressInfo, createServer as createTcp, type Server, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'
import { type Clock, realClock } from '../../src/clouds/clock.ts'
import { createHttp, type Http, type HttpRequest, type Target } from '../../src/clouds/http.ts'
import { Trouble } from '../../src/clouds/trouble.ts'

export interface Heard {
  readonly method: string
  readonly url: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

/** An HTTP server on loopback for one test; `answer` gets the request's number, from 1. */
export async function serve(
  answer: (response: ServerResponse, nth: number, request: Heard) => void,
): Promise<{ base: URL; heard: Heard[]; server: Server }> {
  const heard: Heard[] = []
  const server = createServer(async (request, response) => {
    const { method = '', url = '', headers } = request
    const body = Buffer.concat(await request.toArray()).toString()
    heard.push({ method, url, headers, body })
    answer(response, heard.length, { method, url, headers, body })
  })
  onTestFinished(() => server.closeAllConnections())
  return { base: new URL(`http://127.0.0.1:${await listening(server)}`), heard, server }
}

/** A server that speaks whatever `talk` writes, once the head of the connection's first request (or anything else) is in. */
export async function serveRaw(talk: (socket: Socket, nth: number) => void): Promise<{ base: URL; heard: string[] }> {
  const heard: string[] = []
  const server = createTcp(socket => {
    onTestFinished(() => void socket.destroy())
    socket.on('error', () => {})
    socket.on('data', data => {
      heard.push(data.toString('latin1'))
      talk(socket, heard.length)
    })
  })
  return { base: new URL(`http://127.0.0.1:${await listening(server)}`), heard }
}

/** The port the server has got; it is closed when the test ends. */
export async function listening(server: Server): Promise<number> {
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  return (server.address() as AddressInfo).port
}

/** A port that nothing listens on. */
export async function closedPort(): Promise<number> {
  const server = createTcp()
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise(resolve => server.close(resolve))
  return port
}

/** Waits next to nothing between attempts, but is patient with the servers, however busy the computer is. */
export const brisk: Clock = { ...realClock(0.0001), timeout: ms => ms }

/** The same, but one of the limits runs out at once. */
export const impatient = (limit: number): Clock => ({ ...brisk, timeout: ms => (ms === limit ? 20 : ms) })

/** The same, and tells how long it was asked to wait. */
export function recording(): { clock: Clock; waits: number[] } {
  const waits: number[] = []
  return { waits, clock: { ...brisk, sleep: async ms => void waits.push(ms) } }
}

/** A transport that is closed when the test ends. */
export function transport(options: { clock?: Clock; env?: NodeJS.ProcessEnv } = {}): Http {
  const http = createHttp({ clock: brisk, env: {}, ...options })
  onTestFinished(() => http.close())
  return http
}

export const target = (base: URL | string, more: Partial<Target> = {}): Target => ({
  base: new URL(base),
  headers: {},
  ...more,
})

export const read: HttpRequest = { method: 'GET', path: '/thing', repeat: 'safe' }
export const write: HttpRequest = { method: 'POST', path: '/things', body: { name: 'a' }, repeat: 'never' }

/** The trouble that the promise ends in. */
export async function troubleOf(reply: Promise<unknown>): Promise<Trouble> {
  const outcome = await reply.catch((error: unknown) => error)
  if (outcome instanceof Trouble) return outcome
  throw outcome instanceof Error ? outcome : new Error(`no trouble, but ${JSON.stringify(outcome)}`)
}

export function json(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body))
}
