import type { IncomingHttpHeaders } from 'node:http'
import type { Json } from '../../clouds/json.ts'
import type { Mint } from '../mint.ts'
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

/** `world` only where it changes. */
export interface Reply {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body: Json
  readonly world?: HerokuWorld
}

/** What a scope must allow. */
export type Need = 'identity' | 'read' | 'write' | 'global'

/** Who may do what (facts/heroku.md 5). Whether writing includes reading is not documented: here it does not. */
export const ALLOWS: Readonly<Record<Need, readonly Scope[]>> = {
  identity: ['global', 'identity'],
  read: ['global', 'read', 'read-protected'],
  write: ['global', 'write', 'write-protected'],
  global: ['global'],
}

export interface Route {
  readonly method: string
  /** Segments, `*` for any one. */
  readonly pattern: string
  readonly needs: Need
  /** Throws a Refusal. */
  handle(ask: Ask): Reply
}

/** What stands in place of a pattern's `*`, or undefined where the path does not match. */
export function namesIn(pattern: string, path: string): readonly string[] | undefined {
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
