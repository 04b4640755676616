import { isDeepStrictEqual } from 'node:util'
import { type Config, dataOf, readConfig } from './document.ts'

/** Text that is put in before the character at that place of the old text. */
export interface Insertion {
  readonly at: number
  readonly text: string
}

/** One wish, as insertions and as what then must be read. */
export interface Edit {
  readonly job: string
  readonly insertions: readonly Insertion[]
  /** Makes the same change to what was read before. */
  expect(data: Data): void
}

/** What is read of a config, as far as edits reach into it. */
export interface Data {
  readonly workflows: Record<string, { readonly jobs: unknown[] }>
  readonly jobs: Record<string, { readonly steps: unknown[] }>
}

/** A wish that was not carried out, and why. */
export interface Open {
  readonly job: string
  readonly why: string
}

export interface Edited {
  readonly text: string
  /** What was put in, by places of the old text; everything else is kept to the byte. */
  readonly insertions: readonly Insertion[]
  readonly open: readonly Open[]
}

/** Puts texts in; of two at one place the first stays first. */
function inserted(text: string, insertions: readonly Insertion[]): string {
  let at = 0
  let result = ''
  for (const insertion of insertions.toSorted((one, other) => one.at - other.at)) {
    result += text.slice(at, insertion.at) + insertion.text
    at = insertion.at
  }
  return result + text.slice(at)
}

/** Carries out the wishes that read back as meant and as nothing else; the others stay open. */
export function carriedOut(config: Config, wishes: readonly (Edit | Open)[]): Edited {
  const open = wishes.filter(wish => 'why' in wish)
  const edits = wishes.filter(wish => 'expect' in wish)
  let kept: readonly Edit[] = []
  if (readsBack(config, edits)) kept = edits
  else
    for (const edit of edits) {
      if (readsBack(config, [...kept, edit])) kept = [...kept, edit]
      else
        open.push({
          job: edit.job,
          why: 'what it would need is shared with something else, or written in a way that cannot be added to',
        })
    }
  const insertions = kept.flatMap(edit => edit.insertions)
  return { text: inserted(config.text, insertions), insertions, open }
}

function readsBack(config: Config, edits: readonly Edit[]): boolean {
  const after = readConfig(
    inserted(
      config.text,
      edits.flatMap(edit => edit.insertions),
    ),
  )
  const expected = dataOf(config)
  if ('why' in after) return false
  for (const edit of edits) edit.expect(expected as Data)
  return isDeepStrictEqual(dataOf(after), expected)
}
