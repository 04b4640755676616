import { createTwoFilesPatch } from 'diff'
import type { EditAction } from '../engine/step.ts'

/** The edit as a unified diff that `git apply` takes. */
export const diffOf = ({ file, from, to }: EditAction): string =>
  createTwoFilesPatch(from === '' ? '/dev/null' : `a/${file}`, `b/${file}`, from, to, undefined, undefined, {
    context: 3,
  }).replace(/^=+\n/, '')
