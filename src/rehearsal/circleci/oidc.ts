import type { Json } from '../../clouds/json.ts'
import { privateKeyOf } from '../private-key.ts'
import { readRs256, signRs256 } from '../rs256.ts'
import type { CircleciWorld } from './world.ts'

/** What a job is: it decides who it is to others. */
export interface JobIdentity {
  readonly organization: string
  readonly project: string
  readonly user: string
  /** github.com/OWNER/NAME: of a pull request from a fork, the fork. */
  readonly origin: string
  readonly branch: string
  readonly contexts: readonly string[]
  /** The ids of the job, and of what it belongs to. */
  readonly pipeline: string
  readonly workflow: string
  readonly job: string
  /** Was it started anew so that somebody can look into it? */
  readonly ssh: boolean
}

const LIFE_S = 3600
const CLAIM = 'oidc.circleci.com'

export const issuerOf = (organization: string): string => `https://${CLAIM}/org/${organization}`

/** The signed tokens that a job gets, by the variables' names (facts/circleci.md 9). */
export function jobTokens(world: CircleciWorld, identity: JobIdentity, now: Date): Readonly<Record<string, string>> {
  const { organization, project, user, origin, branch, contexts, pipeline, workflow, job, ssh } = identity
  const ref = `refs/heads/${branch}`
  const sub = `org/${organization}/project/${project}/user/${user}`
  const claims = {
    iss: issuerOf(organization),
    aud: organization,
    [`${CLAIM}/org-id`]: organization,
    [`${CLAIM}/project-id`]: project,
    [`${CLAIM}/context-ids`]: [...contexts],
    [`${CLAIM}/vcs-origin`]: origin,
    [`${CLAIM}/vcs-ref`]: ref,
    [`${CLAIM}/pipeline-id`]: pipeline,
    [`${CLAIM}/workflow-id`]: workflow,
    [`${CLAIM}/job-id`]: job,
    [`${CLAIM}/ssh-rerun`]: ssh,
  }
  return {
    CIRCLE_OIDC_TOKEN: signed(world, { ...claims, sub }, now),
    CIRCLE_OIDC_TOKEN_V2: signed(world, { ...claims, sub: `${sub}/vcs-origin/${origin}/vcs-ref/${ref}` }, now),
  }
}

/** A token of CircleCI's over claims, valid for an hour from now. */
export function signed(world: CircleciWorld, claims: Readonly<Record<string, Json>>, now: Date): string {
  world.privateKey ??= privateKeyOf('circleci')
  const iat = Math.floor(now.getTime() / 1000)
  return signRs256(world.privateKey, { ...claims, iat, exp: iat + LIFE_S })
}

/** The claims of a token that this CircleCI has signed; undefined of any other. When it ends is for the reader to ask. */
export function verified({ privateKey }: CircleciWorld, token: string): Readonly<Record<string, unknown>> | undefined {
  return privateKey === null ? undefined : readRs256(privateKey, token)
}
