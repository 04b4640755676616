import { GOOGLE } from './google.ts'
import { at, type Json, textAt } from './json.ts'
import { type Needed, neededIn } from './needed.ts'
import type { VendorReply } from './vendor.ts'

/* Workload identity: who else than Google's own accounts may come in (facts/google.md 1.8, 1.9). */

/** A pool of identities, or a provider in one. One that was deleted is kept for 30 days, and so is its id. */
interface Standing {
  readonly isDeleted: boolean
  readonly isDisabled: boolean
  readonly description: string
}

/** Who vouches for the identities of a pool, and which of those are let in. */
export interface Provider extends Standing {
  readonly id: string
  readonly issuer: string
  readonly audiences: readonly string[]
  /** Google's attribute → expression. */
  readonly mapping: Readonly<Record<string, string>>
  readonly condition: string
}

/** The pool of an answer to a question for it; undefined where there is none. */
export const poolIn = ({ status, body }: VendorReply): Standing | undefined =>
  status < 300 ? standingOf(body) : undefined

/** The provider of an answer to a question for it; undefined where there is none. */
export const providerIn = (reply: VendorReply): Provider | undefined =>
  reply.status < 300 ? providerOf(reply.body, neededIn(GOOGLE.name, reply)) : undefined

/** The living providers of an answer to a question for a pool's. A list of nothing has no key. */
export function providersIn(reply: VendorReply): readonly Provider[] {
  const all = at(reply.body, 'workloadIdentityPoolProviders') ?? []
  if (reply.status >= 300 || !Array.isArray(all)) return []
  const need = neededIn(GOOGLE.name, reply)
  return all.map(one => providerOf(one, need)).filter(({ isDeleted }) => !isDeleted)
}

const standingOf = (body: Json | undefined): Standing => ({
  isDeleted: textAt(body, 'state') === 'DELETED',
  isDisabled: at(body, 'disabled') === true,
  description: textAt(body, 'description') ?? '',
})

function providerOf(body: Json | undefined, need: Needed): Provider {
  const audiences = at(body, 'oidc', 'allowedAudiences')
  const mapping = at(body, 'attributeMapping')
  return {
    ...standingOf(body),
    id: need.text(body, 'name').replace(/^.*\//, ''),
    // Another kind of provider, as one for SAML, has none.
    issuer: textAt(body, 'oidc', 'issuerUri') ?? '',
    audiences: Array.isArray(audiences) ? audiences.map(String) : [],
    mapping: Object.fromEntries(
      typeof mapping === 'object' && mapping !== null && !Array.isArray(mapping)
        ? Object.entries(mapping).map(([name, expression]) => [name, String(expression)])
        : [],
    ),
    condition: textAt(body, 'attributeCondition') ?? '',
  }
}
