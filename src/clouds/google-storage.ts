import { SetupError } from './cause.ts'
import { GOOGLE } from './google.ts'
import { at } from './json.ts'
import { neededIn } from './needed.ts'
import type { VendorReply } from './vendor.ts'

/** What the wizard reads of a bucket of Cloud Storage. */
export interface Bucket {
  readonly name: string
  /** Off, lists of single objects give rights that no policy shows (facts/google.md 8). */
  readonly isUniform: boolean
}

/**
 * The bucket of an answer to GET; `absent` where there is none.
 * @throws SetupError with any other refusal
 */
export function readBucket(reply: VendorReply): Bucket | 'absent' {
  const { status, body } = reply
  if (status === 404) return 'absent'
  if (status >= 300) throw new SetupError(GOOGLE.means(reply))
  const name = neededIn(GOOGLE.name, reply).text(body, 'name')
  return { name, isUniform: at(body, 'iamConfiguration', 'uniformBucketLevelAccess', 'enabled') === true }
}
