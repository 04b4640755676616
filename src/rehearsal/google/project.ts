import type { Json } from '../../clouds/json.ts'
import { assertServed } from './apis.ts'
import { refuse } from './refusals.ts'
import { may } from './rights.ts'
import type { Ask } from './route.ts'
import type { Api } from './rules.ts'
import { chainOfProject, projectNamed } from './tree.ts'
import type { GoogleWorld, Project } from './world.ts'

/** A project that the caller has the permission on; what is missing and what is forbidden are the same (facts/google.md 1.2). */
export function projectFor({ world, caller, now, names: [name] }: Ask, permission: string | undefined): Project {
  const found = projectNamed(world, name, now)
  if (!found) throw refuse.forbidden()
  const chain = chainOfProject(world, found)
  if (permission !== undefined && !may(world, caller, chain, permission, now)) throw refuse.forbidden()
  return found
}

/** The same, where an API must be enabled there, and the project not pending deletion. */
export function liveProjectFor(ask: Ask, api: Api | undefined, permission: string, no = refuse.forbidden): Project {
  const { world, caller, now, names } = ask
  const found = projectNamed(world, names[0], now)
  if (!found) throw no()
  assertLive(found)
  if (api !== undefined) assertServed(world, found, api, now)
  if (!may(world, caller, chainOfProject(world, found), permission, now)) throw no()
  return found
}

/** Throws a Refusal for a project that is pending deletion. */
export function assertLive({ deletedAt, number }: Project): void {
  if (deletedAt !== null) throw refuse.deletedProject(number)
}

const stateOf = ({ deletedAt }: Project): string => (deletedAt === null ? 'ACTIVE' : 'DELETE_REQUESTED')

/** As v1 answers it. */
export function shownV1(project: Project): { readonly [key: string]: Json } {
  const { id, number, name, createdAt, labels, parent } = project
  const [kind = '', parentId = ''] = parent?.split('/') ?? []
  return {
    projectNumber: number,
    projectId: id,
    lifecycleState: stateOf(project),
    name,
    createTime: createdAt,
    ...(Object.keys(labels).length && { labels }),
    ...(parent !== null && { parent: { type: kind.replace(/s$/, ''), id: parentId } }),
  }
}

/** As v3 answers it. */
export function shownV3(project: Project): { readonly [key: string]: Json } {
  const { id, number, name, createdAt, deletedAt, labels, parent } = project
  return {
    name: `projects/${number}`,
    ...(parent !== null && { parent }),
    projectId: id,
    state: stateOf(project),
    displayName: name,
    createTime: createdAt,
    updateTime: deletedAt ?? createdAt,
    ...(deletedAt !== null && { deleteTime: deletedAt }),
    etag: `W/"${Buffer.from(`${number} ${stateOf(project)}`)
      .toString('hex')
      .slice(0, 16)}"`,
    ...(Object.keys(labels).length && { labels }),
  }
}

/** The projects that the caller may see, whatever their state. */
export const seenBy = ({ world, caller, now }: Ask): readonly Project[] =>
  world.projects.filter(
    one =>
      projectNamed(world, one.id, now) &&
      may(world, caller, chainOfProject(world, one), 'resourcemanager.projects.get', now),
  )

/** How many projects count for a user's quota: those pending deletion do (facts/google.md 1, lifecycles). */
export const madeBy = (world: GoogleWorld, email: string): number =>
  world.projects.filter(({ createdBy }) => createdBy === email).length
