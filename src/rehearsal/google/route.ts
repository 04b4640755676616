import type { IncomingHttpHeaders } from 'node:http'
import type * as z from 'zod'
import type { Json } from '../../clouds/json.ts'
import type { Mint } from '../mint.ts'
import type { Reply as Answered, Pattern } from '../route.ts'
import type { Caller } from './caller.ts'
import { refuse } from './refusals.ts'
import type { Api } from './rules.ts'
import type { GoogleWorld } from './world.ts'

/** A request that its route lets in. */
export interface Ask {
  readonly world: GoogleWorld
  readonly caller: Caller
  /** What stands in place of the pattern's `*`, in order. */
  readonly names: readonly string[]
  readonly query: URLSearchParams
  readonly headers: IncomingHttpHeaders
  readonly body: Json | undefined
  readonly now: Date
  readonly mint: Mint
}

export type Reply = Answered<GoogleWorld>

/** The verb behind a resource's colon is a segment of its own, as in `/v1/organizations/:search`. */
export interface Route extends Pattern {
  readonly api: Api
  /** The query parameters of its own that are known here. */
  readonly takes?: readonly string[]
  /** Throws a Refusal. */
  handle(ask: Ask): Reply
}

/** What every method of Google's takes besides (their discovery documents, `parameters` at the top). */
const OF_ALL =
  '$.xgafv access_token alt callback fields key oauth_token prettyPrint quotaUser uploadType upload_protocol'.split(' ')

/** Throws a Refusal for a query parameter that a route does not know, also where the real one might pass it by. */
export function assertKnownQuery({ takes = [], api }: Partial<Route>, query: URLSearchParams): void {
  const unknown = [...query.keys()].find(name => !OF_ALL.includes(name) && !takes.includes(name))
  if (unknown === undefined) return
  throw api === 'storage'
    ? refuse.storage(400, 'invalidParameter', `Unknown query parameter: ${unknown}`)
    : refuse.unknownParameter(unknown)
}

/** A path as the patterns of routes are written. */
export const routePath = (path: string): string => path.replace(/\/?:([A-Za-z]+)$/, '/:$1')

/** Throws a Refusal for a body that the schema does not take, naming the field. */
export function read<T>(schema: z.ZodType<T>, body: Json | undefined): T {
  const given = schema.safeParse(body ?? {})
  if (given.success) return given.data
  const [issue] = given.error.issues
  throw refuse.invalid(`Invalid value at '${issue?.path.join('.')}': ${issue?.message}`)
}

type Lists = { [K in keyof GoogleWorld as GoogleWorld[K] extends readonly object[] ? K : never]: GoogleWorld[K] }

/** The world with one thing of a list changed. */
export const withChanged = <K extends keyof Lists>(
  world: GoogleWorld,
  list: K,
  old: Lists[K][number],
  by: Partial<Lists[K][number]>,
): GoogleWorld => ({
  ...world,
  [list]: (world[list] as readonly object[]).map(one => (one === old ? { ...one, ...by } : one)),
})

/** The world with one thing more in a list. */
export const withNew = <K extends keyof Lists>(world: GoogleWorld, list: K, one: Lists[K][number]): GoogleWorld => ({
  ...world,
  [list]: [...world[list], one],
})

export const ok = (body: Json, world?: GoogleWorld): Reply => ({ status: 200, body, ...(world && { world }) })
