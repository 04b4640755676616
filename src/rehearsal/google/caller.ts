import type { IncomingHttpHeaders } from 'node:http'
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
  for (const user of world.users) {
    const token = user.tokens.find(one => one.token === given)
    if (token) return living(token.expiresAt, { by: 'user', user }, now)
  }
  for (const account of world.accounts) {
    const token = account.tokens.find(one => one.token === given)
    if (token && account.deletedAt === null && !account.disabled) {
      return living(token.expiresAt, { by: 'account', account }, now)
    }
  }
  throw refuse.credential(false)
}

function living(expiresAt: string, caller: Caller, now: Date): Caller {
  if (new Date(expiresAt) <= now) throw refuse.credential(true)
  return caller
}

export const nameOf = (caller: Caller): string => (caller.by === 'user' ? caller.user.email : emailOf(caller.account))

/** Everything that a policy may call the caller. */
export function namesIn(caller: Caller): readonly string[] {
  const name = nameOf(caller)
  const kind = caller.by === 'user' ? 'user' : 'serviceAccount'
  return [`${kind}:${name}`, `domain:${name.split('@')[1]}`, 'allAuthenticatedUsers', 'allUsers']
}
