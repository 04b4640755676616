import type { Candidate } from '../candidate.ts'

const FORMAT = '%(refname) %(symref)'

/** Reads what is known of the default branch without asking anybody: origin's HEAD, and the usual two names. */
export const READ_BRANCHES: readonly string[] = [
  'git',
  'for-each-ref',
  `--format=${FORMAT}`,
  'refs/remotes/origin/HEAD',
  'refs/remotes/origin/main',
  'refs/remotes/origin/master',
  'refs/heads/main',
  'refs/heads/master',
]

const ORIGIN = 'refs/remotes/origin/'
const LOCAL = 'refs/heads/'

/** The default branch from the output of READ_BRANCHES: origin's HEAD, else a usual name there, else one here. */
export function fromBranches(refs: string): readonly Candidate[] {
  const lines = refs.split('\n').map(line => line.split(' '))
  const head = lines.find(([name]) => name === `${ORIGIN}HEAD`)?.[1]
  if (head?.startsWith(ORIGIN)) return [branch(head.slice(ORIGIN.length), 'origin’s HEAD, as it was cloned')]
  const usual = (prefix: string, from: string) =>
    ['main', 'master'].filter(name => lines.some(([ref]) => ref === prefix + name)).map(name => branch(name, from))
  const there = usual(ORIGIN, 'the branches of origin')
  return there.length > 0 ? there : usual(LOCAL, 'the branches of this clone')
}

const branch = (value: string, from: string): Candidate => ({ key: 'defaultBranch', value, from })
