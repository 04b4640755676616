import * as z from 'zod'
import type { Json } from '../../clouds/json.ts'
import { allowed, contextOf, isOpenTo } from './context.ts'
import { organizationById, organizationBySlug } from './organization.ts'
import { paged } from './page.ts'
import { refuse } from './refusals.ts'
import { type Ask, type Reply, type Route, read, without } from './route.ts'
import { slugOf } from './slug.ts'
import { allMembers, CONTEXT_NAME, type Context, type Organization } from './world.ts'

const PATH = '/api/v2/context'

/** Contexts (facts/circleci.md 5). None can be renamed. */
export const CONTEXTS: readonly Route[] = [
  { method: 'GET', pattern: PATH, handle: list },
  { method: 'POST', pattern: PATH, handle: create },
  { method: 'GET', pattern: `${PATH}/*`, handle: ask => ({ status: 200, body: shown(contextOf(ask, 'member')) }) },
  { method: 'DELETE', pattern: `${PATH}/*`, handle: remove },
]

const MOST = 500

const owner = z.union([
  z.object({ id: z.string(), type: z.string().default('organization') }),
  z.object({ slug: z.string(), type: z.string() }),
])
const creation = z.object({ name: z.string(), owner })

function list(ask: Ask): Reply {
  const { world, query, user } = ask
  assertOrganization(query.get('owner-type') ?? 'organization')
  const [id, slug] = [query.get('owner-id'), query.get('owner-slug')]
  if (id === null && slug === null) throw refuse.invalid('Either owner-id or owner-slug is needed.')
  if (id === null && world.rules.server) throw refuse.invalid('owner-slug is not supported.')
  const organization = allowed(ask, ownerOf(ask, id === null ? { slug: slug ?? '' } : { id }), 'member')
  const own = world.contexts.filter(one => one.organization === organization.id && isOpenTo(world, one, user.login))
  return { status: 200, body: paged(ask, own.map(shown)) }
}

/** A contributor may, who then may not restrict it. Sent twice it is made once and refused once. */
function create(ask: Ask): Reply {
  const { world, mint, now } = ask
  const { name, owner: given } = read(creation, ask.body)
  assertOrganization(given.type)
  const organization = allowed(ask, ownerOf(ask, given), 'writer')
  if (!CONTEXT_NAME.test(name)) throw refuse.invalid('Invalid context name.')
  const own = world.contexts.filter(one => one.organization === organization.id)
  const rivals = world.rules.server ? world.contexts : own
  if (rivals.some(one => one.name === name)) {
    throw refuse.clash(world.rules.contextClash, 'A context with this name already exists.')
  }
  if (own.length >= MOST) throw refuse.invalid(`Cannot create more than ${MOST} contexts.`)
  const id = mint.id()
  const made: Context = {
    id,
    name,
    organization: organization.id,
    createdAt: now.toISOString(),
    variables: [],
    restrictions: [allMembers(organization.id, id)],
  }
  return { status: 200, body: shown(made), world: { ...world, contexts: [...world.contexts, made] } }
}

function remove(ask: Ask): Reply {
  const { world } = ask
  const contexts = without(world.contexts, contextOf(ask, 'writer'))
  return { status: 200, body: { message: 'Context deleted.' }, world: { ...world, contexts } }
}

function assertOrganization(type: string): void {
  if (type !== 'organization') throw refuse.invalid('only organization is supported at present')
}

const ownerOf = ({ world }: Ask, given: { id: string } | { slug: string }): Organization | undefined =>
  'id' in given ? organizationById(world, given.id) : used(organizationBySlug(world, slugOf(...given.slug.split('/'))))

const used = (organization: Organization | undefined) => (organization?.isUsed ? organization : undefined)

const shown = ({ id, name, createdAt }: Context): { readonly [key: string]: Json } => ({
  id,
  name,
  created_at: createdAt,
})
