import { herokuApp } from '../../clouds/remotes.ts'
import type { Candidate } from '../candidate.ts'

/**
 * What the repository's own identity says.
 * @param own the remote that says whose project it is, and the project where that is on GitHub
 * @param heroku the address of the remote that git pushes to Heroku by
 */
export function fromRemotes(
  own: { readonly name: string; readonly project: string | undefined } | undefined,
  heroku: string | undefined,
): readonly Candidate[] {
  const app = herokuApp(heroku ?? '')
  return [
    ...(own?.project ? [{ key: 'githubProject', value: own.project, from: `git remote ${own.name}` } as const] : []),
    ...(app ? [{ key: 'herokuApp', value: app, from: 'git remote heroku' } as const] : []),
  ]
}
