import { SetupError } from './cause.ts'
import type { Clock } from './clock.ts'
import type { Command, Ran, Tools } from './exec.ts'
import type { Http, HttpRequest } from './http.ts'
import { isLoopback } from './proxy.ts'
import type { Secret } from './secret.ts'
import { type Effect, explain, Trouble } from './trouble.ts'
import type { VendorReply } from './vendor.ts'
import { VENDORS, type Vendor } from './vendors.ts'

/** Where effects go. REAL and REHEARSAL differ in what is put in here, and in nothing else. */
export interface Clouds {
  readonly kind: 'real' | 'rehearsal'
  readonly clock: Clock
  readonly tools: Tools
  /** Sends with the vendor's sign-in, where there is one; any status is a reply. Throws VendorTrouble, or the signal's reason. */
  send(vendor: Vendor, request: HttpRequest, signal?: AbortSignal): Promise<VendorReply>
  run(command: Command): Promise<Ran>
  /** The time by the vendor's clock, as its last answer told it; ours before the first. */
  vendorTime(vendor: Vendor): Date
}

/** No usable answer from a vendor, told with what was asked of whom. */
export class VendorTrouble extends SetupError {
  override readonly name = 'VendorTrouble'
  readonly effect: Effect
  constructor(vendor: Vendor, base: URL, asked: string, trouble: Trouble) {
    const { code, said, effect } = trouble
    super({ code, asked, said, ...explain(trouble, `${VENDORS[vendor].name} (${base.host})`) })
    this.effect = effect
  }
}

export function createClouds(options: {
  readonly kind: Clouds['kind']
  readonly clock: Clock
  readonly http: Http
  readonly tools: Tools
  readonly bases: ReadonlyMap<Vendor, URL>
  /** Whoever is not here is asked without a sign-in. */
  readonly secrets: ReadonlyMap<Vendor, Secret>
}): Clouds {
  const { kind, clock, http, tools, bases, secrets } = options
  for (const { hostname } of bases.values()) {
    if (kind === 'rehearsal' && !isLoopback(hostname)) throw new Error(`a rehearsal does not speak to ${hostname}`)
  }
  const ahead = new Map<Vendor, number>()

  async function send(vendor: Vendor, request: HttpRequest, signal?: AbortSignal): Promise<VendorReply> {
    const { home, headers, authorization } = VENDORS[vendor]
    const base = bases.get(vendor) ?? new URL(home)
    const secret = secrets.get(vendor)
    const target = { base, headers, ...(secret && { authorization: () => authorization(secret) }) }
    const asked = `${request.method} ${base.host}${request.path}`
    const reply = await http.send(target, request, signal).catch(error => {
      throw error instanceof Trouble ? new VendorTrouble(vendor, base, asked, error) : error
    })
    if (reply.date !== undefined) ahead.set(vendor, reply.date.getTime() - clock.now().getTime())
    return { ...reply, asked }
  }

  return {
    kind,
    clock,
    tools,
    send,
    run: command => tools.run(command),
    vendorTime: vendor => new Date(clock.now().getTime() + (ahead.get(vendor) ?? 0)),
  }
}
