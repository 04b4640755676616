import { mintOf } from '../mint.ts'
import type { World } from '../world.ts'
import { began } from './begin.ts'
import { organizationBySlug } from './organization.ts'
import { projectBySlug, repositoryBySlug } from './project.ts'
import { organizationSlugOf } from './slug.ts'
import { type Branch, newOrganization } from './world.ts'

/**
 * Makes the repository that a rehearsal is about known to the code's host, with the world's first user as the admin of
 * it and of its organization. What the world knows already stays as it is; branches that it lacks are added.
 */
export function inhabit(
  world: World,
  given: {
    readonly slug: string
    readonly defaultBranch: string
    readonly branches: Readonly<Record<string, Branch>>
  },
): void {
  const { circleci } = world
  const { slug, defaultBranch, branches } = given
  const me = circleci.users[0]?.login ?? ''
  const organization = organizationSlugOf(slug)
  if (!organizationBySlug(circleci, organization)) {
    circleci.organizations.push(newOrganization(mintOf(world), organization, me))
  }
  const known = repositoryBySlug(circleci, slug)
  if (known) known.branches = { ...branches, ...known.branches }
  else circleci.repositories.push({ slug, admins: [me], defaultBranch, branches: { ...branches } })
}

/**
 * Pushes a commit to a branch, as the world's first user unless told: a pipeline starts where the project is followed,
 * unless the commit says that it wants none. Throws for a repository that is not there.
 */
export function push(
  world: World,
  given: { readonly slug: string; readonly branch: string; readonly by?: string } & Branch,
  now: Date,
): void {
  const { slug, branch, by, ...commit } = given
  const repository = repositoryBySlug(world.circleci, slug)
  if (!repository) throw new Error(`there is no repository ${slug}`)
  repository.branches[branch] = commit
  if (commit.skipCi || !projectBySlug(world.circleci, slug)?.followedBy.length) return
  const actor = by ?? world.circleci.users[0]?.login ?? ''
  const begun = began(world.circleci, mintOf(world), commit, { slug, branch, actor, trigger: 'webhook', at: now })
  world.circleci = begun.world
}
