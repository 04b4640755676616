import { LYING } from './letters.ts'
import { redact } from './secret.ts'

/** A value as JSON that shows all that is in it: what a text could lie with stands there by its number. Means the same. */
export const jsonText = (value: unknown, indent?: number, as?: (key: string, value: unknown) => unknown): string =>
  JSON.stringify(value, as, indent).replace(LYING, numbered)

/** The same for a whole document, which is printed or written to a file: without secrets. Each text in it stays well formed. */
export const jsonDocument = (value: unknown, indent?: number): string => jsonText(value, indent, withoutSecrets)

/** Texts, and the names of members, which a vendor may have chosen as well. */
function withoutSecrets(_: string, value: unknown): unknown {
  if (typeof value === 'string') return redact(value)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  // To copy every object of a document takes most of its time.
  if (Object.keys(value).every(name => redact(name) === name)) return value
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [redact(name), one]))
}

/** What JSON itself does with half characters and what is below the blank. */
const numbered = (sign: string) =>
  Array.from({ length: sign.length }, (_, at) => `\\u${sign.charCodeAt(at).toString(16).padStart(4, '0')}`).join('')
