import { createHash } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import { type Json, textAt } from '../../clouds/json.ts'
import { Refusal } from '../refusal.ts'
import { type Pattern, type Reply, routed } from '../route.ts'
import type { Answer, Call, Service } from '../service.ts'
import { replaced, roleIn } from './app.ts'
import { type Login, signedIn } from './login.ts'
import { ALLOWS, type Need } from './route.ts'
import type { App, HerokuWorld } from './world.ts'

interface RegistryRoute extends Pattern {
  readonly needs: Need
  /** Throws a Refusal. */
  handle(ask: RegistryAsk): Reply<HerokuWorld>
}

interface RegistryAsk {
  readonly world: HerokuWorld
  readonly app: App
  readonly type: string
  readonly tag: string
  readonly body: Json | undefined
  readonly mediaType: string
}

const MANIFEST = '/v2/*/*/manifests/*'

/** Of registry.heroku.com what ends a push, and what a release reads (facts/heroku.md 4); the layers are not simulated. */
const ROUTES: readonly RegistryRoute[] = [
  { method: 'GET', pattern: MANIFEST, needs: 'read', handle: manifest },
  { method: 'PUT', pattern: MANIFEST, needs: 'write', handle: push },
]

const SCHEMA_2 = 'application/vnd.docker.distribution.manifest.v2+json'

export const isForRegistry = ({ path }: Call): boolean => path.startsWith('/v2/')

/** registry.heroku.com. Its limits are its own, and nothing is known of them. */
export const registry: Service = (call, world, now) => {
  const login = signedIn(world.heroku, tokenIn(call), now)
  try {
    if (!login) throw refused(401, 'UNAUTHORIZED', 'authentication required', CHALLENGE)
    const reply = reach(call, world.heroku, login)
    if (reply.world) world.heroku = reply.world
    return { headers: {}, ...reply, effect: reply.world !== undefined, who: login.account.email }
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    const { status, headers, body } = error
    return { status, headers, body, effect: false, ...(login && { who: login.account.email }) } satisfies Answer
  }
}

const CHALLENGE = { 'www-authenticate': 'Basic realm="registry.heroku.com"' }

/** Any name, the heroku command gives none (facts/heroku.md 4) and docker `_` (facts/docker-hub.md 15), and a token. */
function tokenIn({ headers }: Call): string | undefined {
  const encoded = /^Basic (\S+)$/i.exec(headers.authorization ?? '')?.[1] ?? ''
  return /^_?:(.+)$/s.exec(Buffer.from(encoded, 'base64').toString())?.[1]
}

function reach({ method, path, body, headers }: Call, world: HerokuWorld, { account, authorization }: Login) {
  const found = routed(ROUTES, method === 'HEAD' ? 'GET' : method, path)
  if (!found) throw refused(404, 'UNSUPPORTED', 'The operation is unsupported.')
  const { route, names } = found
  const [name = '', type = '', tag = ''] = names
  const app = world.apps.find(one => one.name === name)
  const isAllowed = authorization.scope.some(scope => ALLOWS[route.needs].includes(scope))
  if (!app || !roleIn(world, app, account) || !isAllowed) {
    throw refused(403, 'DENIED', 'requested access to the resource is denied')
  }
  return route.handle({ world, app, type, tag, body, mediaType: headers['content-type'] ?? '' })
}

function manifest({ app, type, tag }: RegistryAsk): Reply<HerokuWorld> {
  const found = app.images.find(one => one.type === type && one.tag === tag)
  if (!found) throw refused(404, 'MANIFEST_UNKNOWN', 'manifest unknown')
  const mediaType = textAt(found.manifest, 'mediaType') ?? SCHEMA_2
  return { status: 200, headers: { 'content-type': mediaType, ...digest(found.manifest) }, body: found.manifest }
}

/** OCI manifests, and the index that attestations make of an image, are refused (facts/heroku.md 4). */
function push({ world, app, type, tag, body, mediaType }: RegistryAsk): Reply<HerokuWorld> {
  if (mediaType !== SCHEMA_2 && !world.rules.ociManifests) {
    throw refused(405, 'UNSUPPORTED', 'The operation is unsupported.')
  }
  if (body === undefined || textAt(body, 'mediaType') !== mediaType) {
    throw refused(400, 'MANIFEST_INVALID', 'manifest invalid')
  }
  const old = app.images.find(one => one.type === type && one.tag === tag)
  const images = [...app.images.filter(one => one !== old), { type, tag, manifest: body }]
  const isNew = !isDeepStrictEqual(old?.manifest, body)
  return {
    status: 201,
    headers: digest(body),
    body: undefined,
    ...(isNew && { world: replaced(world, app, { ...app, images }) }),
  }
}

const digest = (body: Json) => ({
  'docker-content-digest': `sha256:${createHash('sha256').update(JSON.stringify(body)).digest('hex')}`,
})

/** As the OCI distribution specification has it; which of its codes Heroku gives is not known. */
const refused = (status: number, code: string, message: string, headers: Readonly<Record<string, string>> = {}) =>
  new Refusal(status, { errors: [{ code, message }] }, headers)
