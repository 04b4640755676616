import { isAlias, isMap, isScalar, isSeq, type Node, type Pair, type YAMLMap, type YAMLSeq } from 'yaml'
import { type Config, itemsOf, ownPair, pairOf, resolved, textOf } from './document.ts'
import type { Insertion } from './edit.ts'
import {
  afterColon,
  beforeItem,
  blanks,
  breakAt,
  columnOf,
  contentEnd,
  dashOf,
  firstKeyOf,
  indentStep,
  isFirstOnLine,
  linesAfter,
  startOf,
  tokensOf,
} from './layout.ts'
import { flowList, scalar } from './scalar.ts'
import type { Use } from './uses.ts'

/** The contexts of one entry, also those that a merge key brings; undefined where they are no texts. */
export function contextsOf(config: Config, { written }: Use): readonly string[] | undefined {
  if ('plain' in written) return []
  const pair = pairOf(config, written.pair.value, 'context')
  const value = resolved(config, pair?.value)
  if (pair === undefined || value === undefined || isNothing(value)) return []
  const texts = (isSeq(value) ? itemsOf(config, value) : [value]).map(one => textOf(config, one))
  return texts.every(text => text !== undefined) ? texts : undefined
}

/** What puts the names into an entry's contexts; why not, where it cannot be done by insertion. */
export function addContexts(config: Config, use: Use, names: readonly string[]): readonly Insertion[] | string {
  if ('plain' in use.written) return toPlain(config, use, use.written.plain, names)
  const { pair, flow } = use.written
  const options = resolved(config, pair.value)
  if (options === undefined || (isScalar(options) && options.value === null))
    return toNothing(config, use, pair, flow, names)
  if (!isMap(options)) return 'what follows its name is no list of options'
  const own = ownPair(options, 'context')
  if (own !== options.items.find(({ key }) => textOf(config, key) === 'context')) return 'it says its context twice'
  if (own !== undefined && !isAlias(pair.value)) return toValue(config, own, options, names)
  const all = [...(contextsOf(config, use) ?? []), ...names]
  if (isAlias(pair.value)) return besideAlias(config, pair, flow, all, startOf(undefined, pair.value))
  return asFirst(config, options, all)
}

const isNothing = (node: Node): boolean => isScalar(node) && node.value === null && node.source === ''

/** One name as it is, several as a list. */
const value = (names: readonly string[]) => (names.length === 1 ? scalar(names[0] ?? '') : flowList(names))

const commaList = (names: readonly string[]) => names.map(scalar).join(', ')

/** `- job` becomes `- job:` with a line below; a comment behind it stays there. */
function toPlain(config: Config, { list, index }: Use, item: Node, names: readonly string[]): readonly Insertion[] {
  const { text } = config
  const start = startOf(beforeItem(list, index), item)
  const end = item.range?.[1] ?? start
  if (list.flow) {
    const open = `: {context: ${value(names)}}}`
    return [
      { at: start, text: '{' },
      { at: end, text: isAlias(item) ? ` ${open}` : open },
    ]
  }
  const indent = blanks(columnOf(text, start) + indentStep(config, list))
  return [{ at: end, text: isAlias(item) ? ' :' : ':' }, linesAfter(text, end, [`${indent}context: ${value(names)}`])]
}

/** `- job:` without anything. */
function toNothing(config: Config, use: Use, pair: Pair, flow: boolean, names: readonly string[]) {
  if (pair.value !== null && isScalar(pair.value) && pair.value.source !== '') return 'its options are written as null'
  const colon = afterColon(pair)
  const key = startOf(tokensOf(pair).start, pair.key as Node)
  if (flow) {
    const options = `{context: ${value(names)}}`
    return colon === undefined
      ? [{ at: (pair.key as Node).range?.[1] ?? key, text: `: ${options}` }]
      : [{ at: colon, text: ` ${options}` }]
  }
  const indent = blanks(columnOf(config.text, key) + indentStep(config, use.list))
  return [linesAfter(config.text, colon ?? key, [`${indent}context: ${value(names)}`])]
}

