import { mintOf } from '../mint.ts'
import type { World } from '../world.ts'
import { organizationBySlug } from './organization.ts'
import { repositoryBySlug } from './project.ts'
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
