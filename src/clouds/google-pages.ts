import { SetupError } from './cause.ts'
import { GOOGLE } from './google.ts'
import { at, type Json, textAt } from './json.ts'
import { pageLimits } from './pages.ts'
import type { VendorReply } from './vendor.ts'

/** A GET, told by its path. */
export type Read = (path: string) => Promise<VendorReply>

/**
 * All items of a list, whose pages go on by a token. A list of nothing has no key; a token that brings the same again
 * ends it.
 * @throws SetupError where a page behind the first is refused, or the list has no end
 */
export async function readPages(
  read: Read,
  path: string,
  key: string,
): Promise<{ readonly first: VendorReply; readonly items: readonly Json[] }> {
  const first = await read(path)
  const items: Json[] = []
  const met = new Set<string>()
  const count = pageLimits(GOOGLE.name)
  for (let reply = first; ; ) {
    count(reply)
    const page = at(reply.body, key)
    if (reply.status < 300 && Array.isArray(page)) items.push(...page)
    const token = textAt(reply.body, 'nextPageToken')
    if (reply.status >= 300 || !token || met.has(token)) return { first, items }
    met.add(token)
    reply = await read(`${path}${path.includes('?') ? '&' : '?'}pageToken=${encodeURIComponent(token)}`)
    if (reply.status >= 300) throw new SetupError(GOOGLE.means(reply))
  }
}
