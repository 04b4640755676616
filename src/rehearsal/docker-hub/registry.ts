import type { Pattern } from '../route.ts'
import { digestOf } from './public.ts'
import { spendPull } from './pulls.ts'
import { refuse } from './refusals.ts'
import { type Granted, readRegistryToken, registryToken, SERVICE } from './registry-token.ts'
import { changed, newRepository, repositoryNamed } from './repository.ts'
import { type Action, isPrivateByDefault } from './rights.ts'
import type { RegistryAsk, Reply } from './route.ts'
import { isImmutable } from './tags.ts'
import type { Repository } from './world.ts'

interface RegistryRoute extends Pattern {
  /** Throws a Refusal. */
  handle(ask: RegistryAsk): Reply
}

const UPLOADS = '/v2/*/*/blobs/uploads'
const MANIFEST = '/v2/*/*/manifests/*'
const PUSH = ['pull', 'push'] as const

/** auth.docker.io, and of the registry what proves that somebody may push (facts/docker-hub.md 11) or ends a push. */
export const REGISTRY: readonly RegistryRoute[] = [
  { method: 'GET', pattern: '/token', handle: registryToken },
  { method: 'GET', pattern: '/v2', handle: version },
  { method: 'GET', pattern: MANIFEST, handle: manifest },
  { method: 'PUT', pattern: MANIFEST, handle: push },
  { method: 'POST', pattern: UPLOADS, handle: begin },
  { method: 'DELETE', pattern: `${UPLOADS}/*`, handle: drop },
]

function version(ask: RegistryAsk): Reply {
  authorized(ask, [])
  return { status: 200, body: {} }
}

/** HEAD is free of the pull limit, and tells it (facts/docker-hub.md 12). */
function manifest(ask: RegistryAsk): Reply {
  const { sub } = authorized(ask, ['pull'])
  const [, , reference] = ask.names
  const tag = repositoryOf(ask)?.tags.find(({ name, digest }) => name === reference || digest === reference)
  if (!tag) throw refuse.registry(404, 'MANIFEST_UNKNOWN', 'manifest unknown')
  const limits = spendPull(ask, sub)
  return {
    status: 200,
    headers: { ...limits, 'docker-content-digest': tag.digest },
    body: { schemaVersion: 2, mediaType: 'application/vnd.docker.distribution.manifest.v2+json' },
  }
}

/** The end of a push; the first makes the repository, with the privacy usual in its namespace (facts/docker-hub.md 5). */
function push(ask: RegistryAsk): Reply {
  const { sub: pushedBy } = authorized(ask, PUSH)
  const { world, names, body } = ask
  const [namespace = '', name = '', tag = ''] = names
  if (body === undefined) throw refuse.registry(400, 'MANIFEST_INVALID', 'manifest invalid')
  const digest = digestOf(JSON.stringify(body))
  const made = newRepository(ask, { namespace, name, private: isPrivateByDefault(world, namespace) })
  const known = repositoryOf(ask)
  if (known && isImmutable(known, tag)) throw refuse.registry(400, 'TAG_INVALID', `tag ${tag} is immutable`)
  const repository = known ?? made
  const all = known ? world : { ...world, repositories: [...world.repositories, made] }
  const pushed = { name: tag, digest, pushedBy, pushedAt: ask.now.toISOString() }
  const tags = [...repository.tags.filter(one => one.name !== tag), pushed]
  return {
    status: 201,
    headers: { 'docker-content-digest': digest, location: `/v2/${namespace}/${name}/manifests/${digest}` },
    body: undefined,
    world: changed({ ...ask, world: all }, repository, { tags }),
  }
}

/** A push-only grant is not enough (facts/docker-hub.md 11, on distribution#2932). */
function begin(ask: RegistryAsk): Reply {
  authorized(ask, PUSH)
  const { world, names, headers } = ask
  if (!world.rules.uploads) throw refuse.registry(405, 'UNSUPPORTED', 'The operation is unsupported.')
  const id = ask.mint.id()
  const repository = names.join('/')
  return {
    status: 202,
    headers: { location: `http://${headers.host}/v2/${repository}/blobs/uploads/${id}?_state=${id}` },
    body: undefined,
    world: { ...world, uploads: [...world.uploads, { id, repository }] },
  }
}

function drop(ask: RegistryAsk): Reply {
  authorized(ask, PUSH)
  const { world, names } = ask
  const uploads = world.uploads.filter(({ id, repository }) => repository !== repositoryPath(ask) || id !== names[2])
  if (uploads.length === world.uploads.length) {
    throw refuse.registry(404, 'BLOB_UPLOAD_UNKNOWN', 'blob upload unknown to registry')
  }
  return { status: 204, body: undefined, world: { ...world, uploads } }
}

/** What the request's token grants; a challenge where that is not all it needs. */
function authorized(ask: RegistryAsk, needed: readonly Action[]): Granted {
  const path = repositoryPath(ask)
  const scope = needed.length ? `,scope="repository:${path}:${needed.join(',')}"` : ''
  const challenge = `Bearer realm="http://${ask.headers.host}/token",service="${SERVICE}"${scope}`
  const granted = readRegistryToken(
    ask.world,
    /^Bearer (\S+)$/i.exec(ask.headers.authorization ?? '')?.[1] ?? '',
    ask.now,
  )
  if (!granted) {
    throw refuse.registry(401, 'UNAUTHORIZED', 'authentication required', { 'www-authenticate': challenge })
  }
  const actions = granted.access.find(({ name }) => name === path)?.actions ?? []
  if (needed.every(action => actions.includes(action))) return granted
  throw refuse.registry(401, 'DENIED', 'requested access to the resource is denied', {
    'www-authenticate': `${challenge},error="insufficient_scope"`,
  })
}

const repositoryPath = ({ names }: RegistryAsk): string => names.slice(0, 2).join('/')

const repositoryOf = ({ world, names: [namespace = '', name = ''] }: RegistryAsk): Repository | undefined =>
  repositoryNamed(world, namespace, name)
