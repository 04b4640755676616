/** A text that would lie, were it shown as it is: colours, a title for the window, lines drawn over, directions turned, signs without room. */
export const LIE =
  '\u001b[35mFAKE\u001b[0m\u001b[31m\u001b]0;owned\u0007\u001b[2K\u001b[1A\u001b]8;;https://evil.example\u0007' +
  '\u009b35m\u202Edlrow\u2066\u200B\u{E0041}\u00AD\r\u0008\u0007\u2028\u3164END'

/** The same for where a name can have no slash and no end of a line. */
export const LYING_NAME = LIE.replaceAll('/', '')

const LYING = /[^\P{Cc}\n\t]|[\p{Cf}\u2028\u2029\u115F\u1160\u3164\uFFA0]/u
/** What a terminal makes of it aside: only our own styles, and what moves the cursor where something is drawn over. */
const OURS = /\u001b\[(?:[\d;]*[ABCDGJK]|\?25[hl]|(?:0|1|2|4|22|24|3[1-46]|39|90)m)|\r(?=\n)|\r/g

/** The place of the first thing in it that could lie; undefined where there is none. */
export function lieIn(text: string): string | undefined {
  const at = text.search(LYING)
  return at === -1 ? undefined : JSON.stringify(text.slice(Math.max(0, at - 40), at + 40))
}

/** The same for what a terminal got. */
export const lieOnTerminal = (raw: string): string | undefined => lieIn(raw.replace(OURS, ''))
