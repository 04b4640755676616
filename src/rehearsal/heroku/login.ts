import type { Account, Authorization, HerokuWorld } from './world.ts'

/** Who asks, and by which authorization. */
export interface Login {
  readonly account: Account
  readonly authorization: Authorization
}

/** Whose token that is; undefined for one that is wrong, revoked or over. */
export function signedIn(world: HerokuWorld, token: string | undefined, now: Date): Login | undefined {
  const authorization = world.authorizations.find(one => one.token === token)
  const account = world.accounts.find(one => one.email === authorization?.account)
  if (!authorization || !account) return undefined
  const { expiresAt } = authorization
  return expiresAt !== null && new Date(expiresAt) <= now ? undefined : { account, authorization }
}
