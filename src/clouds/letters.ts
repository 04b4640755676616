/** What a part of an emoji may stand between: a sign for its colours behind one, and a joiner between two. In names they are legitimate, and seen. */
const IN_EMOJI = String.raw`(?<=\p{Extended_Pictographic})\uFE0F|(?<=[\p{Extended_Pictographic}\p{Emoji_Modifier}\uFE0F])\u200D(?=\p{Extended_Pictographic})`

/** Drawn as nothing, without a property of Unicode's that says so: Braille's blank, a null notehead, blanks and a filler of old scripts. */
const BLANK_LOOKING = String.raw`\u2800\u{1D159}\u{13441}\u{13442}\u{16FE4}`

/**
 * With these a text can lie, by their properties in Unicode: control characters but the tab and the line's end; what turns
 * the direction of writing, takes no room or is not drawn; ends of lines, and spaces, that are not the usual ones.
 */
export const LYING = new RegExp(
  String.raw`[^\P{Cc}\n\t]|(?! )\p{Zs}|[\p{Zl}\p{Zp}${BLANK_LOOKING}]|(?!${IN_EMOJI})[\p{Cf}\p{Default_Ignorable_Code_Point}]`,
  'gu',
)

/** Signs outside ASCII, but for those that our own sentences have. */
const FOREIGN = /(?![’“”…·→•])\P{ASCII}/gu
/** More of them are no look-alikes any more, but another language. */
const MOST = 3

/** Which signs of a text are not of ASCII, by their code points: "о is U+043E". Empty where all are. */
export function foreignLetters(text: string): string {
  const all = [...new Set(text.match(FOREIGN))]
  const named = all.slice(0, MOST).map(sign => `${sign} is U+${codeOf(sign)}`)
  return [...named, ...(all.length > MOST ? ['…'] : [])].join(', ')
}

const codeOf = (sign: string) => (sign.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')

/** A name that a person decides by: with what no eye could tell from ASCII's letters told behind it. */
export function withCodes(name: string): string {
  const letters = foreignLetters(name)
  return letters === '' ? name : `${name} (${letters})`
}

/** In small letters, of ASCII's alone: elsewhere a Kelvin sign (U+212A) becomes a k, and one name another. */
export const inSmallLetters = (text: string): string => text.replace(/[A-Z]+/g, letters => letters.toLowerCase())
