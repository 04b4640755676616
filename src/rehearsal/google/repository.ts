import type { Json } from '../../clouds/json.ts'
import { assertServed } from './apis.ts'
import { assertLive } from './project.ts'
import { refuse } from './refusals.ts'
import { may } from './rights.ts'
import type { Ask } from './route.ts'
import { chainOf, chainOfProject, projectNamed } from './tree.ts'
import type { GoogleWorld, Project, Repository } from './world.ts'

const api = 'artifactregistry'

/** The old registry's hosts, each a repository in a location of its own (facts/google.md 1, validation rules). */
export const GCR: Readonly<Record<string, string>> = {
  'gcr.io': 'us',
  'us.gcr.io': 'us',
  'eu.gcr.io': 'europe',
  'asia.gcr.io': 'asia',
}

/** The project that a request names, for what is in it. */
export function registryProject(ask: Ask, permission: string): Project {
  const { world, caller, now, names } = ask
  const [name, location] = names
  const project = projectNamed(world, name, now)
  const no = refuse.permissionOn(permission, `projects/${name}/locations/${location}`)
  if (!project) throw no
  assertLive(project)
  assertServed(world, project, api, now)
  if (!may(world, caller, chainOfProject(world, project), permission, now)) throw no
  return project
}

/** The repository that a request names; not there is told only to those who might see it. */
export function repositoryFor(ask: Ask, permission: string | undefined): Repository {
  const { world, caller, now, names } = ask
  const [name, location = '', id = ''] = names
  const project = projectNamed(world, name, now)
  const needed = permission ?? 'artifactregistry.repositories.get'
  const no = refuse.permissionOn(needed, `projects/${name}/locations/${location}/repositories/${id}`)
  if (!project) throw no
  assertLive(project)
  assertServed(world, project, api, now)
  const found = repositoryNamed(world, project.id, location, id, now)
  const chain = found ? chainOf(world, found) : chainOfProject(world, project)
  if ((permission !== undefined || !found) && !may(world, caller, chain, needed, now)) throw no
  if (!found) throw refuse.notFound()
  return found
}

/** What was begun and is not done yet is not there. */
export const repositoryNamed = (
  world: GoogleWorld,
  project: string,
  location: string,
  id: string,
  now: Date,
): Repository | undefined =>
  world.repositories.find(
    one => one.project === project && one.location === location && one.id === id && new Date(one.readyAt) <= now,
  )

export const nameOfRepository = ({ project, location, id }: Pick<Repository, 'project' | 'location' | 'id'>): string =>
  `projects/${project}/locations/${location}/repositories/${id}`

/** Where docker finds it: facts/google.md 2 on gcr.io's. */
export const uriOf = ({ project, location, id }: Repository): string =>
  Object.hasOwn(GCR, id) ? `${id}/${project}` : `${location}-docker.pkg.dev/${project}/${id}`

export const shown = (one: Repository): { readonly [key: string]: Json } => ({
  name: nameOfRepository(one),
  format: one.format,
  ...(one.description && { description: one.description }),
  ...(Object.keys(one.labels).length && { labels: one.labels }),
  createTime: one.createdAt,
  updateTime: one.updatedAt,
  mode: 'STANDARD_REPOSITORY',
  ...(one.format === 'DOCKER' && { dockerConfig: one.immutableTags ? { immutableTags: true } : {} }),
  sizeBytes: String(one.images.length * 1_000_000),
  registryUri: uriOf(one),
})
