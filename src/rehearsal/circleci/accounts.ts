import type { Json } from '../../clouds/json.ts'
import { nameOf, organizationBySlug, organizationShown, roleIn } from './organization.ts'
import { refuse } from './refusals.ts'
import type { Ask, Reply, Route } from './route.ts'
import { slugOf, vcsTypeOf } from './slug.ts'

/** Who asks, and the organizations (facts/circleci.md 4). */
export const ACCOUNTS: readonly Route[] = [
  { method: 'GET', pattern: '/api/v2/me', handle: me },
  { method: 'GET', pattern: '/api/v2/me/collaborations', handle: collaborations },
  { method: 'GET', pattern: '/api/v2/organization/*', handle: organization },
  { method: 'GET', pattern: '/api/v2/organization/*/*', handle: organization },
]

const avatarOf = (name: string): string => `https://avatars.githubusercontent.com/${name}`

function me({ user: { id, login, name } }: Ask): Reply {
  return { status: 200, body: { id, login, name, avatar_url: avatarOf(login) } }
}

/** Not in pages; with the personal account, and with what CircleCI has only heard of, without an id. */
function collaborations({ world, user: { login } }: Ask): Reply {
  const shared = world.organizations
    .filter(one => roleIn(one, login))
    .map(one => entry(one.isUsed ? one.id : null, nameOf(one), one.slug))
  const own = `gh/${login}`
  const personal = organizationBySlug(world, own) ? [] : [entry(null, login, own)]
  return { status: 200, body: [...personal, ...shared] }
}

const entry = (id: string | null, name: string, slug: string): Json => ({
  id,
  'vcs-type': vcsTypeOf(slug),
  name,
  slug,
  avatar_url: avatarOf(name),
})

/** By id or slug, whose slash may be encoded; another's is not there, for all one can tell. */
function organization({ world, user, names }: Ask): Reply {
  const [first = ''] = names
  if (!world.rules.organizationBySlug) throw refuse.notFound()
  const slug = slugOf(...(names.length === 1 ? first.split('/') : names))
  const found = world.organizations.find(one => one.id === first || one.slug === slug)
  if (!found?.isUsed || !roleIn(found, user.login)) throw refuse.organization()
  return { status: 200, body: organizationShown(found) }
}
