import { at, textAt } from './json.ts'
import type { VendorReply } from './vendor.ts'

/** What takes a while at Google: under way, ended well, or refused as a request would have been. */
export type Operation =
  | { readonly is: 'under-way' }
  | { readonly is: 'done' }
  | { readonly is: 'refused'; readonly reply: VendorReply }

/** google.rpc.Code (google/rpc/code.proto): what an operation's error is told in, and a request's is sent with. */
const STATUSES: Readonly<Record<number, { readonly status: number; readonly word: string }>> = {
  3: { status: 400, word: 'INVALID_ARGUMENT' },
  5: { status: 404, word: 'NOT_FOUND' },
  6: { status: 409, word: 'ALREADY_EXISTS' },
  7: { status: 403, word: 'PERMISSION_DENIED' },
  8: { status: 429, word: 'RESOURCE_EXHAUSTED' },
  9: { status: 400, word: 'FAILED_PRECONDITION' },
  10: { status: 409, word: 'ABORTED' },
  13: { status: 500, word: 'INTERNAL' },
  14: { status: 503, word: 'UNAVAILABLE' },
}

/** Reads an operation; undefined where the answer is none. */
export function readOperation(reply: VendorReply): Operation | undefined {
  const { body, status } = reply
  if (status >= 300 || textAt(body, 'name') === undefined) return undefined
  if (at(body, 'done') !== true) return { is: 'under-way' }
  const error = at(body, 'error')
  return error === undefined ? { is: 'done' } : { is: 'refused', reply: refusalOf(reply) }
}

/** An operation's error as the answer that a request would have got: both mean the same, and are told the same. */
function refusalOf(reply: VendorReply): VendorReply {
  const code = at(reply.body, 'error', 'code')
  const { status, word } = STATUSES[Number(code)] ?? { status: 500, word: 'UNKNOWN' }
  const details = at(reply.body, 'error', 'details')
  const message = textAt(reply.body, 'error', 'message') ?? ''
  const error = { code: status, status: word, message, ...(details !== undefined && { details }) }
  return { ...reply, status, body: { error } }
}
