import { asAccountIn, grantedIn } from '../../src/clouds/google-rights.ts'
import type { Credential } from '../../src/clouds/vendor.ts'
import type { Look } from '../../src/engine/step.ts'
import { path, shown, t } from '../../src/engine/text.ts'
import { accountOf, accountPath } from './names.ts'

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
 * Whether the signed-in person may do that is asked first: each denied attempt would stand in the audit log.
 * @returns for each question what is granted; undefined where the signed-in person may not speak as the account; an owner may not (facts/google.md 7)
 * @throws SetupError with any other refusal
 */
export async function grantedToAccount(
  look: Questions,
  asked: readonly Asked[],
): Promise<readonly ReadonlySet<string>[] | undefined> {
  if (!(await maySpeak(look))) return undefined
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

async function maySpeak(look: Questions): Promise<boolean> {
  const permissions = ['iam.serviceAccounts.getAccessToken']
  const reply = await look.ask('google-iam', t`${accountPath(look.answers)}:testIamPermissions`, { permissions })
  return grantedIn(reply).length > 0
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
 * @returns undefined if it has; else how long it is of no use to ask again, in milliseconds
 */
export async function notInForce(
  look: Questions,
  changed: string | undefined,
  asked: Asked,
): Promise<{ readonly pauseMs: number } | undefined> {
  // Of long ago, or of somebody else's.
  if (changed === undefined || look.hasPassed(USUALLY_MS, new Date(changed), 'google')) return undefined
  const granted = await grantedToAccount(look, [asked])
  if (granted === undefined) return { pauseMs: look.timeLeft(USUALLY_MS, new Date(changed), 'google') }
  return asked.permissions.every(permission => granted[0]?.has(permission)) ? undefined : { pauseMs: 0 }
}
