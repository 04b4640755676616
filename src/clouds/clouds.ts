import { NeedsSecret, SetupError } from './cause.ts'
import type { Clock } from './clock.ts'
import type { Command, Ran, Tools } from './exec.ts'
import { HOST_IDS, type HostId, hostOf } from './hosts.ts'
import type { Http, HttpRequest } from './http.ts'
import type { Identity, Vendor } from './identity.ts'
import type { Json } from './json.ts'
import { createMemo, type Moment } from './memo.ts'
import { isLoopback } from './proxy.ts'
import { createRenewals } from './renewals.ts'
import { createSessions } from './sessions.ts'
import { noPassword } from './sign-in.ts'
import { type Effect, explain, Trouble } from './trouble.ts'
import type { Credential, VendorReply } from './vendor.ts'
import { VENDORS } from './vendors.ts'

interface AskOptions extends SendOptions {
  /** Answers to what was asked later than this are new enough; without it, all that nothing has changed since. */
  readonly since?: Moment
}

interface SendOptions {
  /** Who speaks: whoever signed in at the vendor, unless told; nobody where that one has not signed in. */
  readonly as?: Identity | Credential
  readonly signal?: AbortSignal | undefined
}

/** Where effects go. REAL and REHEARSAL differ in what is put in here, and in nothing else. */
export interface Clouds {
  readonly kind: 'real' | 'rehearsal'
  readonly clock: Clock
  readonly tools: Tools
  /** Sends with a sign-in; any status is a reply. Throws VendorTrouble, NeedsSecret, or the signal's reason. */
  send(host: HostId, request: HttpRequest, options?: SendOptions): Promise<VendorReply>
  /**
   * Asks what changes nothing, whatever its method. An earlier answer is taken where it is new enough, and nothing has
   * changed since; of a credential's questions, none. Throws as `send` does.
   */
  ask(host: HostId, request: HttpRequest, options?: AskOptions): Promise<VendorReply>
  /** Now, as `ask` measures how new an answer is. */
  moment(): Moment
  /** Asks at an address that a vendor gave, without any sign-in: https, or this machine where the vendors are there, too. */
  readPublic(address: string, signal?: AbortSignal): Promise<Json | undefined>
  run(command: Command): Promise<Ran>
  /** The time by the clock of a host, as its last answer told it; ours before the first. */
  timeAt(host: HostId): Date
  /** Who has signed in. May be added to: the bot, a one-time code. */
  readonly credentials: Map<Identity, Credential>
}

/** No usable answer from a vendor, told with what was asked of whom. */
export class VendorTrouble extends SetupError {
  override readonly name = 'VendorTrouble'
  readonly effect: Effect
  constructor(id: HostId, base: URL, asked: string, trouble: Trouble) {
    const { code, said, effect } = trouble
    super({ code, asked, said, ...explain(trouble, `${VENDORS[hostOf(id).vendor].name} (${base.host})`) })
    this.effect = effect
  }
}

/** Whose registry it is; undefined where it is of none of them: then a push there may change anything. */
const vendorOf = (registry: string): Vendor | undefined =>
  HOST_IDS.map(hostOf).find(({ home }) => new URL(home).host === registry)?.vendor

