import * as z from 'zod'
import type { Json } from '../../clouds/json.ts'
import { paged } from './page.ts'
import { refuse } from './refusals.ts'
import { changed, repositoryOf } from './repository.ts'
import { organizationNamed, scopesOn } from './rights.ts'
import { type Ask, type Reply, type Route, read, swapped, without } from './route.ts'
import { PERMISSIONS, PLANS, type Repository } from './world.ts'

const PATH = '/v2/repositories/*/*/groups'
const lets = { personalToken: true, organizationToken: [] } as const

/** What a team may do with a repository (facts/docker-hub.md 7), given by an owner or editor, also with a token (3). */
export const TEAM_PERMISSIONS: readonly Route[] = [
  { method: 'GET', pattern: PATH, lets, handle: list },
  { method: 'POST', pattern: PATH, lets, handle: assign },
  { method: 'GET', pattern: `${PATH}/*`, lets, handle: info },
  { method: 'PATCH', pattern: `${PATH}/*`, lets, handle: update },
  { method: 'DELETE', pattern: `${PATH}/*`, lets, handle: remove },
]

type Permission = Repository['teams'][number]

const permission = z.enum(PERMISSIONS)
/** The number of the team, not its uuid. */
const assignment = z.object({ group_id: z.int(), permission })
const change = z.object({ permission })

const GRANTING = ['scope-repo-group-edit', 'scope-repo-group-admin']

function list(ask: Ask): Reply {
  const repository = managed(ask)
  if (!ask.world.rules.listsTeamPermissions) throw refuse.notFound()
  return {
    status: 200,
    body: paged(
      ask,
      repository.teams.map(one => shown(ask, one)),
    ),
  }
}

/** A team that has a permission gets the new one. */
function assign(ask: Ask): Reply {
  const repository = managed(ask)
  const { group_id: id, permission } = read(assignment, ask.body)
  if (!teamsOf(ask).some(team => team.id === id)) throw refuse.notFound('group not found')
  const made = { id, permission }
  const teams = [...repository.teams.filter(one => one.id !== id), made]
  return { status: 200, body: shown(ask, made), world: changed(ask, repository, { teams }) }
}

function info(ask: Ask): Reply {
  return { status: 200, body: shown(ask, find(ask, managed(ask))) }
}

function update(ask: Ask): Reply {
  const repository = managed(ask)
  const old = find(ask, repository)
  const updated = { ...old, ...read(change, ask.body) }
  const teams = swapped(repository.teams, old, updated)
  return { status: 200, body: shown(ask, updated), world: changed(ask, repository, { teams }) }
}

function remove(ask: Ask): Reply {
  const repository = managed(ask)
  const teams = without(repository.teams, find(ask, repository))
  return { status: 204, body: undefined, world: changed(ask, repository, { teams }) }
}

/** The repository of an organization with a plan; an organization token may be refused, since the route is a legacy one. */
function managed(ask: Ask): Repository {
  const { caller, world } = ask
  const byToken = caller.by === 'organization-token'
  if (byToken && !world.rules.organizationTokenGrants) throw refuse.organizationToken()
  const repository = repositoryOf(ask, byToken ? 'read' : 'admin')
  if (byToken && !scopesOn(caller.token, repository).some(scope => GRANTING.includes(scope))) throw refuse.forbidden()
  const organization = organizationNamed(world, repository.namespace)
  if (!organization) throw refuse.invalid('a personal repository has no teams')
  if (!PLANS[organization.plan].teams) throw refuse.unpaid()
  return repository
}

function find({ names }: Ask, { teams }: Repository): Permission {
  const found = teams.find(({ id }) => String(id) === names[2])
  if (!found) throw refuse.notFound('group not found')
  return found
}

const teamsOf = ({ world, names }: Ask) => organizationNamed(world, names[0])?.teams ?? []

const shown = (ask: Ask, { id, permission }: Permission): { readonly [key: string]: Json } => ({
  group_name: teamsOf(ask).find(team => team.id === id)?.name ?? '',
  permission,
  group_id: id,
})
