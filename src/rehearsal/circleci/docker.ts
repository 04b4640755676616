import { at, type Json, textAt } from '../../clouds/json.ts'
import { dockerHub } from '../docker-hub/service.ts'
import type { World } from '../world.ts'

/** How `docker` says no (facts/docker-hub.md 11 has the second). */
export const DENIED = 'denied: requested access to the resource is denied'
const UNAUTHORIZED =
  'Error response from daemon: Get "https://registry-1.docker.io/v2/": unauthorized: incorrect username or password'

export interface Login {
  readonly user: string
  readonly password: string
}

/** `docker login` to Docker Hub: what it says if that fails. */
export function loginFault(world: World, login: Login, now: Date): string | undefined {
  return tokenOf(world, login, now) === undefined ? UNAUTHORIZED : undefined
}

/** `docker push`, after which the tag is there; or what it says if that fails. */
export function pushFault(world: World, login: Login | undefined, image: string, now: Date): string | undefined {
  const [repository = '', tag = 'latest'] = image.replace(/^docker\.io\//, '').split(':')
  const token = login && tokenOf(world, login, now, repository)
  if (token === undefined) return DENIED
  const manifest = { schemaVersion: 2, config: { mediaType: 'application/vnd.docker.container.image.v1+json', image } }
  const path = `/v2/${repository}/manifests/${tag}`
  const { status, body } = asked(world, 'PUT', path, {}, `Bearer ${token}`, now, manifest)
  if (status === 201) return undefined
  const message = at(body, 'errors')
  const said = Array.isArray(message) ? textAt(message[0], 'message') : undefined
  return status === 401 || said === undefined ? DENIED : said
}

function tokenOf(world: World, { user, password }: Login, now: Date, repository?: string): string | undefined {
  const scope = repository === undefined ? {} : { scope: `repository:${repository}:pull,push` }
  const basic = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`
  return textAt(asked(world, 'GET', '/token', { service: 'registry.docker.io', ...scope }, basic, now).body, 'token')
}

/** Docker's own requests, without a socket between. */
function asked(
  world: World,
  method: string,
  path: string,
  query: Readonly<Record<string, string>>,
  authorization: string,
  now: Date,
  body?: Json,
) {
  const headers = { authorization, host: 'registry-1.docker.io' }
  return dockerHub({ method, path, query: new URLSearchParams(query), headers, body, malformed: false }, world, now)
}
