import { inspect } from 'node:util'
import { BLANK, type Reading, readingsOf, squeezed } from './readings.ts'

const MASK = '••••'

/** Under this length a secret is no secret, and blotting out every `a` or `ok` would make the output unreadable. */
const SHORTEST = 4

/** From this length on a secret is known by less than itself: broken into lines, or by its beginning. */
const LONG = 20

/** So much of a long one's beginning is not shown: vendors cut what they repeat. */
const BEGINNING = 12

/** Every text that must never be printed, and the same without blanks; process-wide, so that no caller can forget to pass it on. */
const forms = new Map<string, string>()

/** A text that prints as `••••` everywhere; making one teaches `redact` to know it. */
export class Secret {
  readonly #text: string

  constructor(text: string) {
    this.#text = text
    // Blanks alone are in every text.
    if (bareOf(text).length >= SHORTEST) for (const form of formsOf(text)) forms.set(form, bareOf(form))
  }

  /**
   * A secret for an HTTP header, from an environment variable, a file or a command: white space around it is cut off.
   * Throws TypeError, without the text, where nothing is left or a header could not carry it.
   */
  static of(text: string): Secret {
    const trimmed = text.trim()
    if (trimmed === '') throw new TypeError('the secret is empty')
    if (/[^\t\x20-\x7e\x80-\xff]/.test(trimmed)) {
      throw new TypeError('the secret has a character that an HTTP header cannot carry')
    }
    return new Secret(trimmed)
  }

  /** The text itself: the only way out. */
  reveal(): string {
    return this.#text
  }

  toString(): string {
    return MASK
  }

  toJSON(): string {
    return MASK
  }

  [Symbol.toPrimitive](): string {
    return MASK
  }

  [inspect.custom](): string {
    return MASK
  }
}

/** The value of an Authorization header for a name and a secret. */
export const basic = (user: string, secret: Secret): string =>
  `Basic ${new Secret(Buffer.from(`${user}:${secret.reveal()}`).toString('base64')).reveal()}`

/**
 * The text with every known secret replaced by `••••`, in any form it is likely to be printed in: encoded, escaped once or
 * more often, broken into lines, cut off.
 */
export function redact(text: string): string {
  if (forms.size === 0) return text
  const spans = readingsOf(text).flatMap(reading => [
    ...[...forms.keys()].flatMap(form => found(form, reading)),
    ...longFound(squeezed(reading)),
  ])
  return spans.length === 0 ? text : mask(text, spans)
}

interface Span {
  readonly from: number
  readonly to: number
}

/** Where the form stands, or as much of it as there is from its beginning on. */
function found(form: string, { text, from, to }: Reading, beginning = form): readonly Span[] {
  const spans: Span[] = []
  for (let at = text.indexOf(beginning); at >= 0; at = text.indexOf(beginning, at + 1)) {
    let end = at + beginning.length
    while (end - at < form.length && text[end] === form[end - at]) end += 1
    spans.push({ from: from[at] ?? 0, to: to[end - 1] ?? 0 })
  }
  return spans
}

/** What is left of long forms in a text without blanks. */
const longFound = (reading: Reading): readonly Span[] =>
  [...forms].flatMap(([form, bare]) => (form.length < LONG ? [] : found(bare, reading, bare.slice(0, BEGINNING))))

const bareOf = (text: string): string => text.replace(BLANK, '')

/** Overlapping finds are joined first: replacing them one by one would leave the end of the second standing. */
function mask(text: string, spans: readonly Span[]): string {
  let out = ''
  let shown = 0
  for (const { from, to } of spans.toSorted((a, b) => a.from - b.from)) {
    if (from > shown || shown === 0) out += text.slice(shown, from) + MASK
    shown = Math.max(shown, to)
  }
  return out + text.slice(shown)
}

function formsOf(text: string): string[] {
  const bytes = Buffer.from(text)
  // Without half characters, which encodeURIComponent throws at.
  const plain = bytes.toString()
  const json = JSON.stringify(plain).slice(1, -1)
  const percent = [encodeURIComponent(plain), new URLSearchParams([['', plain]]).toString().slice(1)]
  const base64 = [0, 1, 2].flatMap(before => base64Forms(bytes, before))
  return [
    text,
    json,
    json.replace(/[<>&]/g, escapedByGo),
    ...percent,
    ...percent.map(form => form.replace(/%../g, hex => hex.toLowerCase())),
    ...base64,
    ...base64.map(form => form.replaceAll('+', '-').replaceAll('/', '_')),
    bytes.toString('hex'),
    bytes.toString('hex').toUpperCase(),
    // What looks like an escape in it is undone as well, where others are.
    ...(text.length < LONG
      ? []
      : readingsOf(plain).flatMap(({ text }) => [text, text.toLowerCase(), text.toUpperCase()])),
  ]
}

/** Go, in which docker and CircleCI's tools are written, escapes these in JSON too. */
const escapedByGo = (character: string): string => `\\u00${character.charCodeAt(0).toString(16)}`

/**
 * What these bytes alone decide of a base64 text, where `before` bytes stand ahead of them in their group of three:
 * with others behind them, and at the end with and without its padding.
 */
function base64Forms(bytes: Buffer, before: number): string[] {
  const start = Math.ceil((before * 8) / 6)
  const end = Math.floor(((before + bytes.length) * 8) / 6)
  const whole = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64')
  return [whole.slice(start, end), whole.slice(start).replace(/=+$/, ''), whole.slice(start)]
}
