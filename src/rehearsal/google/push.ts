import { createHash } from 'node:crypto'
import { type Json, textAt } from '../../clouds/json.ts'
import { isServed, SERVICES } from './apis.ts'
import { bucketNamed, chainOfBucket, registryBucket } from './bucket.ts'
import { type Caller, nameOf } from './caller.ts'
import { disabledText, refuse } from './refusals.ts'
import { GCR, nameOfRepository, repositoryNamed } from './repository.ts'
import { permissionsOf } from './rights.ts'
import { withChanged, withNew } from './route.ts'
import { chainOf, chainOfProject, projectNamed } from './tree.ts'
import { type GoogleWorld, type Image, newRepository, type Project, type Repository } from './world.ts'

/** The end of a docker push. */
export interface Push {
  readonly world: GoogleWorld
  readonly caller: Caller
  readonly now: Date
  /** us.gcr.io, or another of Google's registries. */
  readonly host: string
  /** Behind the host, without the tag. */
  readonly path: string
  readonly tag: string
  readonly manifest: Json | undefined
}

/** Where an image goes: a repository, and its name there. */
interface Target {
  readonly project: Project
  readonly location: string
  readonly id: string
  readonly image: string
}

const AR = 'artifactregistry.googleapis.com'
const MEDIA_TYPE = 'application/vnd.docker.distribution.manifest.v2+json'

/** The world in which the image is there under its tag, and its digest. Throws a Refusal. */
export function pushed(push: Push): { readonly world: GoogleWorld; readonly digest: string } {
  const { world, now, manifest } = push
  const target = targetOf(push)
  if (manifest === undefined) throw refuse.registry(400, 'MANIFEST_INVALID', 'manifest invalid')
  if (isUnmoved(push, target.project)) return pushedToBucket(push, target)
  assertServed(push, target.project)
  const known = repositoryNamed(world, target.project.id, target.location, target.id, now)
  const repository = known ?? madeByPush(push, target)
  assertMayPush(push, repository, target)
  const image = imageOf(push, target)
  const by = { images: withImage(repository.images, image), updatedAt: now.toISOString() }
  return {
    digest: image.digest,
    world: known
      ? withChanged(world, 'repositories', known, by)
      : withNew(world, 'repositories', { ...repository, ...by }),
  }
}

/** Into the old registry, while that still took any: whoever may write objects there may push (facts/google.md 2). */
function pushedToBucket(push: Push, target: Target): { readonly world: GoogleWorld; readonly digest: string } {
  const { world, caller, now, host } = push
  const bucket = bucketNamed(world, registryBucket(host, target.project.id))
  if (!world.rules.containerRegistryTakesPushes || !bucket) {
    throw refuse.registry(403, 'DENIED', shutDown(target.project.id))
  }
  const all = permissionsOf(world, caller, chainOfBucket(world, bucket), now)
  const missing = BY_PUSHING.find(permission => !all.has(permission))
  if (missing !== undefined) throw refuse.registry(403, 'DENIED', noStorage(missing, bucket.name))
  const image = imageOf(push, target)
  const images = withImage(bucket.images, image)
  return { digest: image.digest, world: withChanged(world, 'buckets', bucket, { images }) }
}

/** facts/google.md 2: the old registry's documentation names objects.delete among what a push needs. */
const BY_PUSHING = ['storage.buckets.get', 'storage.objects.create', 'storage.objects.delete', 'storage.objects.list']

const imageOf = ({ caller, now, tag, manifest }: Push, { image }: Target): Image => ({
  name: image,
  digest: `sha256:${createHash('sha256')
    .update(JSON.stringify(manifest ?? null))
    .digest('hex')}`,
  mediaType: textAt(manifest, 'mediaType') ?? MEDIA_TYPE,
  tags: [tag],
  pushedBy: nameOf(caller),
  uploadedAt: now.toISOString(),
  updatedAt: now.toISOString(),
})

