import { type Rights, rightsIn } from '../../src/clouds/google-rights.ts'
import { readBucket } from '../../src/clouds/google-storage.ts'
import type { Look } from '../../src/engine/step.ts'
import { shown } from '../../src/engine/text.ts'
import type { Asked } from './as-account.ts'
import { bucketOf, bucketPath, readOfBucket, readOfPolicy } from './bucket-policy.ts'
import { memberOf, repositoryPath } from './names.ts'
import { lookAtRepository, rightsOnRepository } from './registry.ts'

type Questions = Look<'googleProject' | 'googleServiceAccountId' | 'registryHost' | 'googleRoute'>

/** What CI pushes to, and what is to be proven of it. */
export interface PushTarget {
  /** As in "the repository is open". */
  readonly kind: 'repository' | 'bucket'
  readonly name: string
  readonly place: Omit<Asked, 'permissions'>
  /** What CI needs there, and what it must not have there (facts/google.md 7.2). */
  readonly needed: readonly string[]
  readonly forbidden: readonly string[]
  /** What CI must not be able to do in the project. */
  readonly forbiddenOnProject: readonly string[]
  /** Where what it may do there was changed last, by fact. */
  readonly changed: string
  /** What is proven, behind who says so. */
  readonly proven: string
  /** What shows its policy. */
  readonly command: string
  isThere(): Promise<boolean>
  rights(): Promise<Rights>
  /** What CI may there besides pushing, by what its roles hold: told, since the route gives no less. */
  besides(held: ReadonlySet<string>): readonly string[]
}

/** Make repositories, give rights, push elsewhere. */
const ON_PROJECT = [
  'artifactregistry.repositories.create',
  'artifactregistry.repositories.createOnPush',
  'artifactregistry.repositories.uploadArtifacts',
  'resourcemanager.projects.setIamPolicy',
]

export const pushTarget = (look: Questions): PushTarget =>
  look.answers.googleRoute === 'bucket' ? bucketTarget(look) : repositoryTarget(look)

function repositoryTarget(look: Questions): PushTarget {
  const { answers } = look
  const { registryHost, googleProject } = answers
  return {
    kind: 'repository',
    name: registryHost,
    place: { host: 'google-registry', path: shown(repositoryPath(answers)) },
    needed: ['artifactregistry.repositories.uploadArtifacts', 'artifactregistry.repositories.downloadArtifacts'],
    forbidden: [
      'artifactregistry.repositories.deleteArtifacts',
      'artifactregistry.tags.delete',
      'artifactregistry.versions.delete',
      'artifactregistry.packages.delete',
      'artifactregistry.repositories.setIamPolicy',
      'artifactregistry.repositories.delete',
    ],
    forbiddenOnProject: ON_PROJECT,
    changed: 'google.grant:changed',
    proven: `may upload to ${registryHost}; may not delete there, nor change its policy; may do nothing in ${googleProject}.`,
    command: 'gcloud artifacts repositories get-iam-policy',
    isThere: async () => typeof (await lookAtRepository(look)) !== 'string',
    rights: () => rightsOnRepository(look),
    besides: () => [],
  }
}

/** What roles/storage.admin holds besides a push (facts/google.md 2). */
const BESIDES: Readonly<Record<string, string>> = {
  'storage.objects.delete': 'delete every image',
  'storage.buckets.delete': 'delete the bucket',
  'storage.buckets.setIamPolicy': 'change its policy, and so give itself any role there',
}

function bucketTarget(look: Questions): PushTarget {
  const { answers } = look
  const name = shown(bucketOf(answers))
  return {
    kind: 'bucket',
    name,
    place: { host: 'google-storage', path: shown(bucketPath(answers)) },
    needed: ['storage.objects.create', 'storage.objects.get', 'storage.objects.list'],
    forbidden: [],
    forbiddenOnProject: [...ON_PROJECT, 'storage.buckets.create', 'storage.objects.create'],
    changed: 'google.bucket:changed',
    proven: `may write to the bucket ${name}; may do nothing in ${answers.googleProject}.`,
    command: 'gcloud storage buckets get-iam-policy',
    isThere: async () => readBucket(await readOfBucket(look)) !== 'absent',
    rights: async () => rightsIn(await readOfPolicy(look), shown(memberOf(answers))),
    besides: held => {
      const more = Object.entries(BESIDES).flatMap(([permission, means]) => (held.has(permission) ? [means] : []))
      return more.length === 0 ? [] : [`By its role there CI may besides: ${more.join('; ')}.`]
    },
  }
}
