import { asAccountIn, grantedIn } from '../../src/clouds/google-rights.ts'
import type { Credential } from '../../src/clouds/vendor.ts'
import type { Look } from '../../src/engine/step.ts'
import { path, shown } from '../../src/engine/text.ts'
import { accountOf } from './names.ts'

type Questions = Look<'googleProject' | 'googleServiceAccountId'>

const SCOPE = ['https://www.googleapis.com/auth/cloud-platform']

/** What is asked about, and where. */
export interface Asked {
  readonly host: 'google' | 'google-registry' | 'google-storage'
  /** What asks comes behind it. */
  readonly path: string
  readonly permissions: readonly string[]
}

/**
 * Which of some permissions CI's account has, asked as the account itself: what counts now, wherever it comes from.
 * @returns for each question what is granted; undefined where the signed-in person may not speak as the account; an owner may not (facts/google.md 7)
 * @throws SetupError with any other refusal
 */
export async function grantedToAccount(
  look: Questions,
  asked: readonly Asked[],
): Promise<readonly ReadonlySet<string>[] | undefined> {
  const account = shown(accountOf(look.answers))
  const token = path`/v1/projects/-/serviceAccounts/${account}:generateAccessToken`
  const as = asAccountIn(await look.ask('google-credentials', token, { scope: SCOPE, lifetime: '300s' }))
  if (as === undefined) return undefined
  const granted = await Promise.all(
    asked.map(async ({ host, path, permissions }) => {
      if (host === 'google-storage') return grantedOnBucket(look, { path, permissions, as })
      const reply = await look.ask(host, `${path}:testIamPermissions`, { permissions }, { as })
      // Where the API is not enabled in the account's own project, nothing is told.
      return new Set(reply.status >= 300 ? [] : grantedIn(reply))
    }),
  )
  return granted.includes(undefined) ? undefined : granted.flatMap(one => one ?? [])
}

/** Cloud Storage is asked in its own way (facts/google.md 7.2); where its API is not enabled, the account itself cannot ask. */
async function grantedOnBucket(
  look: Questions,
  { path, permissions, as }: Omit<Asked, 'host'> & { readonly as: Credential },
): Promise<ReadonlySet<string> | undefined> {
  const query = permissions.map(one => `permissions=${encodeURIComponent(one)}`).join('&')
  const reply = await look.read('google-storage', `${path}/iam/testPermissions?${query}`, { as })
  return reply.status >= 300 ? undefined : new Set(grantedIn(reply))
}

/** How long a change of a policy usually takes to count everywhere (facts/google.md 1, propagation). */
const USUALLY_MS = 120_000

/**
 * Does the account have these by now? Asked as itself; where that cannot be, what was granted counts after the time that
 * it usually takes.
 */
export async function isInForce(look: Questions, changed: string | undefined, asked: Asked): Promise<boolean> {
  // Of long ago, or of somebody else's.
  if (changed === undefined || look.hasPassed(USUALLY_MS, new Date(changed), 'google')) return true
  const [granted] = (await grantedToAccount(look, [asked])) ?? []
  return granted !== undefined && asked.permissions.every(permission => granted.has(permission))
}
