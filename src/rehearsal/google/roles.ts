/** Where a role may be granted. */
export type Place = 'organization' | 'project' | 'account' | 'repository' | 'bucket'

export interface Role {
  readonly title: string
  readonly description: string
  readonly on: readonly Place[]
  readonly permissions: readonly string[]
}

const named = (prefix: string, ...names: readonly string[]): readonly string[] => names.map(name => `${prefix}.${name}`)

const ABOVE = ['organization', 'project'] as const
const READ = ['get', 'list'] as const

/** facts/google.md 2: get, list, download. */
const READER = [
  ...['dockerimages', 'files', 'locations', 'mavenartifacts', 'npmpackages'].flatMap(one =>
    named(`artifactregistry.${one}`, ...READ),
  ),
  ...['packages', 'pythonpackages', 'tags', 'versions'].flatMap(one => named(`artifactregistry.${one}`, ...READ)),
  'artifactregistry.files.download',
  'artifactregistry.projectsettings.get',
  ...named(
    'artifactregistry.repositories',
    ...READ,
    'downloadArtifacts',
    'listEffectiveTags',
    'listTagBindings',
    'readViaVirtualRepository',
  ),
]

/** facts/google.md 2: no delete, no deleteArtifacts, no setIamPolicy, no createOnPush. */
const WRITER = [
  ...READER,
  ...['aptartifacts', 'kfpartifacts', 'yumartifacts'].map(one => `artifactregistry.${one}.create`),
  'artifactregistry.files.update',
  'artifactregistry.packages.update',
  'artifactregistry.repositories.uploadArtifacts',
  'artifactregistry.tags.create',
  'artifactregistry.tags.update',
]

/** facts/google.md 2 */
const REPOSITORY_ADMIN = [
  ...WRITER,
  ...['files', 'packages', 'tags', 'versions'].map(one => `artifactregistry.${one}.delete`),
  'artifactregistry.repositories.deleteArtifacts',
]

const CREATE_ON_PUSH = 'artifactregistry.repositories.createOnPush'

const REGISTRY_ADMIN = [
  ...REPOSITORY_ADMIN,
  'artifactregistry.files.upload',
  'artifactregistry.projectsettings.update',
  ...named(
    'artifactregistry.repositories',
    'create',
    'createTagBinding',
    'delete',
    'deleteTagBinding',
    'getIamPolicy',
    'setIamPolicy',
    'update',
  ),
  ...named('artifactregistry.rules', 'create', 'delete', ...READ, 'update'),
  'artifactregistry.versions.update',
]

/** facts/google.md 2: it could delete the bucket, and grant itself everything again. */
const STORAGE_ADMIN = [
  'orgpolicy.policy.get',
  ...named('resourcemanager.projects', ...READ),
  ...named('storage.buckets', 'create', 'delete', ...READ, 'getIamPolicy', 'setIamPolicy', 'update'),
  ...named('storage.multipartUploads', 'abort', 'create', 'list', 'listParts'),
  ...named('storage.objects', 'create', 'delete', ...READ, 'getIamPolicy', 'setIamPolicy', 'update'),
]

/** Of the bindings that a bucket is born with (facts/google.md 8), by Cloud Storage's list of its roles. */
const LEGACY_READER = ['storage.buckets.get', 'storage.multipartUploads.list', 'storage.objects.list']
const LEGACY_WRITER = [
  ...LEGACY_READER,
  ...named('storage.multipartUploads', 'abort', 'create', 'listParts'),
  ...named('storage.objects', 'create', 'delete'),
]
const LEGACY_OWNER = [...LEGACY_WRITER, ...named('storage.buckets', 'getIamPolicy', 'setIamPolicy', 'update')]

const OBJECT_VIEWER = [...named('resourcemanager.projects', ...READ), ...named('storage.objects', ...READ)]

const ACCOUNT_VIEWER = [
  ...named('iam.serviceAccounts', ...READ, 'getIamPolicy'),
  ...named('iam.serviceAccountKeys', ...READ),
]
const KEY_ADMIN = named('iam.serviceAccountKeys', 'create', 'delete', 'disable', 'enable', ...READ)
const ACCOUNT_ADMIN = [
  ...named('iam.serviceAccounts', 'create', 'delete', 'disable', 'enable', ...READ, 'getIamPolicy', 'setIamPolicy'),
  ...named('iam.serviceAccounts', 'undelete', 'update'),
]
/** What speaking as an account takes; owners lack it (facts/google.md 7). */
const AS_ACCOUNT = named(
  'iam.serviceAccounts',
  'getAccessToken',
  'getOpenIdToken',
  'implicitDelegation',
  'signBlob',
  'signJwt',
)

