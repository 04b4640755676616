import type { Json } from '../../clouds/json.ts'
import { refuse } from './refusals.ts'
import type { Ask } from './route.ts'

const MOST = 500

/** The query parameters of a list in pages. */
export const PAGES = ['pageSize', 'pageToken'] as const

/** One page of a list under its key, as `pageSize` and `pageToken` ask for it; a list of nothing has no key. */
export function paged({ query }: Pick<Ask, 'query'>, key: string, items: readonly Json[]): { [key: string]: Json } {
  const start = startOf(query.get('pageToken'))
  const size = Math.min(Number(query.get('pageSize')) || MOST, MOST)
  const page = items.slice(start, start + size)
  const end = start + page.length
  return { ...(page.length && { [key]: page }), ...(end < items.length && { nextPageToken: tokenOf(end) }) }
}

const tokenOf = (start: number): string => Buffer.from(`from ${start}`).toString('base64url')

function startOf(token: string | null): number {
  if (!token) return 0
  const [, start] = /^from (\d+)$/.exec(Buffer.from(token, 'base64url').toString()) ?? []
  if (start === undefined) throw refuse.invalid('The page token is not valid.')
  return Number(start)
}
