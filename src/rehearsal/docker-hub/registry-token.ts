import { createHash, createPublicKey, randomUUID } from 'node:crypto'
import * as z from 'zod'
import type { Json } from '../../clouds/json.ts'
import { privateKeyOf } from '../private-key.ts'
import { readRs256, signRs256 } from '../rs256.ts'
import { type Caller, NOBODY, nameOf, signedIn } from './caller.ts'
import { refuse } from './refusals.ts'
import { repositoryNamed } from './repository.ts'
import { type Action, actionsOn, isPrivateByDefault, mayCreate, privateLeft } from './rights.ts'
import type { RegistryAsk, Reply } from './route.ts'
import type { DockerHubWorld } from './world.ts'

export const SERVICE = 'registry.docker.io'
/** Whom the registry believes. */
export const ISSUER = 'auth.docker.io'
const SECONDS = 300

const claims = z.object({
  iss: z.literal(ISSUER),
  aud: z.literal(SERVICE),
  exp: z.number(),
  sub: z.string(),
  access: z.array(z.object({ name: z.string(), actions: z.array(z.string()) })),
})
export type Granted = z.infer<typeof claims>

/**
 * What auth.docker.io answers: a right that is missing is no refusal, but missing in the token (facts/docker-hub.md
 * 11).
 */
export function registryToken({ world, query, headers, now }: RegistryAsk): Reply {
  const caller = callerOf(world, headers.authorization, now)
  if (query.get('service') !== SERVICE) throw refuse.registry(400, 'UNSUPPORTED', 'no such service')
  const access = query.getAll('scope').flatMap(scope => granted(world, caller, scope))
  const jwt = signed(world, { sub: nameOf(caller) ?? '', access }, now)
  const token = world.rules.opaqueRegistryTokens ? Buffer.from(jwt).toString('base64url') : jwt
  const offline = world.rules.refreshTokens && query.get('offline_token') === 'true'
  return {
    status: 200,
    body: {
      token,
      access_token: token,
      expires_in: SECONDS,
      issued_at: now.toISOString(),
      ...(offline && { refresh_token: Buffer.from(token).toString('base64url') }),
    },
  }
}

/** As the registry's token specification has it (distribution.github.io/distribution/spec/auth/jwt), so that a real one takes it. */
function signed(world: DockerHubWorld, access: { readonly [key: string]: Json }, now: Date): string {
  world.privateKey ??= privateKeyOf('docker-hub')
  const iat = Math.floor(now.getTime() / 1000)
  const claims = { iss: ISSUER, aud: SERVICE, jti: randomUUID(), iat, nbf: iat, exp: iat + SECONDS, ...access }
  return signRs256(world.privateKey, claims, { kid: keyId(world.privateKey) })
}

const BASE_32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

/** The name of a key, by the same specification: the first 240 bits of its SHA-256, in twelve groups of base 32. */
function keyId(privateKey: string): string {
  const der = createPublicKey(privateKey).export({ type: 'spki', format: 'der' })
  const bits = [...createHash('sha256').update(der).digest().subarray(0, 30)].map(byte =>
    byte.toString(2).padStart(8, '0'),
  )
  const digits = bits.join('').match(/.{5}/g) ?? []
  return digits.map((five, i) => `${i % 4 === 0 && i > 0 ? ':' : ''}${BASE_32[Number.parseInt(five, 2)]}`).join('')
}

/** What a token of `registryToken` grants; undefined where it is none, or has expired. */
export function readRegistryToken({ privateKey }: DockerHubWorld, token: string, now: Date): Granted | undefined {
  if (privateKey === null) return undefined
  const jwt = token.includes('.') ? token : Buffer.from(token, 'base64url').toString()
  const granted = claims.safeParse(readRs256(privateKey, jwt)).data
  return granted !== undefined && granted.exp * 1000 > now.getTime() ? granted : undefined
}

/** Basic, with password or token; nobody without it. */
function callerOf(world: DockerHubWorld, header: string | undefined, now: Date): Caller {
  if (header === undefined) return NOBODY
  const pair = Buffer.from(/^Basic (\S+)$/i.exec(header)?.[1] ?? '', 'base64').toString()
  const colon = pair.indexOf(':')
  const caller = signedIn(world, pair.slice(0, colon), pair.slice(colon + 1), now)
  if (!caller) throw refuse.registry(401, 'UNAUTHORIZED', 'incorrect username or password')
  return caller
}

function granted(world: DockerHubWorld, caller: Caller, scope: string): readonly Json[] {
  const [, name = '', wanted = ''] = /^repository:([^:]+):(.*)$/.exec(scope) ?? []
  const [namespace = '', short = ''] = name.split('/')
  const may = allowed(world, caller, namespace, short)
  const actions = may.filter(action => wanted.split(',').includes(action))
  return actions.length ? [{ type: 'repository', name, actions }] : []
}

/** Of a repository that is not there yet, whoever may make it by a push is granted everything (facts/docker-hub.md 5, 11). */
function allowed(world: DockerHubWorld, caller: Caller, namespace: string, name: string): readonly Action[] {
  const repository = repositoryNamed(world, namespace, name)
  if (repository) return actionsOn(world, caller, repository)
  const isCovered = !isPrivateByDefault(world, namespace) || privateLeft(world, namespace) > 0
  return isCovered && mayCreate(world, caller, namespace, 'push') ? ['pull', 'push'] : []
}