const POOLS = ['iam.workloadIdentityPools', 'iam.workloadIdentityPoolProviders']
const POOL_VIEWER = POOLS.flatMap(one => named(one, ...READ))
const POOL_ADMIN = [...POOL_VIEWER, ...POOLS.flatMap(one => named(one, 'create', 'delete', 'undelete', 'update'))]

const PROJECT_VIEWER = [
  ...named('resourcemanager.projects', ...READ),
  ...named('serviceusage.services', ...READ),
  ...READER,
  ...ACCOUNT_VIEWER,
  ...POOL_VIEWER,
  ...named('iam.roles', ...READ),
]
const PROJECT_EDITOR = [
  ...PROJECT_VIEWER,
  'artifactregistry.repositories.create',
  'artifactregistry.repositories.delete',
  ...REPOSITORY_ADMIN,
  ...named('iam.serviceAccounts', 'actAs', 'create', 'delete', 'disable', 'enable', 'update'),
  ...KEY_ADMIN,
  ...named('serviceusage.services', 'disable', 'enable', 'use'),
]
const PROJECT_OWNER = [
  ...POOL_ADMIN,
  ...PROJECT_EDITOR,
  ...REGISTRY_ADMIN,
  CREATE_ON_PUSH,
  ...ACCOUNT_ADMIN,
  'orgpolicy.policy.get',
  ...named('resourcemanager.projects', 'createBillingAssignment', 'delete', 'deleteBillingAssignment'),
  ...named('resourcemanager.projects', 'getIamPolicy', 'setIamPolicy', 'undelete', 'update'),
]

const role = (title: string, description: string, on: readonly Place[], permissions: readonly string[]): Role => ({
  title,
  description,
  on,
  permissions: [...new Set(permissions)].sort(),
})

const REPOSITORIES = [...ABOVE, 'repository'] as const
const ACCOUNTS = [...ABOVE, 'account'] as const
const BUCKETS = [...ABOVE, 'bucket'] as const

/**
 * The predefined roles that the set-up meets. Those of Artifact Registry are whole (facts/google.md 2, and the role files
 * that it names); of the widest ones, which hold thousands of permissions, those that the simulated services know.
 */
