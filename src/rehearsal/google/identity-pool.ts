import type { Json } from '../../clouds/json.ts'
import { KEPT_MS } from './account.ts'
import { liveProjectFor } from './project.ts'
import { refuse } from './refusals.ts'
import type { Ask } from './route.ts'
import { projectNamed } from './tree.ts'
import type { GoogleWorld, IdentityPool, IdentityProvider } from './world.ts'

/** Of a pool as of a provider. */
type Kept = Pick<IdentityPool, 'deletedAt' | 'readyAt'>

/** One that was deleted stays for 30 days, and as long keeps its id (facts/google.md 1.8). */
export const isGone = ({ deletedAt }: Pick<Kept, 'deletedAt'>, now: Date): boolean =>
  deletedAt !== null && Date.parse(deletedAt) + KEPT_MS <= now.getTime()

/** Can it be seen: made, and not gone for ever? */
export const isKept = (one: Kept, now: Date): boolean => new Date(one.readyAt) <= now && !isGone(one, now)

/** The pool that a request is about, which the caller has the permission on. Throws a Refusal. */
export function poolFor(ask: Ask, permission: string): IdentityPool {
  const project = liveProjectFor(ask, 'iam', permission, () => refuse.permission(permission))
  const found = ask.world.identityPools.find(
    one => one.project === project.id && one.id === ask.names[1] && isKept(one, ask.now),
  )
  if (!found) throw refuse.notFound()
  return found
}

/** The same, not deleted: one that was can be seen, and not changed (gcloud's iam_v1_client.py). */
export function livePoolFor(ask: Ask, permission: string): IdentityPool {
  const found = poolFor(ask, permission)
  if (found.deletedAt !== null) throw refuse.precondition()
  return found
}

/** A provider of it. Throws a Refusal. */
export function providerFor(ask: Ask, pool: IdentityPool): IdentityProvider {
  const found = pool.providers.find(one => one.id === ask.names[2] && isKept(one, ask.now))
  if (!found) throw refuse.notFound()
  return found
}

/** By the project's number. */
export function nameOfPool(world: GoogleWorld, { project, id }: Pick<IdentityPool, 'project' | 'id'>): string {
  const number = world.projects.find(one => one.id === project)?.number
  return `projects/${number}/locations/global/workloadIdentityPools/${id}`
}

/** The pool of such a name, by the project's number or id; undefined where it cannot be seen. */
export function poolNamed(world: GoogleWorld, name: string, now: Date): IdentityPool | undefined {
  const [, project, id] = /^projects\/([^/]+)\/locations\/global\/workloadIdentityPools\/([^/]+)$/.exec(name) ?? []
  const owner = projectNamed(world, project, now)
  return world.identityPools.find(one => one.project === owner?.id && one.id === id && isKept(one, now))
}

const stateOf = ({ deletedAt }: Kept) =>
  deletedAt === null
    ? { state: 'ACTIVE' }
    : { state: 'DELETED', expireTime: new Date(Date.parse(deletedAt) + KEPT_MS).toISOString() }

export const shownPool = (world: GoogleWorld, pool: IdentityPool): { readonly [key: string]: Json } => ({
  name: nameOfPool(world, pool),
  ...described(pool),
  ...stateOf(pool),
})

export const shownProvider = (
  world: GoogleWorld,
  pool: IdentityPool,
  provider: IdentityProvider,
): { readonly [key: string]: Json } => ({
  name: `${nameOfPool(world, pool)}/providers/${provider.id}`,
  ...described(provider),
  ...stateOf(provider),
  attributeMapping: provider.mapping,
  ...(provider.condition && { attributeCondition: provider.condition }),
  oidc: {
    issuerUri: provider.issuer,
    ...(provider.audiences.length > 0 && { allowedAudiences: provider.audiences }),
  },
})

const described = ({ displayName, description, disabled }: IdentityPool | IdentityProvider) => ({
  ...(displayName && { displayName }),
  ...(description && { description }),
  ...(disabled && { disabled }),
})
