import * as z from 'zod'
import type { Json } from '../../clouds/json.ts'
import { MEMBERS, OWNERS, organizing, paidOrganizationOf, personShown, teamNamed } from './organization.ts'
import { paged } from './page.ts'
import { refuse } from './refusals.ts'
import { roleIn } from './rights.ts'
import { type Ask, type Reply, type Route, read, swapped, without } from './route.ts'
import { type DockerHubWorld, type Organization, TEAM_NAME, type Team } from './world.ts'

const PATH = '/v2/orgs/*/groups'
const TEAM = `${PATH}/*`
const reads = { personalToken: true, organizationToken: ['scope-group-read', 'scope-group-edit'] } as const
const edits = { organizationToken: ['scope-group-edit'] } as const

/** Teams, which the API calls groups (facts/docker-hub.md 7). Personal tokens read them and manage none (3). */
export const TEAMS: readonly Route[] = [
  { method: 'GET', pattern: PATH, lets: reads, handle: list },
  { method: 'POST', pattern: PATH, lets: edits, handle: create },
  { method: 'GET', pattern: TEAM, lets: reads, handle: info },
  { method: 'PUT', pattern: TEAM, lets: edits, handle: update },
  { method: 'PATCH', pattern: TEAM, lets: edits, handle: update },
  { method: 'DELETE', pattern: TEAM, lets: edits, handle: remove },
  { method: 'GET', pattern: `${TEAM}/members`, lets: reads, handle: members },
  { method: 'POST', pattern: `${TEAM}/members`, lets: edits, handle: addMember },
  { method: 'DELETE', pattern: `${TEAM}/members/*`, lets: edits, handle: removeMember },
]

const name = z.string().regex(TEAM_NAME, 'Enter a valid team name.')
const creation = z.object({ name, description: z.string().default('') })
const change = z.object({ name: name.optional(), description: z.string().optional() })
const addition = z.object({ member: z.string() })

function list(ask: Ask): Reply {
  const { query } = ask
  const search = query.get('search') ?? ''
  const username = query.get('username')
  const found = paidOrganizationOf(ask, MEMBERS).teams.filter(
    one => one.name.includes(search) && (username === null || one.members.includes(username)),
  )
  return { status: 200, body: paged(ask, found.map(shown)) }
}

function create(ask: Ask): Reply {
  const organization = paidOrganizationOf(ask, OWNERS)
  const given = read(creation, ask.body)
  assertFree(ask, organization, given.name)
  const made: Team = { id: nextId(ask.world), uuid: ask.mint.id(), ...given, members: [] }
  return { ...changed(ask, organization, [...organization.teams, made], made), status: 201 }
}

function info(ask: Ask): Reply {
  return { status: 200, body: shown(find(ask).team) }
}

function update(ask: Ask): Reply {
  const { organization, team } = find(ask, OWNERS)
  const given = read(change, ask.body)
  if (given.name !== undefined && given.name !== team.name) assertFree(ask, organization, given.name)
  const updated = { ...team, name: given.name ?? team.name, description: given.description ?? team.description }
  return changed(ask, organization, swapped(organization.teams, team, updated), updated)
}

/** With the team goes its permission on every repository. */
function remove(ask: Ask): Reply {
  const { organization, team } = find(ask, OWNERS)
  const world = organizing(ask.world, organization, { teams: without(organization.teams, team) })
  const repositories = world.repositories.map(one => ({ ...one, teams: one.teams.filter(({ id }) => id !== team.id) }))
  return { status: 204, body: undefined, world: { ...world, repositories } }
}

function members(ask: Ask): Reply {
  const search = ask.query.get('search') ?? ''
  const found = find(ask).team.members.filter(username => username.includes(search))
  return {
    status: 200,
    body: paged(
      ask,
      found.map(username => personShown(ask.world, username)),
    ),
  }
}

/** Fails for who has not accepted an invitation to the organization yet; status and words are ours. */
function addMember(ask: Ask): Reply {
  const { organization, team } = find(ask, OWNERS)
  const { member } = read(addition, ask.body)
  if (!roleIn(organization, member)) throw refuse.notFound(`${member} is not a member of ${organization.name}`)
  const body = personShown(ask.world, member)
  if (team.members.includes(member)) return { status: 200, body }
  return { ...withMembers(ask, organization, team, [...team.members, member]), body }
}

function removeMember(ask: Ask): Reply {
  const { organization, team } = find(ask, OWNERS)
  const [, , member = ''] = ask.names
  if (!team.members.includes(member)) throw refuse.notFound('member not found')
  return { ...withMembers(ask, organization, team, without(team.members, member)), status: 204, body: undefined }
}

function withMembers(ask: Ask, organization: Organization, team: Team, now: string[]): Reply {
  const updated = { ...team, members: now }
  return changed(ask, organization, swapped(organization.teams, team, updated), updated)
}

function changed(ask: Ask, organization: Organization, teams: Team[], team: Team): Reply {
  return { status: 200, body: shown(team), world: organizing(ask.world, organization, { teams }) }
}

function find(ask: Ask, roles = MEMBERS): { readonly organization: Organization; readonly team: Team } {
  const organization = paidOrganizationOf(ask, roles)
  return { organization, team: teamNamed(organization, ask.names[1]) }
}

function assertFree({ world }: Ask, { teams }: Organization, given: string): void {
  if (!teams.some(one => one.name === given)) return
  const words = 'group with this name already exists'
  throw world.rules.teamClash === 409 ? refuse.conflict(words) : refuse.fields({ name: [words] })
}

/** Unlike all other ids, that of a team is a number. */
const nextId = ({ organizations }: DockerHubWorld): number =>
  Math.max(1000, ...organizations.flatMap(({ teams }) => teams.map(({ id }) => id))) + 1

const shown = ({ id, uuid, name, description, members }: Team): { readonly [key: string]: Json } => ({
  id,
  uuid,
  name,
  description,
  member_count: members.length,
})
