import { isDeepStrictEqual } from 'node:util'
import { isAlias, isMap, isScalar, isSeq, type Node, type Pair, type YAMLMap, type YAMLSeq } from 'yaml'
import { contextsOf } from './context.ts'
import { type Config, dataOf, itemsOf, ownPair, readConfig, resolved } from './document.ts'
import type { Data, Open } from './edit.ts'
import { contentEnd, dashOf, isFirstOnLine, startOf, tokensOf } from './layout.ts'
import { type Change, type Repair, withRepairs } from './repairs.ts'
import { flowList, scalar } from './scalar.ts'
import { type Use, usesOf } from './uses.ts'

/** Which contexts a job is to have of ours, and which of those that it has they take the place of. */
export interface WantedContexts {
  readonly job: string
  readonly contexts: readonly string[]
  isOld(context: string): boolean
}

/**
 * What takes contexts off jobs, one repair for each use of a job. A job gets every value of every context that it names, so
 * one of somebody else's does not stay beside ours; and one that does not exist ends the job as unauthorized (facts/circleci.md 5).
 * It is the same repair before and after ours is written into the config.
 */
export function oldContexts(
  text: string,
  wanted: readonly WantedContexts[],
): { readonly found: readonly Repair[]; readonly open: readonly Open[] } {
  const config = readConfig(text)
  if ('why' in config) return { found: [], open: [] }
  const all = usesOf(config).flatMap(use => {
    const wish = wanted.find(({ job }) => job === use.job)
    const now = contextsOf(config, use) ?? []
    const gone = wish === undefined ? [] : now.filter(wish.isOld)
    return wish === undefined || gone.length === 0 ? [] : [repairOf(config, use, { now, gone, wanted: wish.contexts })]
  })
  return {
    found: all.filter(one => 'changes' in one),
    open: all.filter((one): one is Open => !('changes' in one)),
  }
}

interface Wish {
  readonly now: readonly string[]
  readonly gone: readonly string[]
  readonly wanted: readonly string[]
}

function repairOf(config: Config, use: Use, { now, gone, wanted }: Wish): Repair | Open {
  const rest = now.filter(name => !gone.includes(name))
  const left = rest.length === 0 ? wanted : rest
  const change = changeOf(config, use, gone, left, rest.length === 0)
  if (change === undefined || !isAsMeant(config, use, change, left)) {
    return { job: use.job, why: `it has the context ${gone.join(', ')} in a way that is not taken out here` }
  }
  return {
    key: `workflows.${use.workflow}.${use.name}.context`,
    what: `the context of ${use.name} in the workflow ${use.workflow}`,
    why:
      wanted.length > 0
        ? `The job gets every value of every context that it names, and ${gone.join(', ')} is not of this set-up.`
        : 'The job signs in by CircleCI’s own token. A context that does not exist would end it as unauthorized, and the values of one that does are more than it needs.',
    from: gone.join(', '),
    to: wanted.length > 0 ? wanted.join(', ') : 'none',
    changes: [change],
  }
}

/** What is replaced in the text; undefined where it is not written at the job itself. */
function changeOf(
  config: Config,
  { written }: Use,
  gone: readonly string[],
  left: readonly string[],
  isWhole: boolean,
): Change | undefined {
  if ('plain' in written || isAlias(written.pair.value)) return undefined
  const options = resolved(config, written.pair.value)
  const pair = isMap(options) ? ownPair(options, 'context') : undefined
  if (!isMap(options) || pair === undefined || isAlias(pair.value)) return undefined
  if (isWhole && left.length === 0) return without(config, written.pair, options, pair)
  const value = pair.value as Node
  if (isWhole) return replaced(config, value, left.length === 1 ? scalar(left[0] ?? '') : flowList(left))
  return isSeq(value) ? withoutItems(config, value, gone) : undefined
}

const changeAt = ({ text }: Config, start: number, end: number, written: string): Change => ({
  span: [start, end],
  old: text.slice(start, end),
  written,
})

/** A value by another; of a list of one, that one. */
function replaced(config: Config, value: Node, by: string): Change | undefined {
  const node = isSeq(value) && value.items.length === 1 ? (value.items[0] as Node) : value
  const [start, end] = node.range ?? []
  return isScalar(node) && start !== undefined && end !== undefined ? changeAt(config, start, end, by) : undefined
}

/** The pair with its line, or in braces with its comma; where it is the only option, the job is left with its name. */
function without(config: Config, use: Pair, options: YAMLMap, pair: Pair): Change | undefined {
  const start = startOf(tokensOf(pair).start, pair.key as Node)
  const end = contentEnd(pair.value, start)
  if (options.items.length === 1) {
    const key = use.key as Node
    const [, after] = key.range ?? []
    return after === undefined || options.flow ? undefined : changeAt(config, after, lineEnd(config, end), '')
  }
  if (!options.flow) return wholeLines(config, start, end)
  return betweenCommas(config, options.items.indexOf(pair), options.items.length, start, end)
}

function withoutItems(config: Config, list: YAMLSeq, gone: readonly string[]): Change | undefined {
  const texts = itemsOf(config, list).map(item => (isScalar(item) ? String(item.value) : undefined))
  const indices = texts.flatMap((text, index) => (text !== undefined && gone.includes(text) ? [index] : []))
  const [first, ...more] = indices
  if (first === undefined || more.some((index, nth) => index !== first + nth + 1)) return undefined
  const last = indices.at(-1) ?? first
  const node = list.items[first] as Node
  const end = contentEnd(list.items[last], 0)
  if (list.flow) return betweenCommas(config, first, list.items.length, node.range?.[0] ?? 0, end, indices.length)
  const dash = dashOf(list, first)
  return dash === undefined ? undefined : wholeLines(config, dash, end)
}

const lineEnd = ({ text }: Config, at: number): number => {
  const end = text.indexOf('\n', at)
  return end === -1 ? text.length : end
}

/** Lines with what ends them; undefined where something else stands before. */
function wholeLines(config: Config, start: number, end: number): Change | undefined {
  const { text } = config
  if (!isFirstOnLine(text, start)) return undefined
  return changeAt(config, text.lastIndexOf('\n', start - 1) + 1, Math.min(lineEnd(config, end) + 1, text.length), '')
}

/** Items of something in brackets or braces, with the comma behind them, or before them where they are the last. */
function betweenCommas(config: Config, index: number, length: number, start: number, end: number, count = 1) {
  const { text } = config
  if (index + count < length) {
    const [comma = ''] = /^\s*,\s*/.exec(text.slice(end)) ?? []
    return comma === '' ? undefined : changeAt(config, start, end + comma.length, '')
  }
  const [comma = ''] = /\s*,\s*$/.exec(text.slice(0, start)) ?? []
  return comma === '' ? undefined : changeAt(config, start - comma.length, end, '')
}

/** It reads back as the same but for the contexts of this one use. */
function isAsMeant(config: Config, use: Use, change: Change, left: readonly string[]): boolean {
  const after = readConfig(String(withRepairs(config.text, [{ changes: [change] }])))
  if ('why' in after) return false
  const expected = dataOf(config) as Data
  const jobs = expected.workflows[use.workflow]?.jobs ?? []
  const { context, ...options } = Object.values(jobs[use.index] as Record<string, Record<string, unknown>>)[0] ?? {}
  const isList = Array.isArray(context) && (context.length === 1 || context.length > left.length)
  const now = left.length === 0 ? options : { ...options, context: isList || left.length > 1 ? left : left[0] }
  jobs[use.index] = Object.keys(now).length === 0 ? use.job : { [use.job]: now }
  return isDeepStrictEqual(dataOf(after), expected)
}
