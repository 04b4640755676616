import { isDeepStrictEqual } from 'node:util'
import type { Json } from '../../clouds/json.ts'
import type { Caller } from './caller.ts'
import { refuse } from './refusals.ts'
import { type Right, reaches, rightOn } from './rights.ts'
import { type Ask, type RegistryAsk, type Reply, swapped } from './route.ts'
import type { DockerHubWorld, Repository } from './world.ts'

export const repositoryNamed = (world: DockerHubWorld, namespace: string, name: string): Repository | undefined =>
  world.repositories.find(one => one.namespace === namespace && one.name === name)

/** The repository that a request names; what the caller may not read is not there, for all they can tell. */
export function repositoryOf({ world, caller, names: [namespace = '', name = ''] }: Ask, needed: Right): Repository {
  const found = repositoryNamed(world, namespace, name)
  const right = found ? rightOn(world, caller, found) : 'none'
  if (!found || right === 'none') throw refuse.notFound()
  if (!reaches(right, needed)) throw refuse.forbidden('insufficient permissions')
  return found
}

/** A repository as it is made, by a request or a push. */
export function newRepository(
  { now }: RegistryAsk,
  given: Pick<Repository, 'namespace' | 'name' | 'private'> & Partial<Repository>,
): Repository {
  const at = now.toISOString()
  return {
    description: '',
    fullDescription: '',
    collaborators: [],
    teams: [],
    immutableTags: { enabled: false, rules: [] },
    tags: [],
    createdAt: at,
    updatedAt: at,
    ...given,
  }
}

/** The world with a repository changed, or the same where that changes nothing. */
export function changed(ask: RegistryAsk, old: Repository, by: Partial<Repository>): DockerHubWorld {
  if (isDeepStrictEqual({ ...old, ...by }, old)) return ask.world
  const updated = { ...old, ...by, updatedAt: ask.now.toISOString() }
  return { ...ask.world, repositories: swapped(ask.world.repositories, old, updated) }
}

/** What changed it, answered with how it is now. */
export function answered({ caller }: Ask, world: DockerHubWorld, { namespace, name }: Repository): Reply {
  const repository = repositoryNamed(world, namespace, name)
  return { status: 200, body: repository ? info(world, caller, repository) : null, world }
}

/** `repository_info` of the reference, with the caller's own permissions. */
export function info(world: DockerHubWorld, caller: Caller, one: Repository): { readonly [key: string]: Json } {
  const right = rightOn(world, caller, one)
  return {
    ...entry(one),
    user: one.namespace,
    hub_user: one.namespace,
    is_automated: false,
    collaborator_count: one.collaborators.length,
    has_starred: false,
    full_description: one.fullDescription,
    permissions: {
      read: reaches(right, 'read'),
      write: reaches(right, 'write'),
      admin: reaches(right, 'admin'),
    },
    immutable_tags_settings: one.immutableTags,
    source: null,
  }
}

/** `repository_list_entry` of the reference. */
export const entry = (one: Repository): { readonly [key: string]: Json } => ({
  name: one.name,
  namespace: one.namespace,
  repository_type: 'image',
  status: 1,
  status_description: 'active',
  description: one.description,
  is_private: one.private,
  star_count: 0,
  pull_count: 0,
  last_updated: one.updatedAt,
  last_modified: one.updatedAt,
  date_registered: one.createdAt,
  affiliation: '',
  media_types: [],
  content_types: one.tags.length ? ['image'] : [],
  categories: [],
  storage_size: null,
})
