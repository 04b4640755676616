import type { Command } from './shell.ts'

/** What `docker login` is told; empty where it is not. */
export interface Told {
  user: string
  password: string
  /** Docker Hub where there is none. */
  server: string
}

const OPTIONS: Readonly<Record<string, 'user' | 'password'>> = {
  '-u': 'user',
  '--username': 'user',
  '-p': 'password',
  '--password': 'password',
}

/** Reads the words behind `docker login`; a password on standard input comes from `<<<` or from the command before. */
export function toldBy(given: readonly string[], piped: Command['piped']): Told {
  const told: Told = { user: '', password: '', server: '' }
  const words = given.values()
  let stdin = piped?.at(-1) ?? ''
  for (const word of words) {
    const next = (): string => words.next().value ?? ''
    const [, option = '', value] = /^(-{1,2}[a-z-]+)(?:=(.*))?$/s.exec(word) ?? []
    const key = Object.hasOwn(OPTIONS, option) ? OPTIONS[option] : undefined
    if (key !== undefined) told[key] = value ?? next()
    else if (word === '<<<') stdin = next()
    else if (option === '') told.server = word
  }
  return given.includes('--password-stdin') ? { ...told, password: stdin } : told
}
