import type { RemotePlace } from '../clouds/remote.ts'
import type { Candidate } from './candidate.ts'
import { proposals } from './proposals.ts'
import { definitionOf, faultOf } from './schema.ts'
import { type Branches, fromBranches } from './sources/branches.ts'
import { fromCiConfig } from './sources/ci-config.ts'
import { fromDockerfile } from './sources/dockerfile.ts'
import { fromLibrary } from './sources/library.ts'
import { fromRemotes } from './sources/remotes.ts'
import { documented, UPSTREAM } from './upstream.ts'
import { isSame, whose } from './whose.ts'

export { CI_CONFIG } from './forms/ci-config.ts'
export { DOCKERFILE } from './forms/dockerfile.ts'
export { LIBRARY } from './forms/library.ts'
export { readBranches } from './sources/branches.ts'

/** What the repository says of itself. */
export interface Repository {
  /** The address by remote name. */
  readonly remotes: Readonly<Record<string, string>>
  /** The remotes that git's configuration names as the one to use, the strongest first. */
  readonly named?: readonly string[]
  readonly branches?: Branches
  /** The texts of the files that are read. */
  readonly library: string | undefined
  readonly ciConfig?: string | undefined
  readonly dockerfile?: string | undefined
}

/**
 * Answers from the repository, the most trustworthy first: its own identity (remotes), then its files. Where that
 * is not the project that the files name, the files are upstream's, and proposals stand in for their values. So they are
 * where nobody can tell which of several remotes is the person's own.
 */
export function infer(repository: Repository): readonly Candidate[] {
  const { remotes, branches } = repository
  const { own, place, named: inFiles, isFork, project } = whose(repository)
  const files = fromFiles(repository)
  const identity = [
    ...fromRemotes(own, remotes.heroku),
    ...(branches ? fromBranches(branches, own?.name ?? 'origin') : []),
  ]
  if (place === undefined && inFiles === undefined) return [...identity, ...files]
  if (project !== undefined && isSame(project, UPSTREAM)) {
    const all = [...identity, ...files]
    return [...all, ...documented().filter(isNewIn(all)), ...proposals(project, new Set())]
  }
  const taken = namesOf(isFork ? [...files, ...documented()] : documented())
  const kept = isFork ? files.flatMap(inFork(inFiles ?? '')) : files.filter(({ value }) => !taken.has(value))
  // A fork that has its own name in its files may have left some of upstream's there: told beside what it has instead.
  const left = isFork ? [] : files.filter(one => !kept.includes(one) && !isNewIn(kept)(one))
  const alias = project === undefined && own !== undefined ? aliasedProject(place) : undefined
  const proposed: readonly Candidate[] =
    alias === undefined
      ? []
      : [{ key: 'githubProject', value: alias, from: `proposed, as in git remote ${own?.name}`, proposed: 'by-us' }]
  const named = project ?? alias
  return [...identity, ...proposed, ...kept, ...left, ...(named === undefined ? [] : proposals(named, taken))]
}

/** A host without a dot is an alias of ssh's, most often for GitHub: its path may be the project's name. */
const aliasedProject = (place: RemotePlace | undefined): string | undefined =>
  place !== undefined && /^[\w-]+$/.test(place.host) && faultOf('githubProject', place.path) === undefined
    ? place.path
    : undefined

function fromFiles({ library, ciConfig, dockerfile }: Repository): readonly Candidate[] {
  return [
    ...(library === undefined ? [] : fromLibrary(library)),
    ...(ciConfig === undefined ? [] : fromCiConfig(ciConfig)),
    ...(dockerfile === undefined ? [] : fromDockerfile(dockerfile)),
  ]
}

const isNewIn = (candidates: readonly Candidate[]) => (one: Candidate) => candidates.every(({ key }) => key !== one.key)

/**
 * What is left of upstream's files in a fork. The names of contexts live in each organization by itself: a fork's config
 * may go on with upstream's, but a person must say so, and none that has upstream's own name in it is offered.
 */
const inFork =
  (upstream: string) =>
  (candidate: Candidate): readonly Candidate[] => {
    const { inFork } = definitionOf(candidate.key)
    const [owner = ''] = upstream.toLowerCase().split('/')
    if (inFork === 'keep') return [candidate]
    if (inFork === undefined || candidate.value.toLowerCase().includes(owner)) return []
    return [{ ...candidate, from: `proposed, as in ${candidate.from}`, proposed: 'by-us' }]
  }

/** The names that are upstream's alone. */
const namesOf = (candidates: readonly Candidate[]): ReadonlySet<string> =>
  new Set(candidates.filter(({ key }) => definitionOf(key).inFork === undefined).map(({ value }) => value))
