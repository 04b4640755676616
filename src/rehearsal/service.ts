import type { IncomingHttpHeaders } from 'node:http'
import type { Json } from '../clouds/json.ts'
import type { World } from './world.ts'

/** A request, read to its end. */
export interface Call {
  readonly method: string
  /** Without the query. */
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: Json | undefined
  /** A body came that is not JSON, or does not say that it is. */
  readonly malformed: boolean
}

/** What a vendor says to a call. */
export interface Answer {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body: Json
  /** A write that succeeded and changed the world. */
  readonly effect: boolean
  /** The e-mail address of the account that asked, where there is one. */
  readonly who?: string
}

/** One vendor, simulated: changes its own part of the world and answers. Never waits, so calls cannot overlap. */
export type Service = (call: Call, world: World, now: Date) => Answer
