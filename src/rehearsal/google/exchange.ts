import * as z from 'zod'
import { verified } from '../circleci/oidc.ts'
import type { Call } from '../service.ts'
import type { World } from '../world.ts'
import { federatedTokenOf } from './access-token.ts'
import { assertServed } from './apis.ts'
import type { Claims } from './expression.ts'
import { identified } from './identity.ts'
import { isKept, nameOfPool, poolNamed } from './identity-pool.ts'
import { refuse } from './refusals.ts'
import { assertKnownQuery, ok, type Reply, read } from './route.ts'
import { projectNamed } from './tree.ts'
import type { GoogleWorld, IdentityPool, IdentityProvider } from './world.ts'

/** Is the request for the Security Token Service, which needs no token? */
export const isForExchange = ({ method, path }: Call): boolean => method === 'POST' && path === '/v1/token'

const TYPE = 'urn:ietf:params:oauth:token-type'
const given = z.strictObject({
  grantType: z.literal('urn:ietf:params:oauth:grant-type:token-exchange'),
  /** //iam.googleapis.com/projects/NUMBER/…/providers/ID */
  audience: z.string(),
  scope: z.string().min(1),
  requestedTokenType: z.literal(`${TYPE}:access_token`),
  subjectToken: z.string(),
  subjectTokenType: z.enum([`${TYPE}:jwt`, `${TYPE}:id_token`]),
})

/** The longest life of what is given for a token, in seconds. */
const LONGEST_S = 3600

/**
 * Exchanges a signed token of CircleCI's for one of somebody of a pool: issuer, audience, end, mapping and condition are
 * those of the provider. Throws a Refusal.
 */
export function exchange(
  call: Call,
  { google, circleci }: World,
  now: Date,
): { readonly reply: Reply; readonly who: string } {
  assertKnownQuery({}, call.query)
  if (call.malformed) throw refuse.invalid('Invalid JSON payload received.')
  const { audience, subjectToken } = read(given, call.body)
  const [pool, provider] = targetOf(google, audience, now)
  const claims = verified(circleci, subjectToken)
  if (!claims) throw refuse.exchange('invalid_grant', 'Error verifying the signature of the ID Token.')
  assertTaken(google, pool, provider, claims, now)
  const found = identified(pool, nameOfPool(google, pool), provider, claims)
  if ('fault' in found) throw refuse.exchange(...found.fault)
  const seconds = Math.min(LONGEST_S, Number(claims.exp) - Math.floor(now.getTime() / 1000))
  const token = federatedTokenOf(found.identity, now, seconds)
  return {
    who: found.identity.principal,
    reply: ok({
      access_token: token,
      issued_token_type: `${TYPE}:access_token`,
      token_type: 'Bearer',
      expires_in: seconds,
    }),
  }
}

/** Of a project that lives, in which the service is enabled (facts/google.md 1.4). */
function targetOf(world: GoogleWorld, audience: string, now: Date): readonly [IdentityPool, IdentityProvider] {
  const [, poolName = '', id] = /^\/\/iam\.googleapis\.com\/(.+)\/providers\/([^/]+)$/.exec(audience) ?? []
  const pool = poolNamed(world, poolName, now)
  const provider = pool?.providers.find(one => one.id === id && isKept(one, now))
  const project = projectNamed(world, pool?.project, now)
  const isLive = project?.deletedAt === null
  if (!isLive || !pool || !provider || [pool, provider].some(one => one.deletedAt !== null || one.disabled)) {
    throw refuse.exchange('invalid_target', NO_TARGET)
  }
  assertServed(world, project, 'sts', now)
  return [pool, provider]
}

const NO_TARGET =
  'The target service indicated by the "audience" parameters is invalid. This might either be because the pool or provider is disabled or deleted or because it doesn\'t exist.'

function assertTaken(
  world: GoogleWorld,
  pool: IdentityPool,
  { issuer, audiences, id }: IdentityProvider,
  { exp, iss, aud }: Claims,
  now: Date,
): void {
  if (!(Number(exp) * 1000 > now.getTime())) throw refuse.exchange('invalid_grant', 'The ID Token is expired.')
  if (iss !== issuer) {
    throw refuse.exchange('invalid_grant', `The issuer in ID Token ${iss} does not match the expected ones: ${issuer}`)
  }
  // A provider that names none takes its own name, with or without the scheme.
  const own = `//iam.googleapis.com/${nameOfPool(world, pool)}/providers/${id}`
  const taken = audiences.length > 0 ? audiences : [own, `https:${own}`]
  if (![aud].flat().some(one => typeof one === 'string' && taken.includes(one))) {
    throw refuse.exchange(
      'invalid_grant',
      `The audience in ID Token [${aud}] does not match the expected audience ${taken[0]}.`,
    )
  }
}
