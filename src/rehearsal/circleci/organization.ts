import type { Json } from '../../clouds/json.ts'
import { lastOf, vcsTypeOf } from './slug.ts'
import type { CircleciWorld, Organization, Role } from './world.ts'

export const organizationBySlug = (world: CircleciWorld, slug: string | undefined): Organization | undefined =>
  world.organizations.find(one => one.slug === slug)

/** One that CircleCI knows under an id. */
export const organizationById = (world: CircleciWorld, id: string | undefined): Organization | undefined =>
  world.organizations.find(one => one.id === id && one.isUsed)

export const roleIn = (organization: Organization | undefined, login: string): Role | undefined =>
  organization?.members.find(one => one.login === login)?.role

/** May change what is the organization's: contexts, project settings (facts/circleci.md 5). */
export const isWriter = (role: Role | undefined): boolean => role === 'admin' || role === 'contributor'

export const nameOf = ({ name, slug }: { name: string | null; slug: string }): string => name ?? lastOf(slug)

export const organizationShown = (one: Organization): { readonly [key: string]: Json } => ({
  id: one.id,
  name: nameOf(one),
  slug: one.slug,
  vcs_type: vcsTypeOf(one.slug),
})
