import { at, textAt } from '../../clouds/json.ts'
import { readJwt, signedJwt } from '../docker-hub/jwt.ts'
import { type Identity, identity } from './identity.ts'
import type { Account, GoogleWorld } from './world.ts'

const PREFIX = 'ya29.c.'
const FEDERATED_PREFIX = 'ya29.d.'

/** A token for speaking as an account; nothing of it is kept. */
export const accessTokenOf = ({ uniqueId }: Account, now: Date, seconds: number): string =>
  `${PREFIX}${signedJwt('google-access', { sub: uniqueId }, now, seconds)}`

/** Whose token this is; undefined where it has expired, or nobody's account is there for it any more. */
export function accountWith(world: GoogleWorld, token: string, now: Date): Account | undefined {
  if (!token.startsWith(PREFIX)) return undefined
  const sub = textAt(readJwt('google-access', token.slice(PREFIX.length), now), 'sub')
  return world.accounts.find(({ uniqueId, deletedAt, disabled }) => uniqueId === sub && deletedAt === null && !disabled)
}

/** A token for speaking as somebody of a pool; it lives on where the provider is disabled. */
export const federatedTokenOf = (one: Identity, now: Date, seconds: number): string =>
  `${FEDERATED_PREFIX}${signedJwt('google-federated', { identity: one }, now, seconds)}`

/** Whose token this is; undefined where it is none, or has expired. */
export function identityWith(token: string, now: Date): Identity | undefined {
  if (!token.startsWith(FEDERATED_PREFIX)) return undefined
  return identity.safeParse(at(readJwt('google-federated', token.slice(FEDERATED_PREFIX.length), now), 'identity')).data
}