/** As the first of the options. It also wins over a merge key below it, whichever of two keys a reader lets win. */
function asFirst({ text }: Config, options: YAMLMap, names: readonly string[]): readonly Insertion[] | string {
  const entry = `context: ${value(names)}`
  const first = firstKeyOf(options)
  if (first === undefined) return options.range ? [{ at: options.range[0] + 1, text: entry }] : 'its options are empty'
  if (options.flow) return [{ at: first, text: `${entry}, ` }]
  return [{ at: first, text: `${entry}${breakAt(text, first)}${blanks(columnOf(text, first))}` }]
}

/** `- job: *options` becomes options of its own into which the alias is merged. */
function besideAlias(config: Config, pair: Pair, flow: boolean, names: readonly string[], alias: number) {
  const entry = `context: ${value(names)}`
  const colon = afterColon(pair)
  if (colon === undefined) return 'its options are an alias without a colon before it'
  if (flow) {
    return [
      { at: alias, text: `{${entry}, <<: ` },
      { at: contentEnd(pair.value, alias), text: '}' },
    ]
  }
  const key = startOf(tokensOf(pair).start, pair.key as Node)
  const line = breakAt(config.text, key) + blanks(columnOf(config.text, key) + indentStep(config))
  return [{ at: colon, text: `${line}${entry}${line}<<:` }]
}

/** Into the value that is there. */
function toValue(
  config: Config,
  pair: Pair,
  options: YAMLMap,
  names: readonly string[],
): readonly Insertion[] | string {
  const { text } = config
  const node = pair.value
  const colon = afterColon(pair)
  if (colon === undefined) return 'its context is written without a colon'
  if (isSeq(node)) return node.flow ? toFlowList(node, names) : toBlockList(text, node, names)
  const target = resolved(config, node)
  if (target === undefined || isNothing(target)) return [{ at: colon, text: ` ${value(names)}` }]
  if (isSeq(target)) return 'its contexts are an alias, and the list behind it may be used by others'
  if (!(isScalar(node) || isAlias(node)) || typeof (target as { value?: unknown }).value !== 'string')
    return 'its context is no text'
  if (isScalar(node) && (node.type === 'BLOCK_LITERAL' || node.type === 'BLOCK_FOLDED'))
    return 'its context is written as a block of text'
  const start = startOf(tokensOf(pair).sep, node)
  const end = node.range?.[1] ?? start
  // Within brackets a name without quotes may not contain these.
  if (options.flow || !/[,[\]{}]/.test(text.slice(start, end)) || (isScalar(node) && node.type !== 'PLAIN')) {
    return [
      { at: start, text: '[' },
      { at: end, text: `, ${commaList(names)}]` },
    ]
  }
  const onOwnLine = isFirstOnLine(text, start)
  const indent = onOwnLine ? columnOf(text, start) : columnOf(text, firstKeyOf(options) ?? start) + indentStep(config)
  const first = onOwnLine ? { at: start, text: '- ' } : { at: colon, text: `${breakAt(text, start)}${blanks(indent)}-` }
  return [
    first,
    linesAfter(
      text,
      end,
      names.map(name => `${blanks(indent)}- ${scalar(name)}`),
    ),
  ]
}

function toFlowList(list: YAMLSeq, names: readonly string[]): readonly Insertion[] {
  const open = (list.range?.[0] ?? 0) + 1
  const last = list.items.at(-1)
  if (last === undefined) return [{ at: open, text: commaList(names) }]
  return [{ at: contentEnd(last, open), text: `, ${commaList(names)}` }]
}

function toBlockList(text: string, list: YAMLSeq, names: readonly string[]): readonly Insertion[] {
  const dash = dashOf(list, list.items.length - 1) ?? 0
  const indent = blanks(columnOf(text, dash))
  return [
    linesAfter(
      text,
      contentEnd(list.items.at(-1), dash + 1),
      names.map(name => `${indent}- ${scalar(name)}`),
    ),
  ]
}
