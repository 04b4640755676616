import { textAt } from '../../clouds/json.ts'
import { readJwt, signedJwt } from '../docker-hub/jwt.ts'
import type { Account, GoogleWorld } from './world.ts'

const PREFIX = 'ya29.c.'

/** A token for speaking as an account; nothing of it is kept. */
export const accessTokenOf = ({ uniqueId }: Account, now: Date, seconds: number): string =>
  `${PREFIX}${signedJwt('google-access', { sub: uniqueId }, now, seconds)}`

/** Whose token this is; undefined where it has expired, or nobody's account is there for it any more. */
export function accountWith(world: GoogleWorld, token: string, now: Date): Account | undefined {
  if (!token.startsWith(PREFIX)) return undefined
  const sub = textAt(readJwt('google-access', token.slice(PREFIX.length), now), 'sub')
  return world.accounts.find(({ uniqueId, deletedAt, disabled }) => uniqueId === sub && deletedAt === null && !disabled)
}
