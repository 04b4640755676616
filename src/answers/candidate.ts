import type { AnswerKey } from './schema.ts'

/** A value for an answer, with where it comes from, as people are told. */
export interface Candidate {
  readonly key: AnswerKey
  readonly value: string
  readonly from: string
  /** It stands only where a person says yes to it: we made it up, or somebody else says so. */
  readonly proposed?: 'by-us' | 'handed-over'
}
