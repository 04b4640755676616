import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout } from 'node:timers/promises'
import type { Json } from '../clouds/json.ts'
import { runCi } from './circleci/ci.ts'
import { circleci } from './circleci/service.ts'
import { dockerHub } from './docker-hub/service.ts'
import { type Fault, faultFinder, JSON_TYPE, type Sent, suffer } from './faults.ts'
import { google } from './google/service.ts'
import { heroku } from './heroku/service.ts'
import { masked, maskedPath } from './masked.ts'
import type { Call, Service } from './service.ts'
import { BodyTooLong, deliver, isForLoopback, readCall } from './wire.ts'
import { emptyWorld, loadWorld, saveWorld, type World } from './world.ts'

export type { Fault, FaultKind } from './faults.ts'

/** Every simulated vendor, each on a port of its own. */
const SERVICES = { heroku, 'docker-hub': dockerHub, circleci, google } as const satisfies Record<string, Service>
type Vendor = keyof typeof SERVICES
const VENDORS = Object.keys(SERVICES) as Vendor[]

export interface Logged {
  at: string
  vendor: string
  method: string
  /** With the query, without a token in it. */
  path: string
  /** Without the secrets of a login. */
  body: Json | undefined
  /** What was answered; undefined where nothing was, or not yet. */
  status: number | undefined
  /** A 2xx write that changed the world. */
  effect: boolean
  /** The account that asked, as the vendor names it, never a token. */
  who?: string
}

export interface Rehearsal {
  /** `http://127.0.0.1:PORT` of each vendor. */
  readonly origins: Readonly<Record<Vendor, string>>
  readonly world: World
  readonly log: readonly Logged[]
  /** May be replaced or pushed to while running; begins as the world's, and is not saved with it. */
  faults: Fault[]
  latencyMs: number
  /** Awaited around every request: before anything is done, and when it is done and saved but not yet answered; then with the answer. */
  hook?: ((phase: 'before' | 'after', entry: Logged, call: Call, sent?: Sent) => void | Promise<void>) | undefined
  /** Destroys open sockets too; what still waits for its latency is not carried out. */
  close(): Promise<void>
}

export interface RehearsalOptions {
  /** Where it begins; an empty world unless told. */
  readonly world?: World
  /** Where the world is kept: read if it is there (then `world` is not used), written after every effect. */
  readonly file?: string
  /** The clouds' clock; the machine's unless told. */
  readonly now?: () => Date
}

/** Starts the simulated clouds on loopback. Throws a SetupError for a world file that holds none, or cannot be written. */
export async function startRehearsal(options: RehearsalOptions = {}): Promise<Rehearsal> {
  const { file, now = () => new Date() } = options
  const world = (file && loadWorld(file)) || (options.world ?? emptyWorld(now()))
  // Before anything is begun that could not be kept.
  if (file) saveWorld(file, world)
  const log: Logged[] = []
  const closing = new AbortController()
  const findFault = faultFinder()

  const answer = async (vendor: Vendor, request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { url: path = '/' } = request
    const call = await readCall(request)
    const { method } = call
    const shown = { path: maskedPath(path), body: masked(call.body, call.path) }
    const entry: Logged = { at: now().toISOString(), vendor, method, ...shown, status: undefined, effect: false }
    log.push(entry)
    await rehearsal.hook?.('before', entry, call)
    if (rehearsal.latencyMs) await setTimeout(rehearsal.latencyMs, undefined, { signal: closing.signal })
    const sent = suffer(findFault(rehearsal.faults, method, path), path, () => {
      runCi(world, now())
      const said = SERVICES[vendor](call, world, now())
      entry.effect = said.effect
      if (said.who) entry.who = said.who
      if (file && said.effect) saveWorld(file, world)
      const text = said.body === undefined ? '' : JSON.stringify(said.body)
      return { status: said.status, headers: { ...JSON_TYPE, ...said.headers }, body: text }
    })
    if (typeof sent === 'object') entry.status = sent.status
    await rehearsal.hook?.('after', entry, call, sent)
    await deliver(sent, response, now())
    if (sent === 'away') leave(servers[VENDORS.indexOf(vendor)], closing.signal)
  }

  const servers = VENDORS.map(vendor =>
    createServer((request, response) => {
      if (!isForLoopback(request)) return refuse(response, MISDIRECTED, 'asked by another name than 127.0.0.1')
      // A mistake of the simulation's own is shown to the client; a client that has gone is nobody's mistake.
      answer(vendor, request, response).catch(error =>
        refuse(response, error instanceof BodyTooLong ? TOO_LONG : 500, String(error)),
      )
    }),
  )
  const ports = await Promise.all(servers.map(listen))
  const rehearsal: Rehearsal = {
    origins: Object.fromEntries(
      VENDORS.map((vendor, i) => [vendor, `http://127.0.0.1:${ports[i]}`]),
    ) as Rehearsal['origins'],
    world,
    log,
    faults: [...world.faults],
    latencyMs: world.latencyMs,
    close: async () => {
      closing.abort()
      await Promise.all(servers.map(shut))
    },
  }
  return rehearsal
}

/** RFC 9110, 15.5.20 and 15.5.14. */
const [MISDIRECTED, TOO_LONG] = [421, 413]

/** Says so, and that nothing more is read on this connection. */
function refuse(response: ServerResponse, status: number, said: string): void {
  if (!response.destroyed) response.writeHead(status, { connection: 'close' }).end(`${said}\n`)
}

/** How long nobody listens where a vendor went away; a client that tries again finds it back. */
const AWAY_MS = 15

/** Refuses new connections for a moment. */
function leave(server: Server | undefined, closing: AbortSignal): void {
  const address = server?.address()
  if (!server || !address || typeof address === 'string') return
  server.close()
  const back = () => server.listen(address.port, address.address)
  // At the end it need not come back.
  setTimeout(AWAY_MS, undefined, { signal: closing }).then(back, () => {})
}

async function listen(server: Server): Promise<number> {
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return (server.address() as AddressInfo).port
}

async function shut(server: Server): Promise<void> {
  if (!server.listening) return server.closeAllConnections()
  const closed = once(server, 'close')
  server.close()
  server.closeAllConnections()
  await closed
}