export function createClouds(options: {
  readonly kind: Clouds['kind']
  readonly clock: Clock
  readonly http: Http
  readonly tools: Tools
  readonly bases: ReadonlyMap<HostId, URL>
  readonly credentials: Map<Identity, Credential>
}): Clouds {
  const { kind, clock, http, tools, bases, credentials } = options
  for (const base of bases.values()) guard(base)

  /** A rehearsal speaks to this machine alone: a mistake in where a host is asked must not reach the real one. */
  function guard(base: URL): URL {
    if (kind === 'rehearsal' && !isLoopback(base.hostname))
      throw new Error(`a rehearsal does not speak to ${base.hostname}`)
    return base
  }

  const ahead = new Map<HostId, number>()
  const sessions = createSessions(clock)
  const renew = createRenewals(credentials)
  const memo = createMemo(clock, credentials)

  /** What is asked while an effect is in flight may have been answered before it, or after. */
  async function changing<Result>(vendor: Vendor | undefined, effect: () => Promise<Result>): Promise<Result> {
    memo.changed(vendor)
    try {
      return await effect()
    } finally {
      memo.changed(vendor)
    }
  }

  function ask(id: HostId, request: HttpRequest, options: AskOptions = {}): Promise<VendorReply> {
    const { as, signal, since = 0 } = options
    if (typeof as === 'object') return transmit(id, request, options)
    const { vendor, lasting } = hostOf(id)
    const { method, path, headers, body } = request
    const text = JSON.stringify([id, method, path, headers, body])
    const question = { vendor, who: as ?? vendor, text, since, isLasting: !!lasting?.test(path) }
    return memo.of(question, () => transmit(id, request, options), signal)
  }

  async function transmit(id: HostId, request: HttpRequest, { as, signal }: SendOptions = {}): Promise<VendorReply> {
    const { vendor, session } = hostOf(id)
    if (typeof as === 'object') return sendWith(id, request, as, signal)
    const who = as ?? vendor
    const given = credentials.get(who)
    // Whoever signed in may be nobody; somebody else is never left out silently.
    if (given === undefined && who !== vendor) throw new NeedsSecret(who, 'password', noPassword())
    if (given === undefined || session === undefined) {
      const since = performance.now()
      const reply = await sendWith(id, request, given, signal)
      if (reply.status !== 401 || given?.renew === undefined) return reply
      const renewed = await renew(who, given, since)
      if (typeof renewed === 'string') return { ...reply, notRenewed: renewed }
      return sendWith(id, request, renewed, signal)
    }
    const open = () => session(given, who, asking => sendWith(id, asking, undefined, signal))
    const token = await sessions.of(who, given, open)
    const reply = await sendWith(id, request, token, signal)
    if (reply.status !== 401) return reply
    // It ended before its time: a person may have waited, or the vendor's clock runs fast.
    sessions.end(who, token)
    return sendWith(id, request, await sessions.of(who, given, open), signal)
  }

  async function sendWith(
    id: HostId,
    request: HttpRequest,
    credential: Credential | undefined,
    signal: AbortSignal | undefined,
  ): Promise<VendorReply> {
    const { home, headers, authorization } = hostOf(id)
    const base = guard(bases.get(id) ?? new URL(home))
    const target = { base, headers, ...(credential && { authorization: () => authorization(credential) }) }
    const asked = `${request.method} ${base.host}${request.path}`
    const reply = await http.send(target, request, signal).catch(error => {
      throw error instanceof Trouble ? new VendorTrouble(id, base, asked, error) : error
    })
    if (reply.date !== undefined) ahead.set(id, reply.date.getTime() - clock.now().getTime())
    return { ...reply, asked, ...(credential?.source !== undefined && { signIn: credential.source }) }
  }

  async function readPublic(address: string, signal?: AbortSignal): Promise<Json | undefined> {
    const url = URL.canParse(address) ? new URL(address) : undefined
    const isSimulated = [...bases.values()].every(({ hostname }) => isLoopback(hostname))
    if (url === undefined || isLoopback(url.hostname) !== isSimulated || url.username || url.password) return undefined
    const target = { base: new URL(url.origin), headers: {} }
    const request = { method: 'GET', path: url.pathname + url.search, repeat: 'safe' } as const
    const reply = await http.send(target, request, signal).catch(() => undefined)
    return reply && reply.status < 300 ? reply.body : undefined
  }

  return {
    kind,
    clock,
    tools,
    readPublic,
    send: (id, request, options) => {
      const send = () => transmit(id, request, options)
      return request.method === 'GET' ? send() : changing(hostOf(id).vendor, send)
    },
    ask,
    moment: memo.now,
    // A command without a sign-in changes nothing at a vendor.
    run: command =>
      command.registry ? changing(vendorOf(command.registry.host), () => tools.run(command)) : tools.run(command),
    timeAt: id => new Date(clock.now().getTime() + (ahead.get(id) ?? 0)),
    credentials,
  }
}
