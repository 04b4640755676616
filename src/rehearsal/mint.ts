import { createHash, randomBytes } from 'node:crypto'

/** What a mint counts in, so that no id comes up again after a restart. */
export interface Counted {
  counter: number
  /** By which tests get the same tokens from the same requests; without it, nobody can guess one. */
  readonly seed?: string
}

/** Makes what must be unique. */
export interface Mint {
  /** Looks like a random UUID; the same requests in the same order get the same ids. */
  id(): string
  /** What a token or a password is made of: letters, digits, `-` and `_`; at most 86 of them. */
  letters(length: number): string
}

export function mintOf(counted: Counted): Mint {
  const hash = (seed: string) => createHash('sha512').update(`${seed} ${counted.counter}`)
  return {
    id: () => {
      counted.counter += 1
      return uuidOf(hash('rehearsal').digest('hex'))
    },
    letters: length => {
      counted.counter += 1
      const bytes = counted.seed === undefined ? randomBytes(64) : hash(counted.seed).digest()
      return bytes.toString('base64url').slice(0, length)
    },
  }
}

/** Hexadecimal digits, 32 or more, in the shape of a random UUID. */
export function uuidOf(digits: string): string {
  return digits.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12}).*$/, '$1-$2-4$3-a$4-$5')
}
