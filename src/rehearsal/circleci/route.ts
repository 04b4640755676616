import type { IncomingHttpHeaders } from 'node:http'
import type * as z from 'zod'
import type { Json } from '../../clouds/json.ts'
import type { Mint } from '../mint.ts'
import type { Reply as Answered, Pattern } from '../route.ts'
import type { Caller } from './caller.ts'
import { refuse } from './refusals.ts'
import type { CircleciWorld, User } from './world.ts'

/** A request that its route lets in. */
export interface Ask {
  readonly world: CircleciWorld
  readonly caller: Caller
  readonly user: User
  /** What stands in place of the pattern's `*`, in order. */
  readonly names: readonly string[]
  readonly query: URLSearchParams
  readonly headers: IncomingHttpHeaders
  readonly body: Json | undefined
  readonly now: Date
  readonly mint: Mint
}

export type Reply = Answered<CircleciWorld>

export interface Route extends Pattern {
  /** Serves a project's token too (facts/circleci.md 2: none of v2 does). */
  readonly takesProjectToken?: true
  /** Throws a Refusal. */
  handle(ask: Ask): Reply
}

/** Throws a Refusal for a body that the schema does not take. */
export function read<T>(schema: z.ZodType<T>, body: Json | undefined): T {
  const given = schema.safeParse(body)
  if (given.success) return given.data
  throw refuse.invalid()
}

/** A list with one thing in the place of another. */
export const swapped = <T>(list: readonly T[], old: T, by: T): T[] => list.map(one => (one === old ? by : one))

export const without = <T>(list: readonly T[], gone: T): T[] => list.filter(one => one !== gone)
