import * as z from 'zod'
import type { Json } from '../../clouds/json.ts'
import { changed, contextOf } from './context.ts'
import { isExpression } from './expression.ts'
import { organizationById } from './organization.ts'
import { projectById } from './project.ts'
import { refuse } from './refusals.ts'
import { type Ask, type Reply, type Route, read, without } from './route.ts'
import { organizationSlugOf, vcsTypeOf } from './slug.ts'
import { type Context, RESTRICTION_TYPES, type Restriction } from './world.ts'

const PATH = '/api/v2/context/*/restrictions'

/** Who may use a context, and from where (facts/circleci.md 5): an admin's to change. None can be edited. */
export const RESTRICTIONS: readonly Route[] = [
  { method: 'GET', pattern: PATH, handle: list },
  { method: 'POST', pattern: PATH, handle: add },
  { method: 'DELETE', pattern: `${PATH}/*`, handle: remove },
]

const addition = z.object({ restriction_type: z.enum(RESTRICTION_TYPES), restriction_value: z.string() })

function list(ask: Ask): Reply {
  const context = contextOf(ask, 'member')
  const items = context.restrictions.map(one => ({
    ...shown(one),
    context_id: context.id,
    ...(one.name !== null && { name: one.name }),
  }))
  return { status: 200, body: { items, next_page_token: null } }
}

/** That the same may be added twice is our choice: no source tells of a refusal. */
function add(ask: Ask): Reply {
  const context = contextOf(ask, 'admin')
  const { restriction_type: type, restriction_value: value } = read(addition, ask.body)
  const made = { id: ask.mint.id(), type, value, name: NAMED[type](ask, context, value) }
  const restrictions = [...context.restrictions, made]
  return changed(ask, context, { restrictions }, { status: 201, body: shown(made) })
}

/** Takes the last of its kind as quietly as any other. */
function remove(ask: Ask): Reply {
  const context = contextOf(ask, 'admin')
  const gone = context.restrictions.find(({ id }) => id === ask.names[1])
  if (!gone) throw refuse.notFound('Context restriction not found.')
  const restrictions = without(context.restrictions, gone)
  return changed(ask, context, { restrictions }, { status: 200, body: { message: 'Context restriction deleted.' } })
}

/** What a restriction is called in the list; refuses a value that its type does not take. */
const NAMED: Readonly<Record<Restriction['type'], (ask: Ask, context: Context, value: string) => string | null>> = {
  project: ({ world }, { organization }, value) => {
    const project = projectById(world, value)
    const own = organizationById(world, organization)?.slug
    if (!project || organizationSlugOf(project.slug) !== own) throw refuse.invalid('Invalid restriction.')
    return project.slug
  },
  expression: (_ask, _context, value) => {
    if (!isExpression(value)) throw refuse.invalid('Invalid argument.')
    return null
  },
  group: ({ world }, { organization }, value) => {
    if (vcsTypeOf(organizationById(world, organization)?.slug ?? '') === 'circleci') {
      throw refuse.invalid('This is only supported for OAuth orgs.')
    }
    if (value !== organization) throw refuse.invalid('Invalid restriction.')
    return 'All members'
  },
}

/** As the answer to its creation shows it: without its name and its context. */
const shown = (one: Restriction): { readonly [key: string]: Json } => ({
  id: one.id,
  restriction_type: one.type,
  restriction_value: one.value,
  ...(one.type === 'project' && { project_id: one.value }),
})
