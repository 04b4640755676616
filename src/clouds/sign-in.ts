import { type Cause, EXIT, SetupError } from './cause.ts'
import type { Clock } from './clock.ts'
import type { Tools } from './exec.ts'
import { Secret } from './secret.ts'
import type { Account, VendorReply } from './vendor.ts'
import { VENDOR_IDS, VENDORS, type Vendor } from './vendors.ts'

/** A sign-in that was found: nothing is sent anywhere before a person said yes to it. */
export interface Found {
  readonly vendor: Vendor
  readonly secret: Secret
  /** Where it was found, in words. */
  readonly source: string
}

/** That there is none, and the words of the tool that was asked. */
export interface NotFound {
  readonly vendor: Vendor
  readonly asked?: string
  readonly said?: string
}

export const isFound = (one: Found | NotFound): one is Found => 'secret' in one

/** Of a tool that prints a token: eight seconds where the network is down (facts/heroku.md 1.2), else two. */
const TOOL_LIMIT = 30_000

/**
 * Takes every credential out of the environment, so that no child and no later code finds one there.
 * @returns what the vendors' variables held, by variable
 * @throws SetupError (exit 2) for one that cannot be a token
 */
export function takeSecrets(env: NodeJS.ProcessEnv): ReadonlyMap<string, Secret> {
  const taken = new Map<string, Secret>()
  for (const variable of VENDOR_IDS.flatMap(vendor => VENDORS[vendor].signIn.variables)) {
    const value = env[variable]
    delete env[variable]
    if (value?.trim()) taken.set(variable, asSecret(value, variable, `Set ${variable} anew, and run again.`))
  }
  return taken
}

function asSecret(value: string, source: string, next: string): Secret {
  try {
    return Secret.of(value)
  } catch {
    throw new SetupError(
      {
        code: 'bad-token',
        means: `${source} holds characters that no token has.`,
        next,
      },
      EXIT.input,
    )
  }
}

/**
 * The first sign-in there is for a vendor: its variables, then its tool's.
 * @throws SetupError (exit 2) where the tool prints what cannot be a token
 */
export async function findSignIn(
  vendor: Vendor,
  taken: ReadonlyMap<string, Secret>,
  tools: Tools,
  clock: Pick<Clock, 'timeout'>,
): Promise<Found | NotFound> {
  const { variables, tool } = VENDORS[vendor].signIn
  for (const variable of variables) {
    const secret = taken.get(variable)
    if (secret !== undefined) return { vendor, secret, source: variable }
  }
  if (tools.find(tool[0]) === undefined) return { vendor }
  const { code, stdout, stderr } = await tools.run({ argv: tool, timeoutMs: clock.timeout(TOOL_LIMIT) })
  const token = stdout.trim()
  const source = tool.join(' ')
  if (code !== 0 || !token) return { vendor, asked: source, said: `exit ${code}: ${stderr.trim() || 'no token'}` }
  return { vendor, secret: asSecret(token, source, `Run ${source} to see what it prints, and sign in anew.`), source }
}

/**
 * Who is signed in.
 * @throws SetupError (exit 2) when the vendor does not take the sign-in
 */
export async function whoIsSignedIn(vendor: Vendor, read: (path: string) => Promise<VendorReply>): Promise<Account> {
  const { account, means, probes } = VENDORS[vendor]
  const reply = await read(account.path)
  const who = reply.status < 300 ? account.read(reply) : undefined
  if (who !== undefined) {
    const probed = await Promise.all(probes.map(async ({ path, lacks }) => lacks(await read(path)) ?? []))
    return { ...who, lacks: [...who.lacks, ...probed.flat()] }
  }
  // A vendor in trouble says nothing of the sign-in.
  throw new SetupError(means(reply), reply.status === 429 || reply.status >= 500 ? EXIT.failed : EXIT.input)
}

/** What to do where a sign-in is missing and nobody can be asked. */
export function noSignIn(missing: readonly NotFound[]): SetupError {
  const asked = missing.flatMap(one => one.asked ?? [])
  const said = missing.flatMap(one => one.said ?? [])
  const cause: Cause = {
    code: 'no-sign-in',
    ...(asked.length > 0 && { asked: asked.join('\n'), said: said.join('\n') }),
    means: missing.map(whyMissing).join('\n'),
    next: missing.map(howToSignIn).join('\n'),
  }
  return new SetupError(cause, EXIT.input)
}

function whyMissing({ vendor, asked }: NotFound): string {
  const { name, signIn } = VENDORS[vendor]
  const unset = `No sign-in for ${name} was found: ${signIn.variables.join(' and ')} is not set`
  return asked
    ? `${unset}, and ${asked} gives no token.`
    : `${unset}, and the command ${signIn.tool[0]} is not in PATH.`
}

function howToSignIn({ vendor, asked }: NotFound): string {
  const { variables, tool, login, page, right } = VENDORS[vendor].signIn
  const command = login.join(' ')
  return `${asked ? `Sign in with ${command}` : `Install ${tool[0]} and sign in with ${command}`}, or put a token from ${page} into ${variables[0]} (least right: ${right}), and run again.`
}
