import * as z from 'zod'
import type { Json } from '../../clouds/json.ts'
import { type Caller, NOBODY, nameOf, signedIn } from './caller.ts'
import { readJwt, signedJwt } from './jwt.ts'
import { refuse } from './refusals.ts'
import { repositoryNamed } from './repository.ts'
import { type Action, actionsOn, isPrivateByDefault, mayCreate, privateLeft } from './rights.ts'
import type { RegistryAsk, Reply } from './route.ts'
import type { DockerHubWorld } from './world.ts'

export const SERVICE = 'registry.docker.io'
const SECONDS = 300

const claims = z.object({
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
  const jwt = signedJwt('registry', { sub: nameOf(caller) ?? '', access }, now, SECONDS)
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

/** What a token of `registryToken` grants; undefined where it is none, or has expired. */
export function readRegistryToken(token: string, now: Date): Granted | undefined {
  const jwt = token.includes('.') ? token : Buffer.from(token, 'base64url').toString()
  return claims.safeParse(readJwt('registry', jwt, now)).data
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
