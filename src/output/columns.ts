/** How many columns a text takes, and where it is broken. */
import { wrapAnsi as wrapPlain } from 'fast-wrap-ansi'
import { widthOfAny, wrapAny } from './columns-any.ts'

/** ASCII, the signs of typography and our colours: each sign takes one column everywhere, so nothing need be looked up. */
const PLAIN = /^(?:[\n -~·\u2010-\u2027]|\u001b\[[\d;]*m)*$/
/** Of our own signs, those that take one column. */
const SIGNS = /[☐●≠›→❯]/g
const COLORS = /\u001b\[[\d;]*m/g

/** The columns that a text of one line takes. */
export function widthOf(text: string): number {
  const plain = text.replace(SIGNS, 'x')
  return PLAIN.test(plain) ? plain.replace(COLORS, '').length : widthOfAny(text)
}

/** Breaks a text at blanks, and words that are too long where they must be; every blank stays. */
export const broken = (text: string, columns: number): string =>
  PLAIN.test(text) ? wrapPlain(text, columns, HOW) : wrapAny(text, columns, HOW)

const HOW = { trim: false, hard: true }
