import { existsSync, lstatSync, readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { createTwoFilesPatch } from 'diff'
import type { Json } from '../../src/clouds/json.ts'
import { keyIdOf, numberOf } from '../../src/rehearsal/google/ids.ts'
import { mintOf } from '../../src/rehearsal/mint.ts'
import type { Rehearsal } from '../../src/rehearsal/server.ts'
import { git } from '../support/checkout.ts'
import { SEED } from '../support/vendors.ts'
import { type Place, requestName } from './run.ts'

/** Where a run has been: clouds, a checkout, and a folder for the progress. */
interface Left extends Pick<Place, 'checkout' | 'state'> {
  readonly rehearsal: Pick<Rehearsal, 'world'>
}

/** All that a run leaves behind, in a form in which two runs to the same end are equal. */
export function leftBy(place: Left): Json {
  return comparable(left(place), mintedPattern(place.rehearsal.world.counter))
}

/** Where what was left is other than what was to be left, as a diff; nothing where it is the same. */
export function difference(left: Json, wanted: Json): string {
  const [a, b] = [wanted, left].map(one => JSON.stringify(one, null, 2))
  return a === b
    ? ''
    : createTwoFilesPatch('as it should be', 'as it is', a ?? '', b ?? '', '', '', { context: CONTEXT })
}

/** Throws, with the diff and what a run had said, where what was left is other than what was to be left. */
export function assertSame(left: Json, wanted: Json, said = ''): void {
  const found = difference(left, wanted)
  if (found !== '') throw new Error(`another world is left:\n${found}\nIt had said:\n${said}`)
}

/** Lines around a difference, by which one sees what it is about. */
const CONTEXT = 12

/** Where another run can go on: also what was had, and whatever files there are besides. */
interface Going extends Left, Pick<Place, 'folder' | 'earlier'> {
  readonly rehearsal: Pick<Rehearsal, 'world' | 'log'>
}

/** All that a run can go on from, in a form in which equal states are equal. */
export function stateOf(place: Going): Json {
  const { folder } = place
  const files = filesIn(folder).filter(file => !PASSED_OVER.test(file) && lstatSync(join(folder, file)).isFile())
  const besides = files.map(file => {
    const isOther = !/\.git\/|(^|\/)(progress|lock-[^/]*)\.json$/.test(file)
    return [nameless(file), isOther ? readFileSync(join(folder, file), 'utf8') : '']
  })
  const all = { ...left(place), locks: locksIn(place.state).map(nameless), effects: effectsOf(place), besides }
  return comparable(all, mintedPattern(place.rehearsal.world.counter))
}

/** Compressed; or the beginning of a save that a kill cut off, which has a name that no other has, and nobody reads. */
const PASSED_OVER = /\.git\/objects\/|\/progress\.json\.tmp-/

/** Without pids and random parts. */
const nameless = (file: string) => file.replace(/(?<=setup-docker-)[\w-]+|\b[\da-f]{6,}\b|\d+/g, '*')

function left({ rehearsal, checkout, state }: Left) {
  const { counter, latencyMs, faults, ...clouds } = rehearsal.world
  const progress = filesIn(state).filter(file => basename(file) === 'progress.json')
  return {
    clouds,
    config: lines(git(checkout, 'config', '--local', '--list')),
    changes: git(checkout, 'status', '--porcelain', '--untracked-files=all') + git(checkout, 'diff'),
    progress: progress.map(file => JSON.parse(readFileSync(join(state, file), 'utf8')) as Json),
    locks: locksIn(state),
  }
}

/** The claims of runs that go on, or were killed. */
export const locksIn = (state: string): readonly string[] =>
  existsSync(state) ? filesIn(state).filter(file => /^lock-.*\.json$/.test(basename(file))) : []

const filesIn = (folder: string) => readdirSync(folder, { recursive: true, encoding: 'utf8' })

/** The effects that were had, in the log of the clouds and before it. */
export const effectsOf = ({ rehearsal, earlier }: Pick<Going, 'rehearsal' | 'earlier'>): readonly string[] => [
  ...earlier,
  ...rehearsal.log.filter(({ effect }) => effect).map(requestName),
]

/**
 * The effects that were had more often than in the reference. What was taken back may be made again; a PUT whose answer
 * was lost may be sent again, as it makes nothing new, and what is there in the end is compared anyway.
 */
export function repeated(effects: readonly string[], reference: readonly string[]): readonly string[] {
  const left = [...reference]
  const more = effects
    .filter(effect => !effect.includes(' PUT '))
    .filter(effect => {
      const at = left.indexOf(effect)
      if (at >= 0) left.splice(at, 1)
      return at < 0
    })
  return more.some(effect => effect.includes(' DELETE ')) ? [] : more
}

/** What tells how often was asked or tried, and nothing of what was done. */
const USED_UP = new Set(['rateLimitRemaining', 'first', 'changes', 'former', 'operations', 'privateKey'])

/** Facts by which a making whose answer was lost is told from others: what stood there when it was tried. */
const OF_A_TRY = /:(?:stood-\w+|ours|theirs)$/

const lines = (text: string): readonly string[] => text.trim().split('\n')

/**
 * Replaces what is made anew in every run, in any vendor's part alike: ids, tokens and what is cut from them become
 * numbers in the order in which they are met (so it still shows who refers to whom), and times become `<time>`.
 * Lists are sorted, since lanes overtake each other.
 */
function comparable(value: unknown, minted: RegExp): Json {
  const numbers = new Map<string, number>()
  const number = (text: string) => {
    if (!numbers.has(text)) numbers.set(text, numbers.size + 1)
    return `<made ${numbers.get(text)}>`
  }
  return replaced(sorted(value, minted), minted, number)
}

const TIME = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z|\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT/g
/** Seconds or milliseconds since 1970: no other number here is as large. */
const EPOCH = 1_500_000_000

function replaced(value: Json, minted: RegExp, by: (text: string) => string): Json {
  const text = (one: string) => one.replaceAll(KEY, keyNamed).replaceAll(TIME, '<time>').replaceAll(minted, by)
  if (typeof value === 'string') return text(value)
  if (typeof value === 'number') return value > EPOCH ? '<time>' : value
  if (Array.isArray(value)) return value.map(one => replaced(one, minted, by))
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [text(key), replaced(one, minted, by)]))
}

