import { KEPT_MS } from './account.ts'
import type { Account, Bucket, Folder, GoogleWorld, Organization, Policy, Project, Repository } from './world.ts'

/** What has a policy, and above it what its policy is inherited from. */
export type Chain = readonly { readonly policy: Policy }[]

/** Folders and the organization above, the nearest first. */
export function ancestorsOf(world: GoogleWorld, parent: string | null): readonly (Folder | Organization)[] {
  const found = parent === null ? undefined : nodeNamed(world, parent)
  if (!found) return []
  return 'parent' in found ? [found, ...ancestorsOf(world, found.parent)] : [found]
}

/** organizations/NUMBER or folders/NUMBER. */
export function nodeNamed(world: GoogleWorld, name: string): Folder | Organization | undefined {
  const [kind, id] = name.split('/')
  return (kind === 'folders' ? world.folders : world.organizations).find(one => one.id === id)
}

/** The project of an id or a number; one that cannot be seen yet, or not any more, is none. */
export const projectNamed = (world: GoogleWorld, name: string | undefined, now: Date): Project | undefined =>
  world.projects.find(
    ({ id, number, readyAt, deletedAt }) =>
      (id === name || number === name) &&
      new Date(readyAt) <= now &&
      (deletedAt === null || Date.parse(deletedAt) + KEPT_MS > now.getTime()),
  )

export const projectOf = (world: GoogleWorld, { project }: Account | Bucket | Repository): Project | undefined =>
  world.projects.find(({ id }) => id === project)

export const chainOfProject = (world: GoogleWorld, project: Project): Chain => [
  project,
  ...ancestorsOf(world, project.parent),
]

/** Of an account or a repository. */
export function chainOf(world: GoogleWorld, one: Account | Repository): Chain {
  const project = projectOf(world, one)
  return [one, ...(project ? chainOfProject(world, project) : [])]
}
