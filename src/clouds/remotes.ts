import type { Setting } from './git-settings.ts'
import { inSmallLetters } from './letters.ts'
import { githubProject, readRemote } from './remote.ts'

/** Where the vendor's own git is: an app is not the project. */
const HEROKU = ['git.heroku.com', 'heroku.com']

/** The remotes of a checkout. */
export interface Remotes {
  /** The address by remote name that says whose project it is: where a push goes. */
  readonly addresses: Readonly<Record<string, string>>
  /** The remotes that the configuration names as the one to use, the strongest first. */
  readonly named: readonly string[]
}

/** Reads the remotes from git's configuration. */
export function remotesIn(settings: readonly Setting[]): Remotes {
  // For git, a name with a dash at its beginning would be an option.
  const names = new Set(settings.flatMap(({ key }) => /^remote\.([^-].*)\.(?:push)?url$/s.exec(key)?.[1] ?? []))
  return {
    addresses: Object.fromEntries([...names].flatMap(name => entryOf(name, settings))),
    named: ['remote.pushdefault', 'checkout.defaultremote'].flatMap(key => lastOf(key, settings) ?? []),
  }
}

function entryOf(name: string, settings: readonly Setting[]): readonly (readonly [string, string])[] {
  const written = writtenAddress(name, settings)
  return written === undefined ? [] : [[name, identifying(written, pushedTo(name, settings) ?? written)]]
}

/** The address as it is written: pushes go to pushurl. Of several, the first. */
const writtenAddress = (name: string, settings: readonly Setting[]): string | undefined =>
  firstOf(`remote.${name}.pushurl`, settings) ?? firstOf(`remote.${name}.url`, settings)

/** Where git pushes to; undefined where the remote has no address. */
export const pushedTo = (name: string, settings: readonly Setting[]): string | undefined => {
  const explicit = firstOf(`remote.${name}.pushurl`, settings)
  const url = firstOf(`remote.${name}.url`, settings)
  if (explicit !== undefined) return rewritten(explicit, 'insteadof', settings) ?? explicit
  return url && (rewritten(url, 'pushinsteadof', settings) ?? rewritten(url, 'insteadof', settings) ?? url)
}

/** git-config(1), url.<base>.insteadOf: of all beginnings that fit, the longest is replaced. */
function rewritten(
  address: string,
  by: 'insteadof' | 'pushinsteadof',
  settings: readonly Setting[],
): string | undefined {
  const rules = settings.flatMap(({ key, value }) => {
    const base = key.startsWith('url.') && key.endsWith(`.${by}`) ? key.slice(4, -by.length - 1) : undefined
    return base !== undefined && address.startsWith(value) ? [{ base, value }] : []
  })
  const [rule] = rules.toSorted((one, other) => other.value.length - one.value.length)
  return rule && rule.base + address.slice(rule.value.length)
}

/**
 * Of an address and what git makes of it, the one that says whose project it is. A mirror, or a folder, that stands in for
 * GitHub says less than the address that it replaces; an abbreviation says less than what it is short for.
 */
function identifying(written: string, used: string): string {
  const both = [used, written]
  return both.find(projectAt) ?? both.find(address => readRemote(address)) ?? written
}

/** OWNER/REPOSITORY where an address is on GitHub. */
export function projectAt(address: string): string | undefined {
  const place = readRemote(address)
  return place && githubProject(place)
}

/**
 * The remote that says whose project it is: one that the configuration names, else `origin`, else the only one. Those at
 * Heroku are apps.
 * @returns its name; undefined where there is none, or several and none is named
 */
export function ownRemote({ addresses, named }: Remotes): string | undefined {
  const names = projectRemotes({ addresses })
  return [...named, 'origin'].find(name => names.includes(name)) ?? (names.length === 1 ? names[0] : undefined)
}

/** The remotes, without those at Heroku. */
export const projectRemotes = ({ addresses }: Pick<Remotes, 'addresses'>): readonly string[] =>
  Object.entries(addresses).flatMap(([name, address]) => (herokuApp(address) === undefined ? [name] : []))

/** The app of a remote at Heroku. */
export function herokuApp(address: string): string | undefined {
  const place = readRemote(address)
  return place && HEROKU.includes(place.host) ? place.path : undefined
}

/**
 * The remote to push to for a project: its own one, unless another one is that project's, by its address.
 * @param project OWNER/REPOSITORY, where that was decided
 */
export function remoteOf(remotes: Remotes, project = ''): string | undefined {
  // GitHub does not tell big letters from small ones.
  const isProjects = (name: string) => {
    const other = projectAt(remotes.addresses[name] ?? '')
    return other !== undefined && inSmallLetters(other) === inSmallLetters(project)
  }
  const own = ownRemote(remotes)
  return [...(own === undefined ? [] : [own]), ...projectRemotes(remotes)].find(isProjects) ?? own
}

const firstOf = (key: string, settings: readonly Setting[]): string | undefined =>
  settings.find(one => one.key === key && one.value !== '')?.value

const lastOf = (key: string, settings: readonly Setting[]): string | undefined =>
  settings.findLast(one => one.key === key)?.value
