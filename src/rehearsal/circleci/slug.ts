/** facts/circleci.md 4: either name means the same place; case matters. */
const SHORT: Readonly<Record<string, string>> = {
  gh: 'gh',
  github: 'gh',
  bb: 'bb',
  bitbucket: 'bb',
  circleci: 'circleci',
}
const LONG: Readonly<Record<string, string>> = { gh: 'github', bb: 'bitbucket', circleci: 'circleci' }

/** A slug in its short form; undefined where its first part is no place for code. */
export function slugOf(...parts: readonly string[]): string | undefined {
  const [vcs = '', ...rest] = parts
  return Object.hasOwn(SHORT, vcs) ? [SHORT[vcs], ...rest].join('/') : undefined
}

/** `github`, `bitbucket` or `circleci`. */
export const vcsTypeOf = (slug: string): string => LONG[slug.slice(0, slug.indexOf('/'))] ?? ''

/** The slug of the organization that a project's slug begins with. */
export const organizationSlugOf = (project: string): string => project.slice(0, project.lastIndexOf('/'))

/** What a slug calls the last thing in it. */
export const lastOf = (slug: string): string => slug.slice(slug.lastIndexOf('/') + 1)

/** Where the code of a project lies. */
export const vcsUrlOf = (slug: string): string => {
  const [vcs, ...path] = slug.split('/')
  return `https://${vcs === 'bb' ? 'bitbucket.org' : vcs === 'gh' ? 'github.com' : 'circleci.com'}/${path.join('/')}`
}
