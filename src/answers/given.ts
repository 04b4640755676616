import { parse, type YAMLParseError } from 'yaml'
import { EXIT, SetupError } from '../clouds/cause.ts'
import { looksLikeCredential } from '../clouds/credential-shapes.ts'
import { withoutUserInfo } from '../clouds/remote.ts'
import type { Candidate } from './candidate.ts'
import { nearest } from './nearest.ts'
import { assertNoFaults } from './resolve.ts'
import { ANSWER_KEYS, type AnswerKey, definitionOf, faultOf, isAnswerKey } from './schema.ts'

/** The name by which an option means standard input instead of a file. */
export const STDIN = '-'

/** What an option named, read: where it is from, fit to be printed, and its text. */
export interface Named {
  readonly name: string
  readonly text: string
}

/**
 * The answers of the command line, strongest first: `--set` before `--answers FILE`, and of two the later `--set`.
 * @throws SetupError (exit 2) for what is not an answer, or breaks its rule: what was given is never asked again
 */
export function given({
  set,
  answers,
}: {
  readonly set: readonly string[]
  readonly answers?: Named
}): readonly Candidate[] {
  const candidates = [...fromSet(set).toReversed(), ...(answers === undefined ? [] : fromText(answers))]
  return withoutFaults(candidates)
}

/** Those of a route that is not taken too: it may be by another answer, and then nobody looks here again. */
function withoutFaults(candidates: readonly Candidate[]): readonly Candidate[] {
  const strongest = ANSWER_KEYS.flatMap(key => candidates.find(one => one.key === key) ?? [])
  assertNoFaults(strongest.map(chosen => ({ key: chosen.key, chosen, instead: [], fault: faultOfGiven(chosen) })))
  return candidates
}

/** An empty text takes an optional answer back. */
const faultOfGiven = ({ key, value }: Candidate) =>
  value === '' && definitionOf(key).optional ? undefined : faultOf(key, value)

/**
 * The answers that somebody has handed over: anybody could have written them, so each needs a person's yes.
 * @throws SetupError (exit 2) as for those of a file
 */
export const handedOverAnswers = (answers: Readonly<Record<string, string>>, from: string): readonly Candidate[] =>
  withoutFaults(
    Object.entries(answers).map(([key, value]) => ({
      ...candidate(answerKey(key, from), value, from),
      proposed: 'handed-over',
    })),
  )

/**
 * Reads `--set key=value`.
 * @throws SetupError (exit 2) on an unknown key, or a value like a credential, which is not repeated
 */
function fromSet(pairs: readonly string[]): readonly Candidate[] {
  return pairs.map(pair => {
    const cut = pair.indexOf('=')
    if (cut < 1) throw refusal('--set takes KEY=VALUE.', 'For example: --set herokuApp=acme-dummy')
    return candidate(answerKey(pair.slice(0, cut), '--set'), pair.slice(cut + 1), '--set')
  })
}

/**
 * Reads answers, JSON or YAML.
 * @throws SetupError (exit 2) when they are neither, or it holds what is not an answer
 */
function fromText({ name, text }: Named): readonly Candidate[] {
  const content = parseText(text, name)
  if (typeof content !== 'object' || content === null || Array.isArray(content)) {
    throw refusal(
      `${name} must hold answers by name, as in { "herokuApp": "acme-dummy" }.`,
      'Correct it, and run again.',
    )
  }
  return Object.entries(content).map(([key, value]) => {
    const answer = answerKey(key, name)
    if (typeof value === 'string') return candidate(answer, value, name)
    throw refusal(`${name}: ${key} must be a text.`, 'Put it in quotes, and run again.')
  })
}

function answerKey(key: string, from: string): AnswerKey {
  if (!isAnswerKey(key)) {
    // A token that ends in = is taken apart by --set.
    if (looksLikeCredential(key)) throw credential(from, 'a key')
    const known = nearest(key, ANSWER_KEYS)
    throw refusal(
      `${from}: there is no answer ${JSON.stringify(withoutUserInfo(key).slice(0, 60))}.`,
      known ? `Did you mean ${known}? Correct it, and run again.` : `Take one of these: ${ANSWER_KEYS.join(', ')}.`,
    )
  }
  return key
}

function candidate(key: AnswerKey, value: string, from: string): Candidate {
  if (looksLikeCredential(withoutUserInfo(value))) throw credential(from, `the value of ${key}`)
  return { key, value, from }
}

const credential = (from: string, what: string) =>
  refusal(
    `${from}: ${what} looks like a credential (it is not shown here). Answers are never secret and are saved.`,
    'Take it out; a token goes into its environment variable or is asked for. If it was in a file or a shell history, revoke it.',
  )

/** Far more than all answers take; YAML of that size is still read at once, whatever is in it. */
const LONGEST_TEXT = 20_000

/** JSON is YAML; aliases are bounded, so that a small file cannot become a large one. A warning would show lines of it as they are. */
function parseText(text: string, name: string): unknown {
  if (text.length > LONGEST_TEXT)
    throw refusal(`${name} is far too long for answers.`, 'Check that it is the right file, and run again.')
  try {
    return parse(text, { maxAliasCount: 20, schema: 'core', strict: true, logLevel: 'error' })
  } catch (error) {
    throw refusal(
      `${name} is neither JSON nor YAML.`,
      'Correct the file, and run again.',
      isOfParser(error) ? whereFault(error) : undefined,
    )
  }
}

const isOfParser = (error: unknown): error is YAMLParseError =>
  error instanceof Error && error.name === 'YAMLParseError'

/** The parser's own words would repeat what stands there. */
function whereFault({ code, linePos: [at] = [{ line: 1, col: 1 }] }: YAMLParseError): string {
  return `${code.toLowerCase().replaceAll('_', ' ')} at line ${at.line}, column ${at.col}`
}

function refusal(means: string, next: string, said?: string): SetupError {
  return new SetupError({ code: 'answers', means, next, ...(said && { said }) }, EXIT.input)
}
