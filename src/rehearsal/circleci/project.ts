import { isWriter, organizationBySlug, roleIn } from './organization.ts'
import { refuse } from './refusals.ts'
import { type Ask, swapped } from './route.ts'
import { organizationSlugOf, slugOf } from './slug.ts'
import type { Branch, CircleciWorld, Project, Repository, Role } from './world.ts'

export const projectById = (world: CircleciWorld, id: string): Project | undefined =>
  world.projects.find(one => one.id === id)

export const projectBySlug = (world: CircleciWorld, slug: string | undefined): Project | undefined =>
  world.projects.find(one => one.slug === slug)

export const repositoryBySlug = (world: CircleciWorld, slug: string | undefined): Repository | undefined =>
  world.repositories.find(one => one.slug === slug)

export const branchOf = (repository: Repository | undefined, name: string): Branch | undefined =>
  repository && Object.hasOwn(repository.branches, name) ? repository.branches[name] : undefined

/** The slug that a request's first three names are; its slashes are not to be encoded (facts/circleci.md 3). */
export const slugIn = ({ names }: Pick<Ask, 'names'>): string | undefined => slugOf(...names.slice(0, 3))

/** The project that a request names, for members of its organization; another's is not there, for all they can tell. */
export function projectOf(ask: Ask, needed: 'member' | 'writer' = 'member'): Project {
  const found = projectBySlug(ask.world, slugIn(ask))
  const role = found && roleOn(ask, found)
  if (!found || !role) throw refuse.project()
  if (needed === 'writer' && !isWriter(role)) throw refuse.forbidden()
  return found
}

/** What the caller is to a project, by way of its organization. */
export const roleOn = ({ world, user }: Pick<Ask, 'world' | 'user'>, { slug }: Project): Role | undefined =>
  roleIn(organizationBySlug(world, organizationSlugOf(slug)), user.login)

/** Whom the code's host lets administer the repository. */
export const isRepositoryAdmin = (world: CircleciWorld, slug: string, login: string): boolean =>
  repositoryBySlug(world, slug)?.admins.includes(login) ?? false

/** The world with a project changed. */
export const projecting = (world: CircleciWorld, old: Project, by: Partial<Project>): CircleciWorld => ({
  ...world,
  projects: swapped(world.projects, old, { ...old, ...by }),
})
