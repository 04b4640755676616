import * as z from 'zod'
import { paged } from './page.ts'
import { refuse } from './refusals.ts'
import { answered, changed, entry, info, newRepository, repositoryNamed, repositoryOf } from './repository.ts'
import { accountNamed, mayCreate, ownScopes, privateLeft, reaches, rightOn } from './rights.ts'
import { ANYBODY, type Ask, type Reply, type Route, read, USERS, without } from './route.ts'
import { REPOSITORY_NAME, type Repository } from './world.ts'

const PATH = '/v2/namespaces/*/repositories'
/** What tools still use to change one (facts/docker-hub.md 5). */
const LEGACY = '/v2/repositories/*/*'

/** Repositories (facts/docker-hub.md 5). */
export const REPOSITORIES: readonly Route[] = [
  { method: 'GET', pattern: PATH, lets: ANYBODY, handle: list },
  {
    method: 'POST',
    pattern: PATH,
    lets: { personalToken: true, organizationToken: ['scope-repository-create'] },
    handle: create,
  },
  {
    method: 'GET',
    pattern: `${PATH}/*`,
    lets: ANYBODY,
    handle: ask => ({ status: 200, body: info(ask.world, ask.caller, repositoryOf(ask, 'read')) }),
  },
  { method: 'PATCH', pattern: LEGACY, lets: USERS, handle: describe },
  { method: 'POST', pattern: `${LEGACY}/privacy`, lets: USERS, handle: setPrivacy },
  { method: 'DELETE', pattern: LEGACY, lets: USERS, handle: remove },
]

const short = z.string().max(100)
const full = z.string().max(25_000)
const creation = z.object({
  name: z.string().regex(REPOSITORY_NAME, 'Enter a valid repository name.'),
  namespace: z.string(),
  description: short.default(''),
  full_description: full.nullable().default(''),
  registry: z.string().optional(),
  is_private: z.boolean().default(false),
})
const descriptions = z.object({ description: short.optional(), full_description: full.optional() })
const privacy = z.object({ is_private: z.boolean() })

const ORDERINGS: Readonly<Record<string, (one: Repository) => string>> = {
  name: ({ name }) => name,
  last_updated: ({ updatedAt }) => updatedAt,
  pull_count: () => '',
}

/** Private ones silently vanish for an organization token without the scope to list them (facts/docker-hub.md 4). */
function list(ask: Ask): Reply {
  const { world, caller, query, names } = ask
  const [namespace = ''] = names
  const own = world.repositories.filter(one => one.namespace === namespace)
  if (!own.length && !accountNamed(world, namespace)) throw refuse.notFound()
  const lists = caller.by !== 'organization-token' || ownScopes(caller.token).includes('scope-repository-list')
  const visible = own.filter(one => (one.private ? lists : true) && reaches(rightOn(world, caller, one), 'read'))
  const named = visible.filter(({ name }) => name.includes(query.get('name') ?? ''))
  return { status: 200, body: paged(ask, ordered(named, query.get('ordering') ?? '-last_updated').map(entry)) }
}

function ordered(items: readonly Repository[], by: string): readonly Repository[] {
  const sign = by.startsWith('-') ? -1 : 1
  const key = Object.hasOwn(ORDERINGS, by.replace(/^-/, '')) ? ORDERINGS[by.replace(/^-/, '')] : undefined
  if (!key) throw refuse.fields({ ordering: ['Invalid ordering value.'] })
  return items.toSorted((a, b) => sign * (key(a) < key(b) ? -1 : Number(key(a) > key(b))))
}

function create(ask: Ask): Reply {
  const given = read(creation, ask.body)
  const { world, caller, names } = ask
  const [namespace = ''] = names
  if (given.namespace !== namespace) throw refuse.fields({ namespace: ['This is not the namespace of the path.'] })
  if (!accountNamed(world, namespace)) throw refuse.notFound()
  if (!mayCreate(world, caller, namespace, 'request')) throw refuse.forbidden()
  if (repositoryNamed(world, namespace, given.name)) {
    throw refuse.fields({ name: ['Repository with this name already exists.'] }, world.rules.repositoryClash)
  }
  if (given.is_private) needPrivate(ask, namespace)
  const made = newRepository(ask, {
    namespace,
    name: given.name,
    private: given.is_private,
    description: given.description,
    fullDescription: given.full_description ?? '',
  })
  const after = { ...world, repositories: [...world.repositories, made] }
  return { ...answered(ask, after, made), status: 201 }
}

function describe(ask: Ask): Reply {
  const old = repositoryOf(ask, 'admin')
  const { description = old.description, full_description = old.fullDescription } = read(descriptions, ask.body)
  return answered(ask, changed(ask, old, { description, fullDescription: full_description }), old)
}

function setPrivacy(ask: Ask): Reply {
  const old = repositoryOf(ask, 'admin')
  const { is_private } = read(privacy, ask.body)
  if (is_private && !old.private) needPrivate(ask, old.namespace)
  return answered(ask, changed(ask, old, { private: is_private }), old)
}

function remove(ask: Ask): Reply {
  const { world } = ask
  const gone = repositoryOf(ask, 'admin')
  const after = { ...world, repositories: without(world.repositories, gone) }
  return { status: world.rules.repositoryDeletion, body: undefined, world: after }
}

/** The personal plan has one private repository (facts/docker-hub.md 5); status and words of the refusal are ours. */
function needPrivate({ world }: Ask, namespace: string): void {
  if (privateLeft(world, namespace) < 1) throw refuse.forbidden('Private repository limit reached.')
}
