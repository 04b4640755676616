import { type Cause, EXIT, SetupError } from './cause.ts'
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
    if (value?.trim()) taken.set(variable, asSecret(value, variable))
  }
  return taken
}

function asSecret(value: string, variable: string): Secret {
  try {
    return Secret.of(value)
  } catch {
    throw new SetupError(
      {
        code: 'bad-token',
        means: `${variable} holds characters that no token has.`,
        next: `Set ${variable} anew, and run again.`,
      },
      EXIT.input,
    )
  }
}

/** The first sign-in there is for a vendor: its variables, then its tool's. Undefined when there is none. */
export async function findSignIn(
  vendor: Vendor,
  taken: ReadonlyMap<string, Secret>,
  tools: Tools,
): Promise<Found | undefined> {
  const { variables, tool } = VENDORS[vendor].signIn
  for (const variable of variables) {
    const secret = taken.get(variable)
    if (secret !== undefined) return { vendor, secret, source: variable }
  }
  if (tools.find(tool[0]) === undefined) return undefined
  const { code, stdout } = await tools.run({ argv: tool })
  const token = stdout.trim()
  return code === 0 && token ? { vendor, secret: asSecret(token, tool.join(' ')), source: tool.join(' ') } : undefined
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
export function noSignIn(vendors: readonly Vendor[]): SetupError {
  const cause: Cause = {
    code: 'no-sign-in',
    means: vendors.map(vendor => `No sign-in for ${VENDORS[vendor].name} was found.`).join('\n'),
    next: vendors.map(howToSignIn).join('\n'),
  }
  return new SetupError(cause, EXIT.input)
}

function howToSignIn(vendor: Vendor): string {
  const { variables, tool, page, right } = VENDORS[vendor].signIn
  return `Sign in with ${tool[0]} login, or put a token from ${page} into ${variables[0]} (least right: ${right}), and run again.`
}
