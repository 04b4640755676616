import type { HttpRequest } from './http.ts'
import { at, type Json, textAt } from './json.ts'
import { neededIn } from './needed.ts'
import type { VendorReply } from './vendor.ts'

/*
 * Changing one member's roles in an IAM policy: read, change, write with the etag, and again where somebody else wrote
 * meanwhile (facts/google.md 1.7, 4). Everything that is not that member's goes back as it came.
 */

export interface Condition {
  readonly title: string
  readonly description?: string
  readonly expression: string
}

export interface Binding {
  readonly role: string
  readonly members: readonly string[]
  readonly condition?: Condition
}

/** Bindings that were saved as JSON; none, where that cannot be read. */
export function savedBindings(text: string | undefined): readonly Binding[] {
  try {
    const saved: unknown = JSON.parse(text ?? '[]')
    return Array.isArray(saved) && saved.every(isBinding) ? saved.map(knownOf) : []
  } catch {
    return []
  }
}

/** What nobody here knows is left out. */
const knownOf = ({ role, members, condition }: Binding): Binding => {
  if (condition === undefined) return { role, members }
  const { title, description, expression } = condition
  return { role, members, condition: { title, ...(description !== undefined && { description }), expression } }
}

const isText = (value: unknown) => typeof value === 'string'

function isBinding(value: unknown): value is Binding {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  const { role, members, condition } = value as { readonly [name: string]: unknown }
  return (
    isText(role) &&
    Array.isArray(members) &&
    members.every(isText) &&
    (condition === undefined || isCondition(condition))
  )
}

function isCondition(value: unknown): value is Condition {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  const { title, description, expression } = value as { readonly [name: string]: unknown }
  return isText(title) && isText(expression) && (description === undefined || isText(description))
}

/** As the APIs give it: what else stands in it is kept. */
interface Policy {
  readonly version?: number
  readonly etag?: string
  readonly bindings?: readonly Binding[]
  readonly auditConfigs?: Json
}

/** A role that a member is to have. */
export interface Grant {
  readonly role: string
  readonly condition?: Condition
}

/** What is wanted of one member; with `only`, it has no other role there afterwards. */
export interface Wanted {
  readonly member: string
  readonly grants: readonly Grant[]
  readonly only: boolean
}

/**
 * The policy of an answer to getIamPolicy; an empty one has no bindings (facts/google.md 8), and no policy is without an etag.
 * @throws SetupError without one: written back so, it would overwrite what others write meanwhile
 */
export function policyIn(reply: VendorReply): Policy {
  neededIn('Google', reply).text(reply.body, 'etag')
  return (reply.body ?? {}) as Policy
}

/** The bindings of a member, each as of this member alone. */
export const bindingsOf = ({ bindings = [] }: Policy, member: string): readonly Binding[] =>
  bindings.filter(({ members }) => members.includes(member)).map(binding => ({ ...binding, members: [member] }))

/**
 * The policy as wanted, and what the member lost by it; undefined where it is so already. Other members' bindings stay
 * the same, in their order.
 */
export function changed(
  policy: Policy,
  { member, grants, only }: Wanted,
): { readonly policy: Policy; readonly removed: readonly Binding[] } | undefined {
  const { bindings = [] } = policy
  const has = bindingsOf(policy, member)
  const removed = only ? has.filter(binding => !grants.some(grant => isSame(binding, grant))) : []
  const added = grants.filter(grant => !has.some(binding => isSame(binding, grant)))
  if (removed.length === 0 && added.length === 0) return undefined
  const kept = bindings.flatMap(binding => {
    if (!binding.members.includes(member) || !removed.some(gone => isSame(gone, binding))) return [binding]
    const members = binding.members.filter(one => one !== member)
    return members.length === 0 ? [] : [{ ...binding, members }]
  })
  const next = added.reduce(withGrant(member), kept)
  // Without version 3, Google takes no conditions (facts/google.md 5).
  const version = next.some(({ condition }) => condition !== undefined) ? { version: 3 } : {}
  return { policy: { ...policy, ...version, bindings: next }, removed }
}

const withGrant =
  (member: string) =>
  (bindings: readonly Binding[], grant: Grant): readonly Binding[] => {
    const place = bindings.findIndex(binding => isSame(binding, grant))
    if (place < 0) return [...bindings, { ...grant, members: [member] }]
    return bindings.map((one, index) => (index === place ? { ...one, members: [...one.members, member] } : one))
  }

/** The same role on the same condition. */
export const isSame = (one: Grant, other: Grant): boolean =>
  one.role === other.role && JSON.stringify(conditionOf(one)) === JSON.stringify(conditionOf(other))

const conditionOf = ({ condition }: Grant) =>
  condition && [condition.title, condition.description ?? '', condition.expression]

/** When a role ends that the vendor gave without an end. */
export const NEVER = 'never'

/** The title of a condition by which a role of this set-up ends. */
export const ENDS = 'dummyapp-setup: ends by itself'

/** The condition by which a role ends then. */
export const until = (end: string): Condition => ({ title: ENDS, expression: `request.time < timestamp("${end}")` })

/** Eight tries with growing pauses last a minute: Google asks for backing off, and a new account takes as long. */
const ATTEMPTS = 8
const FIRST_PAUSE_MS = 500
const LONGEST_PAUSE_MS = 16_000