/** A key of Google's in base64: which one it is, stands in it. */
const KEY = /ey[\w+/]{500,}=*|ewog[\w+/]{500,}=*/g

function keyNamed(encoded: string): string {
  const text = Buffer.from(encoded, 'base64').toString()
  const [, id = ''] = /"private_key_id": ?"(\w+)"/.exec(text) ?? []
  return id === '' ? encoded : `<key ${id}>`
}

/** Sorted without regard to what is made anew; goes by way of JSON, so that `undefined` is absent. */
function sorted(value: unknown, minted: RegExp): Json {
  const key = (one: Json) => JSON.stringify(replaced(one, minted, () => '<made>'))
  return JSON.parse(JSON.stringify(value), (name, one: Json) => {
    if (USED_UP.has(name) || OF_A_TRY.test(name)) return undefined
    if (Array.isArray(one)) return [...one].sort((a, b) => (key(a) < key(b) ? -1 : 1))
    if (one === null || typeof one !== 'object') return one
    return Object.fromEntries(Object.entries(one).sort(([a], [b]) => (a < b ? -1 : 1)))
  })
}

/** Long enough to be nothing else, short enough to stand at the head of every token. */
const HEAD = 8
const TAIL = 12

/** Of Google's numbers: the longest first, since they begin alike. */
const DIGITS = [21, 20, 19, 12]

/** Whatever a world's mint has made up to now, and any other UUID. */
function mintedPattern(counter: number): RegExp {
  const made = Array.from({ length: counter }, (_, before) => {
    const from = () => mintOf({ counter: before, seed: SEED })
    const id = from().id()
    const numbers = DIGITS.map(digits => numberOf(from(), digits))
    return [keyIdOf(from()), ...numbers, id, `${from().letters(HEAD)}[\\w-]*`, id.slice(-TAIL)]
  })
  return new RegExp([...made.flat(), '[\\da-f]{8}(?:-[\\da-f]{4}){3}-[\\da-f]{12}'].join('|'), 'g')
}
