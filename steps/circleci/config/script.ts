import { isAlias, isMap, isScalar, type Node, type Scalar } from 'yaml'
import { fill, pieces, type Str } from '../../../src/engine/text.ts'
import { type Config, itemsOf, textOf, valueAt } from './document.ts'
import { blanks } from './layout.ts'

/** A shell script of the config: what a `run` says, and how that is written. */
export interface Script {
  readonly node: Scalar
  readonly value: string
  /** undefined where it is written in a form that is not changed here: folded, or over several lines. */
  readonly form: Form | undefined
}

interface Form {
  /** Its lines stand on lines of their own. */
  readonly isBlock: boolean
  /** Where a character of the value stands in the config. */
  place(offset: number): number
  /** A text as it is written there. */
  write(text: Str): Str
}

/** One command of a script, by places of its value. */
export interface Statement {
  readonly script: Script
  /** On one line, without the blanks around it. */
  readonly says: string
  readonly start: number
  readonly end: number
  /** The line that it stands on, those included that go on with a backslash. */
  readonly line: readonly [start: number, end: number]
}

/** The scripts of a job, those of the config's own commands included, each once. */
export function scriptsOf(config: Config, job: string): readonly Script[] {
  const commands = valueAt(config, config.root, 'commands')
  const found = new Set<Scalar>()
  const entered = new Set<Node>()
  const enter = (steps: Node | undefined) => {
    if (steps === undefined || entered.has(steps)) return
    entered.add(steps)
    for (const step of itemsOf(config, steps)) {
      const run = valueAt(config, step, 'run')
      const said = isMap(run) ? valueAt(config, run, 'command') : run
      if (isScalar(said) && typeof said.value === 'string') found.add(said)
      for (const condition of ['when', 'unless']) enter(valueAt(config, valueAt(config, step, condition), 'steps'))
      const name = isMap(step) ? textOf(config, step.items[0]?.key) : textOf(config, step)
      if (name !== undefined) enter(valueAt(config, valueAt(config, commands, name), 'steps'))
    }
  }
  enter(valueAt(config, valueAt(config, valueAt(config, config.root, 'jobs'), job), 'steps'))
  return [...found].map(node => ({ node, value: String(node.value), form: formOf(config.text, node) }))
}

function formOf(text: string, node: Scalar): Form | undefined {
  const [start, end] = node.range ?? []
  if (start === undefined || end === undefined || isAlias(node)) return undefined
  if (node.type === 'BLOCK_LITERAL') return blockForm(text, String(node.value), start)
  const raw = text.slice(start, end)
  if (raw.includes('\n')) return undefined
  const isSingle = node.type === 'QUOTE_SINGLE'
  const isDouble = node.type === 'QUOTE_DOUBLE'
  if (!isSingle && !isDouble && node.type !== 'PLAIN') return undefined
  const signs = isSingle ? /''|[^']/g : isDouble ? /\\["\\/]|[^\\"]/g : /./g
  const inner = isSingle || isDouble ? raw.slice(1, -1) : raw
  const matched = [...inner.matchAll(signs)]
  const read = matched.map(([sign]) => (sign.length === 1 ? sign : sign.slice(1)))
  if (read.join('') !== node.value) return undefined
  const first = start + (isSingle || isDouble ? 1 : 0)
  const written = (part: string) =>
    isSingle ? part.replaceAll("'", "''") : isDouble ? part.replaceAll(/["\\]/g, '\\$&') : part
  return {
    isBlock: false,
    place: offset => first + (matched[offset]?.index ?? inner.length),
    write: value => mapped(value, written),
  }
}

/** Each line of the value is a line of the text behind the same blanks. */
function blockForm(text: string, value: string, start: number): Form | undefined {
  const header = text.indexOf('\n', start)
  if (header === -1) return undefined
  const lines: { readonly from: number; readonly at: number }[] = []
  let indent: number | undefined
  let at = header + 1
  let from = 0
  for (const line of value.replace(/\n+$/, '').split('\n')) {
    const feed = text.indexOf('\n', at)
    const source = text.slice(at, feed === -1 ? text.length : feed).replace(/\r$/, '')
    if (line !== '') indent ??= source.length - line.length
    const depth = line === '' ? Math.min(source.length, indent ?? 0) : (indent ?? 0)
    if (source.slice(depth) !== line || source.slice(0, depth).trim() !== '') return undefined
    lines.push({ from, at: at + depth })
    from += line.length + 1
    at = feed === -1 ? text.length : feed + 1
  }
  const ending = text[header - 1] === '\r' ? '\r\n' : '\n'
  return {
    isBlock: true,
    place(offset) {
      const line = lines.findLast(one => one.from <= offset)
      return line === undefined ? header + 1 : line.at + offset - line.from
    },
    write: value => mapped(value, part => part.replaceAll('\n', ending + blanks(indent ?? 0))),
  }
}

const mapped = (value: Str, written: (part: string) => string): Str =>
  flat({ parts: pieces(value).map(part => (typeof part === 'string' ? written(part) : part)) })

/** A text without holes is a string. */
export const flat = (text: Str): Str =>
  pieces(text).every(part => typeof part === 'string') ? fill(text, () => '') : text

/** The commands of a script, as they are divided by lines, && and ; outside of quotes. */
export function statementsOf(script: Script): readonly Statement[] {
  return linesOf(script.value).flatMap(([from, to]) => {
    const line = script.value.slice(from, to)
    if (line.trimStart().startsWith('#')) return []
    return partsOf(line).flatMap(([start, end]) => {
      const said = line.slice(start, end)
      const says = said.replaceAll('\\\n', ' ').replaceAll(/\s+/g, ' ').trim()
      const blank = said.length - said.trimStart().length
      if (says === '') return []
      return [
        {
          script,
          says,
          start: from + start + blank,
          end: from + start + said.trimEnd().length,
          line: [from, to] as const,
        },
      ]
    })
  })
}

/** Its lines; one that ends in a backslash goes on, but not a comment. */
function linesOf(value: string): readonly (readonly [number, number])[] {
  const lines: [number, number][] = []
  let at = 0
  let goesOn = false
  let isComment = false
  for (const line of value.split('\n')) {
    const last = lines.at(-1)
    if (last && goesOn) last[1] = at + line.length
    else {
      lines.push([at, at + line.length])
      isComment = line.trimStart().startsWith('#')
    }
    const [{ length } = ''] = /\\*$/.exec(line.slice(-MOST_BACKSLASHES)) ?? []
    goesOn = !isComment && length % 2 === 1
    at += line.length + 1
  }
  return lines
}

/** No script has more at a line's end. */
const MOST_BACKSLASHES = 100

function partsOf(line: string): readonly (readonly [number, number])[] {
  const parts: [number, number][] = []
  let start = 0
  for (const { 0: sign, index } of line.matchAll(/'[^']*'|"(?:[^"\\]|\\[\s\S])*"|\\[\s\S]|&&|;+|[^'"\\&;]+|[\s\S]/g)) {
    if (sign !== '&&' && sign !== ';') continue
    parts.push([start, index])
    start = index + sign.length
  }
  return [...parts, [start, line.length]]
}
