import { type RemotePlace, readRemote } from '../../clouds/remote.ts'
import type { Candidate } from '../candidate.ts'

/** GitHub's own names; the second is for networks that let nothing but HTTPS ports pass. */
const GITHUB = ['github.com', 'ssh.github.com', 'www.github.com']
const HEROKU = ['git.heroku.com', 'heroku.com']

/** OWNER/REPOSITORY where a remote is on GitHub. */
export const githubProject = ({ host, path }: RemotePlace): string | undefined =>
  GITHUB.includes(host) && /^[^/]+\/[^/]+$/.test(path) ? path : undefined

/** What the repository's own identity says. */
export function fromRemotes(origin: RemotePlace | undefined, heroku: string | undefined): readonly Candidate[] {
  const project = origin && githubProject(origin)
  const app = readRemote(heroku ?? '')
  return [
    ...(project ? [{ key: 'githubProject', value: project, from: 'git remote origin' } as const] : []),
    ...(app && HEROKU.includes(app.host)
      ? [{ key: 'herokuApp', value: app.path, from: 'git remote heroku' } as const]
      : []),
  ]
}
