import { stripVTControlCharacters } from 'node:util'
import { redact } from '../clouds/secret.ts'

/** Control characters, and those that turn the direction of writing or take no room: with them a text can lie. */
const LYING = /[\p{Cc}\p{Cf}\u2028\u2029\u115F\u1160\u3164\uFFA0]/gu

/** The longest foreign text that is worth reading. */
const LONGEST = 2_000

/**
 * Makes foreign text (vendors, tools, git, files) fit to be shown: no escape sequence, no control or invisible
 * character but the line's end, no secret, not endless.
 */
export function clean(text: string): string {
  // Far behind what is shown nothing need be looked at.
  const near = stripVTControlCharacters(text.slice(0, 10 * LONGEST))
  const plain = redact(near).replace(LYING, sign => (sign === '\n' ? '\n' : sign === '\t' ? ' ' : '�'))
  return plain.length > LONGEST ? `${plain.slice(0, LONGEST)}…` : plain
}
