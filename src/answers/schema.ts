import { looksLikeCredential } from '../clouds/credential-shapes.ts'
import { foreignLetters } from '../clouds/letters.ts'
import { withoutUserInfo } from '../clouds/remote.ts'
import type { Str } from '../engine/text.ts'
import type { Definition, Definitions } from './definition.ts'
import { CIRCLECI } from './definitions/circleci.ts'
import { DOCKER_HUB } from './definitions/docker-hub.ts'
import { GOOGLE } from './definitions/google.ts'
import { HEROKU } from './definitions/heroku.ts'
import { IMAGES, REPOSITORY } from './definitions/repository.ts'
import { fits } from './rule.ts'

/** Every answer. Steps use these; the names and their order are those of the contract. */
const ANSWERS = {
  ...REPOSITORY,
  ...HEROKU,
  ...DOCKER_HUB,
  ...CIRCLECI,
  ...GOOGLE,
  ...IMAGES,
} as const satisfies Definitions

export type AnswerKey = keyof typeof ANSWERS
export const ANSWER_KEYS = Object.keys(ANSWERS) as readonly AnswerKey[]

/** A route's own answers are left out on the other routes. */
type OptionalKey = {
  [K in AnswerKey]: (typeof ANSWERS)[K] extends { optional: true } | { when: object } ? K : never
}[AnswerKey]

/** Answers as steps print them: what is not known yet is a hole. */
export type Answers = { readonly [K in Exclude<AnswerKey, OptionalKey>]: Str } & { readonly [K in OptionalKey]?: Str }

/** Answers all of which are known: what a run needs. */
export type Known = { readonly [K in Exclude<AnswerKey, OptionalKey>]: string } & {
  readonly [K in OptionalKey]?: string
}

export const definitionOf = (key: AnswerKey): Definition => ANSWERS[key]

export const isAnswerKey = (key: string): key is AnswerKey => Object.hasOwn(ANSWERS, key)

/** The most of a bad value that is worth repeating. */
const LONGEST_SHOWN = 120

/** The most of a bad value that is judged; no more is repeated of it, nor made a suggestion of. */
const LONGEST_JUDGED = 10_000

/**
 * What is wrong with a value, in a sentence with the rule and a suggestion; undefined when nothing is. What looks like a
 * credential is no answer, wherever it stands, and is not repeated.
 */
export function faultOf(key: AnswerKey, value: string): string | undefined {
  const { rule, mustBe, suggest } = definitionOf(key)
  const isGood = fits(rule, value)
  // An address with user info is meant without it.
  const plain = withoutUserInfo(value).slice(0, LONGEST_JUDGED)
  if (looksLikeCredential(isGood ? value : plain)) {
    return `${key} must be ${mustBe}; what stands there looks like a credential (it is not shown here). Take it out, and revoke it.`
  }
  if (isGood) return undefined
  const better = suggest?.(plain)
  const hint = better !== undefined && fits(rule, better) ? ` Try ${better}.` : ''
  const shown = plain.length > LONGEST_SHOWN ? `${plain.slice(0, LONGEST_SHOWN)}…` : plain
  // Of a name that would be good but for them, eyes may not tell these letters from others.
  const letters = fits(rule, plain.replace(/\P{ASCII}/gu, 'x')) ? foreignLetters(plain) : ''
  return `${key} must be ${mustBe}; ${JSON.stringify(shown)} is not${letters && `: ${letters}`}.${hint}`
}
