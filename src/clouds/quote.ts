import { LYING } from './letters.ts'

/** A word as sh reads it back, whatever it holds; what could lie to whoever reads the line stands there by its number. */
export function quote(word: string): string {
  // zsh takes =WORD for the place of a program.
  if (/^(?!=)[\w@%+=:,./-]+$/.test(word)) return word
  const honest = `'${word.replaceAll("'", "'\\''")}'`
  return honest.replace(LYING, sign => `'"${numbered(sign)}"'`)
}

/** What gives a character to sh, by the octal numbers of its bytes. */
export const numbered = (sign: string) =>
  `$(printf '${[...Buffer.from(sign)].map(byte => `\\${byte.toString(8).padStart(3, '0')}`).join('')}')`
