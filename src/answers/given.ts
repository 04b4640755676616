import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { EXIT, SetupError, wordsOf } from '../clouds/cause.ts'
import type { Candidate } from './infer.ts'
import { nearest } from './nearest.ts'
import { assertNoFaults, resolve } from './resolve.ts'
import { ANSWER_KEYS, isAnswerKey } from './schema.ts'

/** What credentials look like: vendors' prefixes (facts/), keys in PEM or JSON; and long random text, which ids are, too. */
const TOKEN = /HRKU-|ccipat_|CCIPAT_|dckr_(pat|oat)_|ya29\.|\bgh[pousr]_\w{16}|-----BEGIN|"private_key"|eyJ[\w-]{10,}\./
const RANDOM =
  /^[\da-f]{32,}$|^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$|^(?=.*\d)(?=.*[a-z])(?=.*[A-Z])(?:[\w+=-]{36,}|(?=.*[+=])[\w+/=-]{36,})$/

/**
 * The answers of the command line, strongest first: `--set` before `--answers FILE`, and of two the later `--set`.
 * @throws SetupError (exit 2) for what cannot be read, is no answer, or breaks its rule: what was given is never asked anew
 */
export function given(options: { readonly set: readonly string[]; readonly answers?: string }): readonly Candidate[] {
  const candidates = [
    ...fromSet(options.set).toReversed(),
    ...(options.answers === undefined ? [] : fromFile(options.answers)),
  ]
  assertNoFaults(resolve(candidates, new Set(ANSWER_KEYS)))
  return candidates
}

/**
 * The answers that somebody has handed over.
 * @throws SetupError (exit 2) as for those of a file
 */
export function handedOverAnswers(answers: Readonly<Record<string, string>>, from: string): readonly Candidate[] {
  const candidates = Object.entries(answers).map(([key, value]) => candidate(key, value, from))
  assertNoFaults(resolve(candidates, new Set(ANSWER_KEYS)))
  return candidates
}

/** Does it have in it what only a credential has? */
export const isTokenLike = (text: string): boolean => TOKEN.test(text)
const isCredential = (text: string): boolean => TOKEN.test(text) || RANDOM.test(text)

/**
 * Reads `--set key=value`.
 * @throws SetupError (exit 2) on an unknown key, or a value like a credential, which is not repeated
 */
function fromSet(pairs: readonly string[]): readonly Candidate[] {
  return pairs.map(pair => {
    const cut = pair.indexOf('=')
    if (cut < 1) throw refusal('--set takes KEY=VALUE.', 'For example: --set herokuApp=acme-dummy')
    return candidate(pair.slice(0, cut), pair.slice(cut + 1), '--set')
  })
}

/**
 * Reads an answers file, JSON or YAML; `-` is standard input.
 * @throws SetupError (exit 2) when it cannot be read, is neither, or holds what is no answer
 */
function fromFile(file: string): readonly Candidate[] {
  const name = file === '-' ? 'standard input' : file
  const content = parseText(readText(file, name), name)
  if (typeof content !== 'object' || content === null || Array.isArray(content)) {
    throw refusal(
      `${name} must hold answers by name, as in { "herokuApp": "acme-dummy" }.`,
      'Correct it, and run again.',
    )
  }
  return Object.entries(content).map(([key, value]) => {
    if (typeof value === 'string') return candidate(key, value, name)
    throw refusal(`${name}: ${key} must be a text.`, 'Put it in quotes, and run again.')
  })
}

function candidate(key: string, value: string, from: string): Candidate {
  if (!isAnswerKey(key)) {
    // A token that ends in = is taken apart by --set.
    if (isCredential(key)) throw credential(from, 'a key')
    const known = nearest(key, ANSWER_KEYS)
    throw refusal(
      `${from}: there is no answer ${JSON.stringify(key.slice(0, 60))}.`,
      known ? `Did you mean ${known}? Correct it, and run again.` : `Take one of these: ${ANSWER_KEYS.join(', ')}.`,
    )
  }
  if (isCredential(value)) throw credential(from, `the value of ${key}`)
  return { key, value, from }
}

const credential = (from: string, what: string) =>
  refusal(
    `${from}: ${what} looks like a credential (it is not shown here). Answers are never secret and are saved.`,
    'Take it out; a token goes into its environment variable or is asked for. If it was in a file or a shell history, revoke it.',
  )

function readText(file: string, name: string): string {
  try {
    return readFileSync(file === '-' ? 0 : file, 'utf8')
  } catch (error) {
    throw refusal(
      `${name} cannot be read.`,
      'Check that the path is right and that you may read it, and run again.',
      wordsOf(error),
    )
  }
}

/** Far more than all answers take; YAML of that size is still read at once, whatever is in it. */
const LONGEST_TEXT = 20_000

/** JSON is YAML; aliases are bounded, so that a small file cannot become a large one. */
function parseText(text: string, name: string): unknown {
  if (text.length > LONGEST_TEXT)
    throw refusal(`${name} is far too long for answers.`, 'Check that it is the right file, and run again.')
  try {
    return parse(text, { maxAliasCount: 20, schema: 'core', strict: true })
  } catch (error) {
    throw refusal(
      `${name} is neither JSON nor YAML.`,
      'Correct the file, and run again.',
      wordsOf(error).split('\n')[0],
    )
  }
}

function refusal(means: string, next: string, said?: string): SetupError {
  return new SetupError({ code: 'answers', means, next, ...(said && { said }) }, EXIT.input)
}
