import type { Answers } from '../src/answers/schema.ts'
import { hole, type Str, t } from '../src/engine/text.ts'

/*
 * The names by which CI signs in to Google without a key (facts/circleci.md 9, facts/google.md 1.9): Google's steps make
 * them, and CircleCI's config says them.
 */

export { accountOf } from './google/names.ts'

type Named = Pick<Answers, 'circleProject'>

/** The longest that Google takes. */
const LONGEST = 32

/** The pool for one project of CircleCI, by its repository's name; Google takes lower case, digits and dashes alone. */
export function poolOf({ circleProject }: Named): Str {
  if (typeof circleProject !== 'string') return t`circleci-${hole('circleProject:name')}`
  const name = circleProject.replace(/^.*\//, '').toLowerCase()
  const id = `circleci-${name.replaceAll(/[^a-z0-9-]/g, '-')}`
  return id.slice(0, LONGEST).replace(/-+$/, '')
}

export const PROVIDER = 'circleci'

/** The project's number, which Google gives it and which the names of pools have in them. */
export const NUMBER = 'google.project:number'

/** The pool's whole name. */
export const poolName = (names: Named): Str =>
  t`projects/${hole(NUMBER)}/locations/global/workloadIdentityPools/${poolOf(names)}`

/** The provider's whole name. */
export const providerName = (names: Named): Str => t`${poolName(names)}/providers/${PROVIDER}`
