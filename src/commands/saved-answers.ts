import type { Candidate } from '../answers/candidate.ts'
import { ANSWER_KEYS } from '../answers/schema.ts'
import type { Saved } from '../engine/saved.ts'

/** The answers of an earlier run. */
export const savedAnswers = (saved: Saved | undefined): readonly Candidate[] =>
  ANSWER_KEYS.flatMap(key => {
    const value = saved?.answers[key]
    return value === undefined ? [] : [{ key, value, from: 'your earlier run' }]
  })
