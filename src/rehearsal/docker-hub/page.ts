import type { Json } from '../../clouds/json.ts'
import { refuse } from './refusals.ts'
import type { Ask } from './route.ts'

const USUAL_SIZE = 10
const MOST = 100

/** One page of a list, as `page` and `page_size` ask for it; past its end there is none (facts/docker-hub.md 2). */
export function paged({ query, path, headers }: Ask, items: readonly Json[]) {
  const page = countIn(query.get('page'), 1)
  const size = Math.min(countIn(query.get('page_size'), USUAL_SIZE), MOST)
  const start = (page - 1) * size
  if (page > 1 && start >= items.length) throw refuse.notFound('page not found')
  const link = (to: number) => {
    const asked = new URLSearchParams(query)
    asked.set('page', String(to))
    asked.set('page_size', String(size))
    return `http://${headers.host}${path}?${asked}`
  }
  return {
    count: items.length,
    next: start + size < items.length ? link(page + 1) : null,
    previous: page > 1 ? link(page - 1) : null,
    results: items.slice(start, start + size),
  }
}

function countIn(text: string | null, usual: number): number {
  if (text === null) return usual
  if (!/^[1-9]\d*$/.test(text)) throw refuse.invalid('page and page_size are numbers from 1')
  return Number(text)
}
