import * as z from 'zod'

/** facts/circleci.md 10: what setup_remote_docker takes as its version. */
const REMOTE_DOCKERS = ['default', 'edge', 'docker26', 'docker27', 'docker28', 'docker29']

/** What nobody could verify against the real service, what differs between sources, and how fast CI is. */
export const rules = z.strictObject({
  /** Of every list but that of a context's variables (facts/circleci.md 3 tells no size). */
  pageSize: z.int().min(1).default(20),
  /** Whether `Authorization: Bearer` does as well (2: Circle-Token is what all versions take). */
  bearer: z.boolean().default(false),
  /** CircleCI Server: no list by owner-slug, and a context's name is unique in the whole installation (5, 11). */
  server: z.boolean().default(false),
  /** Creating a context whose name is taken (5: unknown). */
  contextClash: z.union([z.literal(400), z.literal(409), z.literal(422)]).default(409),
  /** Whether the list of a context's variables names a next page that is the same one again (5). */
  stuckPageToken: z.boolean().default(true),
  /**
   * How a context's variable is shown: with the end of its value, as clients know it; as the published description has it,
   * without; or the same, and a write is answered by a message alone, which the description allows.
   */
  variables: z.enum(['with-tail', 'described', 'message']).default('with-tail'),
  /** Whether an organization can be looked up by its slug, which is in no published description. */
  organizationBySlug: z.boolean().default(true),
  /** Whether a config is compiled on demand, which is in none either. */
  compiles: z.boolean().default(true),
  /** Whether the time of a project's variable stays as it was where it is written anew (6: no source tells). */
  envvarKeepsTime: z.boolean().default(false),
  /** What a follow answers (6: clients read either). */
  followAnswers: z.enum(['following', 'followed']).default('following'),
  /** A follow of what is followed (6: 500 was reported in 2018, newer clients take it for a success). */
  followAgain: z.union([z.literal(200), z.literal(500)]).default(200),
  /** Until the build that a follow starts can be seen. */
  followBuildDelayMs: z.int().min(0).default(5_000),
  /** Until a pipeline's workflows are listed; it says `created` after half of that (8). */
  workflowDelayMs: z.int().min(0).default(2_000),
  /** How long every job runs. */
  jobSeconds: z.number().min(0).default(20),
  /** What a job comes to that names a context which is not there; no source tells. */
  missingContext: z.enum(['unauthorized', 'failed']).default('unauthorized'),
  /** Whether an organization lets its configs use orbs of others than CircleCI, which an admin of it turns on. */
  thirdPartyOrbs: z.boolean().default(true),
  remoteDockers: z.array(z.string()).default(REMOTE_DOCKERS),
  /** Requests of a token's owner a minute; null: no limit (3: there is no official number). */
  requestsPerMinute: z.int().min(1).nullable().default(null),
  /** Whether a refusal for that tells how long to wait (3: it usually does). */
  retryAfter: z.boolean().default(true),
})
