import type { IncomingHttpHeaders } from 'node:http'
import { accountWith, identityWith } from './access-token.ts'
import { emailOf, memberOf } from './account.ts'
import type { Identity } from './identity.ts'
import { refuse } from './refusals.ts'
import type { Account, GoogleWorld, User } from './world.ts'

/** Who asks: a person, an account by a token that somebody got for it, or somebody of a pool of identities. */
export type Caller =
  | { readonly by: 'user'; readonly user: User }
  | { readonly by: 'account'; readonly account: Account }
  | { readonly by: 'federation'; readonly identity: Identity }

/** Whose access token a request brings. Throws a Refusal where there is none, or none that lives. */
export function callerOf(world: GoogleWorld, headers: IncomingHttpHeaders, now: Date): Caller {
  const given = /^Bearer (\S+)$/i.exec(headers.authorization ?? '')?.[1]
  if (given === undefined) throw refuse.noCredential()
  return callerWith(world, given, now)
}

/** Whose access token this is. Throws a Refusal where it is none that lives. */
export function callerWith(world: GoogleWorld, given: string, now: Date): Caller {
  const user = world.users.find(({ tokens }) => tokens.some(({ token }) => token === given))
  if (user) {
    const isLive = user.tokens.some(({ token, expiresAt }) => token === given && new Date(expiresAt) > now)
    if (!isLive) throw refuse.credential(true)
    return { by: 'user', user }
  }
  const account = accountWith(world, given, now)
  if (account) return { by: 'account', account }
  const identity = identityWith(world, given, now)
  if (!identity) throw refuse.credential(false)
  return { by: 'federation', identity }
}

/** The caller in logs, and as who pushed an image. */
export function nameOf(caller: Caller): string {
  if (caller.by === 'federation') return caller.identity.principal
  return caller.by === 'user' ? caller.user.email : emailOf(caller.account)
}

/** What a policy calls the caller alone. */
export function memberFor(caller: Caller): string {
  if (caller.by === 'federation') return caller.identity.principal
  return caller.by === 'user' ? `user:${caller.user.email}` : memberOf(caller.account)
}

/** Everything that a policy may call the caller. Of Google's own accounts are none of a pool's identities. */
export function namesIn(caller: Caller): readonly string[] {
  const kinds =
    caller.by === 'federation'
      ? caller.identity.sets
      : [`domain:${nameOf(caller).split('@')[1]}`, 'allAuthenticatedUsers']
  return [memberFor(caller), ...kinds, 'allUsers']
}
