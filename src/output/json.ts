import { LYING } from '../clouds/letters.ts'

/** A value as JSON that shows all that is in it: what a text could lie with stands there by its number. Means the same. */
export const jsonText = (value: unknown, indent?: number, as?: (key: string, value: unknown) => unknown): string =>
  JSON.stringify(value, as, indent).replace(LYING, numbered)

/** What JSON itself does with half characters and what is below the blank. */
const numbered = (sign: string) =>
  Array.from({ length: sign.length }, (_, at) => `\\u${sign.charCodeAt(at).toString(16).padStart(4, '0')}`).join('')
