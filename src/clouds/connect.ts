import { once } from 'node:events'
import { type ClientRequest, type IncomingMessage, request as requestPlain } from 'node:http'
import { request as requestTls } from 'node:https'
import { connect as dial, isIP, type Socket } from 'node:net'
import { connect as encrypt, type TLSSocket } from 'node:tls'
import type { buildConnector } from 'undici'
import type { Clock } from './clock.ts'
import { type ProxyServer, proxyFor } from './proxy.ts'
import { Trouble, type TroubleCode } from './trouble.ts'

/** Name, TCP, proxy and TLS together: a far vendor needs a second, a person at a dead firewall has no patience for more. */
export const CONNECT_LIMIT = 10_000

/** Of a host's several addresses. Node goes on to the next after 250 ms, less than a far host may need. */
const ADDRESS_LIMIT = 500

const NO_CONNECTION = `no connection in ${CONNECT_LIMIT / 1000} s`

/** What node:net and node:tls put on their errors. */
interface NetError extends Error {
  readonly code?: string
  readonly reason?: string
  readonly hostname?: string
  readonly address?: string
  readonly port?: number
  readonly errors?: readonly NetError[]
}

/**
 * Opens sockets for undici, through the environment's proxy where there is one. All that fails here is a Trouble of
 * effect 'none', as nothing of the request is written yet. Not undici's own ProxyAgent: where a proxy hangs up on
 * CONNECT it tries again for ever.
 */
export function connector(clock: Clock, env: NodeJS.ProcessEnv, closing: AbortSignal): buildConnector.connector {
  return ({ hostname, port, protocol }, callback) => {
    const limit = new AbortController()
    const giveUp = (): void => limit.abort()
    const timer = setTimeout(giveUp, clock.timeout(CONNECT_LIMIT))
    closing.addEventListener('abort', giveUp)
    const socket =
      protocol === 'https:'
        ? openTls(hostname, port || '443', env, limit.signal)
        : openTcp(hostname, Number(port || 80), limit.signal)
    socket
      .finally(() => {
        clearTimeout(timer)
        closing.removeEventListener('abort', giveUp)
      })
      .then(
        open => {
          endWith(closing, open)
          callback(null, open)
        },
        (error: Error) => callback(error, null),
      )
  }
}

/** undici forgets a socket that it was just given when it is closed: it would keep the process alive. */
function endWith(closing: AbortSignal, socket: Socket): void {
  const hangUp = (): void => void socket.destroy()
  closing.addEventListener('abort', hangUp)
  socket.once('close', () => closing.removeEventListener('abort', hangUp))
  if (closing.aborted) hangUp()
}

async function openTls(hostname: string, port: string, env: NodeJS.ProcessEnv, limit: AbortSignal): Promise<Socket> {
  const proxy = proxyFor(hostname, port, env)
  const socket = await (proxy
    ? openTunnel(proxy, `${isIP(hostname) === 6 ? `[${hostname}]` : hostname}:${port}`, limit)
    : openTcp(hostname, Number(port), limit))
  const secure = encrypt({
    socket,
    host: hostname,
    ...(isIP(hostname) === 0 && { servername: hostname }),
    ALPNProtocols: ['http/1.1'],
    // Whatever NODE_TLS_REJECT_UNAUTHORIZED says: a token goes to a proven host only.
    rejectUnauthorized: true,
  })
  try {
    await arrival(secure, 'secureConnect', limit)
    return secure
  } catch (error) {
    throw limit.aborted ? late() : new Trouble('tls', tlsWords(error as NetError, secure))
  }
}

async function openTcp(hostname: string, port: number, limit: AbortSignal): Promise<Socket> {
  const socket = dial({ host: hostname, port, noDelay: true, autoSelectFamilyAttemptTimeout: ADDRESS_LIMIT })
  try {
    await arrival(socket, 'connect', limit)
    return socket
  } catch (error) {
    throw limit.aborted ? late() : new Trouble(tcpCode(error as NetError), netWords(error as NetError))
  }
}

async function openTunnel(proxy: ProxyServer, authority: string, limit: AbortSignal): Promise<Socket> {
  const ask = (proxy.url.protocol === 'https:' ? requestTls : requestPlain)(proxy.url, {
    method: 'CONNECT',
    path: authority,
    headers: { host: authority, ...(proxy.authorization && { 'proxy-authorization': proxy.authorization.reveal() }) },
    agent: false,
    rejectUnauthorized: true,
  }).end()
  try {
    const [answer, socket] = (await arrival(ask, 'connect', limit)) as [IncomingMessage, Socket]
    if (answer.statusCode === 200) return socket
    socket.destroy()
    throw refusal(proxy, answer)
  } catch (error) {
    if (error instanceof Trouble) throw error
    throw new Trouble('proxy-lost', `${proxy.name}: ${limit.aborted ? NO_CONNECTION : netWords(error as NetError)}`)
  }
}

/** A proxy that says no is not asked again: a wrong password sent four times can lock the person's account. */
function refusal(proxy: ProxyServer, { statusCode = 0, statusMessage = '' }: IncomingMessage): Trouble {
  return new Trouble(
    statusCode >= 500 ? 'proxy-lost' : 'proxy',
    `${proxy.name} answered ${statusCode} ${statusMessage}`.trim(),
  )
}

/** What the event brings; where it fails, or the limit comes first, the socket or request is gone. */
async function arrival(of: Socket | ClientRequest, event: string, limit: AbortSignal): Promise<unknown[]> {
  // Stays: between this event and undici's own listener nobody else would hear an error.
  of.on('error', () => {})
  try {
    return await once(of, event, { signal: limit })
  } catch (error) {
    of.destroy()
    throw error
  }
}

const late = (): Trouble => new Trouble('connect-timeout', NO_CONNECTION)

function tcpCode({ code }: NetError): TroubleCode {
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return 'unknown-host'
  return code === 'ECONNREFUSED' ? 'refused' : 'unreachable'
}

/** `ECONNREFUSED 127.0.0.1:1`; of several addresses tried, the last. */
function netWords(error: NetError): string {
  const { code, message, reason, hostname, address, port } = error.errors?.at(-1) ?? error
  if (code === undefined || reason !== undefined) return reason ?? message
  const where = address === undefined ? hostname : `${address}:${port}`
  return where === undefined ? `${code} ${message}` : `${code} ${where}`
}

function tlsWords(error: NetError, socket: TLSSocket): string {
  // Typed as Error, but null where the handshake did not come as far as the certificate.
  return socket.authorizationError ? `certificate: ${error.message}` : `TLS: ${error.reason ?? error.message}`
}
