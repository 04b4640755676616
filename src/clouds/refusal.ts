import { type Cause, EXIT, SetupError } from './cause.ts'
import type { VendorReply } from './vendor.ts'

/** One way in which a vendor says no, and what it means. */
export interface Refusal {
  /** `id` is the vendor's own short name for it, where it has one; `message` its words. */
  when(status: number, id: string, message: string): boolean
  readonly cause: Cause
}

/** The cause of a refusal: the first of a table that fits, with the vendor's own words. */
export function explained(
  reply: VendorReply,
  { id = '', message }: { readonly id?: string; readonly message: string },
  table: readonly Refusal[],
  otherwise: Cause,
): Cause {
  const said = [`${reply.status}`, id && `${id}:`, message].filter(Boolean).join(' ')
  const known = table.find(refusal => refusal.when(reply.status, id, message))
  return { asked: reply.asked, said, ...(known?.cause ?? otherwise) }
}

/** The error for an answer that does not tell who is signed in: exit 2, but a vendor in trouble says nothing of the sign-in. */
export const notLetIn = (reply: VendorReply, cause: Cause): SetupError =>
  new SetupError(cause, reply.status === 429 || reply.status >= 500 ? EXIT.failed : EXIT.input)
