import type { Answers } from '../../src/answers/schema.ts'
import { isEnforced } from '../../src/clouds/google-keys.ts'
import type { Look, PersonAction } from '../../src/engine/step.ts'
import { path, t } from '../../src/engine/text.ts'
import { accountOf, countedTo, projectPath } from './names.ts'

/** facts/google.md 3: either of the two keeps keys from being made; organizations made since May 2024 are born with one. */
const CONSTRAINTS = ['iam.disableServiceAccountKeyCreation', 'iam.managed.disableServiceAccountKeyCreation'] as const
export type Constraint = (typeof CONSTRAINTS)[number]

type Used = 'googleProject' | 'googleParent'
type Place = Pick<Answers, 'googleProject' | 'googleParent' | 'googleServiceAccountId'>

/** How refusals and look-ups name it. */
const nameOf = (constraint: Constraint): string => `constraints/${constraint}`

/**
 * The constraint by which keys are forbidden in the project, or before there is one in what it will belong to; undefined
 * where none is enforced, or nobody may look it up.
 */
export async function forbiddenBy(look: Look<Used>, isThere: boolean): Promise<Constraint | undefined> {
  const { googleParent } = look.answers
  if (!isThere && googleParent === undefined) return undefined
  const place = isThere ? projectPath(look.answers) : `/v1/${googleParent}`
  const enforced = await Promise.all(
    CONSTRAINTS.map(async constraint => {
      const reply = await look.ask('google', t`${place}:getEffectiveOrgPolicy`, { constraint: nameOf(constraint) })
      return isEnforced(reply) ?? (isThere && (await isEnforcedByV2(look, constraint)))
    }),
  )
  return CONSTRAINTS.find((_, index) => enforced[index])
}

/** Resource Manager may not know of managed constraints; Org Policy does, where its API is enabled (facts/google.md 3, 6). */
async function isEnforcedByV2(look: Look<Used>, constraint: Constraint): Promise<boolean> {
  const policy = path`/v2/projects/${look.answers.googleProject}/policies/${constraint}`
  const reply = await look.read('google-policies', t`${policy}:getEffectivePolicy`, {
    headers: countedTo(look.answers),
  })
  return isEnforced(reply) ?? false
}

/** The answers that go on without a key, with what they mean. */
const WITHOUT = {
  keyless: 'let CI sign in by its own identity, without a key: nothing to keep secret, and nobody to ask',
} as const

/** Who can allow keys, and what else there is: the same words whether it was looked up, or Google said so at the making. */
export const byAdministrator = (place: Place, constraint: Constraint): PersonAction => ({
  kind: 'person',
  key: `allow-keys-${constraint}`,
  does: t`allow keys of service accounts in the project ${place.googleProject}`,
  who: 'an Organization Policy Administrator of the Google organization',
  instructions: [
    t`The organization forbids keys of service accounts (${nameOf(constraint)}), so CI cannot get one. Nothing that was made is taken back, and everything that needs no key goes on.`,
    'To be owner of the project is not enough: it takes roles/orgpolicy.policyAdmin on the organization. A change may need 20 minutes before it counts.',
    'Better than an exception: CI signs in by its own identity, and needs no key at all (googleRoute=keyless).',
  ],
  instead: Object.entries(WITHOUT).map(([value, means]) => ({ answer: 'googleRoute', value, means })),
  url: t`https://console.cloud.google.com/iam-admin/orgpolicies/list?project=${place.googleProject}`,
  forward: t`Please allow keys of service accounts in the Google Cloud project ${place.googleProject}: override the organization policy ${nameOf(constraint)} for this project, not enforced. It is for one key of one account, ${accountOf(place)}, with which CircleCI pushes images, and which may do nothing else in the end. If keys must stay forbidden, tell me: workload identity federation with CircleCI as OIDC provider does without one.`,
})

/** The words of Google's refusal, and for whom they are. */
export const bySaying = (place: Place): Readonly<Record<string, PersonAction>> =>
  Object.fromEntries(CONSTRAINTS.map(constraint => [nameOf(constraint), byAdministrator(place, constraint)]))

/** What the plan says of it. */
export const forbidden = (constraint: Constraint): string => `the organization forbids keys (${nameOf(constraint)})`
