import { type Cause, EXIT, SetupError } from './cause.ts'
import { HOST_IDS, type HostId, hostOf } from './hosts.ts'
import { isLoopback } from './proxy.ts'
import { VENDORS } from './vendors.ts'

export interface Endpoint {
  readonly host: HostId
  readonly base: URL
  /** Not the vendor's own: used only once it was confirmed. */
  readonly foreign: boolean
}

/**
 * Where each host's requests go, by the vendors' own variables and ours.
 * @throws SetupError (exit 2) for what is no address, or plain http to another machine
 */
export function endpoints(env: NodeJS.ProcessEnv): readonly Endpoint[] {
  return HOST_IDS.map(host => {
    const { home, endpoint } = hostOf(host)
    const base = readAddress(endpoint(env) ?? home, host)
    return { host, base, foreign: base.origin !== new URL(home).origin }
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

function readAddress(address: string, host: HostId): URL {
  const { vendor, variables } = hostOf(host)
  const { name } = VENDORS[vendor]
  const base = URL.canParse(address) ? new URL(address) : undefined
  if (base === undefined || !/^https?:$/.test(base.protocol) || base.username || base.password) {
    throw refusal({
      code: 'bad-endpoint',
      means: `The address set for ${name} must be an http or https address with no sign-in (…@) in it.`,
      next: `Correct or unset the variable that names it (${variables.join(', ')}), and run again.`,
    })
  }
  if (base.protocol === 'http:' && !isLoopback(base.hostname)) {
    throw refusal({
      code: 'insecure-endpoint',
      means: `${name} would be asked at ${base.host} without encryption, and every token could be read on the way.`,
      next: `Use https in the variable that names it (${variables.join(', ')}), and run again; plain http is for this computer (127.0.0.1) alone.`,
    })
  }
  return base
}

export function notAllowed({ host, base }: Endpoint): SetupError {
  const { vendor, variables } = hostOf(host)
  return refusal({
    code: 'foreign-host',
    means: `${VENDORS[vendor].name} would be asked at ${base.host}, which is not its own address.`,
    next: `If you want that: run again with --allow-host ${base.host}. If not: unset the variable that names it (${variables.join(', ')}).`,
  })
}

const refusal = (cause: Cause) => new SetupError(cause, EXIT.input)
