/** A text as somebody may read it, with where in the text itself each of its characters was read. */
export interface Reading {
  readonly text: string
  readonly from: Uint32Array
  readonly to: Uint32Array
}

/** JSON in JSON in a page: what is wrapped more often nobody reads. */
const DEEPEST = 3

/** What stands for another character in JSON and JavaScript, in an address and in HTML. */
const ESCAPED =
  /\\u[\da-f]{4}|\\x[\da-f]{2}|\\["'\\/bfnrt]|%[0-7][\da-f]|(?:%[89a-f][\da-f])+|&(?:#\d{1,7}|#x[\da-f]{1,6}|amp|lt|gt|quot|apos);/gi

const CONTROLS: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' }
const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

/** White space, and what takes no room: where a long line is broken, they stand within a word. */
export const BLANK = /[\s\u00ad\u200b-\u200f\u2028-\u202f\u2060-\u206f]/g

/** The text as it stands, then with its escapes undone, again and again while there are any. */
export function readingsOf(text: string): readonly Reading[] {
  const from = new Uint32Array(text.length).map((_, index) => index)
  return readings({ text, from, to: from.map(index => index + 1) }, DEEPEST)
}

const readings = (reading: Reading, deeper: number): readonly Reading[] =>
  deeper > 0 && reading.text.search(ESCAPED) >= 0 ? [reading, ...readings(unescaped(reading), deeper - 1)] : [reading]

/** Without anything at which a line may have been broken. */
export function squeezed({ text, from, to }: Reading): Reading {
  const kept = new Uint8Array(text.length).fill(1)
  for (const { index } of text.matchAll(BLANK)) kept[index] = 0
  const isKept = (_: number, index: number) => kept[index] === 1
  return { text: text.replace(BLANK, ''), from: from.filter(isKept), to: to.filter(isKept) }
}

function unescaped({ text, from, to }: Reading): Reading {
  const parts: string[] = []
  // No escape is shorter than what it stands for.
  const read = { from: new Uint32Array(text.length), to: new Uint32Array(text.length) }
  let size = 0
  let done = 0
  const copyUpTo = (end: number) => {
    parts.push(text.slice(done, end))
    read.from.set(from.subarray(done, end), size)
    read.to.set(to.subarray(done, end), size)
    size += end - done
    done = end
  }
  for (const { 0: found, index } of text.matchAll(ESCAPED)) {
    copyUpTo(index)
    done += found.length
    const meant = meaningOf(found)
    parts.push(meant)
    read.from.fill(from[index] ?? 0, size, size + meant.length)
    read.to.fill(to[done - 1] ?? 0, size, size + meant.length)
    size += meant.length
  }
  copyUpTo(text.length)
  return { text: parts.join(''), from: read.from.subarray(0, size), to: read.to.subarray(0, size) }
}

function meaningOf(found: string): string {
  if (found.startsWith('%')) return Buffer.from(found.replaceAll('%', ''), 'hex').toString()
  if (found.startsWith('&')) return entity(found.slice(1, -1))
  const [letter = '', code] = [found.slice(1, 2), found.slice(2)]
  return code === '' ? (CONTROLS[letter.toLowerCase()] ?? letter) : String.fromCharCode(Number.parseInt(code, 16))
}

function entity(name: string): string {
  const [, hex, digits] = /^#(x?)([\da-f]+)$/i.exec(name) ?? []
  if (digits === undefined) return ENTITIES[name.toLowerCase()] ?? ''
  const point = Number.parseInt(digits, hex ? 16 : 10)
  return point <= 0x10ffff ? String.fromCodePoint(point) : ''
}