/** Whose policy it is, by which it is read; Cloud Storage has a way of its own to write it, too (facts/google.md 5). */
export type PolicyDialect = 'project' | 'account' | 'repository' | 'bucket'

export interface PolicyPlace {
  /** The thing that has the policy. */
  readonly path: string
  readonly reads: PolicyDialect
  readonly headers?: Readonly<Record<string, string>>
}

interface Writing {
  /** undefined where a write got no clear answer. */
  send(request: HttpRequest): Promise<VendorReply | undefined>
  /** The policy as it was read last, if it was. A write by it is refused where somebody else has written since, for its etag. */
  recall?(request: HttpRequest): Promise<VendorReply | undefined>
  sleep(ms: number): Promise<void>
  /** Awaited before each write, with what the member is about to lose. */
  beforeWrite(removed: readonly Binding[]): Promise<void>
}

/** Of a write: done, refused for good, or no clear answer came however often it was tried. */
type Written =
  | { readonly is: 'done' }
  | { readonly is: 'refused'; readonly reply: VendorReply }
  | { readonly is: 'lost'; readonly reply: VendorReply | undefined }

/** Reads, changes and writes until it stands; what `send` throws is thrown on. */
export async function changePolicy(place: PolicyPlace, wanted: Wanted, writing: Writing): Promise<Written> {
  const { send, sleep, beforeWrite } = writing
  let recalled = await writing.recall?.(readRequest(place))
  for (let attempt = 1; ; attempt += 1) {
    const read = recalled && isToBeWritten(recalled, wanted) ? recalled : await send(readRequest(place))
    recalled = undefined
    let reply = read
    if (read !== undefined && read.status < 300) {
      const change = changed(policyIn(read), wanted)
      if (change === undefined) return { is: 'done' }
      await beforeWrite(change.removed)
      reply = await send(writeRequest(place, change.policy))
      if (reply !== undefined && reply.status < 300) return { is: 'done' }
    }
    if (reply !== undefined && !isPassing(reply)) return { is: 'refused', reply }
    if (attempt === ATTEMPTS) return { is: 'lost', reply }
    const pause = Math.min(FIRST_PAUSE_MS * 2 ** attempt, LONGEST_PAUSE_MS)
    await sleep(pause / 2 + (Math.random() * pause) / 2)
  }
}

/** Is there something to be written, by what was read? */
const isToBeWritten = (read: VendorReply, wanted: Wanted): boolean =>
  read.status < 300 && changed(policyIn(read), wanted) !== undefined

interface Reading {
  readonly method: 'GET' | 'POST'
  /** What comes behind the thing's path. */
  readonly behind: string
  readonly body?: Json
}

const VERSION_IN_QUERY = ':getIamPolicy?options.requestedPolicyVersion=3'

/** How a policy is asked for; without version 3 its conditions would be left out. */
export const READS: Readonly<Record<PolicyDialect, Reading>> = {
  repository: { method: 'GET', behind: VERSION_IN_QUERY },
  project: { method: 'POST', behind: ':getIamPolicy', body: { options: { requestedPolicyVersion: 3 } } },
  // A POST that takes no body (IAM's discovery document: it names a response and no request).
  account: { method: 'POST', behind: VERSION_IN_QUERY },
  bucket: { method: 'GET', behind: '/iam?optionsRequestedPolicyVersion=3' },
}

/** The request that reads a policy. */
export function readRequest({ path, reads, headers }: PolicyPlace): HttpRequest {
  const { method, behind, body } = READS[reads]
  return {
    method,
    path: `${path}${behind}`,
    ...(body !== undefined && { body }),
    ...(headers && { headers }),
    repeat: 'safe',
  }
}

/** Where a policy is written: the method, and what comes behind the thing's path. */
export const WRITES: Readonly<Record<PolicyDialect, { readonly method: 'POST' | 'PUT'; readonly behind: string }>> = {
  repository: { method: 'POST', behind: ':setIamPolicy' },
  project: { method: 'POST', behind: ':setIamPolicy' },
  account: { method: 'POST', behind: ':setIamPolicy' },
  bucket: { method: 'PUT', behind: '/iam' },
}

/** A bucket's policy is always of version 3, as gcloud writes it (facts/google.md 5), and the whole body. */
const withVersion3 = (policy: Policy): Policy => ({ ...policy, version: 3 })

const writeRequest = ({ path, reads, headers }: PolicyPlace, policy: Policy): HttpRequest => ({
  method: WRITES[reads].method,
  path: `${path}${WRITES[reads].behind}`,
  body: reads === 'bucket' ? (withVersion3(policy) as Json) : { policy: policy as Json },
  ...(headers && { headers }),
  repeat: 'never',
})

/** Somebody else wrote, Google has trouble, or the thing or its member is too new to be known (facts/google.md 1, 4). */
const isPassing = ({ status, body }: VendorReply): boolean =>
  status === 404 ||
  status === 409 ||
  status === 412 ||
  status >= 500 ||
  (status === 400 && /^Service account .* does not exist\.$/.test(textAt(at(body, 'error'), 'message') ?? ''))

/** Google does not take the condition there. */
export const isAboutCondition = ({ status, body }: VendorReply): boolean =>
  status === 400 && /condition/i.test(JSON.stringify(body))
