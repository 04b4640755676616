import { SetupError } from './cause.ts'
import { GOOGLE, reasonOf } from './google.ts'
import { neededIn } from './needed.ts'
import type { VendorReply } from './vendor.ts'

/** A repository of Artifact Registry. */
export interface Repository {
  /** projects/P/locations/L/repositories/R */
  readonly name: string
  readonly format: string
  readonly createdAt: Date
}

/** Of an answer that tells neither: the project is not there for the caller, or its registry does not answer yet. */
const NO_REGISTRY = ['USER_PROJECT_DENIED', 'SERVICE_DISABLED', 'CONSUMER_INVALID']

/**
 * The repository of an answer to GET; `absent` where there is none, `unserved` where the project has no registry yet
 * (facts/google.md 4, API not enabled; 6).
 * @throws SetupError with any other refusal, and where a field is missing
 */
export function readRepository(reply: VendorReply): Repository | 'absent' | 'unserved' {
  const { status, body } = reply
  if (status === 404) return 'absent'
  if (status === 403 && NO_REGISTRY.includes(reasonOf(reply) ?? '')) return 'unserved'
  if (status >= 300) throw new SetupError(GOOGLE.means(reply))
  const need = neededIn(GOOGLE.name, reply)
  return { name: need.text(body, 'name'), format: need.text(body, 'format'), createdAt: need.date(body, 'createTime') }
}
