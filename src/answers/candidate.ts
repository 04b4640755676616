import type { AnswerKey } from './schema.ts'

/** A value for an answer, with where it comes from, as people are told. */
export interface Candidate {
  readonly key: AnswerKey
  readonly value: string
  readonly from: string
  /** Made up by us, so it stands only where a person says yes to it. */
  readonly proposed?: true
}
