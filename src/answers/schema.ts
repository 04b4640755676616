import { z } from 'zod'
import type { Str } from '../engine/text.ts'

/** What one answer is: its rule, why it is asked, and how a bad value might have been meant. */
interface Definition {
  readonly rule: z.ZodType<string, string>
  /** The rule in words, as a sentence's end: "… must be". */
  readonly mustBe: string
  readonly why: string
  readonly optional?: true
  suggest?(bad: string): string
}

const words = (rule: RegExp) => z.string().regex(rule)

/** Every answer. Steps use these; the names are those of the contract. */
export const ANSWERS = {
  githubProject: {
    // GitHub: an owner has letters, digits and single inner dashes, 39 at most; a repository also has _ and dots.
    rule: words(/^[A-Za-z\d](?:-?[A-Za-z\d]){0,38}\/(?!\.{1,2}$)[\w.-]{1,100}$/),
    mustBe: 'OWNER/REPOSITORY as on GitHub',
    why: 'It decides whose set-up this is: progress is kept by it, and where it is a fork, no name of upstream is used.',
  },
  herokuApp: {
    // facts/heroku.md 8, Names
    rule: words(/^[a-z][a-z\d-]{1,28}[a-z\d]$/),
    mustBe: '3 to 30 lowercase letters, digits and dashes, starting with a letter, ending with a letter or digit',
    why: 'The app that the container image is released to. App names are shared by all of Heroku: it must still be free, or yours.',
    suggest: herokuName,
  },
  herokuTeam: {
    rule: words(/^[a-z\d](?:[a-z\d-]{0,48}[a-z\d])?$/),
    mustBe: 'the name of a Heroku team: lowercase letters, digits and dashes',
    why: 'Set it where a team shall own the app; without it, the app belongs to the signed-in account.',
    optional: true,
    suggest: bad => dashed(bad),
  },
} as const satisfies Record<string, Definition>

export type AnswerKey = keyof typeof ANSWERS
export const ANSWER_KEYS = Object.keys(ANSWERS) as readonly AnswerKey[]

type OptionalKey = { [K in AnswerKey]: (typeof ANSWERS)[K] extends { optional: true } ? K : never }[AnswerKey]

/** Answers as steps print them: what is not known yet is a hole. */
export type Answers = { readonly [K in Exclude<AnswerKey, OptionalKey>]: Str } & { readonly [K in OptionalKey]?: Str }

/** Answers all of which are known: what a run needs. */
export type Known = { readonly [K in Exclude<AnswerKey, OptionalKey>]: string } & {
  readonly [K in OptionalKey]?: string
}

export const definitionOf = (key: AnswerKey): Definition => ANSWERS[key]

export const isAnswerKey = (key: string): key is AnswerKey => Object.hasOwn(ANSWERS, key)

/** What is wrong with a value, in a sentence with the rule and a suggestion; undefined when nothing is. */
export function faultOf(key: AnswerKey, value: string): string | undefined {
  const { rule, mustBe, suggest } = definitionOf(key)
  if (rule.safeParse(value).success) return undefined
  const better = suggest?.(value)
  const hint = better && rule.safeParse(better).success ? ` Try ${better}.` : ''
  return `${key} must be ${mustBe}; ${JSON.stringify(value)} is not.${hint}`
}

/** The nearest valid Heroku app name, or something that is still too short to be one. */
export function herokuName(text: string): string {
  return dashed(text)
    .replace(/^[^a-z]+/, '')
    .slice(0, 30)
    .replace(/-+$/, '')
}

const dashed = (text: string) =>
  text
    .toLowerCase()
    .replace(/[^a-z\d]+/g, '-')
    .replace(/^-+|-+$/g, '')

/** JSON Schema of an answers file: every answer may be left out, nothing else may stand there. */
export function answersSchema() {
  const shape = Object.fromEntries(
    ANSWER_KEYS.map(key => {
      const { rule, mustBe, why } = definitionOf(key)
      return [key, rule.optional().describe(`${why} Must be ${mustBe}.`)]
    }),
  )
  return z.toJSONSchema(z.strictObject(shape), { target: 'draft-7' })
}
