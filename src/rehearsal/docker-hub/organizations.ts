import * as z from 'zod'
import type { Json } from '../../clouds/json.ts'
import { MEMBERS, OWNERS, organizationOf, organizing, personShown } from './organization.ts'
import { paged } from './page.ts'
import { refuse } from './refusals.ts'
import { roleIn } from './rights.ts'
import { type Ask, type Reply, type Route, read, swapped, USERS } from './route.ts'
import { type Organization, PLANS, ROLES, type User } from './world.ts'

const ORGANIZATION = '/v2/orgs/*'
const MEMBER = `${ORGANIZATION}/members/*`
const readMembers = { personalToken: true, organizationToken: ['scope-member-read', 'scope-member-edit'] } as const
const editMembers = { organizationToken: ['scope-member-edit'] } as const

/**
 * Who one is, one's organizations, their plans and members (facts/docker-hub.md 8, 9). Personal tokens read there, and
 * manage nothing (3).
 */
export const ORGANIZATIONS: readonly Route[] = [
  { method: 'GET', pattern: '/v2/user', lets: USERS, handle: ask => ({ status: 200, body: userShown(self(ask)) }) },
  { method: 'GET', pattern: '/v2/user/orgs', lets: USERS, handle: list },
  {
    method: 'GET',
    pattern: ORGANIZATION,
    lets: { personalToken: true, organizationToken: [] },
    handle: ask => ({ status: 200, body: organizationShown(organizationOf(ask, MEMBERS)) }),
  },
  { method: 'GET', pattern: '/api/billing/v4/accounts/*/hub-plan', lets: USERS, handle: plan },
  { method: 'GET', pattern: `${ORGANIZATION}/members`, lets: readMembers, handle: members },
  { method: 'PUT', pattern: MEMBER, lets: editMembers, handle: setRole },
  { method: 'DELETE', pattern: MEMBER, lets: editMembers, handle: remove },
]

const roleGiven = z.object({ role: z.enum(ROLES) })

function self({ caller }: Ask): User {
  if (caller.by === 'nobody' || caller.by === 'organization-token') throw refuse.forbidden()
  return caller.user
}

function list(ask: Ask): Reply {
  const { username } = self(ask)
  const own = ask.world.organizations.filter(one => roleIn(one, username))
  return { status: 200, body: paged(ask, own.map(organizationShown)) }
}

/** Undocumented, and it may vanish. Of oneself, or of an organization one is in. */
function plan(ask: Ask): Reply {
  const { world, names } = ask
  const user = self(ask)
  const own = world.organizations.filter(one => roleIn(one, user.username))
  const account = [user, ...own].find(({ id }) => id === names[0] || trimmed(id) === names[0])
  if (!account || !world.rules.planLookup) throw refuse.notFound()
  const { teams, privateRepositories, collaborators } = PLANS[account.plan]
  return {
    status: 200,
    body: {
      name: account.plan,
      seats: 'seats' in account ? account.seats : 1,
      teams,
      private_repos: privateRepositories,
      collaborators,
    },
  }
}

/** Roles go in with a small letter and come out with a capital one (facts/docker-hub.md 8). */
function members(ask: Ask): Reply {
  const organization = organizationOf(ask, MEMBERS)
  const { query, world } = ask
  const search = query.get('search') ?? ''
  const joined = organization.members.map(({ username, role }) => ({
    ...personShown(world, username),
    role: capital(role),
    groups: organization.teams.filter(team => team.members.includes(username)).map(({ name }) => name),
    is_guest: false,
  }))
  const invited = organization.invites.map(({ invitee, team }) => ({
    ...(invitee.includes('@') ? { username: '', email: invitee } : personShown(world, invitee)),
    role: 'Invitee',
    groups: team === null ? [] : [team],
    is_guest: false,
  }))
  const type = query.get('type') ?? 'member'
  const listed = [...(type === 'invitee' ? [] : joined), ...(type === 'member' ? [] : invited)]
  const role = query.get('role')
  const found = listed.filter(
    one =>
      (role === null || one.role === capital(role)) &&
      [one.username, one.email].some(text => String(text).includes(search)),
  )
  return { status: 200, body: paged(ask, found) }
}

function setRole(ask: Ask): Reply {
  const { organization, member } = memberOf(ask)
  const { role } = read(roleGiven, ask.body)
  const changed = swapped(organization.members, member, { ...member, role })
  return {
    status: 200,
    body: { ...personShown(ask.world, member.username), role: capital(role) },
    world: organizing(ask.world, organization, { members: changed }),
  }
}

/** Who leaves an organization leaves its teams. */
function remove(ask: Ask): Reply {
  const { organization, member } = memberOf(ask)
  const { username } = member
  const world = organizing(ask.world, organization, {
    members: organization.members.filter(one => one !== member),
    teams: organization.teams.map(team => ({ ...team, members: team.members.filter(one => one !== username) })),
  })
  return { status: 204, body: undefined, world }
}

function memberOf(ask: Ask) {
  const organization = organizationOf(ask, OWNERS)
  const member = organization.members.find(({ username }) => username === ask.names[1])
  if (!member) throw refuse.notFound('member not found')
  return { organization, member }
}

const capital = (word: string): string => word.slice(0, 1).toUpperCase() + word.slice(1)
const trimmed = (id: string): string => id.replaceAll('-', '')

const userShown = (user: User): Json => ({
  id: trimmed(user.id),
  username: user.username,
  full_name: user.fullName,
  type: 'User',
  date_joined: user.createdAt,
})

const organizationShown = ({ id, name, createdAt }: Organization): { readonly [key: string]: Json } => ({
  id: trimmed(id),
  orgname: name,
  full_name: name,
  type: 'Organization',
  date_joined: createdAt,
})
