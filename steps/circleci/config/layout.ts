import { type CST, isAlias, isMap, isScalar, isSeq, type Pair, type YAMLMap, type YAMLSeq } from 'yaml'
import type { Config } from './document.ts'

type Token = CST.SourceToken

/** Where a line ends, before its line break. */
function lineEnd(text: string, at: number): number {
  const feed = text.indexOf('\n', at)
  if (feed === -1) return text.length
  return text[feed - 1] === '\r' && feed > at ? feed - 1 : feed
}

const lineStart = (text: string, at: number) => text.lastIndexOf('\n', at - 1) + 1

export const columnOf = (text: string, at: number): number => at - lineStart(text, at)

/** The line break used around a place. */
export function breakAt(text: string, at: number): string {
  const after = text.indexOf('\n', at)
  const feed = after === -1 ? text.lastIndexOf('\n') : after
  return text[feed - 1] === '\r' ? '\r\n' : '\n'
}

export const blanks = (count: number): string => ' '.repeat(count)

/** Does nothing but blanks stand before it on its line? */
export const isFirstOnLine = (text: string, at: number): boolean => text.slice(lineStart(text, at), at).trim() === ''

/** Whole lines after a place's line; a text that has no line break at its end gets none. */
export function linesAfter(text: string, end: number, lines: readonly string[]) {
  const feed = breakAt(text, Math.max(0, end - 1))
  if (text[end - 1] === '\n') return { at: end, text: lines.map(line => line + feed).join('') }
  return { at: lineEnd(text, end), text: lines.map(line => feed + line).join('') }
}

/** Behind the comments that stand deeper than a column: they belong to what is before them. */
export function afterComments(text: string, end: number, column: number): number {
  let last = end
  let at = text[end - 1] === '\n' ? end : text.indexOf('\n', end) + 1
  while (at > 0 && at < text.length) {
    const line = text.slice(at, lineEnd(text, at))
    const depth = line.search(/\S/)
    if (depth !== -1 && (line[depth] !== '#' || depth <= column)) break
    if (depth !== -1) last = at + line.length
    at = text.indexOf('\n', at) + 1
  }
  return last
}

const isProperty = ({ type }: Token) => type === 'anchor' || type === 'tag'

/** Where a node starts, its anchor and tag included; `before` are the tokens in front of it. */
export const startOf = (before: readonly Token[] | undefined, node: { range?: readonly number[] | null }): number =>
  before?.find(isProperty)?.offset ?? node.range?.[0] ?? 0

/** The tokens of a pair, in the parser's words. */
export function tokensOf(pair: Pair): { readonly start: readonly Token[]; readonly sep: readonly Token[] } {
  const { start = [], sep = [] } = (pair as Pair & { srcToken?: CST.CollectionItem }).srcToken ?? {}
  return { start, sep: sep ?? [] }
}

/** Just behind a pair's colon; undefined where it has none, as in {job}. */
export function afterColon(pair: Pair): number | undefined {
  const colon = tokensOf(pair).sep.find(({ type }) => type === 'map-value-ind')
  return colon === undefined ? undefined : colon.offset + 1
}

/** Where a map's first key starts, whatever is written before it. */
export function firstKeyOf(map: YAMLMap): number | undefined {
  const [pair] = map.items
  if (pair === undefined) return undefined
  const { start, sep } = tokensOf(pair)
  const before = start.find(token => isProperty(token) || token.type === 'explicit-key-ind') ?? sep[0]
  const key = endsOf(pair.key)
  return Math.min(before?.offset ?? Infinity, key?.[0] ?? Infinity)
}

/** The tokens before each item of a list. */
export function beforeItem(list: YAMLSeq, index: number): readonly Token[] {
  const token = list.srcToken
  if (token?.type === 'flow-collection') return token.items[index]?.start ?? []
  const items = token?.type === 'block-seq' ? token.items : []
  return items.filter(({ start }) => start.some(({ type }) => type === 'seq-item-ind'))[index]?.start ?? []
}

/** Where an item's dash stands. */
export const dashOf = (list: YAMLSeq, index: number): number | undefined =>
  beforeItem(list, index).find(({ type }) => type === 'seq-item-ind')?.offset

function endsOf(node: unknown): readonly [number, number] | undefined {
  const range = isScalar(node) || isAlias(node) || isMap(node) || isSeq(node) ? node.range : undefined
  return range ? [range[0], range[1]] : undefined
}

/** Behind the last sign of a node that is no comment; `or` where nothing is written. */
export function contentEnd(node: unknown, or: number): number {
  if (isMap(node) && !node.flow) {
    const last = node.items.at(-1)
    if (last === undefined) return or
    return contentEnd(last.value, afterColon(last) ?? contentEnd(last.key, or))
  }
  if (isSeq(node) && !node.flow) return contentEnd(node.items.at(-1), (dashOf(node, node.items.length - 1) ?? or) + 1)
  if (isScalar(node) && node.source === '' && node.type === 'PLAIN') return or
  return endsOf(node)?.[1] ?? or
}

/** How much deeper nested keys stand in this list, else in the whole text, else two. */
export function indentStep({ text, root }: Config, list?: YAMLSeq): number {
  const maps = [...(list?.items ?? []), root].filter(isMap)
  for (const map of maps)
    for (const { key, value } of map.items) {
      const [outer] = endsOf(key) ?? []
      const inner = isMap(value) && !value.flow ? firstKeyOf(value) : undefined
      if (outer === undefined || inner === undefined || !isFirstOnLine(text, inner)) continue
      const step = columnOf(text, inner) - columnOf(text, outer)
      if (step > 0 && step <= 8) return step
    }
  return 2
}
