import * as z from 'zod'
import type { Json } from '../../clouds/json.ts'
import { OWNERS, organizing, paidOrganizationOf } from './organization.ts'
import { paged } from './page.ts'
import { refuse } from './refusals.ts'
import { repositoryNamed } from './repository.ts'
import { type Ask, PASSWORD, type Reply, type Route, read, swapped, without } from './route.ts'
import { type Organization, type OrganizationToken, PLANS, type Resource } from './world.ts'

const PATH = '/v2/orgs/*/access-tokens'

/** Tokens of an organization: an owner who signed in with the password makes them (facts/docker-hub.md 4). */
export const ORGANIZATION_TOKENS: readonly Route[] = [
  { method: 'GET', pattern: PATH, lets: PASSWORD, handle: list },
  { method: 'POST', pattern: PATH, lets: PASSWORD, handle: create },
  { method: 'GET', pattern: `${PATH}/*`, lets: PASSWORD, handle: info },
  { method: 'PATCH', pattern: `${PATH}/*`, lets: PASSWORD, handle: update },
  { method: 'DELETE', pattern: `${PATH}/*`, lets: PASSWORD, handle: remove },
]

const MOST_REPOSITORIES = 50
const REPOSITORY_SCOPE =
  /^scope-(image-(pull|push|delete)|repository-(read|edit|admin|settings-admin)|tag-(read|admin)|repo-group-(read|edit|admin)|webhook-[a-z-]+)$/
const ORGANIZATION_SCOPE =
  /^scope-(repository-(create|list)|(group|member|invite)-(read|edit)|activity-read|registry-usage-read|ram-(read|write)|report-read)$/

const label = z.string().min(1)
const resources = z.array(
  z.object({
    type: z.enum(['TYPE_REPO', 'TYPE_ORG']),
    path: z.string(),
    scopes: z.array(z.string()).min(1),
  }),
)
const creation = z.object({
  label,
  description: z.string().default(''),
  resources: resources.default([]),
  expires_at: z.iso.datetime({ offset: true }).nullable().default(null),
})
/** No expiry: it is immutable. */
const change = z.object({
  label: label.optional(),
  description: z.string().optional(),
  resources: resources.optional(),
  is_active: z.boolean().optional(),
})

/** The one list that counts in `total`, and whose `next` is described as a text, never null. */
function list(ask: Ask): Reply {
  const { count: total, results, next, previous } = paged(ask, paidOrganizationOf(ask, OWNERS).tokens.map(shown))
  return { status: 200, body: { total, results, ...(next && { next }), ...(previous && { previous }) } }
}

/** The only answer that shows the token. Those that expired or were switched off count for the limit. */
function create(ask: Ask): Reply {
  const organization = paidOrganizationOf(ask, OWNERS)
  const given = read(creation, ask.body)
  const { tokens, plan } = organization
  if (tokens.length >= PLANS[plan].organizationTokens) throw refuse.forbidden('access token limit reached')
  const made: OrganizationToken = {
    id: ask.mint.id(),
    label: given.label,
    description: given.description,
    token: `dckr_oat_${ask.mint.letters(32)}`,
    resources: checked(ask, organization, given.resources),
    active: true,
    expiresAt: given.expires_at,
    createdAt: ask.now.toISOString(),
  }
  const body = { ...shownWhole(made), token: made.token }
  return { status: 201, body, world: organizing(ask.world, organization, { tokens: [...tokens, made] }) }
}

function info(ask: Ask): Reply {
  return { status: 200, body: shownWhole(find(ask).token) }
}

function update(ask: Ask): Reply {
  const { organization, token: old } = find(ask)
  const given = read(change, ask.body)
  const { description = old.description, is_active = old.active } = given
  const token = {
    ...old,
    label: given.label ?? old.label,
    description,
    resources: given.resources ? checked(ask, organization, given.resources) : old.resources,
    active: is_active,
  }
  const tokens = swapped(organization.tokens, old, token)
  return { status: 200, body: shownWhole(token), world: organizing(ask.world, organization, { tokens }) }
}

function remove(ask: Ask): Reply {
  const { organization, token } = find(ask)
  const world = organizing(ask.world, organization, { tokens: without(organization.tokens, token) })
  return { status: 204, body: undefined, world }
}

function find(ask: Ask): { readonly organization: Organization; readonly token: OrganizationToken } {
  const organization = paidOrganizationOf(ask, OWNERS)
  const token = organization.tokens.find(({ id }) => id === ask.names[1])
  if (!token) throw refuse.notFound('access token not found')
  return { organization, token }
}

/** Takes resources of the organization's own, whose repositories exist (facts/docker-hub.md 4); the words are ours. */
function checked(ask: Ask, { name }: Organization, given: Resource[]): Resource[] {
  const wrong = given.flatMap(({ type, path, scopes }) => {
    const known = type === 'TYPE_ORG' ? ORGANIZATION_SCOPE : REPOSITORY_SCOPE
    const unknown = scopes.filter(scope => !known.test(scope)).map(scope => `unknown scope ${scope}`)
    const reaches = type === 'TYPE_ORG' ? path === name : isReachable(ask, name, path)
    return reaches ? unknown : [`${path} is not a resource of ${name}`, ...unknown]
  })
  const repositories = given.filter(({ type }) => type === 'TYPE_REPO')
  if (repositories.length > MOST_REPOSITORIES) wrong.push(`more than ${MOST_REPOSITORIES} repositories`)
  if (wrong.length) throw refuse.fields({ resources: wrong })
  return given
}

function isReachable({ world }: Ask, organization: string, path: string): boolean {
  if (path === '*/*/public' || path === `${organization}/*`) return true
  const [namespace = '', name = ''] = path.split('/')
  return namespace === organization && repositoryNamed(world, namespace, name) !== undefined
}

/** Without `created_by`, which the reference promises (docker/docs#24406), and without the description, which it does not. */
const shown = (one: OrganizationToken): { readonly [key: string]: Json } => ({
  id: one.id,
  label: one.label,
  is_active: one.active,
  created_at: one.createdAt,
  expires_at: one.expiresAt,
  last_used_at: null,
})

const shownWhole = (one: OrganizationToken): { readonly [key: string]: Json } => ({
  ...shown(one),
  resources: one.resources,
})
