import { isScalar, type Node, type Scalar } from 'yaml'
import { type Str, t } from '../../../src/engine/text.ts'
import { readConfig } from './document.ts'
import { type Place, placesOf } from './places.ts'
import { scalar } from './scalar.ts'
import { flat } from './script.ts'

/** One value that is to be another; each stands for itself. */
export interface Repair {
  /** Names it within the config: the keys that lead to the value. */
  readonly key: string
  readonly what: string
  readonly why: string
  readonly from: string
  readonly to: string
  /** In the text's order. */
  readonly changes: readonly Change[]
}

/** A place in the text, what stands there, and what is put there instead. */
export interface Change {
  readonly span: readonly [start: number, end: number]
  readonly old: string
  readonly written: Str
}

/** The names that the config should say, by the variable that the repository's scripts read: DOCKER_PROJECT and so on. */
export type Names = Readonly<Record<string, string>>

/**
 * The single values that CircleCI no longer takes or that name something else than the answers, in the text's order. One
 * behind an alias is changed where it is written, once, and says what else changes with it. A config that cannot be read has
 * none.
 */
export function repairs(text: string, names: Names): readonly Repair[] {
  const config = readConfig(text)
  if ('why' in config) return []
  const places = placesOf(config)
  const wanted = places.flatMap(place => {
    const proposed = proposal(place, names)
    return proposed === undefined ? [] : [{ ...place, ...proposed }]
  })
  const nodes = [...new Set(wanted.map(({ node }) => node))]
  const found = nodes.flatMap(node => {
    const here = wanted.filter(place => place.node === node)
    const [first] = here
    const span = spanOf(text, node)
    if (first === undefined || span === undefined || here.some(({ to }) => to !== first.to)) return []
    const { what, why, from, to } = first
    const at = places.filter(place => place.node === node)
    const others = at.filter(({ path }) => isUse(path) && !here.some(place => place.path === path))
    const also = others.map(({ path }) => path.join('.')).join(', ')
    const key = (at.find(({ isHome }) => isHome) ?? first).path.join('.')
    const says = also === '' ? why : `${why} It also changes ${also}, which is the same value.`
    const change = { span, old: text.slice(...span), written: writtenLike(node, to) }
    return [{ key, what, why: says, from, to, changes: [change] }]
  })
  return found.toSorted((one, other) => placeOf(one) - placeOf(other))
}

/** CircleCI's own keys; under any other a value is only kept for its aliases. */
const isUse = ([top = '']: readonly string[]) => /^(?:commands|executors|jobs|orbs|parameters|workflows)$/.test(top)

/** Where a repair begins. */
export const placeOf = ({ changes: [first] }: Pick<Repair, 'changes'>): number => first?.span[0] ?? 0

/** The text with these repairs, in whatever order; throws where it is not the text that they were found in. */
export function withRepairs(text: string, chosen: readonly Pick<Repair, 'changes'>[]): Str {
  const changes = chosen.flatMap(({ changes }) => changes).toSorted((one, other) => one.span[0] - other.span[0])
  let at = 0
  let result: Str = ''
  for (const { span, old, written } of changes) {
    if (text.slice(...span) !== old) throw new Error(`There is no ${old} at ${span[0]}.`)
    result = t`${result}${text.slice(at, span[0])}${written}`
    at = span[1]
  }
  return flat(t`${result}${text.slice(at)}`)
}

type Proposal = Pick<Repair, 'what' | 'why' | 'from' | 'to'>

function proposal({ path, node }: Place, names: Names): Proposal | undefined {
  const from = sourceText(node)
  const [parent, last = ''] = path.slice(-2)
  if (from === undefined) return undefined
  if (parent === 'setup_remote_docker' && last === 'version' && isRetiredEngine(from)) {
    return {
      what: 'the version of the remote Docker engine',
      why: `CircleCI no longer offers ${from}; default is the one it keeps up to date.`,
      from,
      to: 'default',
    }
  }
  if (parent === 'machine' && last === 'image' && isDatedMachine(from)) {
    return {
      what: 'the machine image',
      why: `CircleCI retires images by date, and refuses jobs that ask for one then; current is the newest of the same Ubuntu.`,
      from,
      to: from.replace(/:.*$/, ':current'),
    }
  }
  const name = names[last]
  if (
    parent === 'environment' &&
    name !== undefined &&
    Object.hasOwn(names, last) &&
    isLiteral(from) &&
    from !== name
  ) {
    return { what: last, why: `It names ${from}; the answers say ${name}.`, from, to: name }
  }
  return undefined
}

/** facts/circleci.md 10: the keys are default, edge and dockerNN, of which 26 and later are offered; older ones went by number. */
function isRetiredEngine(version: string): boolean {
  const [, number] = /^docker(\d+)$/.exec(version) ?? []
  return number === undefined ? /^\d+(?:\.\d+)*(?:-\w+)*$/.test(version) : Number(number) < 26
}

/** facts/circleci.md 10: dated tags are deprecated, of Ubuntu releases that are still offered. */
const isDatedMachine = (image: string) => /^ubuntu-(?:2204|2404|2604):\d{4}\./.test(image)

/** Neither CircleCI nor a shell would still put something in. */
const isLiteral = (text: string) => text !== '' && !/\$|<</.test(text)

/** As it is written, so that 20.10 is not the number 20.1; undefined for blocks and texts over several lines. */
function sourceText(node: Scalar): string | undefined {
  if (node.source === undefined || node.source.includes('\n')) return undefined
  return node.type === 'PLAIN' || node.type === 'QUOTE_SINGLE' || node.type === 'QUOTE_DOUBLE' ? node.source : undefined
}

function spanOf(text: string, node: Node): readonly [number, number] | undefined {
  const [start, end] = node.range ?? []
  if (start === undefined || end === undefined || text.slice(start, end).includes('\n')) return undefined
  return [start, end]
}

/** In the quotes that the old value had. */
function writtenLike(node: Node, text: string): string {
  if (isScalar(node) && node.type === 'QUOTE_SINGLE') return `'${text.replaceAll("'", "''")}'`
  if (isScalar(node) && node.type === 'QUOTE_DOUBLE') return JSON.stringify(text)
  return scalar(text)
}
