import { LYING } from '../clouds/letters.ts'
import { nearest } from './nearest.ts'
import type { Rule } from './rule.ts'

/** What one answer is: its rule, why it is asked, and how a bad value might have been meant. */
export interface Definition {
  readonly rule: Rule
  /** The rule in words, as a sentence's end: "… must be". */
  readonly mustBe: string
  readonly why: string
  readonly optional?: true
  /** Whether it is needed, and among what it is chosen, a step's look finds out: until then it is a hole, and not asked for. */
  readonly chosenLater?: true
  /** Stands where no source says anything; never a name of somebody's. */
  readonly byDefault?: string
  /** What the checkout says is read again by every run: it is saved only where a person said it. */
  readonly readAgain?: true
  /** It is needed only where another answer is one of these: a route's own answers. */
  readonly when?: { readonly key: string; readonly is: readonly string[] }
  /** It names the jobs of this area: where the area is left out, no job is set up for it. */
  readonly area?: string
  /**
   * What a fork makes of the value in its files. `keep`: it tells how the checkout works or names nobody's thing.
   * `propose`: a name that each organization has for itself, so the same one is free there. Else it is upstream's and left out.
   */
  readonly inFork?: 'keep' | 'propose'
  /** What a bad value was probably meant to be; what it gives counts only where the rule takes it. */
  suggest?(bad: string): string | undefined
}

export type Definitions = Readonly<Record<string, Definition>>

/** A text of that form. */
export const words = (form: RegExp) => ({ forms: [form] }) satisfies Rule

/** One line, without what a name could lie with. */
const HONEST = new RegExp(String.raw`^(?:(?!${LYING.source})[^\n\t\p{Cs}])*$`, 'u')

/** Free text of one line. */
export const line = () => words(HONEST)

/** One of a few words. */
export function oneOf<const Word extends string>(first: Word, ...more: readonly Word[]) {
  const known = [first, ...more] as const
  return {
    rule: { words: known } satisfies Rule,
    mustBe: `${known.slice(0, -1).join(', ')} or ${known.at(-1)}`,
    suggest: (bad: string) => nearest(bad.trim().slice(0, 60), known),
  }
}

/** Small letters and digits with single dashes between them. */
export const dashed = (text: string) =>
  text
    .toLowerCase()
    .replace(/[^a-z\d]+/g, '-')
    .replace(/^-|-$/g, '')

/** Starts with a letter, by leaving out what comes before the first one. */
export const fromFirstLetter = (text: string) => text.replace(/^[^a-z]+/, '')

/** Not longer than that, and not ending in the dash that the cut may have left. */
export const cut = (text: string, longest: number) => text.slice(0, longest).replace(/-$/, '')

/** A comma list without blanks. */
export const list = (text: string) =>
  text
    .split(',')
    .map(item => item.trim())
    .filter(item => item !== '')
    .join(',')

/** The name of an environment variable, as CircleCI takes it (facts/circleci.md 5, limits: 300 at most, no digit first). */
export const variable = {
  rule: words(/^[A-Za-z_]\w{0,299}$/),
  mustBe: 'an environment variable’s name: letters, digits and _, no digit first',
  suggest: (bad: string) =>
    bad
      .trim()
      .toUpperCase()
      .replace(/[^A-Z\d]+/g, '_')
      .replace(/^(?=\d)/, '_'),
} as const
