import * as z from 'zod'
import type { Json } from '../../clouds/json.ts'
import { begun, endOf } from './operations.ts'
import { PAGES, paged } from './page.ts'
import { policyRoutes } from './policies.ts'
import { projectFor } from './project.ts'
import { refuse } from './refusals.ts'
import { GCR, nameOfRepository, registryProject, repositoryFor, shown, uriOf } from './repository.ts'
import { type Ask, ok, type Reply, type Route, read, withChanged, withNew } from './route.ts'
import { chainOf, projectOf } from './tree.ts'
import { type Image, newRepository, REPOSITORY_ID, type Repository } from './world.ts'

const api = 'artifactregistry'
const REPOSITORIES_PATH = '/v1/projects/*/locations/*/repositories'

/** Artifact Registry v1: repositories, their policies, and what docker has pushed to them. */
export const REPOSITORIES: readonly Route[] = [
  { api, method: 'POST', pattern: REPOSITORIES_PATH, takes: ['repositoryId'], handle: create },
  { api, method: 'GET', pattern: REPOSITORIES_PATH, takes: PAGES, handle: list },
  {
    api,
    method: 'GET',
    pattern: `${REPOSITORIES_PATH}/*`,
    handle: ask => ok(shown(repositoryFor(ask, 'artifactregistry.repositories.get'))),
  },
  { api, method: 'DELETE', pattern: `${REPOSITORIES_PATH}/*`, handle: remove },
  { api, method: 'GET', pattern: `${REPOSITORIES_PATH}/*/dockerImages`, takes: PAGES, handle: images },
  { api, method: 'GET', pattern: '/v1/projects/*/projectSettings', handle: settings },
  ...policyRoutes({
    api,
    pattern: `${REPOSITORIES_PATH}/*`,
    reads: 'GET, query',
    permissions: 'artifactregistry.repositories',
    find: (ask, permission) => {
      const repository = repositoryFor(ask, permission)
      return {
        policy: repository.policy,
        place: 'repository',
        resource: nameOfRepository(repository),
        under: projectOf(ask.world, repository) ?? { parent: null, orgPolicies: [] },
        chain: chainOf(ask.world, repository),
        with: policy => withChanged(ask.world, 'repositories', repository, { policy }),
      }
    },
  }),
]

const given = z.strictObject({
  name: z.string().exactOptional(),
  format: z.enum(['DOCKER', 'MAVEN', 'NPM', 'PYTHON', 'APT', 'YUM', 'GO', 'GENERIC']),
  mode: z.enum(['MODE_UNSPECIFIED', 'STANDARD_REPOSITORY']).exactOptional(),
  description: z.string().default(''),
  labels: z.record(z.string(), z.string()).default({}),
  dockerConfig: z.strictObject({ immutableTags: z.boolean().default(false) }).prefault({}),
})

function create(ask: Ask): Reply {
  const { world, names, query, now, mint } = ask
  const project = registryProject(ask, 'artifactregistry.repositories.create')
  const { format, description, labels, dockerConfig } = read(given, ask.body)
  const [, location = ''] = names
  const id = query.get('repositoryId') ?? ''
  assertId(id, location, format)
  const same = world.repositories.some(one => one.project === project.id && one.location === location && one.id === id)
  if (same) throw refuse.exists('the repository already exists')
  const repository = newRepository({
    ...{ project: project.id, location, id, format, description, labels },
    immutableTags: dockerConfig.immutableTags,
    createdAt: now.toISOString(),
    updatedAt: now.toISOString(),
    readyAt: endOf(ask).toISOString(),
  })
  const name = `projects/${project.id}/locations/${location}/operations/${mint.id()}`
  return begun(ask, withNew(world, 'repositories', repository), {
    name,
    metadata: METADATA,
    response: { '@type': 'type.googleapis.com/google.devtools.artifactregistry.v1.Repository', ...shown(repository) },
  })
}

const METADATA = { '@type': 'type.googleapis.com/google.devtools.artifactregistry.v1.OperationMetadata' }

/** The names of gcr.io have a dot, which no other may have (facts/google.md 1, validation rules). */
function assertId(id: string, location: string, format: string): void {
  const isGcr = Object.hasOwn(GCR, id)
  if (isGcr ? GCR[id] !== location || format !== 'DOCKER' : !REPOSITORY_ID.test(id)) {
    throw refuse.invalid(`The repository ID "${id}" is not valid for ${format} in ${location}.`)
  }
}

function list(ask: Ask): Reply {
  const project = registryProject(ask, 'artifactregistry.repositories.list')
  const own = ask.world.repositories.filter(
    ({ project: id, location, readyAt }) =>
      id === project.id && location === ask.names[1] && new Date(readyAt) <= ask.now,
  )
  return ok(paged(ask, 'repositories', own.map(shown)))
}

function remove(ask: Ask): Reply {
  const repository = repositoryFor(ask, 'artifactregistry.repositories.delete')
  const world = { ...ask.world, repositories: ask.world.repositories.filter(one => one !== repository) }
  const name = `projects/${repository.project}/locations/${repository.location}/operations/${ask.mint.id()}`
  return begun(ask, world, { name, metadata: METADATA, response: {} })
}

function images(ask: Ask): Reply {
  const repository = repositoryFor(ask, 'artifactregistry.dockerimages.list')
  return ok(
    paged(
      ask,
      'dockerImages',
      repository.images.map(image => imageShown(repository, image)),
    ),
  )
}

const imageShown = (repository: Repository, image: Image): { readonly [key: string]: Json } => ({
  name: `${nameOfRepository(repository)}/dockerImages/${image.name}@${image.digest}`,
  uri: `${uriOf(repository)}/${image.name}@${image.digest}`,
  ...(image.tags.length && { tags: image.tags }),
  imageSizeBytes: '1000000',
  uploadTime: image.uploadedAt,
  mediaType: image.mediaType,
  updateTime: image.updatedAt,
})

/** Whether gcr.io is served from here (facts/google.md 2). */
function settings(ask: Ask): Reply {
  const { id, redirection } = projectFor(ask, 'artifactregistry.projectsettings.get')
  return ok({ name: `projects/${id}/projectSettings`, legacyRedirectionState: redirection })
}
