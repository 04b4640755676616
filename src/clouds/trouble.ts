import { redact } from './secret.ts'

export type TroubleCode =
  | 'insecure'
  | 'unknown-host'
  | 'refused'
  | 'unreachable'
  | 'connect-timeout'
  | 'tls'
  | 'proxy'
  | 'proxy-lost'
  | 'silence'
  | 'slow'
  | 'lost'
  | 'not-http'
  | 'not-json'
  | 'too-large'
  | 'redirect'

/** 'none': it certainly did not reach the vendor, or was refused; 'unknown': look first. */
export type Effect = 'none' | 'unknown'

/** No usable answer came. It has no cause and no header: nothing in it can hold a credential. */
export class Trouble extends Error {
  override readonly name: string = 'Trouble'
  readonly code: TroubleCode
  readonly effect: Effect
  /** The short technical words: `ECONNREFUSED 127.0.0.1:1`, `no answer in 30 s`. */
  readonly said: string

  constructor(code: TroubleCode, said: string, effect: Effect = 'none') {
    const clean = redact(said)
    super(`${code}: ${clean}`)
    this.code = code
    this.effect = effect
    this.said = clean
  }
}

interface Meaning {
  /** Whether the same request can fare better a moment later. */
  readonly passing: boolean
  readonly means: (host: string, said: string) => string
  readonly next: string
}

const RUN_AGAIN = 'Run the same command again: what exists is looked at first, nothing is made twice.'
const CHECK_WAY =
  'Check the network, the VPN and the firewall; where a proxy is the way out, set HTTPS_PROXY. Then run again.'
const CHECK_PROXY =
  'Correct the environment variable that names the proxy, or list the host in NO_PROXY; then run again.'
const CHECK_ADDRESS =
  'Check the address (for Heroku: HEROKU_HOST), and in a browser that no sign-in page of the network stands in between; then run again.'

/** Every sentence begins with the host. */
const MEANINGS: Readonly<Record<TroubleCode, Meaning>> = {
  insecure: {
    passing: false,
    means: host => `${host} would be spoken to without encryption, and a token could be read on the way.`,
    next: 'Use an https address (for Heroku: HEROKU_HOST), and run again; plain http is for this computer alone.',
  },
  'unknown-host': {
    passing: true,
    means: host => `${host} could not be looked up: the network is down, or there is no such name.`,
    next: CHECK_WAY,
  },
  refused: {
    passing: true,
    means: host => `${host} refuses the connection: nothing listens there, or a firewall turns it away.`,
    next: CHECK_WAY,
  },
  unreachable: { passing: true, means: host => `${host} cannot be reached from this computer.`, next: CHECK_WAY },
  'connect-timeout': {
    passing: true,
    means: host => `${host} could not be connected to in time: something on the way, often a firewall, keeps silent.`,
    next: CHECK_WAY,
  },
  tls: {
    passing: true,
    means: (host, said) => `${host} could not prove who it is (${said}), so nothing was sent to it.`,
    next: "Where your company inspects the traffic, set NODE_EXTRA_CA_CERTS to the PEM file of its certificate authority; else check this computer's clock. Then run again.",
  },
  proxy: {
    passing: false,
    means: (host, said) =>
      `${host} is reached through the proxy that your environment names, and the proxy cannot be used: ${said}.`,
    next: CHECK_PROXY,
  },
  'proxy-lost': {
    passing: true,
    means: (host, said) =>
      `${host} is reached through the proxy that your environment names, and the proxy did not get there: ${said}.`,
    next: CHECK_PROXY,
  },
  silence: { passing: true, means: host => `${host} took the request and then kept silent.`, next: RUN_AGAIN },
  slow: { passing: true, means: host => `${host} began an answer and did not end it in time.`, next: RUN_AGAIN },
  lost: { passing: true, means: host => `${host} hung up before the whole answer was here.`, next: RUN_AGAIN },
  'not-http': {
    passing: true,
    means: host => `${host} answered, but not in HTTP: it is no web server, or something stands in between.`,
    next: CHECK_ADDRESS,
  },
  'not-json': {
    passing: true,
    means: host =>
      `${host} answered with something other than the vendor’s data, as the sign-in page of a network does.`,
    next: CHECK_ADDRESS,
  },
  'too-large': {
    passing: false,
    means: host => `${host} answered with far more than was asked for, so it was not read to the end.`,
    next: CHECK_ADDRESS,
  },
  redirect: {
    passing: false,
    means: (host, said) => `${host} sent the request elsewhere (${said}); it was not followed, so no token went there.`,
    next: CHECK_ADDRESS,
  },
}

/** Whether the request may be sent again after this trouble, the effect aside. */
export const isPassing = (trouble: Trouble): boolean => MEANINGS[trouble.code].passing

/** What the trouble with that host means and what goes on, in plain words. */
export function explain(trouble: Trouble, host = 'The vendor'): { means: string; next: string } {
  const { means, next } = MEANINGS[trouble.code]
  const doubt = trouble.effect === 'unknown' ? ' Whether the request took effect is not known.' : ''
  return { means: means(host, trouble.said) + doubt, next }
}
