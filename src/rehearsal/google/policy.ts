import { createHash } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import * as z from 'zod'
import type { Json } from '../../clouds/json.ts'
import { isBroken } from './condition.ts'
import { assertMember } from './members.ts'
import type { Constrained } from './org-policy.ts'
import { refuse } from './refusals.ts'
import { isBasic, type Place, ROLES } from './roles.ts'
import { type Ask, read } from './route.ts'
import type { Binding, Policy } from './world.ts'

/** What a policy is for. */
export interface Subject {
  readonly policy: Policy
  readonly place: Place
  /** As violations name it. */
  readonly resource: string
  /** Where the constraints on its members come from. */
  readonly under: Constrained
}

const given = z.strictObject({
  policy: z.strictObject({
    bindings: z
      .array(
        z.strictObject({
          role: z.string(),
          members: z.array(z.string()).default([]),
          condition: z
            .strictObject({
              title: z.string().default(''),
              description: z.string().exactOptional(),
              expression: z.string().default(''),
            })
            .exactOptional(),
        }),
      )
      .default([]),
    etag: z.string().exactOptional(),
    version: z.union([z.literal(0), z.literal(1), z.literal(3)]).default(0),
    auditConfigs: z.array(z.json()).max(0).exactOptional(),
  }),
  updateMask: z.string().exactOptional(),
})

/** Of a policy that nobody has set yet (facts/google.md 1, row 9). */
const NEVER_SET = 'ACAB'

function etagOf({ bindings, changes }: Policy): string {
  if (changes === 0 && bindings.length === 0) return NEVER_SET
  const bytes = Buffer.from([7, 6, 0, 0, 0, 0, 0, 0])
  bytes.writeUIntBE(changes + 1, 2, 6)
  return bytes.toString('base64')
}

/**
 * A policy as it is answered. Who does not ask for version 3 gets conditions hidden behind the names of their roles; an
 * empty list of bindings is left out.
 */
export function shown(policy: Policy, requestedVersion: number): { readonly [key: string]: Json } {
  const { bindings } = policy
  const etag = etagOf(policy)
  if (etag === NEVER_SET) return { etag }
  const isConditional = bindings.some(({ condition }) => condition)
  const version = isConditional && requestedVersion >= 3 ? 3 : 1
  const list = version === 3 || !isConditional ? bindings : bindings.map(hiddenCondition)
  return { version, etag, ...(list.length && { bindings: list.map(one => ({ ...one })) }) }
}

function hiddenCondition({ role, members, condition }: Binding): { role: string; members: string[] } {
  if (!condition) return { role, members }
  const hash = createHash('sha256').update(JSON.stringify(condition)).digest('hex').slice(0, 20)
  return { role: `${role}_withcond_${hash}`, members }
}

/**
 * The policy that the request's body makes of one. Throws a Refusal: for a stale etag, a condition without version 3, a
 * role that cannot be granted there, a member that is not there or not permitted.
 */
export function written(ask: Ask, { policy, place, resource, under }: Subject): Policy {
  const { etag, version, bindings } = read(given, ask.body).policy
  if (etag !== undefined && etag !== etagOf(policy)) throw refuse.concurrent()
  // Without an etag, conditions that are there may be lost; with it, they may not.
  const keepsConditions = etag !== undefined && policy.bindings.some(({ condition }) => condition)
  if (version !== 3 && (keepsConditions || bindings.some(({ condition }) => condition))) {
    throw refuse.invalid('Requested policy version must be 3 for a policy with conditions.')
  }
  const before = policy.bindings.flatMap(({ members }) => members)
  for (const { role, members, condition } of bindings) {
    assertRole(role, place)
    if (condition && !ask.world.rules.takesConditions && !bindingsThere(policy, role, condition)) {
      throw refuse.invalid(`Conditions are not supported for the role ${role}.`)
    }
    if (condition && (isBasic(role) || isBroken(condition))) throw refuse.invalid('The condition is not valid.')
    for (const member of members) assertMember(ask, member, { before, resource, under })
  }
  const merged = mergedOf(bindings)
  if (isDeepStrictEqual(merged, policy.bindings)) return policy
  return replaced(ask, policy, merged)
}

const bindingsThere = ({ bindings }: Policy, role: string, condition: Binding['condition']): boolean =>
  bindings.some(one => one.role === role && isDeepStrictEqual(one.condition, condition))

/** What stood before counts on for a while. */
function replaced({ world, now }: Ask, { bindings, changes, former }: Policy, by: Binding[]): Policy {
  const counts = now.getTime() - world.rules.propagationMs
  return {
    bindings: by,
    changes: changes + 1,
    former: [
      ...former.filter(({ until }) => Date.parse(until) > counts),
      ...(world.rules.propagationMs > 0 ? [{ until: now.toISOString(), bindings }] : []),
    ],
  }
}

function assertRole(role: string, place: Place): void {
  if (Object.hasOwn(ROLES, role) && ROLES[role]?.on.includes(place)) return
  throw refuse.invalid(`Role ${role} is not supported for this resource.`)
}

/** One binding for each role and condition, each member once; what has no member is gone. */
function mergedOf(bindings: readonly Binding[]): Binding[] {
  const merged: Binding[] = []
  for (const { role, members, condition } of bindings) {
    const known = merged.find(one => one.role === role && isDeepStrictEqual(one.condition, condition))
    if (known) known.members = sorted([...known.members, ...members])
    else if (members.length) merged.push({ role, members: sorted(members), ...(condition && { condition }) })
  }
  return merged
}

const sorted = (members: readonly string[]): string[] => [...new Set(members)].sort()
