/** The form of CircleCI's config, as far as anybody here reads it. */
import { type Document, parseDocument } from 'yaml'
import { readOnce } from './read-once.ts'

export const CI_CONFIG = '.circleci/config.yml'

/** A config is some pages long, with few anchors and tags, and nothing opens again and again before anything is in it. */
const LONGEST = 100_000
const MOST_PROPERTIES = 1_000
const PROPERTY = /(?:^|[\s[{,])[&!][^\s&=]/gm
const DEEP = /(?:[[{]\s*|[?-]\s+){50}/

/** Why a text is not even parsed: of such, the parser would not be done within a second. Undefined where it may be. */
export function tooMuch(text: string): string | undefined {
  if (text.length > LONGEST) return `it is longer than ${LONGEST} characters`
  if ((text.match(PROPERTY)?.length ?? 0) > MOST_PROPERTIES)
    return `it has more than ${MOST_PROPERTIES} anchors and tags`
  return DEEP.test(text) ? 'it is nested too deeply' : undefined
}

export type Entries = ReadonlyMap<unknown, unknown>

/**
 * The syntax tree of a config that is not too much, errors and all. Not to be changed: whoever reads the same text gets the
 * same tree. Doubled keys are let in, since they cost too much to find.
 */
export const documentOf = readOnce(
  (text): Document.Parsed =>
    parseDocument(text, {
      keepSourceTokens: true,
      merge: true,
      schema: 'core',
      uniqueKeys: false,
      logLevel: 'silent',
    }),
)

/** What a config says. Maps stay maps, so that no key is ever written out as text or taken for a prototype. */
export const readCiConfig = readOnce((text): Entries => {
  if (tooMuch(text) !== undefined) return new Map()
  try {
    return entriesOf(documentOf(text).toJS({ maxAliasCount: 100, mapAsMap: true }))
  } catch {
    return new Map()
  }
})

/** Is it a setup workflow, which continues with the jobs of another file? */
export const isSetup = (text: string): boolean => readCiConfig(text).get('setup') === true

export const entriesOf = (value: unknown): Entries => (value instanceof Map ? value : new Map())
export const itemsOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])
export const valuesOf = (value: unknown): readonly unknown[] => [...entriesOf(value).values()]
export const textKeys = (entries: Entries): readonly string[] =>
  [...entries.keys()].filter(key => typeof key === 'string')

/** Neither CircleCI nor a shell would still put something in. */
export const isLiteral = (value: unknown): value is string =>
  typeof value === 'string' && value !== '' && !/\$|<</.test(value)
