import type { IncomingHttpHeaders } from 'node:http'
import type * as z from 'zod'
import type { Json } from '../../clouds/json.ts'
import type { Mint } from '../mint.ts'
import type { Reply as Answered, Pattern } from '../route.ts'
import type { Caller } from './caller.ts'
import { refuse } from './refusals.ts'
import type { DockerHubWorld } from './world.ts'

/** A request that its route lets in. */
export interface Ask {
  readonly world: DockerHubWorld
  readonly caller: Caller
  /** What stands in place of the pattern's `*`, in order. */
  readonly names: readonly string[]
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: IncomingHttpHeaders
  readonly body: Json | undefined
  readonly now: Date
  readonly mint: Mint
}

/** A request to auth.docker.io or registry-1.docker.io, which see for themselves who asks. */
export type RegistryAsk = Omit<Ask, 'caller'>

export type Reply = Answered<DockerHubWorld>

export interface Route extends Pattern {
  readonly lets: Lets
  /** Throws a Refusal. */
  handle(ask: Ask): Reply
}

/** Whom a route lets in, besides a user who signed in with a password. */
export interface Lets {
  readonly nobody?: true
  readonly personalToken?: true
  /** One of these scopes; none: any token. Without the list, the route takes no organization token at all. */
  readonly organizationToken?: readonly string[]
}

export const ANYBODY: Lets = { nobody: true, personalToken: true, organizationToken: [] }
export const USERS: Lets = { personalToken: true }
export const PASSWORD: Lets = {}

/** Throws a Refusal for a body that the schema does not take, its words by field (facts/docker-hub.md 2). */
export function read<T>(schema: z.ZodType<T>, body: Json | undefined): T {
  const given = schema.safeParse(body ?? {})
  if (given.success) return given.data
  const fields = given.error.issues.map(({ path, message }) => [String(path[0] ?? 'body'), message] as const)
  throw refuse.fields(
    Object.fromEntries(
      fields.map(([name]) => [name, fields.flatMap(([other, words]) => (other === name ? words : []))]),
    ),
  )
}

/** A list with one thing in the place of another. */
export const swapped = <T>(list: readonly T[], old: T, by: T): T[] => list.map(one => (one === old ? by : one))

export const without = <T>(list: readonly T[], gone: T): T[] => list.filter(one => one !== gone)