/** The tags of a new one are taken from the others; one that was there is newer, and keeps its own. */
function withImage(images: readonly Image[], one: Image): Image[] {
  const others = images.map(other =>
    other.name === one.name ? { ...other, tags: other.tags.filter(tag => !one.tags.includes(tag)) } : other,
  )
  const same = others.find(({ name, digest }) => name === one.name && digest === one.digest)
  if (!same) return [...others, one]
  const again = { ...one, tags: [...same.tags, ...one.tags], uploadedAt: same.uploadedAt }
  return others.map(other => (other === same ? again : other))
}

function targetOf({ world, now, host, path }: Push): Target {
  const [projectName = '', ...rest] = path.split('/')
  const project = projectNamed(world, projectName, now)
  const isGcr = Object.hasOwn(GCR, host)
  const location = GCR[host] ?? host.replace(/-docker\.pkg\.dev$/, '')
  const [id = '', ...image] = isGcr ? [host, ...rest] : rest
  if (project && project.deletedAt === null && image.length) return { project, location, id, image: image.join('/') }
  const name = nameOfRepository({ project: projectName, location, id })
  throw denied('repositories.uploadArtifacts', name)
}

/** Throws a Refusal where Artifact Registry is not enabled in the project (facts/google.md 4). */
function assertServed({ world, now }: Push, project: Project): void {
  if (!isServed(world, project, 'artifactregistry', now)) {
    throw refuse.registry(403, 'DENIED', disabledText(AR, SERVICES[AR]?.title ?? AR, project.number))
  }
}

/** Is the host still the old registry's for the project (facts/google.md 2)? */
const isUnmoved = ({ host }: Push, { redirection }: Project): boolean =>
  Object.hasOwn(GCR, host) && redirection === 'REDIRECTION_FROM_GCR_IO_DISABLED'

/** Only gcr.io's, and only with a right on the project (facts/google.md 2). */
function madeByPush({ world, caller, now, host }: Push, { project, location, id }: Target): Repository {
  if (!Object.hasOwn(GCR, host)) throw refuse.registry(404, 'NAME_UNKNOWN', `Repository "${id}" not found`)
  const all = permissionsOf(world, caller, chainOfProject(world, project), now)
  if (!all.has('artifactregistry.repositories.createOnPush')) throw refuse.registry(403, 'DENIED', NO_CREATE)
  const at = now.toISOString()
  return newRepository({ project: project.id, location, id, createdAt: at, updatedAt: at, readyAt: at })
}

/** A tag that is there is moved by `tags.update`, unless tags are immutable (facts/google.md 2). */
function assertMayPush({ world, caller, now, tag }: Push, repository: Repository, { image }: Target): void {
  const all = permissionsOf(world, caller, chainOf(world, repository), now)
  const isThere = repository.images.some(({ name, tags }) => name === image && tags.includes(tag))
  const needed = ['repositories.uploadArtifacts', isThere ? 'tags.update' : 'tags.create']
  const missing = needed.find(permission => !all.has(`artifactregistry.${permission}`))
  if (missing !== undefined) throw denied(missing, nameOfRepository(repository))
  if (repository.format !== 'DOCKER') throw refuse.registry(400, 'NAME_INVALID', 'The repository is not for docker.')
  if (isThere && repository.immutableTags) {
    throw refuse.registry(400, 'TAG_INVALID', 'The repository has enabled tag immutability')
  }
}

/** Ours, as the next: no source quotes what a push is told. */
const denied = (permission: string, resource: string) =>
  refuse.registry(
    403,
    'DENIED',
    `Permission "artifactregistry.${permission}" denied on resource "${resource}" (or it may not exist)`,
  )

const noStorage = (permission: string, bucket: string): string =>
  `Access denied. The account does not have ${permission} on the bucket ${bucket}.`

const NO_CREATE =
  'gcr.io repo does not exist. Creating on push requires the artifactregistry.repositories.createOnPush permission'

/** facts/google.md 2, the unmigrated push. */
const shutDown = (project: string): string =>
  `Container Registry is deprecated and shutting down, please use the auto migration tool to migrate to Artifact Registry (gcloud artifacts docker upgrade migrate --projects='${project}')`
