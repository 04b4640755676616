import type { Candidate } from '../candidate.ts'
import { LIBRARY, linesOf, VARIABLES } from '../forms/library.ts'
import type { AnswerKey } from '../schema.ts'

/** The names in the library; of two lines the first counts, as in the shell. */
export function fromLibrary(text: string): readonly Candidate[] {
  const keys = new Map<string, AnswerKey>(Object.entries(VARIABLES))
  return linesOf(text).flatMap(({ name, value }) => {
    const key = keys.get(name)
    return key && value !== '' ? [{ key, value, from: LIBRARY }] : []
  })
}
