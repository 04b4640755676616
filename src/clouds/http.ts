import { setMaxListeners } from 'node:events'
import type { Dispatcher } from 'undici'
// Its fetch, its WebSocket and the like are as much again, and never called here.
import Agent from 'undici/lib/dispatcher/agent.js'
import type { Clock } from './clock.ts'
import { connector } from './connect.ts'
import { type Answer, exchange } from './exchange.ts'
import { type Json, parseJson, TooDeep } from './json.ts'
import { isLoopback } from './proxy.ts'
import { pauseBefore, type Repeat } from './retry.ts'
import { redact } from './secret.ts'
import { type Effect, Trouble } from './trouble.ts'

/** Whom to speak to, and how. */
export interface Target {
  /** May have a path, which goes before every request's. */
  readonly base: URL
  readonly headers: Readonly<Record<string, string>>
  /** Reveals the secret; called at the last moment, again for every attempt. */
  readonly authorization?: () => Readonly<Record<string, string>>
}

export interface HttpRequest {
  readonly method: string
  /** Absolute path and query, encoded; never a URL. */
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Json
  readonly repeat: Repeat
}

export interface Reply {
  readonly status: number
  /** Names in small letters. */
  readonly headers: Readonly<Record<string, string>>
  /** null where empty; `{message}` where a refusal is not JSON. */
  readonly body: Json
  /** How long the body was. */
  readonly bytes?: number
  /** A refusal whose JSON breaks off: its reason is not known. */
  readonly isCutOff?: boolean
  /** The server's clock. */
  readonly date?: Date
}

export interface Http {
  /**
   * The vendor's reply, whatever its status. Throws Trouble where there is none; the signal's reason when it aborts
   * (the effect of a write in flight is not known then); another error where the path or a header is malformed.
   */
  send(target: Target, request: HttpRequest, signal?: AbortSignal): Promise<Reply>
  /** Hangs up; what is under way rejects. */
  close(): Promise<void>
}

const MOST_REDIRECTS = 3
const REDIRECTS = new Set([301, 302, 303, 307, 308])
const READS = new Set(['GET', 'HEAD'])
/** After this long without an answer, the same is not tried again: four silences end before it, but not four drips. */
const REPEAT_LIMIT = 110_000
/** Enough of an HTML error page to know whose it is. */
const MESSAGE_LENGTH = 200

/** The transport: JSON over HTTP with time-outs, repeats and the environment's proxies. */
export function createHttp({ clock, env }: { clock: Clock; env: NodeJS.ProcessEnv }): Http {
  const closing = new AbortController()
  // Node takes more than ten listeners for a leak; every request under way is one.
  setMaxListeners(0, closing.signal)
  // The time-outs are ours: undici's run on a timer of half a second's grain that cannot be scaled.
  const options = { connect: connector(clock, env, closing.signal), headersTimeout: 0, bodyTimeout: 0 }
  const kept = new Agent(options)
  // A server may close a kept connection just as a request goes out on it, and then nobody knows whether the request
  // was seen. What must not be repeated therefore gets a connection of its own (pipelining: 0).
  const fresh = new Agent({ ...options, pipelining: 0 })

  async function send(target: Target, request: HttpRequest, signal?: AbortSignal): Promise<Reply> {
    const url = urlOf(target.base, request.path)
    const stop = signal === undefined ? closing.signal : AbortSignal.any([signal, closing.signal])
    let inDoubt = false
    const began = clock.now().getTime()
    for (let attempt = 1; ; attempt++) {
      const outcome = await once(target, request, url, stop)
      const wait = pauseBefore(outcome, request.repeat, attempt, clock.now())
      const isLate = outcome instanceof Trouble && clock.now().getTime() - began > clock.timeout(REPEAT_LIMIT)
      if (wait === undefined || isLate) return replyOf(outcome, inDoubt)
      inDoubt ||= mayHaveActed(outcome, request)
      await clock.sleep(wait, stop)
    }
  }

  /** One attempt, redirects included. */
  async function once(target: Target, request: HttpRequest, url: URL, signal: AbortSignal): Promise<Reply | Trouble> {
    const ifSent = isRead(request) && request.repeat === 'safe' ? 'none' : 'unknown'
    const dispatcher = request.repeat === 'safe' ? kept : fresh
    try {
      for (let here = url, hops = 0; ; hops++) {
        const answer = await exchange(dispatcher, dispatchOf(target, request, here), { clock, ifSent, signal })
        if (!isRedirect(answer)) return readReply(answer, ifSent)
        here = redirected(answer, request, here, hops)
      }
    } catch (error) {
      if (error instanceof Trouble) return error
      throw error
    }
  }

  return {
    send,
    close: async () => {
      closing.abort(new Error('the transport was closed'))
      await Promise.all([kept.destroy(), fresh.destroy()])
    },
  }
}

