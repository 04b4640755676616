import * as z from 'zod'
import type { Json } from '../../clouds/json.ts'
import type { Mint } from '../mint.ts'
import { DEFAULT_CONSTRAINTS, isSecureByDefault } from './constraints.ts'
import { rules } from './rules.ts'

/** facts/google.md 1, validation rules. */
export const PROJECT_ID = /^(?!.*(?:google|ssl))[a-z][a-z\d-]{4,28}[a-z\d]$/
export const PROJECT_NAME = /^[A-Za-z\d'"! -]{4,30}$/
export const ACCOUNT_ID = /^[a-z][a-z\d-]{4,28}[a-z\d]$/
export const REPOSITORY_ID = /^(?=.{1,63}$)[a-z](?:[a-z\d-]*[a-z\d])?$/
const BILLING_ACCOUNT = /^[\dA-F]{6}-[\dA-F]{6}-[\dA-F]{6}$/
const PARENT = /^(?:organizations|folders)\/\d+$/

/** For things in a hand-written world whose age does not matter. */
const LONG_AGO = '2026-01-01T00:00:00.000Z'
const when = z.iso.datetime().default(LONG_AGO)
const moment = z.iso.datetime().nullable().default(null)
const email = z.string()
const number = z.string().regex(/^\d+$/)

const condition = z.strictObject({
  title: z.string(),
  description: z.string().exactOptional(),
  expression: z.string(),
})

const binding = z.strictObject({
  role: z.string(),
  members: z.array(z.string()),
  condition: condition.exactOptional(),
})

const anyPolicy = z.strictObject({
  bindings: z.array(binding).default([]),
  /** How often it was changed: its etag. */
  changes: z.int().min(0).default(0),
  /** What stood before, as long as it may still count; the oldest first. */
  former: z.array(z.strictObject({ until: z.iso.datetime(), bindings: z.array(binding) })).default([]),
})
const policy = anyPolicy.prefault({})

/** What an organization's administrator decided on a constraint, without `constraints/`. */
const orgPolicies = z.array(
  z.strictObject({
    constraint: z.string(),
    enforced: z.boolean(),
    /** Of one that has a list of values, what is allowed: 24h, of iam.serviceAccountKeyExpiryHours. */
    values: z.array(z.string()).exactOptional(),
  }),
)

const token = z.strictObject({ token: z.string(), expiresAt: z.iso.datetime() })

const user = z.strictObject({
  email,
  tokens: z.array(token).default([]),
  /** False: the Console was never opened, and no project can be made. */
  acceptedTerms: z.boolean().default(true),
  /** Of projects that the user made; those pending deletion count. null: no end. */
  projectQuota: z.int().min(0).nullable().default(null),
})

const organization = z
  .strictObject({
    id: number,
    domain: z.string(),
    customerId: z.string().default('C0abcdefg'),
    createdAt: when,
    policy,
    /** As an organization of its age is born, unless told. */
    orgPolicies: orgPolicies.optional(),
  })
  .transform(one => ({
    ...one,
    orgPolicies:
      one.orgPolicies ??
      (isSecureByDefault(one.createdAt) ? DEFAULT_CONSTRAINTS.map(constraint => ({ constraint, enforced: true })) : []),
  }))

const folder = z.strictObject({
  id: number,
  displayName: z.string().default('Folder'),
  parent: z.string().regex(PARENT),
  policy,
  orgPolicies: orgPolicies.default([]),
})

const billingAccount = z.strictObject({
  id: z.string().regex(BILLING_ACCOUNT),
  displayName: z.string().default('My Billing Account'),
  open: z.boolean().default(true),
  /** Who may see it and link projects to it. */
  users: z.array(email).default([]),
  /** How many projects it can pay for; null: no end. */
  projectQuota: z.int().min(0).nullable().default(null),
})

const project = z.strictObject({
  id: z.string(),
  number,
  name: z.string().default('My Project'),
  labels: z.record(z.string(), z.string()).default({}),
  /** organizations/NUMBER, folders/NUMBER, or none. */
  parent: z.string().regex(PARENT).nullable().default(null),
  /** null: nobody whose quota it counts for. */
  createdBy: email.nullable().default(null),
  createdAt: when,
  /** Before, the operation that makes it is not done, and it cannot be seen. */
  readyAt: when,
  /** Then it is pending deletion. */
  deletedAt: moment,
  billingAccount: z.string().nullable().default(null),
  services: z.array(z.strictObject({ name: z.string(), enabledAt: when })).default([]),
  /** Of gcr.io: one that had images in the old registry and was never moved over takes no push. */
  redirection: z
    .enum(['REDIRECTION_FROM_GCR_IO_DISABLED', 'REDIRECTION_FROM_GCR_IO_FINALIZED'])
    .default('REDIRECTION_FROM_GCR_IO_FINALIZED'),
  policy,
  orgPolicies: orgPolicies.default([]),
})

const key = z.strictObject({
  id: z.string(),
  createdAt: when,
  disabled: z.boolean().default(false),
  /** Such as SERVICE_ACCOUNT_KEY_DISABLE_REASON_EXPOSED. */
  disableReason: z.string().nullable().default(null),
  /** null: it does not end by itself. */
  expiresAt: moment,
})

const account = z.strictObject({
  /** Of its project. */
  project: z.string(),
  /** Before the @. */
  id: z.string(),
  uniqueId: number,
  displayName: z.string().default(''),
  description: z.string().default(''),
  disabled: z.boolean().default(false),
  createdAt: when,
  deletedAt: moment,
  keys: z.array(key).default([]),
  policy,
})

/** Who vouches for the identities of a pool: an issuer of signed tokens. */
const identityProvider = z.strictObject({
  id: z.string(),
  displayName: z.string().default(''),
  description: z.string().default(''),
  disabled: z.boolean().default(false),
  readyAt: when,
  deletedAt: moment,
  issuer: z.string(),
  audiences: z.array(z.string()).default([]),
  /** Google's attribute → expression. */
  mapping: z.record(z.string(), z.string()),
  condition: z.string().default(''),
})

const identityPool = z.strictObject({
  project: z.string(),
  id: z.string(),
  displayName: z.string().default(''),
  description: z.string().default(''),
  disabled: z.boolean().default(false),
  readyAt: when,
  deletedAt: moment,
  providers: z.array(identityProvider).default([]),
})

const image = z.strictObject({
  name: z.string(),
  digest: z.string(),
  mediaType: z.string(),
  tags: z.array(z.string()).default([]),
  pushedBy: z.string(),
  uploadedAt: when,
  updatedAt: when,
})

const repository = z.strictObject({
  project: z.string(),
  location: z.string(),
  id: z.string(),
  format: z.string().default('DOCKER'),
  description: z.string().default(''),
  labels: z.record(z.string(), z.string()).default({}),
  immutableTags: z.boolean().default(false),
  createdAt: when,
  updatedAt: when,
  readyAt: when,
  images: z.array(image).default([]),
  policy,
})

/** facts/google.md 8: what the policy of every bucket has from its birth. */
const legacyBindings = (project: string): z.infer<typeof binding>[] => [
  { role: 'roles/storage.legacyBucketOwner', members: [`projectEditor:${project}`, `projectOwner:${project}`] },
  { role: 'roles/storage.legacyBucketReader', members: [`projectViewer:${project}`] },
]

/** Of Cloud Storage; the old registry kept images in one, and none is made by a push any more (facts/google.md 0.2). */
const bucket = z
  .strictObject({
    name: z.string(),
    project: z.string(),
    location: z.string().default('US'),
    /** False: objects have lists of their own of who may what with them. */
    uniformAccess: z.boolean().default(true),
    createdAt: when,
    images: z.array(image).default([]),
    /** As every bucket is born, unless told. */
    policy: anyPolicy.optional(),
  })
  .transform(({ policy, ...one }) => ({
    ...one,
    policy: policy ?? anyPolicy.parse({ bindings: legacyBindings(one.project) }),
  }))

const json: z.ZodType<Json> = z.json()

const operation = z.strictObject({
  name: z.string(),
  doneAt: when,
  metadata: json.exactOptional(),
  response: json.exactOptional(),
  error: json.exactOptional(),
})

export const googleWorld = z.strictObject({
  users: z.array(user).default([]),
  organizations: z.array(organization).default([]),
  folders: z.array(folder).default([]),
  billingAccounts: z.array(billingAccount).default([]),
  projects: z.array(project).default([]),
  accounts: z.array(account).default([]),
  repositories: z.array(repository).default([]),
  identityPools: z.array(identityPool).default([]),
  buckets: z.array(bucket).default([]),
  operations: z.array(operation).default([]),
  /** What all keys of all accounts are made from; made with the first. */
  privateKey: z.string().nullable().default(null),
  rules: rules.prefault({}),
})

export type GoogleWorld = z.infer<typeof googleWorld>
export type User = z.infer<typeof user>
export type Organization = z.infer<typeof organization>
export type Folder = z.infer<typeof folder>
export type BillingAccount = z.infer<typeof billingAccount>
export type Project = z.infer<typeof project>
export type Account = z.infer<typeof account>
export type Key = z.infer<typeof key>
export type IdentityPool = z.infer<typeof identityPool>
export type IdentityProvider = z.infer<typeof identityProvider>
export type Repository = z.infer<typeof repository>
export type Bucket = z.infer<typeof bucket>
export type Image = z.infer<typeof image>
export type Operation = z.infer<typeof operation>
export type Policy = z.infer<typeof policy>
export type Binding = z.infer<typeof binding>
export type Condition = z.infer<typeof condition>

/** One user with an access token and an open billing account; no organization, no project. */
export function emptyGoogle(now: Date, mint: Mint): GoogleWorld {
  const yearLater = new Date(now)
  yearLater.setUTCFullYear(now.getUTCFullYear() + 1)
  const me = 'you@example.com'
  const own = { token: `ya29.${mint.letters(80)}`, expiresAt: yearLater.toISOString() }
  return googleWorld.parse({
    users: [{ email: me, tokens: [own] }],
    billingAccounts: [{ id: '01A2B3-4C5D6E-7F8091', users: [me] }],
  })
}

/** A project as a request makes it, nothing enabled in it. */
export const newProject = (given: z.input<typeof project>): Project => project.parse(given)

/** An organization, with the constraints of its age. */
export const newOrganization = (given: z.input<typeof organization>): Organization => organization.parse(given)

/** An account without a key. */
export const newAccount = (given: z.input<typeof account>): Account => account.parse(given)

/** A pool without a provider. */
export const newPool = (given: z.input<typeof identityPool>): IdentityPool => identityPool.parse(given)

/** Who vouches for a pool’s identities. */
export const newProvider = (given: z.input<typeof identityProvider>): IdentityProvider => identityProvider.parse(given)

/** A bucket as it is born. */
export const newBucket = (given: z.input<typeof bucket>): Bucket => bucket.parse(given)

/** A repository without an image. */
export const newRepository = (given: z.input<typeof repository>): Repository => repository.parse(given)
