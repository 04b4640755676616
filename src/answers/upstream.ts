import type { Candidate } from './candidate.ts'
import type { AnswerKey } from './schema.ts'

/** The project that the document is about. */
export const UPSTREAM = 'PennockTech/dummyapp'

/** The names in the document (README at 92fb2adf). */
const NAMES = {
  herokuApp: 'pt-dummy-app',
  dockerHubRepository: 'pennocktech/dummyapp',
  dockerHubTeam: 'dummyapppushers',
  herokuContext: 'heroku-and-dockerhub',
  googleContext: 'google-dummyapp',
  googleProject: 'dummyapp-214121',
  googleServiceAccountName: 'circleci-dummyapp-image-builder',
  imageName: 'pt-dummy-app',
} as const satisfies Partial<Record<AnswerKey, string>>

/** What stands in upstream's files besides (at 92fb2adf). */
const IN_FILES = {
  githubProject: UPSTREAM,
  registryHost: 'us.gcr.io',
  dataImage: 'philpennock/poetry',
} as const satisfies Partial<Record<AnswerKey, string>>

/** Is that value what upstream's files come with, so that in a fork nobody decided on it? */
export const isUpstreams = (key: AnswerKey, value: string): boolean =>
  new Map<AnswerKey, string>(Object.entries({ ...NAMES, ...IN_FILES }) as [AnswerKey, string][]).get(key) === value

/** The document's names: for upstream itself, and for nobody else. */
export const documented = (): readonly Candidate[] =>
  Object.entries(NAMES).map(([key, value]) => ({ key: key as keyof typeof NAMES, value, from: 'the document' }))
