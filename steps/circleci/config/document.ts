import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  visit,
  type YAMLMap,
} from 'yaml'
import { documentOf, tooMuch } from '../../../src/answers/forms/ci-config.ts'
import { readOnce } from '../../../src/answers/forms/read-once.ts'

/** A config's text beside its syntax tree. */
export interface Config {
  readonly text: string
  readonly root: YAMLMap
  /** What it says. */
  readonly json: string
  /** What each alias in it stands for. */
  readonly targets: ReadonlyMap<Alias, Node | undefined>
}

/** Reads a config for editing; says in words why it cannot be. Doubled keys are let in: an edit that meets them does not read back. */
export const readConfig = readOnce((text): Config | { readonly why: string } => {
  const why = tooMuch(text)
  if (why !== undefined) return { why }
  const document = documentOf(text)
  const [error] = document.errors
  if (error !== undefined) return { why: `it cannot be read as YAML: ${error.message.split('\n')[0]}` }
  const root = document.contents
  if (!isMap(root)) return { why: 'it is not a list of keys and values' }
  const json = jsonOf(document)
  return json === undefined
    ? { why: 'an alias in it stands for nothing, or for too much' }
    : { text, root, json, targets: targetsOf(document) }
})

function jsonOf(document: Document): string | undefined {
  try {
    return JSON.stringify(document.toJS({ maxAliasCount: 100 }))
  } catch {
    return undefined
  }
}

/** Everything as plain values, nothing shared: a change to one use of an alias changes that use alone. */
export const dataOf = ({ json }: Config): unknown => JSON.parse(json)

/** What an alias stands for. */
export function resolved({ targets }: Config, node: unknown): Node | undefined {
  const target = isAlias(node) ? targets.get(node) : node
  return isMap(target) || isSeq(target) || isScalar(target) ? target : undefined
}

/** What every alias of a document stands for, found in one go: yaml itself goes through all of it for each. */
function targetsOf(document: Document): ReadonlyMap<Alias, Node | undefined> {
  const anchors = new Map<string, Node>()
  const targets = new Map<Alias, Node | undefined>()
  visit(document, {
    Node: (_, node) => {
      if (isAlias(node)) targets.set(node, anchors.get(node.source))
      else if (node.anchor) anchors.set(node.anchor, node)
    },
  })
  return targets
}

/** A scalar's text, also behind an alias. */
export function textOf(config: Config, node: unknown): string | undefined {
  const scalar = resolved(config, node)
  return isScalar(scalar) && typeof scalar.value === 'string' ? scalar.value : undefined
}

/** The pair that a map itself has; of doubled ones the last, as the reader takes it. */
export const ownPair = (map: YAMLMap, key: string): Pair | undefined =>
  map.items.findLast(pair => isScalar(pair.key) && pair.key.value === key)

/** The parser makes a sign of its own of the key <<. */
export const isMergeKey = (key: unknown): boolean =>
  isScalar(key) && (typeof key.value === 'symbol' ? key.value.description : key.source) === '<<'

/** What a map's merge key brings, the source that wins first. */
function mergedInto(config: Config, map: YAMLMap): readonly unknown[] {
  const value = resolved(config, map.items.find(({ key }) => isMergeKey(key))?.value)
  return isSeq(value) ? value.items : [value]
}

/** What a key stands for, also by a merge key; undefined where there is none. */
export function valueAt(config: Config, node: unknown, key: string): Node | undefined {
  return resolved(config, pairOf(config, node, key)?.value)
}

/** The pair of a key, the map's own or one that a merge key brings. */
export function pairOf(config: Config, node: unknown, key: string, depth = 0): Pair | undefined {
  const map = resolved(config, node)
  if (!isMap(map) || depth > 20) return undefined
  const own = ownPair(map, key)
  if (own !== undefined) return own
  for (const source of mergedInto(config, map)) {
    const pair = pairOf(config, source, key, depth + 1)
    if (pair !== undefined) return pair
  }
  return undefined
}

/** The keys that are texts, each with what it stands for; merge keys are looked through. */
export function entriesOf(config: Config, node: unknown, depth = 0): readonly (readonly [string, Node | undefined])[] {
  const map = resolved(config, node)
  if (!isMap(map) || depth > 20) return []
  const entries = new Map<string, Node | undefined>()
  for (const { key, value } of map.items) {
    const name = textOf(config, key)
    if (name !== undefined) entries.set(name, resolved(config, value))
  }
  for (const source of mergedInto(config, map))
    for (const [name, value] of entriesOf(config, source, depth + 1)) if (!entries.has(name)) entries.set(name, value)
  return [...entries]
}

export function itemsOf(config: Config, node: unknown): readonly (Node | undefined)[] {
  const list = resolved(config, node)
  return isSeq(list) ? list.items.map(item => resolved(config, item)) : []
}
