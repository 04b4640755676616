import { SetupError } from './cause.ts'
import { at, type Json } from './json.ts'
import { byNpx } from './newer-version.ts'
import type { VendorReply } from './vendor.ts'

/** Reads the fields of an answer that cannot be done without. Each throws a SetupError where there is none of its kind. */
export interface Needed {
  /** A text that is not empty. */
  text(value: Json | undefined, ...keys: readonly string[]): string
  /** An id, which goes into addresses: letters, digits, hyphens and underscores, of which none has a meaning there. */
  id(value: Json | undefined, ...keys: readonly string[]): string
  /** An id as CircleCI gives them, where it goes into conditions: nothing else may stand there. */
  uuid(value: Json | undefined, ...keys: readonly string[]): string
  date(value: Json | undefined, ...keys: readonly string[]): Date
  number(value: Json | undefined, ...keys: readonly string[]): number
  boolean(value: Json | undefined, ...keys: readonly string[]): boolean
  list(value: Json | undefined, ...keys: readonly string[]): readonly Json[]
}

const ID = /^[A-Za-z\d][\w-]{0,63}$/
const UUID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/

/**
 * How the needed fields of a vendor's answer are read. What is missing there, or renamed, is an error that names the vendor,
 * the request and the field: an empty text in its place would go on as if it were somebody's name.
 */
export function neededIn(vendor: string, { asked }: Pick<VendorReply, 'asked'>): Needed {
  const read =
    <T>(as: (found: Json | undefined) => T | undefined) =>
    (value: Json | undefined, ...keys: readonly string[]): T => {
      const found = as(at(value, ...keys))
      if (found === undefined) throw missing(vendor, asked, keys.join('.'))
      return found
    }
  return {
    text: read(found => (typeof found === 'string' && found !== '' ? found : undefined)),
    id: read(found => (typeof found === 'string' && ID.test(found) ? found : undefined)),
    uuid: read(found => (typeof found === 'string' && UUID.test(found) ? found : undefined)),
    date: read(found => {
      const date = new Date(typeof found === 'string' ? found : '')
      return Number.isNaN(date.getTime()) ? undefined : date
    }),
    number: read(found => (typeof found === 'number' ? found : undefined)),
    boolean: read(found => (typeof found === 'boolean' ? found : undefined)),
    list: read(found => (Array.isArray(found) ? (found as readonly Json[]) : undefined)),
  }
}

const missing = (vendor: string, asked: string, field: string): SetupError =>
  new SetupError({
    code: 'missing-field',
    asked,
    said: `an answer without a usable ${field}`,
    means: `${vendor} answered without the field ${field}, which this version cannot do without.`,
    next: `Run the newest version: ${byNpx()}. If it says the same, report the words above.`,
  })
