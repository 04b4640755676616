import { at, textAt } from '../../clouds/json.ts'
import { readJwt, signedJwt } from '../docker-hub/jwt.ts'
import { type Identity, identity } from './identity.ts'
import type { Account, GoogleWorld, IdentityPool } from './world.ts'

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

/** A token for speaking as somebody of a pool; it lives on where the provider does not. */
export const federatedTokenOf = (one: Identity, now: Date, seconds: number): string =>
  `${FEDERATED_PREFIX}${signedJwt('google-federated', { identity: one }, now, seconds)}`

/**
 * Whose token this is; undefined where it has expired, or the pool is disabled or deleted (gcloud's iam_v1_messages.py,
 * WorkloadIdentityPool).
 */
export function identityWith(world: GoogleWorld, token: string, now: Date): Identity | undefined {
  if (!token.startsWith(FEDERATED_PREFIX)) return undefined
  const claims = readJwt('google-federated', token.slice(FEDERATED_PREFIX.length), now)
  const found = identity.safeParse(at(claims, 'identity')).data
  const isIn = ({ project, id, disabled, deletedAt }: IdentityPool) =>
    project === found?.pool.project && id === found.pool.id && !disabled && deletedAt === null
  return world.identityPools.some(isIn) ? found : undefined
}
