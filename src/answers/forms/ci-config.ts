/** The form of CircleCI's config, as far as anybody here reads it. */
import { parse } from 'yaml'

export const CI_CONFIG = '.circleci/config.yml'

/** A config is some pages long; of a hostile one of this size the parser is done within a second. */
const LONGEST = 100_000
export type Entries = ReadonlyMap<unknown, unknown>

/** Maps stay maps, so that no key is ever written out as text or taken for a prototype; doubled keys cost too much to find. */
export function readCiConfig(text: string): Entries {
  if (text.length > LONGEST) return new Map()
  try {
    const options = { maxAliasCount: 100, schema: 'core', merge: true, mapAsMap: true, uniqueKeys: false } as const
    return entriesOf(parse(text, { ...options, logLevel: 'silent' }))
  } catch {
    return new Map()
  }
}

export const entriesOf = (value: unknown): Entries => (value instanceof Map ? value : new Map())
export const itemsOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])
export const valuesOf = (value: unknown): readonly unknown[] => [...entriesOf(value).values()]
export const textKeys = (entries: Entries): readonly string[] =>
  [...entries.keys()].filter(key => typeof key === 'string')

/** Neither CircleCI nor a shell would still put something in. */
export const isLiteral = (value: unknown): value is string =>
  typeof value === 'string' && value !== '' && !/\$|<</.test(value)
