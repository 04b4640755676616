import type { Json } from '../clouds/json.ts'

/** What a vendor's route answers; `world`, its part of the world, only where that changes. */
export interface Reply<World> {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  /** undefined: none at all. */
  readonly body: Json | undefined
  readonly world?: World
}

export interface Pattern {
  readonly method: string
  /** Segments, `*` for any one. */
  readonly pattern: string
}

/** The first route that a request fits, and what stands in place of its pattern's `*`. */
export function routed<Route extends Pattern>(
  routes: readonly Route[],
  method: string,
  path: string,
): { readonly route: Route; readonly names: readonly string[] } | undefined {
  for (const route of routes) {
    const names = route.method === method ? namesIn(route.pattern, path) : undefined
    if (names) return { route, names }
  }
  return undefined
}

function namesIn(pattern: string, path: string): readonly string[] | undefined {
  const wanted = pattern.split('/')
  const given = path.split('/')
  if (wanted.length !== given.length || wanted.some((part, i) => part !== '*' && part !== given[i])) return undefined
  return given.filter((_, i) => wanted[i] === '*').map(decoded)
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment
  }
}
