import { verified } from '../circleci/oidc.ts'
import type { World } from '../world.ts'
import { accessTokenOf } from './access-token.ts'
import { accountNamed } from './account.ts'
import { type Claims, expression } from './expression.ts'
import { isKept, nameOfPool, poolNamed } from './identity-pool.ts'
import { permissionsHeldBy } from './rights.ts'
import { chainOf } from './tree.ts'
import type { IdentityPool, IdentityProvider } from './world.ts'

/** Whom the Security Token Service lets in, as policies name it; or what it says. */
type Exchanged = { readonly principal: string } | { readonly fault: string }

/** facts/google.md 1.9: of the subject, in bytes. */
const LONGEST_SUBJECT = 127

/**
 * Exchanges a signed token of CircleCI's for an identity of a pool: issuer, audience, end, mapping and condition are those
 * of the provider, or it is refused.
 * @param audience //iam.googleapis.com/projects/NUMBER/…/providers/ID
 */
export function exchanged(world: World, audience: string, token: string, now: Date): Exchanged {
  const [, poolName = '', id] = /^\/\/iam\.googleapis\.com\/(.+)\/providers\/([^/]+)$/.exec(audience) ?? []
  const pool = poolNamed(world.google, poolName, now)
  const provider = pool?.providers.find(one => one.id === id && isKept(one, now))
  if (!pool || !provider || [pool, provider].some(one => one.deletedAt !== null || one.disabled)) {
    return {
      fault:
        'invalid_target: The target service indicated by the "audience" parameters is invalid. This might either be because the pool or provider is disabled or deleted or because it doesn\'t exist.',
    }
  }
  const claims = verified(world.circleci, token)
  if (!claims) return { fault: 'invalid_grant: Error verifying the signature of the ID Token.' }
  return faultIn(claims, provider, now) ?? mapped(world, pool, provider, claims)
}

function faultIn(claims: Claims, { issuer, audiences, id }: IdentityProvider, now: Date): Exchanged | undefined {
  if (Number(claims.exp) * 1000 <= now.getTime()) return { fault: 'invalid_grant: The ID Token is expired.' }
  if (claims.iss !== issuer) {
    return { fault: `invalid_grant: The issuer in ID Token ${claims.iss} does not match the expected ones: ${issuer}` }
  }
  if (audiences.length > 0 && !audiences.includes(String(claims.aud))) {
    return {
      fault: `invalid_grant: The audience in ID Token [${claims.aud}] does not match the expected audience of ${id}.`,
    }
  }
  return undefined
}

function mapped(world: World, pool: IdentityPool, { mapping, condition }: IdentityProvider, claims: Claims): Exchanged {
  const subject = expression(mapping['google.subject'] ?? '')(claims)
  if (typeof subject !== 'string') return { fault: 'invalid_grant: The mapped attribute google.subject is missing.' }
  if (Buffer.byteLength(subject) > LONGEST_SUBJECT) {
    return {
      fault: `invalid_grant: The size of mapped attribute google.subject exceeds the ${LONGEST_SUBJECT} bytes limit.`,
    }
  }
  if (condition && expression(condition)(claims) !== true) {
    return { fault: 'unauthorized_client: The given credential is rejected by the attribute condition.' }
  }
  return { principal: `principal://iam.googleapis.com/${nameOfPool(world.google, pool)}/subject/${subject}` }
}

/** A token of an account for somebody of a pool, who may speak as it; or what IAM says. */
export function tokenAs(
  { google }: World,
  principal: string,
  email: string,
  now: Date,
): { readonly token: string } | { readonly fault: string } {
  const account = accountNamed(google, email)
  const permission = 'iam.serviceAccounts.getAccessToken'
  if (
    !account ||
    account.disabled ||
    !permissionsHeldBy(google, [principal], chainOf(google, account), now).has(permission)
  ) {
    return { fault: `PERMISSION_DENIED: Permission '${permission}' denied on resource (or it may not exist).` }
  }
  return { token: accessTokenOf(account, now, 3600) }
}
