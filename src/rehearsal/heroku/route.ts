import type { IncomingHttpHeaders } from 'node:http'
import type { Json } from '../../clouds/json.ts'
import type { Mint } from '../mint.ts'
import type { Reply as Answered, Pattern } from '../route.ts'
import type { Account, HerokuWorld, Scope } from './world.ts'

/** A request that has passed the gate: who asks is known, and may. */
export interface Ask {
  readonly world: HerokuWorld
  readonly account: Account
  /** What stands in place of the pattern's `*`, in order. */
  readonly names: readonly string[]
  readonly body: Json | undefined
  readonly headers: IncomingHttpHeaders
  readonly now: Date
  readonly mint: Mint
}

export type Reply = Answered<HerokuWorld>

/** What a scope must allow. */
export type Need = 'identity' | 'read' | 'write' | 'global'

/** Who may do what (facts/heroku.md 5). Whether writing includes reading is not documented: here it does not. */
export const ALLOWS: Readonly<Record<Need, readonly Scope[]>> = {
  identity: ['global', 'identity'],
  read: ['global', 'read', 'read-protected'],
  write: ['global', 'write', 'write-protected'],
  global: ['global'],
}

export interface Route extends Pattern {
  readonly needs: Need
  /** Throws a Refusal. */
  handle(ask: Ask): Reply
}
