import type { Candidate } from '../candidate.ts'

const ORIGIN = 'refs/remotes/origin/'
const LOCAL = 'refs/heads/'
const fullNames = ['git', 'rev-parse', '--symbolic-full-name']

/** How git is asked for what it knows of the default branch by itself: what origin's HEAD leads to, and usual names. */
export const READ_BRANCHES: Readonly<Record<keyof Branches, readonly string[]>> = {
  head: [...fullNames, '--verify', '--quiet', `${ORIGIN}HEAD`],
  usual: [...fullNames, `--glob=${ORIGIN}ma*`, `--glob=${LOCAL}ma*`],
}

/** What git answered. */
export interface Branches {
  readonly head: string
  readonly usual: string
}

/** The default branch: origin's HEAD, else a usual name there, else one here. */
export function fromBranches({ head, usual }: Branches): readonly Candidate[] {
  const name = head.trim()
  if (name.startsWith(ORIGIN) && name !== `${ORIGIN}HEAD`) {
    return [branch(name.slice(ORIGIN.length), 'origin’s HEAD, as it was cloned')]
  }
  const refs = usual.split('\n')
  const named = (prefix: string, from: string) =>
    ['main', 'master'].filter(one => refs.includes(prefix + one)).map(one => branch(one, from))
  const there = named(ORIGIN, 'the branches of origin')
  return there.length > 0 ? there : named(LOCAL, 'the branches of this clone')
}

const branch = (value: string, from: string): Candidate => ({ key: 'defaultBranch', value, from })
