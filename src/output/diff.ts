import { createTwoFilesPatch } from 'diff'
import type { EditAction } from '../engine/step.ts'
import { fill, type Hole, pieces, type Str, shown } from '../engine/text.ts'

/** The edit as a unified diff that `git apply` takes, once its holes are filled. */
export function patchOf({ file, from, to }: EditAction): Str {
  const holes: Hole[] = []
  const fixed = [from, to].flatMap(pieces).filter(part => typeof part === 'string')
  let sign = '\uE000'
  while (fixed.some(part => part.includes(sign))) sign += '\uE000'
  // The same hole has the same sign, or a line that stays would be taken for a change.
  const indexOf = (one: Hole): number => {
    const index = holes.findIndex(({ hole }) => hole === one.hole)
    return index === -1 ? holes.push(one) - 1 : index
  }
  const signed = (text: Str) => fill(text, hole => `${sign}${indexOf(hole)}${sign}`)
  const names = [from === '' ? '/dev/null' : `a/${file}`, `b/${file}`] as const
  const diff = createTwoFilesPatch(...names, signed(from), signed(to), undefined, undefined, { context: 3 }).replace(
    /^=+\n/,
    '',
  )
  if (holes.length === 0) return diff
  const parts = diff.split(new RegExp(`${sign}(\\d+)${sign}`))
  return { parts: parts.map((part, index) => (index % 2 === 0 ? part : (holes[Number(part)] ?? part))) }
}

/** The same as people read it: holes as `<name>`. */
export const diffOf = (edit: EditAction): string => shown(patchOf(edit))
