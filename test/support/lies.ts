/** A text that would lie, were it shown as it is: colours, a title for the window, lines drawn over, directions turned, signs without room. */
export const LIE =
  '\u001b[35mFAKE\u001b[0m\u001b[31m\u001b]0;owned\u0007\u001b[2K\u001b[1A\u001b]8;;https://evil.example\u0007' +
  '\u009b35m\u202Edlrow\u2066\u200B\u{E0041}\u00AD\r\u0008\u0007\u2028\u3164' +
  '\u2800\u034F\uFE0F\u180B\u17B4\u00A0\u3000END'

/** The same for where a name can have no slash and no end of a line. */
export const LYING_NAME = LIE.replaceAll('/', '')

/** Code points that nobody sees, or that are taken for a space, from and to: by hand, where the program goes by properties. */
const UNSEEN: readonly (readonly [from: number, to: number])[] = [
  ...([
    [0, 0x8],
    [0xb, 0x1f],
    [0x7f, 0xa0],
    [0xad, 0xad],
    [0x34f, 0x34f],
    [0x61c, 0x61c],
    [0x115f, 0x1160],
  ] as const),
  ...([
    [0x1680, 0x1680],
    [0x17b4, 0x17b5],
    [0x180b, 0x180f],
    [0x2000, 0x200c],
    [0x200e, 0x200f],
  ] as const),
  ...([
    [0x2028, 0x202f],
    [0x205f, 0x206f],
    [0x2800, 0x2800],
    [0x3000, 0x3000],
    [0x3164, 0x3164],
  ] as const),
  ...([
    [0xfe00, 0xfe0e],
    [0xfeff, 0xfeff],
    [0xffa0, 0xffa0],
    [0xfff0, 0xfffb],
    [0xe0000, 0xe0fff],
  ] as const),
]
/** Parts of an emoji, seen there and nowhere else. */
const PARTS =
  /(?<!\p{Extended_Pictographic})\u{FE0F}|(?<!\p{Extended_Pictographic}|\p{Emoji_Modifier}|\u{FE0F})\u{200D}/u

/** Where in a text it lies first; -1 where it does not. */
function placeOfLie(text: string): number {
  const parts = text.search(PARTS)
  for (let at = 0; at < text.length && (parts === -1 || at < parts); ) {
    const code = text.codePointAt(at) ?? 0
    if (UNSEEN.some(([from, to]) => code >= from && code <= to)) return at
    at += code > 0xffff ? 2 : 1
  }
  return parts
}

/** What a terminal makes of it aside: only our own styles, and what moves the cursor where something is drawn over. */
const OURS = /\u001b\[(?:[\d;]*[ABCDGJK]|\?25[hl]|(?:0|1|2|4|22|24|3[1-46]|39|90)m)|\r(?=\n)|\r/g

/** The place of the first thing in it that could lie; undefined where there is none. */
export function lieIn(text: string): string | undefined {
  const at = placeOfLie(text)
  return at === -1 ? undefined : JSON.stringify(text.slice(Math.max(0, at - 40), at + 40))
}

/** The same for what a terminal got. */
export const lieOnTerminal = (raw: string): string | undefined => lieIn(raw.replace(OURS, ''))
