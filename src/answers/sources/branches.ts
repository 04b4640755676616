import type { Candidate } from '../candidate.ts'

const LOCAL = 'refs/heads/'
const fullNames = ['git', 'rev-parse', '--symbolic-full-name']
const remoteRefs = (remote: string) => `refs/remotes/${remote}/`

/**
 * How git is asked for what it knows of the default branch by itself: what the remote's HEAD leads to, and usual names.
 * @param remote the remote that says whose project it is
 */
export const readBranches = (remote: string): Readonly<Record<'head' | 'usual' | 'current', readonly string[]>> => ({
  head: [...fullNames, '--verify', '--quiet', `${remoteRefs(remote)}HEAD`],
  usual: [...fullNames, `--glob=${remoteRefs(remote)}ma*`, `--glob=${LOCAL}ma*`],
  current: [...fullNames, '--verify', '--quiet', 'HEAD'],
})

/** What git answered. */
export interface Branches {
  readonly head: string
  readonly usual: string
  /** The branch that is checked out, by its whole name; `HEAD` where it is detached, nothing before the first commit. */
  readonly current?: string
}

/** The default branch: the remote's HEAD, else a usual name there, else one here. */
export function fromBranches({ head, usual }: Branches, remote: string): readonly Candidate[] {
  const there = remoteRefs(remote)
  const name = head.trim()
  if (name.startsWith(there) && name !== `${there}HEAD`) {
    return [branch(name.slice(there.length), `${remote}’s HEAD, as it was cloned`)]
  }
  const refs = usual.split('\n')
  const named = (prefix: string, from: string) =>
    ['main', 'master'].filter(one => refs.includes(prefix + one)).map(one => branch(one, from))
  const known = named(there, `the branches of ${remote}`)
  return known.length > 0 ? known : named(LOCAL, 'the branches of this clone')
}

const branch = (value: string, from: string): Candidate => ({ key: 'defaultBranch', value, from })
