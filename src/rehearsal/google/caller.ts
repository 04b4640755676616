import type { IncomingHttpHeaders } from 'node:http'
import { accountWith } from './access-token.ts'
import { emailOf } from './account.ts'
import { refuse } from './refusals.ts'
import type { Account, GoogleWorld, User } from './world.ts'

/** Who asks: a person, or an account by a token that somebody got for it. */
export type Caller =
  | { readonly by: 'user'; readonly user: User }
  | { readonly by: 'account'; readonly account: Account }

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
  if (!account) throw refuse.credential(false)
  return { by: 'account', account }
}

export const nameOf = (caller: Caller): string => (caller.by === 'user' ? caller.user.email : emailOf(caller.account))

/** Everything that a policy may call the caller. */
export function namesIn(caller: Caller): readonly string[] {
  const name = nameOf(caller)
  const kind = caller.by === 'user' ? 'user' : 'serviceAccount'
  return [`${kind}:${name}`, `domain:${name.split('@')[1]}`, 'allAuthenticatedUsers', 'allUsers']
}
