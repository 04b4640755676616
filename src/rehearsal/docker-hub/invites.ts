import * as z from 'zod'
import type { Json } from '../../clouds/json.ts'
import { nameOf } from './caller.ts'
import { OWNERS, organizing, paidOrganizationOf } from './organization.ts'
import { refuse } from './refusals.ts'
import { roleIn } from './rights.ts'
import { type Ask, type Reply, type Route, read, swapped, without } from './route.ts'
import { type Invite, type Organization, ROLES } from './world.ts'

const edits = { organizationToken: ['scope-invite-edit'] } as const

/** Invitations to an organization (facts/docker-hub.md 8). To accept one is the invited person's. */
export const INVITES: readonly Route[] = [
  {
    method: 'GET',
    pattern: '/v2/orgs/*/invites',
    lets: { personalToken: true, organizationToken: ['scope-invite-read', 'scope-invite-edit'] },
    handle: list,
  },
  { method: 'POST', pattern: '/v2/invites/bulk', lets: edits, handle: invite },
  { method: 'DELETE', pattern: '/v2/invites/*', lets: edits, handle: cancel },
  { method: 'PATCH', pattern: '/v2/invites/*/resend', lets: edits, handle: resend },
]

const bulk = z.object({
  org: z.string(),
  team: z.string().nullable().default(null),
  role: z.enum(ROLES).default('member'),
  invitees: z.array(z.string()).min(1),
  dry_run: z.boolean().default(false),
})

function list(ask: Ask): Reply {
  const organization = paidOrganizationOf(ask, OWNERS)
  return { status: 200, body: { data: organization.invites.map(one => shown(organization, one)) } }
}

/** Every invitee gets a status of its own; a dry run tells the same and does nothing. */
function invite(ask: Ask): Reply {
  const given = read(bulk, ask.body)
  const organization = paidOrganizationOf(ask, OWNERS, given.org)
  if (given.team !== null && !organization.teams.some(({ name }) => name === given.team)) {
    throw refuse.invalid('group not found')
  }
  const statuses = given.invitees.map(invitee => ({ invitee, status: statusOf(ask, organization, invitee) }))
  const news = statuses.filter(
    ({ invitee, status }) => status === 'invited' && !organization.invites.some(one => one.invitee === invitee),
  )
  const { members, invites, seats } = organization
  if (members.length + invites.length + news.length > seats) throw refuse.conflict('no seats are left')
  if (given.dry_run) return { status: 202, body: { invitees: statuses } }
  const at = ask.now.toISOString()
  const made = news.map(({ invitee }) => ({
    id: ask.mint.id(),
    inviter: nameOf(ask.caller) ?? '',
    invitee,
    role: given.role,
    team: given.team,
    createdAt: at,
    sentAt: at,
  }))
  const all = [...invites, ...made]
  const invitees = statuses.map(one => {
    const found = one.status === 'invited' ? all.find(({ invitee }) => invitee === one.invitee) : undefined
    return found ? { ...one, invite: shown(organization, found) } : one
  })
  return {
    status: 202,
    body: { invitees },
    ...(made.length && { world: organizing(ask.world, organization, { invites: all }) }),
  }
}

function cancel(ask: Ask): Reply {
  const { organization, one } = find(ask)
  const world = organizing(ask.world, organization, { invites: without(organization.invites, one) })
  return { status: 204, body: undefined, world }
}

function resend(ask: Ask): Reply {
  const { organization, one } = find(ask)
  const invites = swapped(organization.invites, one, { ...one, sentAt: ask.now.toISOString() })
  return { status: 204, body: undefined, world: organizing(ask.world, organization, { invites }) }
}

function find(ask: Ask): { readonly organization: Organization; readonly one: Invite } {
  for (const { name, invites } of ask.world.organizations) {
    const one = invites.find(({ id }) => id === ask.names[0])
    if (one) return { organization: paidOrganizationOf(ask, OWNERS, name), one }
  }
  throw refuse.notFound('invite not found')
}

function statusOf({ world }: Ask, organization: Organization, invitee: string): string {
  const user = world.users.find(({ username, email }) => username === invitee || email === invitee)
  if (user && roleIn(organization, user.username)) return 'existing_org_member'
  return user || /^[^@\s]+@[^@\s]+$/.test(invitee) ? 'invited' : 'invalid_email_or_docker_id'
}

const shown = ({ name }: Organization, one: Invite): { readonly [key: string]: Json } => ({
  id: one.id,
  inviter_username: one.inviter,
  invitee: one.invitee,
  org: name,
  team: one.team,
  created_at: one.createdAt,
})
