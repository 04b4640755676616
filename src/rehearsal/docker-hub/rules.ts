import * as z from 'zod'

const limit = z.strictObject({ pulls: z.int().min(1), seconds: z.int().min(1) })

/** What nobody could verify against the real services, or what differs between sources; either way can be played. */
export const rules = z.strictObject({
  /** What a refused POST /v2/auth/token says its reason in (facts/docker-hub.md 1: "detail or message or errinfo"). */
  loginRefusal: z.enum(['detail', 'message', 'errinfo']).default('detail'),
  /** Requests to hub.docker.com a minute (2: 180 were seen). */
  requestsPerMinute: z.int().min(1).default(180),
  /** Seconds to wait, or by older documents the time to wait for (2). */
  retryHeader: z.enum(['retry-after', 'x-retry-after']).default('retry-after'),
  /** Creating a repository that exists (5). */
  repositoryClash: z.union([z.literal(400), z.literal(409)]).default(400),
  /** Deleting a repository (5: both were seen in clients). */
  repositoryDeletion: z.union([z.literal(202), z.literal(204)]).default(202),
  /** Creating a team that exists (7). */
  teamClash: z.union([z.literal(400), z.literal(409)]).default(409),
  /** Whether an organization token may give a team its permission, which lies on a legacy route (4, 7). */
  organizationTokenGrants: z.boolean().default(false),
  /** Whether the teams of a repository are listed, which is in no published description (7). */
  listsTeamPermissions: z.boolean().default(true),
  /** Whether the undocumented plan look-up is there (9). */
  planLookup: z.boolean().default(true),
  /** Whether a registry token is anything but a JWT, as its specification lets it be (11). */
  opaqueRegistryTokens: z.boolean().default(false),
  /** Whether offline_token=true gets a refresh token: documents say so, the author of dummyapp got none (0). */
  refreshTokens: z.boolean().default(false),
  /** Whether the registry lets an upload be begun and dropped (11). */
  uploads: z.boolean().default(true),
  /** Pulls of a plan (12: pages disagree). */
  pullLimits: z
    .strictObject({
      anonymous: limit.default({ pulls: 100, seconds: 21_600 }),
      free: limit.default({ pulls: 200, seconds: 21_600 }),
    })
    .prefault({}),
  /** What a paid account, which has no pull limit, reads of it: nothing, or a number this large (12). */
  paidPullLimit: limit.nullable().default(null),
})
