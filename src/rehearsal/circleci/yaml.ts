import { parseDocument } from 'yaml'

export type Entries = ReadonlyMap<unknown, unknown>

/** A config's top, or what the parser says of it, line by line. Maps stay maps, so that no key is taken for a prototype. */
export function parsedYaml(text: string): Entries | readonly string[] {
  const document = parseDocument(text, { schema: 'core', merge: true, logLevel: 'silent' })
  const [error] = document.errors
  if (error) return ['Unable to parse YAML', ...error.message.trim().split('\n')]
  try {
    const value: unknown = document.toJS({ mapAsMap: true, maxAliasCount: 100 })
    return value instanceof Map ? value : ['The config is no map.']
  } catch (aliases) {
    return ['Unable to parse YAML', String(aliases)]
  }
}

export const entriesOf = (value: unknown): Entries => (value instanceof Map ? value : new Map())
export const itemsOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])

/** One text or a list of them. */
export const textsOf = (value: unknown): readonly string[] =>
  (Array.isArray(value) ? value : [value]).filter(one => typeof one === 'string')

/** Of a map, of a list of maps, or of `NAME=VALUE`: CircleCI takes each for an environment. */
const pairsOf = (value: unknown): readonly (readonly [unknown, unknown])[] => {
  if (Array.isArray(value)) return value.flatMap(pairsOf)
  if (typeof value !== 'string') return [...entriesOf(value)]
  const at = value.indexOf('=')
  return at === -1 ? [] : [[value.slice(0, at), value.slice(at + 1)]]
}

/** A map's texts, numbers and truth values, as a shell gets them. */
export const scalarsOf = (value: unknown): Readonly<Record<string, string>> =>
  Object.fromEntries(
    pairsOf(value).flatMap(([key, one]) =>
      ['string', 'number', 'boolean'].includes(typeof one) ? [[String(key), String(one)]] : [],
    ),
  )

/** What stands alone, or as the only key of a map with its options. */
export function named(item: unknown): readonly [name: string, options: unknown] | undefined {
  if (typeof item === 'string') return [item, undefined]
  const [first] = entriesOf(item)
  return first && typeof first[0] === 'string' ? [first[0], first[1]] : undefined
}
