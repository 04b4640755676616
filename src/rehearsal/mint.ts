import { createHash } from 'node:crypto'

/** Makes what must be unique, from a counter: the same requests in the same order get the same ids. */
export interface Mint {
  /** Looks like a random UUID. */
  id(): string
  /** Letters, digits, `-` and `_`; at most 86 of them. */
  letters(length: number): string
}

/** A mint that counts in `counted`, so that what was made is not made again after a restart. */
export function mintOf(counted: { counter: number }): Mint {
  const hash = () => {
    counted.counter += 1
    return createHash('sha512').update(`rehearsal ${counted.counter}`)
  }
  return {
    id: () => uuidOf(hash().digest('hex')),
    letters: length => hash().digest('base64url').slice(0, length),
  }
}

/** Hexadecimal digits, 32 or more, in the shape of a random UUID. */
export function uuidOf(digits: string): string {
  return digits.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12}).*$/, '$1-$2-4$3-a$4-$5')
}
