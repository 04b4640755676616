import type { Candidate } from '../candidate.ts'

const LOCAL = 'refs/heads/'
const remoteRefs = (remote: string) => `refs/remotes/${remote}/`

/** What git knows of branches by itself, by their whole names. */
export interface Branches {
  /** What the remote's HEAD leads to; its own name where there is none, or it leads nowhere. */
  readonly head: string
  /** Those that begin as a default branch usually does, at the remote and here. */
  readonly usual: readonly string[]
  /** The branch that is checked out; `HEAD` where it is detached, undefined before the first commit. */
  readonly current?: string
}

/**
 * Asks git for what it knows of the default branch, in one command where there is a commit.
 * @param ask runs a command, and gives its standard output, also where it fails
 * @param remote the remote that says whose project it is
 */
export async function readBranches(
  ask: (argv: readonly string[]) => Promise<string>,
  remote: string,
): Promise<Branches> {
  const head = `${remoteRefs(remote)}HEAD`
  const names = async (...first: readonly string[]) => {
    const globs = [`--glob=${remoteRefs(remote)}ma*`, `--glob=${LOCAL}ma*`]
    return (await ask(['git', 'rev-parse', '--symbolic-full-name', ...first, ...globs, head])).trim().split('\n')
  }
  const [current = '', ...refs] = await names('HEAD')
  // git stops at a name that leads nowhere, and says it back: at HEAD before the first commit, else at the last one.
  if (refs.length > 0 && refs.every(ref => ref.startsWith('refs/')))
    return { current, usual: refs, head: refs.at(-1) ?? head }
  const usual = await names()
  return { usual, head: usual.at(-1) ?? head }
}

/** The default branch: the remote's HEAD, else a usual name there, else one here. */
export function fromBranches({ head, usual }: Branches, remote: string): readonly Candidate[] {
  const there = remoteRefs(remote)
  if (head.startsWith(there) && head !== `${there}HEAD`) {
    return [branch(head.slice(there.length), `${remote}’s HEAD, as it was cloned`)]
  }
  const named = (prefix: string, from: string) =>
    ['main', 'master'].filter(one => usual.includes(prefix + one)).map(one => branch(one, from))
  const known = named(there, `the branches of ${remote}`)
  return known.length > 0 ? known : named(LOCAL, 'the branches of this clone')
}

const branch = (value: string, from: string): Candidate => ({ key: 'defaultBranch', value, from })
