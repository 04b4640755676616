import { foreignLetters, inSmallLetters } from '../clouds/letters.ts'
import { type RemotePlace, readRemote } from '../clouds/remote.ts'
import { ownRemote, projectAt, projectRemotes } from '../clouds/remotes.ts'
import { fromLibrary } from './sources/library.ts'

/** Whose project a checkout is, by its remotes and its library. */
export interface Whose {
  /** The remote that says so, with the project where that is on GitHub. */
  readonly own: { readonly name: string; readonly project: string | undefined } | undefined
  readonly place: RemotePlace | undefined
  /** The project that the files name. */
  readonly named: string | undefined
  /** The files are upstream's. So they are where nobody can tell which of several remotes is the person's own. */
  readonly isFork: boolean
  readonly project: string | undefined
}

/** @param repository the address by remote name, the remotes that git's configuration names, the strongest first, and the library's text */
export function whose({
  remotes,
  named: preferred = [],
  library,
}: {
  readonly remotes: Readonly<Record<string, string>>
  readonly named?: readonly string[]
  readonly library: string | undefined
}): Whose {
  const name = ownRemote({ addresses: remotes, named: preferred })
  const address = remotes[name ?? ''] ?? ''
  const own = name === undefined ? undefined : { name, project: projectAt(address) }
  const place = readRemote(address)
  const isOpen = own === undefined && projectRemotes({ addresses: remotes }).length > 1
  const named = fromLibrary(library ?? '').find(({ key }) => key === 'githubProject')?.value
  const isFork = named !== undefined && (isOpen || (place !== undefined && !isAt(place, named)))
  return { own, place, named, isFork, project: own?.project ?? (isFork ? undefined : named) }
}

/** GitHub does not tell big letters from small ones. */
export const isSame = (one: string, other: string) => inSmallLetters(one) === inSmallLetters(other)

/** Whatever the host is called, by an alias of ssh or as a mirror; one in other letters than ASCII’s only looks like another. */
const isAt = ({ host, path }: RemotePlace, project: string) => foreignLetters(host) === '' && isSame(path, project)