export const ROLES: Readonly<Record<string, Role>> = {
  'roles/owner': role('Owner', 'Full access to most Google Cloud resources.', ['project'], PROJECT_OWNER),
  'roles/editor': role(
    'Editor',
    'View, create, update, and delete most Google Cloud resources.',
    ABOVE,
    PROJECT_EDITOR,
  ),
  'roles/viewer': role('Viewer', 'View most Google Cloud resources.', ABOVE, PROJECT_VIEWER),
  'roles/artifactregistry.reader': role(
    'Artifact Registry Reader',
    'Access to read repository items.',
    REPOSITORIES,
    READER,
  ),
  'roles/artifactregistry.writer': role(
    'Artifact Registry Writer',
    'Access to read and write repository items.',
    REPOSITORIES,
    WRITER,
  ),
  'roles/artifactregistry.createOnPushWriter': role(
    'Artifact Registry Create-on-Push Writer',
    'Access to read and write repository items, and to create gcr.io repositories by pushing.',
    REPOSITORIES,
    [...WRITER, CREATE_ON_PUSH],
  ),
  'roles/artifactregistry.repoAdmin': role(
    'Artifact Registry Repository Administrator',
    'Access to manage artifacts in repositories.',
    REPOSITORIES,
    REPOSITORY_ADMIN,
  ),
  'roles/artifactregistry.createOnPushRepoAdmin': role(
    'Artifact Registry Create-on-Push Repository Administrator',
    'Access to manage artifacts in repositories, and to create gcr.io repositories by pushing.',
    REPOSITORIES,
    [...REPOSITORY_ADMIN, CREATE_ON_PUSH],
  ),
  'roles/artifactregistry.admin': role(
    'Artifact Registry Administrator',
    'Administrator access to create and manage repositories.',
    REPOSITORIES,
    REGISTRY_ADMIN,
  ),
  'roles/storage.admin': role('Storage Admin', 'Grants full control of buckets and objects.', BUCKETS, STORAGE_ADMIN),
  'roles/storage.objectViewer': role('Storage Object Viewer', 'Read access to objects.', BUCKETS, OBJECT_VIEWER),
  'roles/storage.legacyBucketOwner': role(
    'Storage Legacy Bucket Owner',
    'Read and write access to existing buckets with object listing/creation/deletion.',
    ['bucket'],
    LEGACY_OWNER,
  ),
  'roles/storage.legacyBucketWriter': role(
    'Storage Legacy Bucket Writer',
    'Read access to buckets with object listing/creation/deletion.',
    ['bucket'],
    LEGACY_WRITER,
  ),
  'roles/storage.legacyBucketReader': role(
    'Storage Legacy Bucket Reader',
    'Read access to buckets with object listing.',
    ['bucket'],
    LEGACY_READER,
  ),
  'roles/iam.serviceAccountAdmin': role(
    'Service Account Admin',
    'Create and manage service accounts.',
    ACCOUNTS,
    ACCOUNT_ADMIN,
  ),
  'roles/iam.serviceAccountKeyAdmin': role(
    'Service Account Key Admin',
    'Create and manage (and rotate) service account keys.',
    ACCOUNTS,
    [...named('iam.serviceAccounts', ...READ), ...KEY_ADMIN],
  ),
  'roles/iam.serviceAccountTokenCreator': role(
    'Service Account Token Creator',
    'Impersonate service accounts.',
    ACCOUNTS,
    [...named('iam.serviceAccounts', ...READ), ...AS_ACCOUNT],
  ),
  'roles/iam.serviceAccountUser': role('Service Account User', 'Run operations as the service account.', ACCOUNTS, [
    ...named('iam.serviceAccounts', 'actAs', ...READ),
  ]),
  'roles/iam.workloadIdentityUser': role(
    'Workload Identity User',
    'Impersonate service accounts from federated workloads.',
    ACCOUNTS,
    named('iam.serviceAccounts', ...READ, 'getAccessToken', 'getOpenIdToken'),
  ),
  'roles/iam.workloadIdentityPoolAdmin': role(
    'IAM Workload Identity Pool Admin',
    'Full rights to create and manage workload identity pools.',
    ['project'],
    POOL_ADMIN,
  ),
  'roles/iam.workloadIdentityPoolViewer': role(
    'IAM Workload Identity Pool Viewer',
    'Read access to workload identity pools.',
    ['project'],
    POOL_VIEWER,
  ),
  'roles/iam.securityReviewer': role('Security Reviewer', 'Read all policies.', ABOVE, [
    'artifactregistry.repositories.getIamPolicy',
    'artifactregistry.repositories.list',
    ...ACCOUNT_VIEWER,
    ...named('iam.roles', ...READ),
    ...['projects', 'folders', 'organizations'].map(one => `resourcemanager.${one}.getIamPolicy`),
  ]),
  'roles/serviceusage.serviceUsageConsumer': role(
    'Service Usage Consumer',
    'Use quota and billing of a project.',
    ABOVE,
    named('serviceusage.services', ...READ, 'use'),
  ),
  'roles/serviceusage.serviceUsageAdmin': role(
    'Service Usage Admin',
    'Enable and disable services.',
    ABOVE,
    named('serviceusage.services', 'disable', 'enable', ...READ, 'use'),
  ),
  'roles/orgpolicy.policyAdmin': role(
    'Organization Policy Administrator',
    'Set organization policies.',
    ['organization'],
    named('orgpolicy.policy', 'get', 'set'),
  ),
  'roles/resourcemanager.projectCreator': role(
    'Project Creator',
    'Create projects.',
    ['organization'],
    ['resourcemanager.organizations.get', 'resourcemanager.projects.create'],
  ),
  'roles/resourcemanager.projectIamAdmin': role(
    'Project IAM Admin',
    'Administer the policies of projects.',
    ABOVE,
    named('resourcemanager.projects', 'get', 'getIamPolicy', 'setIamPolicy'),
  ),
  'roles/resourcemanager.organizationAdmin': role(
    'Organization Administrator',
    'Manage policies and see all resources of an organization.',
    ['organization'],
    [
      'orgpolicy.policy.get',
      ...['projects', 'folders', 'organizations'].flatMap(one =>
        named(`resourcemanager.${one}`, 'get', 'getIamPolicy', 'setIamPolicy'),
      ),
    ],
  ),
}

/** Every permission of a role, on whatever; none of an unknown one. */
export const permissionsIn = (name: string): readonly string[] =>
  Object.hasOwn(ROLES, name) ? (ROLES[name]?.permissions ?? []) : []

const BASIC = ['roles/owner', 'roles/editor', 'roles/viewer']
/** They take no condition. */
export const isBasic = (name: string): boolean => BASIC.includes(name)
