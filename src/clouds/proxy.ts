import { Secret } from './secret.ts'
import { Trouble } from './trouble.ts'

export interface ProxyServer {
  /** Where it listens, without user info. */
  readonly url: URL
  /** For people: the variable and the address, without user info. */
  readonly name: string
  /** The value of the Proxy-Authorization header, where the variable has user info. */
  readonly authorization?: Secret
}

/** https falls back on the variables for http, as undici and most companies' set-ups have it; a small name beats a large one, as in curl. */
const VARIABLES = ['https_proxy', 'HTTPS_PROXY', 'http_proxy', 'HTTP_PROXY'] as const

/** Whether a host, as URL or node:net writes it, is this computer: no packet leaves it, no proxy is needed. */
export const isLoopback = (hostname: string): boolean => /^(localhost|127(\.\d{1,3}){3}|\[?::1\]?)$/.test(hostname)

/** The proxy that the environment names for https to that host and port, if any. Throws Trouble where it is unusable. */
export function proxyFor(hostname: string, port: string, env: NodeJS.ProcessEnv): ProxyServer | undefined {
  const variable = VARIABLES.find(name => env[name])
  if (variable === undefined || isLoopback(hostname)) return undefined
  if (isExempt(hostname, port, env.no_proxy || env.NO_PROXY || '')) return undefined
  return parsed(variable, env[variable] ?? '')
}

/** An entry stands for the name and all names under it, as curl, Go and Python have it; `*` for every host. */
function isExempt(hostname: string, port: string, list: string): boolean {
  return list
    .toLowerCase()
    .split(/[\s,]+/)
    .filter(entry => entry !== '')
    .some(entry => {
      const [, name = '', only] = /^(.+?)(?::(\d+))?$/.exec(entry) ?? []
      const bare = name.replace(/^\*?\./, '')
      return (bare === '*' || hostname === bare || hostname.endsWith(`.${bare}`)) && (only ?? port) === port
    })
}

function parsed(variable: string, value: string): ProxyServer {
  try {
    const url = new URL(value.includes('://') ? value : `http://${value}`)
    if (!['http:', 'https:'].includes(url.protocol)) throw new TypeError('unsupported')
    const proxy = { url: new URL(url.origin), name: `${variable} (${url.host})` }
    if (url.username === '' && url.password === '') return proxy
    const password = new Secret(decodeURIComponent(url.password))
    const pair = `${decodeURIComponent(url.username)}:${password.reveal()}`
    return { ...proxy, authorization: new Secret(`Basic ${Buffer.from(pair).toString('base64')}`) }
  } catch {
    throw new Trouble('proxy', `${variable} is not the address of an http or https proxy`)
  }
}
