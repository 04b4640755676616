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

/** The source of a sign-in that a person has typed. */
export const TYPED = 'what you typed'

/** How another sign-in is had. */
interface Renewal {
  readonly page: string
  readonly login?: readonly string[]
}

/**
 * The cause of a sign-in that was refused, with where it came from, and what to do about that very one.
 * @param source where it was found, in words; undefined where that is not known
 */
export function refusedSignIn(cause: Cause, source: string | undefined, { page, login }: Renewal): Cause {
  if (source === undefined) return cause
  const means = `${cause.means} It ${source === TYPED ? 'is' : 'came from'} ${source}.`
  const [, variable] = /^(?:\w+ \(.*\) and )?([A-Z][A-Z\d_]+)(?: \(.*\))?$/.exec(source) ?? []
  if (variable !== undefined) {
    return {
      ...cause,
      code: cause.code,
      means,
      next: `Put a new one (${page}) into ${variable}, or unset it; then run again.`,
    }
  }
  if (source === TYPED) return { ...cause, code: cause.code, means, next: `Type or paste another one (${page}).` }
  const again = login ? `Sign in again (${login.join(' ')})` : `Put a new one (${page}) there`
  return { ...cause, code: cause.code, means, next: `${again}, and run again.` }
}

/** The error for an answer that does not tell who is signed in: exit 2, but a vendor in trouble says nothing of the sign-in. */
export const notLetIn = (reply: VendorReply, cause: Cause): SetupError =>
  new SetupError(cause, reply.status === 429 || reply.status >= 500 ? EXIT.failed : EXIT.input)
