import { SetupError } from './cause.ts'
import type { Identity } from './identity.ts'
import type { Credential } from './vendor.ts'

/** Has a sign-in anew that is taken no longer, or says why it cannot be had. */
type Renew = (who: Identity, refused: Credential) => Promise<Credential | string>

/**
 * Sign-ins that do not outlast a run are asked for again where they came from: once for all requests that were refused,
 * and never by asking a person.
 */
export function createRenewals(credentials: Map<Identity, Credential>): Renew {
  const underWay = new Map<Credential, Promise<Credential | string>>()
  return async (who, refused) => {
    const present = credentials.get(who)
    // Another request may have brought it meanwhile, or a person.
    if (present !== undefined && present !== refused) return present
    const asked = underWay.get(refused) ?? newer(refused)
    underWay.set(refused, asked)
    try {
      const renewed = await asked
      if (typeof renewed !== 'string' && credentials.get(who) === refused) credentials.set(who, renewed)
      return renewed
    } finally {
      underWay.delete(refused)
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
