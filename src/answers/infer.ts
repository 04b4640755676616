import { type RemotePlace, readRemote } from '../clouds/remote.ts'
import { type AnswerKey, herokuName } from './schema.ts'

/** A value for an answer, with where it comes from, as people are told. */
export interface Candidate {
  readonly key: AnswerKey
  readonly value: string
  readonly from: string
  /** Made up by us, so it stands only where a person says yes to it. */
  readonly proposed?: true
}

/** What the repository says of itself. */
export interface Repository {
  /** URL by remote name. */
  readonly remotes: Readonly<Record<string, string>>
  /** The text of build/common.lib.sh. */
  readonly library: string | undefined
}

export const LIBRARY = 'build/common.lib.sh'

/** The variables of the library that are answers. */
const VARIABLES = { GITHUB_PROJECT: 'githubProject', HEROKU_APP: 'herokuApp' } as const satisfies Record<
  string,
  AnswerKey
>

/**
 * Answers from the repository, the most trustworthy first: its own identity (remotes), then its files. Where origin
 * is not the project that the files name, the files are upstream's, and proposals stand in for their values.
 */
export function infer({ remotes, library }: Repository): readonly Candidate[] {
  const origin = githubPlace(remotes.origin)
  const files = library === undefined ? [] : inLibrary(library)
  const named = files.find(({ key }) => key === 'githubProject')?.value
  const isFork = origin !== undefined && named !== undefined && origin.path.toLowerCase() !== named.toLowerCase()
  return [...identity(origin, remotes.heroku), ...(isFork ? [] : files), ...(origin ? proposals(origin) : [])]
}

function githubPlace(url: string | undefined): RemotePlace | undefined {
  const place = readRemote(url ?? '')
  return place?.host === 'github.com' && /^[^/]+\/[^/]+$/.test(place.path) ? place : undefined
}

function identity(origin: RemotePlace | undefined, heroku: string | undefined): Candidate[] {
  const app = readRemote(heroku ?? '')
  return [
    ...(origin ? [{ key: 'githubProject', value: origin.path, from: 'git remote origin' } as const] : []),
    ...(app?.host === 'git.heroku.com' || app?.host === 'heroku.com'
      ? [{ key: 'herokuApp', value: app.path, from: 'git remote heroku' } as const]
      : []),
  ]
}

/** The lines `: "${NAME:=value}"`, which the library promises to be readable by a simple pattern. */
function inLibrary(text: string): Candidate[] {
  return [...text.matchAll(/^: "\$\{(\w+):?=([^}$`"]*)\}"[ \t]*\r?$/gm)].flatMap(([, name = '', value = '']) => {
    const key = Object.hasOwn(VARIABLES, name) ? VARIABLES[name as keyof typeof VARIABLES] : undefined
    return key && value ? [{ key, value, from: LIBRARY }] : []
  })
}

function proposals({ path }: RemotePlace): Candidate[] {
  const app = herokuName(path)
  return [{ key: 'herokuApp', value: app, from: `proposed, after ${path}`, proposed: true }]
}
