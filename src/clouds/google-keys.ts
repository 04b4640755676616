import { GOOGLE } from './google.ts'
import { at, type Json, textAt } from './json.ts'
import { type Needed, neededIn } from './needed.ts'
import type { VendorReply } from './vendor.ts'

/** What the wizard reads of a key of a service account; its private part is in one answer alone. */
export interface Key {
  readonly id: string
  readonly madeAt: Date
  /** Where it ends by itself. */
  readonly endsAt: Date | undefined
  /** Why it opens nothing any more, as Google names the reason; undefined for one that does. */
  readonly disabled: string | undefined
}

/** Google's end of what has none (facts/google.md 1, row 5). */
const NEVER = '9999-12-31T23:59:59Z'

/** The keys of an answer to IAM's list of them; undefined where it is none. A list of nothing has no key `keys`. */
export function keysIn(reply: VendorReply): readonly Key[] | undefined {
  const { status, body } = reply
  const keys = at(body, 'keys') ?? []
  return status < 300 && Array.isArray(keys) ? keys.map(keyIn(neededIn(GOOGLE.name, reply))) : undefined
}

const keyIn =
  (need: Needed) =>
  (item: Json): Key => {
    const end = textAt(item, 'validBeforeTime') ?? NEVER
    return {
      id: keyIdOf(need.text(item, 'name')),
      madeAt: need.date(item, 'validAfterTime'),
      endsAt: end === NEVER ? undefined : new Date(end),
      disabled: at(item, 'disabled') === true ? (textAt(item, 'disableReason') ?? 'no reason told') : undefined,
    }
  }

/** The id of a key by its whole name, projects/P/serviceAccounts/E/keys/ID, or by itself. */
export const keyIdOf = (name: string): string => name.slice(name.lastIndexOf('/') + 1)

/**
 * Is a constraint that is on or off enforced, as Resource Manager v1 or Org Policy v2 tell of its effective policy? undefined
 * where the look-up was refused, which is no answer (facts/google.md 3).
 */
export function isEnforced({ status, body }: VendorReply): boolean | undefined {
  if (status >= 300) return undefined
  const rules = at(body, 'spec', 'rules')
  if (Array.isArray(rules)) return rules.some(rule => at(rule, 'enforce') === true)
  return at(body, 'booleanPolicy', 'enforced') === true
}
