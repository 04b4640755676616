import * as z from 'zod'

/** What the simulated services are called, before `.googleapis.com`. */
const APIS = [
  'cloudresourcemanager',
  'cloudbilling',
  'serviceusage',
  'iam',
  'iamcredentials',
  'sts',
  'orgpolicy',
  'artifactregistry',
  'storage',
] as const
export type Api = (typeof APIS)[number]

/** What nobody could verify against the real services, what differs between sources, and how slow they are. */
export const rules = z.strictObject({
  /** Until a change of a policy counts, a grant or a revocation (facts/google.md 1: 2 to 7 minutes or longer). */
  propagationMs: z.int().min(0).default(2_000),
  /** Until a policy can name a new account, and its keys can be asked for (1: up to a minute and more). */
  newAccountMs: z.int().min(0).default(1_000),
  /** How the keys of so new an account are refused (1.5: what is missing is not found, or forbidden). */
  newAccountKeys: z.enum(['NOT_FOUND', 'PERMISSION_DENIED']).default('NOT_FOUND'),
  /** Until an API that was just enabled answers (1: some minutes). */
  activationMs: z.int().min(0).default(1_000),
  /** How long an operation takes. */
  operationMs: z.int().min(0).default(500),
  /** What one key too many comes to (4: the second is older). */
  keyLimit: z.enum(['FAILED_PRECONDITION', 'RESOURCE_EXHAUSTED']).default('FAILED_PRECONDITION'),
  /** Where it is told that nobody accepted the terms of service (4: both were seen). */
  termsRefusal: z.enum(['operation', 'request']).default('operation'),
  /** Whether an owner may read organization policies (3: the look-up may be refused). */
  ownerReadsOrgPolicy: z.boolean().default(true),
  /** Whether Resource Manager v1 tells of a managed constraint (3 has both ways to look up, and not which knows these). */
  v1KnowsManaged: z.boolean().default(false),
  /**
   * What a person's request without x-goog-user-project is served of: gcloud's own project pays for it (6). That
   * Artifact Registry is among them is not verified: gcloud sends the header, but not with a token from the environment.
   */
  clientProjectApis: z
    .array(z.enum(APIS))
    .default([
      'cloudresourcemanager',
      'cloudbilling',
      'serviceusage',
      'iam',
      'iamcredentials',
      'artifactregistry',
      'storage',
    ]),
  /** Whether a project's policy takes a condition on a role of Artifact Registry's (not verified). */
  takesConditions: z.boolean().default(true),
  /** Whether the old registry still takes pushes into a bucket; it has not since 2025-03-18 (2). */
  containerRegistryTakesPushes: z.boolean().default(false),
  /** Whether a docker login takes a key in base64, as _json_key_base64 (2: from memory). */
  base64Login: z.boolean().default(true),
})
