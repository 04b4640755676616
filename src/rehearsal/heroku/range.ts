import type { Json } from '../../clouds/json.ts'
import { refuse } from './refusals.ts'
import type { Reply } from './route.ts'

type Item = { readonly [key: string]: Json }

/** A list without a Range header stops here; with one it may go on to the other (Platform API reference, Ranges). */
const DEFAULT_MAX = 200
const MOST = 1000

/**
 * A list as its Range header asks for it, `id ..; max=10, order=desc`; by the first of `by` without one. While more
 * follows, the answer is 206 and `Next-Range` names the rest (Platform API reference, Ranges).
 */
export function ranged(items: readonly Item[], by: readonly string[], header: string | undefined): Reply {
  const { property, after, max, descending } = wish(header, by)
  const sorted = items.toSorted((a, b) => compare(a[property], b[property]) * (descending ? -1 : 1))
  const rest = sorted.filter(item => after === undefined || isPast(item[property], after, descending))
  const page = rest.slice(0, max)
  const last = page.at(-1)?.[property]
  const headers = { 'accept-ranges': by.join(', ') }
  if (page.length === rest.length) return { status: 200, headers, body: page }
  const next = `${property} ]${last}..; max=${max}${descending ? ', order=desc' : ''}`
  return { status: 206, headers: { ...headers, 'next-range': next }, body: page }
}

interface Wish {
  readonly property: string
  /** What the list goes on behind. */
  readonly after: string | undefined
  readonly max: number
  readonly descending: boolean
}

function wish(header: string | undefined, by: readonly string[]): Wish {
  const [first = ''] = by
  if (!header) return { property: first, after: undefined, max: DEFAULT_MAX, descending: false }
  const [, property = '', after, options = ''] = /^([\w-]+)\s*(?:\](.*?))?\.\.\s*(?:;(.*))?$/.exec(header) ?? []
  if (!by.includes(property)) throw refuse.range()
  const max = Math.min(Number(/\bmax=(\d+)/.exec(options)?.[1] ?? DEFAULT_MAX), MOST)
  return { property, after, max, descending: /\border=desc\b/.test(options) }
}

const isPast = (value: Json | undefined, after: string, descending: boolean): boolean =>
  compare(value, typeof value === 'number' ? Number(after) : after) * (descending ? -1 : 1) > 0

function compare(a: Json | undefined, b: Json | undefined): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b
  return String(a) < String(b) ? -1 : Number(String(a) > String(b))
}
