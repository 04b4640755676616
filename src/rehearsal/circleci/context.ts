import { isWriter, organizationById, roleIn } from './organization.ts'
import { refuse } from './refusals.ts'
import { type Ask, type Reply, swapped } from './route.ts'
import type { CircleciWorld, Context, Organization } from './world.ts'

/** What one must be to an organization. */
type Needed = 'member' | 'writer' | 'admin'

/** Refuses whoever is less than that to an organization; one that is not there is refused alike (facts/circleci.md 5). */
export function allowed({ user }: Ask, organization: Organization | undefined, needed: Needed): Organization {
  const role = roleIn(organization, user.login)
  const may = { member: role !== undefined, writer: isWriter(role), admin: role === 'admin' }
  if (!organization || !may[needed]) throw refuse.forbidden()
  return organization
}

/** The context that a request's first name means; one that is not there is as forbidden as another's. */
export function contextOf(ask: Ask, needed: Needed): Context {
  const found = ask.world.contexts.find(({ id }) => id === ask.names[0])
  if (!found || !isOpenTo(ask.world, found, ask.user.login)) throw refuse.forbidden()
  allowed(ask, organizationById(ask.world, found.organization), needed)
  return found
}

/**
 * May somebody use the context at all, leaving aside where from? All members may while the restriction stands that
 * it was born with, and admins always (facts/circleci.md 5). Groups of the code's host have nobody in them here.
 */
export function isOpenTo(world: CircleciWorld, { organization, restrictions }: Context, login: string): boolean {
  const role = roleIn(organizationById(world, organization), login)
  if (role === 'admin') return true
  return role !== undefined && restrictions.some(({ type, value }) => type === 'group' && value === organization)
}

/** Answers with a context changed. */
export function changed({ world }: Ask, old: Context, by: Partial<Context>, answer: Omit<Reply, 'world'>): Reply {
  return { ...answer, world: { ...world, contexts: swapped(world.contexts, old, { ...old, ...by }) } }
}
