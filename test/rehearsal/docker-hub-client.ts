import { randomUUID } from 'node:crypto'
import { at, type Json, textAt } from '../../src/clouds/json.ts'
import {
  type DockerHubWorld,
  dockerHubWorld,
  type Organization,
  type User,
} from '../../src/rehearsal/docker-hub/world.ts'
import type { Rehearsal } from '../../src/rehearsal/server.ts'
import type { Client, Reply } from './client.ts'

/** The password of everybody whom a test adds. */
export const PASSWORD = 'correct horse'

/** Speaks to the simulated Docker Hub with an Authorization header, or as nobody. */
export function hubClient({ origins }: Rehearsal, authorization?: string): Client {
  return async (method, path, body, headers) => {
    const response = await fetch(new URL(path, origins['docker-hub']), {
      method,
      headers: {
        ...(authorization !== undefined && { authorization }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    return { status: response.status, headers: response.headers, body: text ? (JSON.parse(text) as Json) : null }
  }
}

/** Signs in by POST /v2/auth/token, as the empty world's own user unless told; throws where that fails. */
export async function signIn(rehearsal: Rehearsal, identifier?: string, secret?: string): Promise<Client> {
  const [me] = rehearsal.world.dockerHub.users
  const given = { identifier: identifier ?? me?.username ?? '', secret: secret ?? passwordOf(rehearsal, identifier) }
  const { status, body } = await hubClient(rehearsal)('POST', '/v2/auth/token', given)
  if (status !== 200) throw new Error(`${given.identifier} cannot sign in: ${status}`)
  return hubClient(rehearsal, `Bearer ${textAt(body, 'access_token')}`)
}

const passwordOf = ({ world: { dockerHub } }: Rehearsal, name = dockerHub.users[0]?.username): string =>
  dockerHub.users.find(({ username }) => username === name)?.password ?? ''

/** Asks auth.docker.io for pull and push; by name and secret, or as nobody. */
export async function registryToken(
  rehearsal: Rehearsal,
  repository: string,
  login?: readonly [name: string, secret: string],
  actions = 'pull,push',
): Promise<Reply> {
  const basic = login && `Basic ${Buffer.from(login.join(':')).toString('base64')}`
  const query = `service=registry.docker.io&client_id=test&scope=repository:${repository}:${actions}`
  return hubClient(rehearsal, basic)('GET', `/token?${query}`)
}

/** The claims of a JWT, its signature unread. */
export function claimsOf(reply: Reply, key = 'token'): Json {
  const payload = textAt(reply.body, key)?.split('.')[1] ?? ''
  return JSON.parse(Buffer.from(payload, 'base64url').toString()) as Json
}

/** What a registry token grants. */
export const accessOf = (reply: Reply): Json | undefined => at(claimsOf(reply), 'access')

/** Adds what a world file would, with the defaults of one. */
export function furnish(
  hub: DockerHubWorld,
  more: {
    readonly users?: readonly (Partial<User> & { readonly username: string })[]
    readonly organizations?: readonly (Partial<Organization> & { readonly name: string })[]
    readonly repositories?: readonly (Partial<DockerHubWorld['repositories'][number]> & {
      readonly namespace: string
      readonly name: string
    })[]
  },
): void {
  const { users = [], organizations = [], repositories = [] } = more
  const parsed = dockerHubWorld.parse({
    users: users.map(one => ({ id: randomUUID(), email: `${one.username}@example.com`, password: PASSWORD, ...one })),
    organizations: organizations.map(one => ({ id: randomUUID(), members: [], ...one })),
    repositories,
  })
  hub.users.push(...parsed.users)
  hub.organizations.push(...parsed.organizations)
  hub.repositories.push(...parsed.repositories)
}

/** A paid organization `acme`: its owner is the empty world's own user, `editor` and `member` are in it, the private repository `acme/app`. */
export function furnishAcme(hub: DockerHubWorld, more: Partial<Organization> = {}): void {
  furnish(hub, {
    users: [{ username: 'editor' }, { username: 'member' }, { username: 'stranger' }],
    organizations: [
      {
        name: 'acme',
        members: [
          { username: 'yourname', role: 'owner' },
          { username: 'editor', role: 'editor' },
          { username: 'member', role: 'member' },
        ],
        ...more,
      },
    ],
    repositories: [{ namespace: 'acme', name: 'app', private: true }],
  })
}
