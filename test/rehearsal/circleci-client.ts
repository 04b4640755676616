import { randomUUID } from 'node:crypto'
import type * as z from 'zod'
import type { Json } from '../../src/clouds/json.ts'
import { inhabit } from '../../src/rehearsal/circleci/people.ts'
import { type CircleciWorld, circleciWorld, type Role, type User } from '../../src/rehearsal/circleci/world.ts'
import type { Rehearsal, RehearsalOptions } from '../../src/rehearsal/server.ts'
import type { World } from '../../src/rehearsal/world.ts'
import { type Client, rehearse } from './client.ts'

/** Speaks to the simulated CircleCI as whoever the token belongs to: the empty world's own user unless told; null for nobody. */
export function circleClient(
  { origins, world }: Rehearsal,
  token: string | null | undefined = world.circleci.users[0]?.tokens[0]?.token,
): Client {
  return async (method, path, body, headers) => {
    const response = await fetch(new URL(path, origins.circleci), {
      method,
      headers: {
        ...(token && { 'circle-token': token }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    return { status: response.status, headers: response.headers, body: (await response.json()) as Json }
  }
}

/** Adds what a world file would, with the defaults of one. */
export function furnish(circleci: CircleciWorld, more: z.input<typeof circleciWorld>): void {
  const parsed = circleciWorld.parse(more)
  for (const key of ['users', 'organizations', 'repositories', 'projects', 'contexts', 'pipelines'] as const) {
    circleci[key].push(...(parsed[key] as never[]))
  }
}

/** The organization and the project that `acme` makes. */
export const ACME = 'gh/acme'
export const APP = 'gh/acme/app'
export const idOf = (circleci: CircleciWorld, slug: string): string =>
  [...circleci.organizations, ...circleci.projects].find(one => one.slug === slug)?.id ?? ''

/** `you` are an admin of gh/acme and of gh/acme/app, which is not followed; `furnishing` comes after that. */
export function acme(furnishing?: (world: World) => void, options?: RehearsalOptions): Promise<Rehearsal> {
  return rehearse(world => {
    const branches = { main: { revision: 'a'.repeat(40), config: null, skipCi: false } }
    inhabit(world, { slug: APP, defaultBranch: 'main', branches })
    furnishing?.(world)
  }, options)
}

/** Lets somebody in, and into gh/acme if they have a role. Returns their token. */
export function admit(
  { circleci }: World,
  login: string,
  role?: Role,
  more: Partial<User['tokens'][number]> = {},
): string {
  const token = `token-${randomUUID()}`
  furnish(circleci, { users: [{ id: randomUUID(), login, tokens: [{ token, ...more }] }] })
  if (role) circleci.organizations.find(({ slug }) => slug === ACME)?.members.push({ login, role })
  return token
}

/** The body's items. */
export const itemsOf = (body: Json): readonly { readonly [key: string]: Json }[] =>
  (body as { items: { [key: string]: Json }[] }).items
