import type { Edited } from '../../../../steps/circleci/config/edit.ts'

/** The edited text without what was put in: the old text, or the edit did more than insert. */
export function removed({ text, insertions }: Edited): string {
  let shift = 0
  let rest = text
  for (const insertion of insertions.toSorted((one, other) => one.at - other.at)) {
    const at = insertion.at + shift
    if (text.slice(at, at + insertion.text.length) !== insertion.text) return `not inserted: ${insertion.text}`
    shift += insertion.text.length
    rest = rest.slice(0, insertion.at) + rest.slice(insertion.at + insertion.text.length)
  }
  return rest
}
