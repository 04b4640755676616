import { type Cause, EXIT, SetupError } from '../clouds/cause.ts'
import { looksLikeCredential } from '../clouds/credential-shapes.ts'
import type { Str } from '../engine/text.ts'
import { hole } from '../engine/text.ts'
import type { Candidate } from './candidate.ts'
import { derive } from './derived.ts'
import { ANSWER_KEYS, type AnswerKey, type Answers, definitionOf, faultOf, isAnswerKey, type Known } from './schema.ts'

/** One answer, decided: its value with where it comes from, and what the other sources say instead. */
export interface Resolved {
  readonly key: AnswerKey
  readonly chosen: Candidate | undefined
  readonly instead: readonly Candidate[]
  /** Why the chosen value cannot be used. */
  readonly fault: string | undefined
}

/**
 * Decides the answers that are used: the first candidate wins, before what follows from another answer or is usual. A
 * route's own answers are left out on other routes.
 */
export function resolve(candidates: readonly Candidate[], used: ReadonlySet<AnswerKey>): readonly Resolved[] {
  const choose = (key: AnswerKey): Candidate | undefined => {
    const said = candidates.filter(candidate => candidate.key === key)
    const [first] = said
    const otherwise = () => said.find(isOfHere) ?? derive(key, choose) ?? usual(key)
    if (first === undefined) return otherwise()
    // An empty text takes an optional answer back, and stays saved as that; nobody else takes back what is said here.
    if (first.value === '' && definitionOf(key).optional) return isOfHere(first) ? undefined : otherwise()
    if (isOfHere(first)) return first
    // Nobody need agree to what this machine says itself.
    const own = otherwise()
    return own?.value === first.value ? own : first
  }
  return ANSWER_KEYS.filter(key => used.has(key) && isNeeded(key, choose)).map(key => {
    const chosen = choose(key)
    const instead = candidates.filter(
      one =>
        one.key === key &&
        one !== chosen &&
        one.proposed !== 'by-us' &&
        one.value !== chosen?.value &&
        !looksLikeCredential(one.value),
    )
    return { key, chosen, instead, fault: chosen && faultOf(key, chosen.value) }
  })
}

const isOfHere = ({ proposed }: Candidate) => proposed !== 'handed-over'

function usual(key: AnswerKey): Candidate | undefined {
  const { byDefault } = definitionOf(key)
  return byDefault === undefined ? undefined : { key, value: byDefault, from: 'the default' }
}

function isNeeded(key: AnswerKey, choose: (key: AnswerKey) => Candidate | undefined): boolean {
  const { when } = definitionOf(key)
  if (when === undefined || !isAnswerKey(when.key)) return true
  return when.is.includes(choose(when.key)?.value ?? '')
}

/** The answers for a dry run: what is missing stands as a hole. */
export function asAnswers(resolved: readonly Resolved[]): Answers {
  const known = resolved.flatMap(({ key, chosen }): [AnswerKey, Str][] => {
    if (chosen) return [[key, chosen.value]]
    const { optional, chosenLater } = definitionOf(key)
    return optional && !chosenLater ? [] : [[key, hole(key)]]
  })
  return Object.fromEntries(known) as unknown as Answers
}

/**
 * The answers for a run, when nobody can be asked; a rehearsal may take proposals for answers.
 * @param quote writes a value as one word of a command line
 * @throws SetupError (exit 2) that lists at once all that is bad, missing or only proposed
 */
export function asKnown(resolved: readonly Resolved[], takeProposed: boolean, quote: Quote): Known {
  assertNoFaults(resolved)
  const isOpen = (chosen: Resolved['chosen']) => chosen === undefined || (chosen.proposed && !takeProposed)
  const open = resolved.filter(({ chosen }) => isOpen(chosen))
  // What we only propose may be left out; what was handed over may be what makes the set-up safe.
  const missing = open.filter(({ key, chosen }) => !definitionOf(key).optional || (chosen && !isOfHere(chosen)))
  if (missing.length > 0) throw new SetupError(missingAnswers(missing, quote), EXIT.input)
  return known(resolved.filter(one => !open.includes(one)))
}

/** @throws SetupError (exit 2) that lists every bad value with its rule and a suggestion */
export function assertNoFaults(resolved: readonly Resolved[]): void {
  const faults = resolved.flatMap(({ chosen, fault }) =>
    fault ? [`${fault} (${chosen?.proposed ? '' : 'from '}${chosen?.from})`] : [],
  )
  if (faults.length === 0) return
  throw new SetupError(
    {
      code: 'bad-answer',
      means: faults.join('\n'),
      next: 'Give a good value with --set KEY=VALUE or in the answers file, and run again.',
    },
    EXIT.input,
  )
}

/** The values alone; every answer that is not optional must be chosen by now. */
export function known(resolved: readonly Resolved[]): Known {
  return Object.fromEntries(
    resolved.flatMap(({ key, chosen }) => (chosen ? [[key, chosen.value]] : [])),
  ) as unknown as Known
}

type Quote = (word: string) => string

function missingAnswers(missing: readonly Resolved[], quote: Quote): Cause {
  const lines = missing.map(({ key, chosen }) => {
    const from = chosen && !isOfHere(chosen) ? ` (${chosen.from})` : ''
    const proposal = chosen ? ` Proposed${from}: --set ${quote(`${key}=${chosen.value}`)}` : ` --set ${key}=…`
    return `${key}: ${definitionOf(key).mustBe}.${proposal}`
  })
  return {
    code: 'missing-answers',
    means: `These answers are not known, and nobody is here to be asked:\n${lines.join('\n')}`,
    next: 'Give each with --set KEY=VALUE or --answers FILE, and run again.',
  }
}
