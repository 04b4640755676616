import type { Json } from '../../clouds/json.ts'
import { refuse } from './refusals.ts'

type Kind = 'string' | 'boolean' | 'array' | 'integer' | 'null'
export type Params = { readonly [key: string]: Json }

/**
 * A request's body as an object that holds all of `required` and nothing but `allowed`, each of a kind allowed for it.
 * Refuses in the words of interagent/committee, Heroku's own checker of requests.
 */
export function params(
  body: Json | undefined,
  allowed: Readonly<Record<string, readonly Kind[]>>,
  required: readonly string[] = [],
): Params {
  const given = body ?? {}
  if (typeof given !== 'object' || given === null || isList(given)) throw refuse.malformed()
  const missing = required.filter(key => !Object.hasOwn(given, key))
  if (missing.length) throw refuse.params(`Require params: ${missing.join(', ')}.`)
  const unknown = Object.keys(given).filter(key => !Object.hasOwn(allowed, key))
  if (unknown.length) throw refuse.params(`Unknown params: ${unknown.join(', ')}.`)
  for (const [key, value] of Object.entries(given)) {
    const kinds = allowed[key] ?? []
    if (kinds.some(kind => kind === kindOf(value))) continue
    throw refuse.params(
      `Invalid type for key "${key}": expected ${JSON.stringify(value)} to be ${JSON.stringify(kinds)}.`,
    )
  }
  return given
}

/** Array.isArray does not narrow a readonly array. */
export const isList = (value: Json | undefined): value is readonly Json[] => Array.isArray(value)

function kindOf(value: Json): string {
  if (value === null) return 'null'
  if (isList(value)) return 'array'
  if (Number.isInteger(value)) return 'integer'
  return typeof value
}
