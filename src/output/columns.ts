/** How many columns a text takes, and where it is broken. */
import { wrapAnsi as wrapPlain } from 'fast-wrap-ansi'
import widthOfAny from 'string-width'
import wrapAny from 'wrap-ansi'

/** ASCII, the signs of typography and some of ours: each takes one column everywhere, so nothing need be looked up. */
const SIGN = '[ -~·\\u2010-\\u2027☐●≠›→❯⏎]'
/** The marks of a list, which string-width gives two columns. */
const MARK = '[✔✖⏸]'
const MARKS = new RegExp(MARK, 'g')
const BARE = new RegExp(`^${SIGN}*$`)
const COLOR = '\\u001b\\[[\\d;]*m'
const PLAIN = new RegExp(`^(?:${SIGN}|\\n|${COLOR})*$`)
const MARKED = new RegExp(`^(?:${SIGN}|${MARK}|\\n|${COLOR})*$`)
const COLORS = new RegExp(COLOR, 'g')

/** The columns that a text of one line takes. */
export const widthOf = (text: string): number =>
  MARKED.test(text) ? text.replace(COLORS, '').replace(MARKS, '  ').length : widthOfAny(text)

/** Breaks a text at blanks, and words that are too long where they must be; every blank stays. */
export function broken(text: string, columns: number): string {
  if (text.length <= columns && BARE.test(text)) return text
  return PLAIN.test(text) ? wrapPlain(text, columns, HOW) : wrapAny(text, columns, HOW)
}

const HOW = { trim: false, hard: true }
