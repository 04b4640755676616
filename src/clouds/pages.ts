import { SetupError } from './cause.ts'
import type { VendorReply } from './vendor.ts'

/** Ten thousand items of a list with the smallest pages: no account has as many. */
const MOST_PAGES = 500
/** Far more than any list that is asked for takes, in bytes. */
const MOST_BYTES = 32 * 2 ** 20
/** How long a list may take from its first page on, in milliseconds. */
const LIMIT_MS = 300_000

/**
 * Watches over a list whose vendor decides when it ends.
 * @param vendor its name
 * @param now milliseconds from any beginning
 * @returns what is called with every page, and throws SetupError where there are too many, too large or too slow ones
 */
export function pageLimits(vendor: string, now = () => performance.now()): (page: VendorReply) => void {
  const began = now()
  let pages = 0
  let bytes = 0
  return page => {
    pages += 1
    bytes += page.bytes ?? 0
    if (pages > MOST_PAGES) throw endless(vendor, page, `more than ${MOST_PAGES} pages`)
    if (bytes > MOST_BYTES) throw endless(vendor, page, `more than ${MOST_BYTES / 2 ** 20} MB`)
    if (now() - began > LIMIT_MS) throw endless(vendor, page, `not all pages in ${LIMIT_MS / 60_000} minutes`)
  }
}

const endless = (vendor: string, { asked }: VendorReply, said: string): SetupError =>
  new SetupError({
    code: 'endless-list',
    asked,
    said,
    means: `${vendor} went on and on with a list, so it was not read to its end.`,
    next: 'Check that the address is the vendor’s own and that nothing stands in between, and run again.',
  })
