import { pieces, type Str, t } from '../../src/engine/text.ts'

/**
 * A text as a literal of the Common Expression Language, in which Google's conditions are written. A hole stands in it as it
 * is: what is saved as a fact has neither a quote nor a backslash (src/engine/saveable.ts).
 * @throws Error where it has a control character, which a literal cannot hold
 */
export const celText = (value: Str): Str =>
  t`'${{ parts: pieces(value).map(part => (typeof part === 'string' ? escaped(part) : part)) }}'`

function escaped(text: string): string {
  if (/\p{Cc}/u.test(text)) throw new Error('a control character in a condition')
  return text.replace(/[\\'"]/g, '\\$&')
}
