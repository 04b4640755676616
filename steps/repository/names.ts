import { counting, LIBRARY, type Line, linesOf, VARIABLES } from '../../src/answers/forms/library.ts'
import { isUpstreams } from '../../src/answers/upstream.ts'
import type { Cause } from '../../src/clouds/cause.ts'
import { inSmallLetters } from '../../src/clouds/letters.ts'
import { defineStep } from '../../src/engine/step.ts'
import { type Str, t } from '../../src/engine/text.ts'
import { takeBack } from './take-back.ts'

/** What stays itself between the quotes of a line; no answer's rule allows more. */
const SAFE = /^[\w./-]+$/

const NAMES = Object.entries(VARIABLES) as readonly (readonly [keyof typeof VARIABLES, Used])[]
type Used = (typeof VARIABLES)[keyof typeof VARIABLES]

/** A variable of the library with its answer. */
interface Name {
  readonly name: string
  readonly key: Used
  readonly wanted: string
}

/** A name whose line in the block says something else. */
interface Open extends Name {
  readonly line: Line
}

export const names = defineStep({
  id: 'repository.names',
  title: 'Write the names into the build library',
  why: 'The build scripts and CI take the names of the app, the images and the projects from there. A fork that leaves upstream’s would push to upstream’s.',
  section: 'Setup',
  document: `(the names stand in the block EDIT THESE of ${LIBRARY})`,
  today:
    'The lines of that block are made to be read by a simple pattern, so a name that changed is written back by the same: the value alone, nothing beside it. What upstream’s file comes with is replaced; a name that somebody else chose only with consent.',
  uses: Object.values(VARIABLES),
  local: true,

  async look({ answers, file }) {
    const text = file(LIBRARY)
    if (text === undefined) return { is: 'present', state: UNTOUCHED, notes: [NO_LIBRARY] }
    const lines = linesOf(text)
    const wanted = NAMES.map(([name, key]) => ({ name, key, wanted: answers[key] }))
    const unsafe = wanted.find(one => !SAFE.test(one.wanted))
    if (unsafe !== undefined) return { is: 'unknown', cause: unwritable(unsafe) }
    const open = openIn(lines, wanted)
    const state = { from: text, to: written(text, open) }
    const [first, ...more] = open.filter(({ key, line }) => !isUpstreams(key, line.value)).map(difference)
    if (first !== undefined) return { is: 'differs', state, how: [first, ...more] }
    if (open.length === 0) return { is: 'present', state, notes: notesOn(lines, wanted) }
    return { is: 'missing', state, partly: `${open.length} of ${NAMES.length} names are still upstream’s` }
  },

  actions: (answers, seen) => {
    if (seen === undefined) return [byHand(answers)]
    if (!('state' in seen) || seen.state === undefined || seen.state.from === seen.state.to) return []
    return [{ kind: 'edit', key: 'write', does: `write the names into ${LIBRARY}`, file: LIBRARY, ...seen.state }]
  },

  undo: () => [takeBack(LIBRARY)],
})

const UNTOUCHED = { from: '', to: '' }
const NO_LIBRARY = `There is no ${LIBRARY} here that can be read, so no name is written anywhere.`

/** GitHub does not tell big letters from small ones: what origin is written like changes nothing. */
const isSame = ({ key, wanted }: Name, value: string) =>
  key === 'githubProject' ? inSmallLetters(value) === inSmallLetters(wanted) : value === wanted

const openIn = (lines: readonly Line[], wanted: readonly Name[]): readonly Open[] => {
  const block = lines.filter(({ isInBlock }) => isInBlock)
  return wanted.flatMap(one => {
    const line = counting(block, one.name)
    return line === undefined || isSame(one, line.value) ? [] : [{ ...one, line }]
  })
}

/** The text with the values of these lines replaced, and not a byte beside them; the last first, so that places hold. */
const written = (text: string, open: readonly Open[]): string =>
  open
    .toSorted((one, other) => other.line.at - one.line.at)
    .reduce((all, { line, wanted }) => all.slice(0, line.at) + wanted + all.slice(line.at + line.value.length), text)

const difference = ({ name, wanted, line }: Open) => ({
  what: `${name} in ${LIBRARY}`,
  expected: wanted,
  found: line.value === '' ? 'empty' : line.value,
})

/** What the block cannot put right: a line elsewhere that counts instead, and a variable that no plain line gives a value. */
function notesOn(lines: readonly Line[], wanted: readonly Name[]): readonly string[] {
  const elsewhere = wanted.flatMap(one => {
    const line = counting(lines, one.name)
    if (line === undefined || line.isInBlock || isSame(one, line.value)) return []
    const found = `${one.name} is ${line.value || 'empty'} by line ${line.number} of ${LIBRARY}`
    return [`${found}, outside the block EDIT THESE, and that line counts. Make it ${one.wanted} by hand.`]
  })
  const without = wanted.filter(({ name }) => counting(lines, name) === undefined).map(({ name }) => name)
  if (without.length === 0) return elsewhere
  return [...elsewhere, `${LIBRARY} has no plain line for ${without.join(', ')}; nothing was written for it.`]
}

/** The lines to be, for a checkout that was not looked at. */
const byHand = (answers: Readonly<Record<Used, Str>>) =>
  ({
    kind: 'person',
    key: 'by-hand',
    does: `write the names into the block EDIT THESE of ${LIBRARY}`,
    who: 'whoever has the checkout',
    instructions: NAMES.map(([name, key]) => t`: "$\{${name}:=${answers[key]}}"`),
  }) as const

const unwritable = ({ name, key, wanted }: Name): Cause => ({
  code: 'unwritable-name',
  means: `${key} is ${JSON.stringify(wanted)}, which the shell would not leave as it is between the quotes of ${name}.`,
  next: `Choose another: --set ${key}=NAME`,
})
