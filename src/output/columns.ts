/** How many columns a text takes, and where it is broken. */
import { wrapAnsi as wrapPlain } from 'fast-wrap-ansi'
import stringWidth from 'string-width'
import wrapAny from 'wrap-ansi'

/** ASCII, the signs of typography and our colours: each sign takes one column everywhere, so nothing need be looked up. */
const PLAIN = /^(?:[\n -~·\u2010-\u2027]|\u001b\[[\d;]*m)*$/
const COLORS = /\u001b\[[\d;]*m/g

/** The columns that a text of one line takes. */
export const widthOf = (text: string): number =>
  PLAIN.test(text) ? text.replace(COLORS, '').length : stringWidth(text)

/** Breaks a text at blanks, and words that are too long where they must be; every blank stays. */
export const broken = (text: string, columns: number): string =>
  (PLAIN.test(text) ? wrapPlain : wrapAny)(text, columns, { trim: false, hard: true })
