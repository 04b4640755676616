import type { Answers } from '../../src/answers/schema.ts'
import { hole, path, type Str, t } from '../../src/engine/text.ts'
import { poolName, poolOf } from '../google-identity.ts'

type Names = Pick<Answers, 'circleProject'>

/** The one who comes in: CircleCI's id of the project is the subject, which fits Google's 127 bytes. */
export const principalOf = (names: Names): Str =>
  t`principal://iam.googleapis.com/${poolName(names)}/subject/${hole('circleci.project:id')}`

/** Where pools are asked for. */
export const poolsPath = ({ googleProject }: Pick<Answers, 'googleProject'>): Str =>
  path`/v1/projects/${googleProject}/locations/global/workloadIdentityPools`

export const poolPath = (names: Pick<Answers, 'circleProject' | 'googleProject'>): Str =>
  t`${poolsPath(names)}/${path`${poolOf(names)}`}`
