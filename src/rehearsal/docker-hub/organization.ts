import { nameOf } from './caller.ts'
import { refuse } from './refusals.ts'
import { organizationNamed, roleIn } from './rights.ts'
import { type Ask, swapped } from './route.ts'
import { type DockerHubWorld, type Organization, PLANS, type Role, type Team } from './world.ts'

/** Everybody in an organization. */
export const MEMBERS: readonly Role[] = ['owner', 'editor', 'member']
export const OWNERS: readonly Role[] = ['owner']

/** The organization that a request's first name means, for callers in one of these roles or with its own token. */
export function organizationOf(ask: Ask, roles: readonly Role[], name = ask.names[0]): Organization {
  const organization = organizationNamed(ask.world, name)
  if (!organization) throw refuse.notFound()
  const { caller } = ask
  if (caller.by === 'organization-token' && caller.organization === organization) return organization
  const role = caller.by === 'organization-token' ? undefined : roleIn(organization, nameOf(caller) ?? '')
  if (!role || !roles.includes(role)) throw refuse.forbidden()
  return organization
}

/** The same where its plan has teams: without one, everything about them is refused (facts/docker-hub.md 0, 9). */
export function paidOrganizationOf(ask: Ask, roles: readonly Role[], name = ask.names[0]): Organization {
  const organization = organizationOf(ask, roles, name)
  if (!PLANS[organization.plan].teams) throw refuse.unpaid()
  return organization
}

/** The world with an organization changed. */
export function organizing(world: DockerHubWorld, old: Organization, by: Partial<Organization>): DockerHubWorld {
  return { ...world, organizations: swapped(world.organizations, old, { ...old, ...by }) }
}

/** A user as members and teams list them. */
export function personShown(world: DockerHubWorld, username: string) {
  const user = world.users.find(one => one.username === username)
  return {
    id: user?.id.replaceAll('-', '') ?? '',
    username,
    full_name: user?.fullName ?? '',
    email: user?.email ?? '',
    type: 'User',
    date_joined: user?.createdAt ?? null,
  }
}

/** The team of a request that names it, or a refusal. */
export function teamNamed(organization: Organization, name: string | undefined): Team {
  const team = organization.teams.find(one => one.name === name)
  if (!team) throw refuse.notFound('group not found')
  return team
}
