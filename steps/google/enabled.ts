import { reasonOf } from '../../src/clouds/google.ts'
import { at, type Json, textAt } from '../../src/clouds/json.ts'
import type { VendorReply } from '../../src/clouds/vendor.ts'
import type { Look } from '../../src/engine/step.ts'
import type { Str } from '../../src/engine/text.ts'
import { isKeyless } from '../push-job.ts'

/** What the set-up enables, with its name as people know it. */
const NAMES: Readonly<Record<string, string>> = {
  'iam.googleapis.com': 'IAM',
  'cloudresourcemanager.googleapis.com': 'Cloud Resource Manager',
  'iamcredentials.googleapis.com': 'IAM Service Account Credentials',
  'artifactregistry.googleapis.com': 'Artifact Registry',
  'sts.googleapis.com': 'Security Token Service',
}
/** Takes the tokens of others for its own: on the way without a key. */
const FOR_KEYLESS = ['sts.googleapis.com']
const FOR_ALL = Object.keys(NAMES).filter(name => !FOR_KEYLESS.includes(name))

/** What a route needs. */
export const servicesOf = (answers: { readonly googleRoute: Str }): readonly string[] =>
  isKeyless(answers) ? [...FOR_ALL, ...FOR_KEYLESS] : FOR_ALL

/** When they were enabled by this set-up, where they were. */
export const ENABLED_AT = 'google.services:enabled-at'

/** "Wait a few minutes", says Google (facts/google.md 1, propagation); a refusal after that is not about that. In milliseconds. */
const SPREADING_MS = 10 * 60_000

/**
 * What a look sees where Google says that an API is not enabled which this set-up has enabled a moment ago: it is waited
 * for. Undefined for any other answer.
 */
export function justEnabled(reply: VendorReply, look: Look<never>) {
  const name = NAMES[disabledIn(reply) ?? '']
  const since = new Date(look.fact(ENABLED_AT) ?? Number.NaN)
  if (name === undefined || Number.isNaN(since.getTime())) return undefined
  if (look.hasPassed(SPREADING_MS, since, 'google-services')) return undefined
  const detail = `${name} was enabled a moment ago; until it answers, it usually takes a minute or a few`
  return { is: 'pending', on: 'vendor', detail } as const
}

/** The API that an answer says is not enabled. */
function disabledIn(reply: VendorReply): string | undefined {
  if (reply.status !== 403 || reasonOf(reply) !== 'SERVICE_DISABLED') return undefined
  const details = at(reply.body, 'error', 'details')
  const told = (detail: Json) => textAt(detail, 'metadata', 'service')
  return Array.isArray(details) ? details.map(told).find(Boolean) : undefined
}
