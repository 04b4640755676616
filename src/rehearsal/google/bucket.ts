import type { Json } from '../../clouds/json.ts'
import { refuse } from './refusals.ts'
import { may } from './rights.ts'
import type { Ask } from './route.ts'
import { type Chain, chainOfProject, projectOf } from './tree.ts'
import type { Binding, Bucket, GoogleWorld, Project } from './world.ts'

/** Where the old registry kept the images of one of its hosts: us.artifacts.P.appspot.com for us.gcr.io. */
export const registryBucket = (host: string, project: string): string =>
  `${host.replace(/gcr\.io$/, '')}artifacts.${project}.appspot.com`

export const bucketNamed = (world: GoogleWorld, name: string | undefined): Bucket | undefined =>
  world.buckets.find(one => one.name === name)

/** Its own policy, with those whom the legacy bindings mean in their place, and those above it. */
export function chainOfBucket(world: GoogleWorld, bucket: Bucket): Chain {
  const project = projectOf(world, bucket)
  const { bindings, changes, former } = bucket.policy
  const meant = (list: readonly Binding[]): Binding[] =>
    project ? list.map(one => spelledOut(one, project)) : [...list]
  const policy = {
    changes,
    bindings: meant(bindings),
    former: former.map(one => ({ ...one, bindings: meant(one.bindings) })),
  }
  return [{ policy }, ...(project ? chainOfProject(world, project) : [])]
}

/** projectOwner:P is whoever is owner of P, and so on (facts/google.md 8). */
function spelledOut(binding: Binding, { id, policy }: Project): Binding {
  const members = binding.members.flatMap(member => {
    const [, role = ''] = /^project(Owner|Editor|Viewer):/.exec(member) ?? []
    if (role === '' || !member.endsWith(`:${id}`)) return [member]
    return policy.bindings.flatMap(one => (one.role === `roles/${role.toLowerCase()}` ? one.members : []))
  })
  return { ...binding, members }
}

/** The bucket that a request names, for a permission on it. Throws a Refusal. */
export function bucketFor({ world, caller, now, names: [name] }: Ask, permission: string | undefined): Bucket {
  const found = bucketNamed(world, name)
  if (!found) throw refuse.storage(404, 'notFound', 'The specified bucket does not exist.')
  if (permission !== undefined && !may(world, caller, chainOfBucket(world, found), permission, now)) {
    // Ours: no source quotes it.
    throw refuse.storage(403, 'forbidden', `Permission '${permission}' denied on resource (or it may not exist).`)
  }
  return found
}

/** As v1 answers it, without the lists of who may what with objects. */
export const shown = (world: GoogleWorld, one: Bucket): { readonly [key: string]: Json } => ({
  kind: 'storage#bucket',
  id: one.name,
  name: one.name,
  projectNumber: projectOf(world, one)?.number ?? '0',
  location: one.location,
  locationType: /^(?:US|EU|ASIA)$/.test(one.location) ? 'multi-region' : 'region',
  storageClass: 'STANDARD',
  timeCreated: one.createdAt,
  updated: one.createdAt,
  metageneration: '1',
  etag: 'CAE=',
  iamConfiguration: {
    bucketPolicyOnly: { enabled: one.uniformAccess },
    uniformBucketLevelAccess: { enabled: one.uniformAccess },
  },
})
