import { type Cause, EXIT, SetupError } from './cause.ts'
import { isLoopback } from './proxy.ts'
import { VENDOR_IDS, VENDORS, type Vendor } from './vendors.ts'

export interface Endpoint {
  readonly vendor: Vendor
  readonly base: URL
  /** Not the vendor's own: used only once the host was confirmed. */
  readonly foreign: boolean
}

/**
 * Where each vendor's requests go, by the vendors' own variables.
 * @throws SetupError (exit 2) for what is no address, or plain http to another machine
 */
export function endpoints(env: NodeJS.ProcessEnv): readonly Endpoint[] {
  return VENDOR_IDS.map(vendor => {
    const { home, name, endpoint } = VENDORS[vendor]
    const base = readAddress(endpoint(env), name)
    return { vendor, base, foreign: base.origin !== new URL(home).origin }
  })
}

/** Is the endpoint the vendor's own, or was its host allowed by name, with or without its port? */
export const isAllowed = ({ foreign, base }: Endpoint, allowed: readonly string[]): boolean =>
  !foreign || allowed.includes(base.host) || allowed.includes(base.hostname)

/** DUMMYAPP_SETUP_TIME_SCALE: a factor on every wait and time-out, for loopback endpoints only. */
export function timeScale(used: readonly Endpoint[], env: NodeJS.ProcessEnv): number {
  const asked = Number(env.DUMMYAPP_SETUP_TIME_SCALE ?? 1)
  return asked > 0 && used.every(({ base }) => isLoopback(base.hostname)) ? asked : 1
}

function readAddress(address: string, name: string): URL {
  const base = URL.canParse(address) ? new URL(address) : undefined
  if (base === undefined || !/^https?:$/.test(base.protocol) || base.username || base.password) {
    throw refusal({
      code: 'bad-endpoint',
      means: `The address set for ${name} must be an http or https address with no sign-in (…@) in it.`,
      next: `Correct or unset the variable (for Heroku: HEROKU_HOST), and run again.`,
    })
  }
  if (base.protocol === 'http:' && !isLoopback(base.hostname)) {
    throw refusal({
      code: 'insecure-endpoint',
      means: `${name} would be asked at ${base.host} without encryption, and every token could be read on the way.`,
      next: 'Use https in the variable (for Heroku: HEROKU_HOST), and run again; plain http is for this computer (127.0.0.1) alone.',
    })
  }
  return base
}

export function notAllowed({ vendor, base }: Endpoint): SetupError {
  return refusal({
    code: 'foreign-host',
    means: `${VENDORS[vendor].name} would be asked at ${base.host}, which is not its own address.`,
    next: `If you want that: run again with --allow-host ${base.host}. If not: unset the variable that names it (for Heroku: HEROKU_HOST).`,
  })
}

const refusal = (cause: Cause) => new SetupError(cause, EXIT.input)
