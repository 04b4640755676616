import type { Json } from '../../clouds/json.ts'
import { refuse } from './refusals.ts'
import type { Ask } from './route.ts'

/** One page of a list, and the token of the next (facts/circleci.md 3). */
export function paged({ query, world }: Pick<Ask, 'query' | 'world'>, items: readonly Json[]) {
  const start = startOf(query.get('page-token'))
  const end = start + world.rules.pageSize
  return { items: items.slice(start, end), next_page_token: end < items.length ? tokenOf(end) : null }
}

const tokenOf = (start: number): string => Buffer.from(`from ${start}`).toString('base64url')

/** What a token says that never came from here is refused in our words. */
function startOf(token: string | null): number {
  if (token === null) return 0
  const [, start] = /^from (\d+)$/.exec(Buffer.from(token, 'base64url').toString()) ?? []
  if (start === undefined) throw refuse.invalid('Invalid page-token.')
  return Number(start)
}
