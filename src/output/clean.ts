import { stripVTControlCharacters } from 'node:util'
import { LYING } from '../clouds/letters.ts'
import { redact } from '../clouds/secret.ts'

/** The longest foreign text that is worth reading. */
const LONGEST = 2_000

/**
 * A text without escape sequences, and with a sign in the place of whatever could lie. Everything that is shown goes through
 * this, where it leaves: the printer, the questions, the pages.
 */
export const harmless = (text: string): string =>
  stripVTControlCharacters(text).replaceAll('\r\n', '\n').replace(LYING, '�')

/**
 * Makes foreign text (vendors, tools, git, files) fit to be shown among ours: no escape sequence, no control or invisible
 * character but the line's end, no secret, not endless.
 */
export function clean(text: string): string {
  // Far behind what is shown nothing need be looked at.
  const near = stripVTControlCharacters(text.slice(0, 10 * LONGEST))
  const plain = harmless(redact(near)).replaceAll('\t', ' ')
  return plain.length > LONGEST ? `${plain.slice(0, LONGEST)}…` : plain
}
