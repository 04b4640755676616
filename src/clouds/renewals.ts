import { SetupError } from './cause.ts'
import type { Identity } from './identity.ts'
import type { Credential } from './vendor.ts'

/** Has a sign-in anew that a request, sent at `since`, was refused with; or says why it cannot be had. */
type Renew = (who: Identity, refused: Credential, since: number) => Promise<Credential | string>

interface Attempt {
  readonly outcome: Promise<Credential | string>
  /** When it had ended. */
  end?: number
}

/**
 * Sign-ins that do not outlast a run are asked for again where they came from: once for all requests that were under way,
 * and never by asking a person. Times are those of performance.now().
 */
export function createRenewals(credentials: Map<Identity, Credential>): Renew {
  const attempts = new WeakMap<Credential, Attempt>()

  async function attempt(who: Identity, refused: Credential): Promise<Credential | string> {
    const renewed = await newer(refused)
    if (typeof renewed !== 'string' && credentials.get(who) === refused) credentials.set(who, renewed)
    return renewed
  }

  return async (who, refused, since) => {
    const present = credentials.get(who)
    // Another request may have brought it meanwhile, or a person.
    if (present !== undefined && present !== refused) return present
    const last = attempts.get(refused)
    if (last !== undefined && (last.end ?? since) >= since) return last.outcome
    const next: Attempt = { outcome: attempt(who, refused) }
    attempts.set(refused, next)
    try {
      return await next.outcome
    } finally {
      next.end = performance.now()
    }
  }
}

async function newer(refused: Credential): Promise<Credential | string> {
  try {
    const secret = (await refused.renew?.()) ?? 'there is no newer one'
    if (typeof secret === 'string') return secret
    if (secret.reveal() === refused.secret.reveal()) return `${refused.source} still gives the same token`
    return { ...refused, secret }
  } catch (error) {
    if (error instanceof SetupError) return error.cause.means
    throw error
  }
}