/** The origin is the base's by construction; a path that the URL parser would rewrite (`/../`, a space) is a mistake of ours. */
function urlOf(base: URL, path: string): URL {
  const prefix = base.pathname.replace(/\/$/, '')
  const url = new URL(`${base.origin}${prefix}${path.startsWith('/') ? path : `/${path}`}`)
  const isKept = url.pathname === prefix + path.split('?', 1)[0] && url.hash === ''
  if (!path.startsWith('/') || path.startsWith('//') || !isKept || url.origin !== base.origin) {
    throw new TypeError(redact(`not an absolute, encoded path: ${path}`))
  }
  if (url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname))) return url
  throw new Trouble('insecure', `${url.protocol}//${url.host}`)
}

function dispatchOf(target: Target, request: HttpRequest, url: URL): Dispatcher.DispatchOptions {
  const { body } = request
  const headers = {
    accept: 'application/json',
    'user-agent': 'dummyapp-setup',
    ...(body !== undefined && { 'content-type': 'application/json' }),
    ...lowercased(target.headers),
    ...lowercased(request.headers),
    ...lowercased(target.authorization?.()),
  }
  return {
    origin: url.origin,
    path: url.pathname + url.search,
    // Typed as a closed list; undici itself takes any token, and refuses what is none.
    method: request.method as Dispatcher.HttpMethod,
    headers,
    ...(body !== undefined && { body: JSON.stringify(body) }),
  }
}

/** So that a header given twice, in two spellings, is sent once. */
const lowercased = (headers: Readonly<Record<string, string>> = {}): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))

const isRead = ({ method }: HttpRequest): boolean => READS.has(method)

const isRedirect = ({ status, headers }: Answer): boolean => REDIRECTS.has(status) && headers.location !== undefined

/** Where to ask next. Throws Trouble where that is another origin, too far, or would turn a write into something else. */
function redirected({ status, headers }: Answer, request: HttpRequest, from: URL, hops: number): URL {
  // 307 and 308 hand the request on undone; after the others a write may have been carried out.
  const effect: Effect = isRead(request) || status >= 307 ? 'none' : 'unknown'
  const location = headers.location ?? ''
  const to = URL.canParse(location, from.href) ? new URL(location, from) : undefined
  if (to?.origin !== from.origin) {
    throw new Trouble('redirect', `${status} to ${to?.origin ?? 'an unreadable address'}`, effect)
  }
  if (!isRead(request)) throw new Trouble('redirect', `${status} to ${to.pathname}`, effect)
  if (hops === MOST_REDIRECTS) throw new Trouble('redirect', `more than ${MOST_REDIRECTS} redirects`, effect)
  return to
}

function readReply({ status, headers, text, bytes }: Answer, ifSent: Effect): Reply {
  const date = new Date(headers.date ?? '')
  const isDone = status >= 200 && status < 300
  const said = isDone ? { body: strictBody(text, ifSent) } : refusalIn(text, headers['content-type'])
  return { status, headers, ...said, bytes, ...(!Number.isNaN(date.getTime()) && { date }) }
}

function strictBody(text: string, ifSent: Effect): Json {
  try {
    return parsed(text)
  } catch (error) {
    if (error instanceof TooDeep) throw new Trouble('too-large', error.message, ifSent)
    throw new Trouble('not-json', 'an answer that is no JSON', ifSent)
  }
}

function refusalIn(text: string, type = ''): Pick<Reply, 'body' | 'isCutOff'> {
  try {
    return { body: parsed(text) }
  } catch (error) {
    // Redacted before it is cut to what is shown: half a secret might not be recognised.
    const message = redact(text.slice(0, 50 * MESSAGE_LENGTH)).slice(0, MESSAGE_LENGTH)
    const isCutOff = /\bjson\b/.test(type) && !(error instanceof TooDeep)
    return { body: { message }, ...(isCutOff && { isCutOff }) }
  }
}

const parsed = (text: string): Json => (text === '' ? null : parseJson(text))

/** Whether an attempt that is to be repeated may have had its effect nevertheless. */
const mayHaveActed = (outcome: Reply | Trouble, request: HttpRequest): boolean =>
  outcome instanceof Trouble ? outcome.effect === 'unknown' : !isRead(request) && outcome.status !== 429

/** The last attempt's outcome; where an earlier one may have acted, its certainty of having done nothing is no longer true. */
function replyOf(outcome: Reply | Trouble, inDoubt: boolean): Reply {
  if (!(outcome instanceof Trouble)) return outcome
  throw inDoubt && outcome.effect === 'none' ? new Trouble(outcome.code, outcome.said, 'unknown') : outcome
}
