import { readConfig } from './document.ts'
import { placesOf } from './places.ts'

/** What should be changed by a person: it is no single value, or it is a decision. */
export interface Note {
  /** The keys that lead there. */
  readonly key: string
  readonly says: string
}

/** What a config does that works worse than it looks; nothing of a config that cannot be read. */
export function notes(text: string): readonly Note[] {
  const config = readConfig(text)
  if ('why' in config) return []
  return placesOf(config).flatMap(({ path, node }) =>
    RULES.filter(({ isAt, isBad }) => isAt(path) && isBad(String(node.source ?? node.value))).map(({ says }) => ({
      key: path.join('.'),
      says,
    })),
  )
}

interface Rule {
  isAt(path: readonly string[]): boolean
  isBad(value: string): boolean
  readonly says: string
}

const RULES: readonly Rule[] = [
  {
    // facts/circleci.md 0
    isAt: path => path.includes('steps'),
    isBad: value => /\bdocker\s+login\b(?:[^\n|;&]|\\\n)*\s(?:-p|--password)[\s="']/.test(value),
    says: 'The password of docker login is in the process list: docker login --password-stdin takes it from a pipe.',
  },
  {
    // An engine of Docker 29 takes API 1.44 (Docker 25) and later.
    isAt: path => path.at(-1) === 'image',
    isBad: value => /^docker:(?:1\d|2[0-4])(?:\.|-|$)/.test(value),
    says: 'The docker command of this image works with CircleCI’s engines up to docker28; docker29 refuses commands before Docker 25.',
  },
  {
    // facts/circleci.md 10
    isAt: path => path.at(-2) === 'machine' && path.at(-1) === 'image',
    isBad: value => /^(?:ubuntu-(?:1\d04|2004)|circleci\/classic)\b/.test(value),
    says: 'This machine image is deprecated, and CircleCI refuses jobs that ask for one it has retired: ubuntu-2404:current is offered.',
  },
]
