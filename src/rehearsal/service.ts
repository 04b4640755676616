import type { IncomingHttpHeaders } from 'node:http'
import type { Json } from '../clouds/json.ts'
import type { World } from './world.ts'

/** A request, read to its end. */
export interface Call {
  readonly method: string
  /** Without the query. */
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: IncomingHttpHeaders
  readonly body: Json | undefined
  /** A body came that is not JSON, or does not say that it is. */
  readonly malformed: boolean
}

/** What a vendor says to a call. */
export interface Answer {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  /** undefined: none at all. */
  readonly body: Json | undefined
  /** A write that succeeded and changed the world. */
  readonly effect: boolean
  /** The account that asked, where there is one, as the vendor names it: never a token. */
  readonly who?: string
}

/** One vendor, simulated: changes its own part of the world and answers. Never waits, so calls cannot overlap. */
export type Service = (call: Call, world: World, now: Date) => Answer
