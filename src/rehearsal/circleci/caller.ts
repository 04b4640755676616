import type { IncomingHttpHeaders } from 'node:http'
import type { CircleciWorld, Token, User } from './world.ts'

/** Who asks, and by what. */
export interface Caller {
  readonly user: User
  readonly token: Token
}

/** Whose token a request brings; undefined where there is none that lives (facts/circleci.md 2). */
export function callerOf(world: CircleciWorld, headers: IncomingHttpHeaders, now: Date): Caller | undefined {
  const bearer = world.rules.bearer ? /^Bearer (\S+)$/i.exec(headers.authorization ?? '')?.[1] : undefined
  const given = headers['circle-token'] ?? bearer
  for (const user of world.users) {
    const token = user.tokens.find(one => one.token === given && isLive(one, now))
    if (token) return { user, token }
  }
  return undefined
}

const isLive = ({ expiresAt }: Token, now: Date): boolean => expiresAt === null || new Date(expiresAt) > now
