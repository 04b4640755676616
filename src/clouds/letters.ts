/** Control characters but the tab and the line's end, and those that turn the direction of writing or take no room: with them a text can lie. */
export const LYING = /[^\P{Cc}\n\t]|[\p{Cf}\u2028\u2029\u115F\u1160\u3164\uFFA0]/gu

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
