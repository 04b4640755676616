import { at, textAt } from '../../clouds/json.ts'
import { readJwt, signedJwt } from '../docker-hub/jwt.ts'
import type { Call } from '../service.ts'
import type { World } from '../world.ts'
import { accountNamed } from './account.ts'
import { type Caller, callerWith, nameOf } from './caller.ts'
import { identity } from './identity.ts'
import { readKeyFile } from './key-file.ts'
import { pushed } from './push.ts'
import { refuse } from './refusals.ts'
import type { Reply } from './route.ts'
import type { GoogleWorld } from './world.ts'

const SECONDS = 3600
const TOKEN = '/v2/token'
const MANIFEST = /^\/v2\/(.+)\/manifests\/(\w[\w.-]{0,127})$/
const HOST = /^(?:(?:us\.|eu\.|asia\.)?gcr\.io|[a-z\d-]+-docker\.pkg\.dev)$/
/** What comes to the loopback's own address is for it. */
const USUAL_HOST = 'us.gcr.io'

/** Is the request for the docker registry, and not for an API? */
export const isForRegistry = ({ path }: Call): boolean => path === TOKEN || MANIFEST.test(path)

/**
 * The docker registry, as far as a push needs it: a token for a login, and the manifest that ends the push, after which
 * the image is there. Throws a Refusal.
 */
export function registry(
  call: Call,
  { google: world }: World,
  now: Date,
): { readonly reply: Reply; readonly who: string } {
  if (call.path === TOKEN) {
    const caller = loggedIn(world, call, now)
    const token = signedJwt('google-registry', claimsOf(caller), now, SECONDS)
    return { who: nameOf(caller), reply: { status: 200, body: { token, expires_in: SECONDS } } }
  }
  const caller = bearerOf(world, call, now)
  if (call.method !== 'PUT') throw refuse.registry(405, 'UNSUPPORTED', 'The operation is unsupported.')
  const [, path = '', tag = ''] = MANIFEST.exec(call.path) ?? []
  const { host = '' } = call.headers
  const end = pushed({
    ...{ world, caller, now, path, tag },
    host: HOST.test(host) ? host : USUAL_HOST,
    manifest: call.body,
  })
  const headers = { 'docker-content-digest': end.digest }
  return { who: nameOf(caller), reply: { status: 201, headers, body: undefined, world: end.world } }
}

/** facts/google.md 2: a key as it is or in base64, or an access token. */
function loggedIn(world: GoogleWorld, { headers }: Call, now: Date): Caller {
  const pair = Buffer.from(/^Basic (\S+)$/i.exec(headers.authorization ?? '')?.[1] ?? '', 'base64').toString()
  const colon = pair.indexOf(':')
  const user = pair.slice(0, colon)
  const password = pair.slice(colon + 1)
  if (user === 'oauth2accesstoken') return callerWith(world, password, now)
  const isEncoded = user === '_json_key_base64' && world.rules.base64Login
  if (user !== '_json_key' && !isEncoded) throw unauthorized()
  const read = readKeyFile(world, isEncoded ? Buffer.from(password, 'base64').toString() : password, now)
  if ('fault' in read) throw unauthorized()
  return { by: 'account', account: read.account }
}

const claimsOf = (caller: Caller) => ({
  sub: nameOf(caller),
  by: caller.by,
  ...(caller.by === 'federation' && { identity: caller.identity }),
})

function bearerOf(world: GoogleWorld, { headers }: Call, now: Date): Caller {
  const claims = readJwt('google-registry', /^Bearer (\S+)$/i.exec(headers.authorization ?? '')?.[1] ?? '', now)
  const federated = identity.safeParse(at(claims, 'identity')).data
  if (federated) return { by: 'federation', identity: federated }
  const name = textAt(claims, 'sub')
  const user = textAt(claims, 'by') === 'user' ? world.users.find(({ email }) => email === name) : undefined
  if (user) return { by: 'user', user }
  const account = accountNamed(world, name)
  if (!account) throw unauthorized()
  return { by: 'account', account }
}

const unauthorized = () => refuse.registry(401, 'UNAUTHORIZED', 'authentication failed')
