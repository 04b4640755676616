import type { Answers } from '../../src/answers/schema.ts'
import type { Look } from '../../src/engine/step.ts'
import { path, type Str, t } from '../../src/engine/text.ts'

type Names = Pick<Answers, 'googleProject' | 'googleServiceAccountId'>

/** The address of the account that CI pushes as. */
export const accountOf = ({ googleProject, googleServiceAccountId }: Names): Str =>
  t`${googleServiceAccountId}@${googleProject}.iam.gserviceaccount.com`

/** The same account as policies name it. */
export const memberOf = (names: Names): Str => t`serviceAccount:${accountOf(names)}`

/** Did this set-up make it? What another account had is not taken away without a typed consent. */
export const isOurAccount = (look: Pick<Look, 'record'>): boolean => look.record('google.service-account') === 'made'

export const projectPath = ({ googleProject }: Pick<Answers, 'googleProject'>): Str =>
  path`/v1/projects/${googleProject}`

/** CI's account, where it is asked about behind its own project. */
export const accountPath = (names: Names): Str => t`${projectPath(names)}/serviceAccounts/${path`${accountOf(names)}`}`

/** What tells that this set-up has made a thing; a hint, which anybody could write. */
export const labelOf = ({ githubProject }: Pick<Answers, 'githubProject'>): Str => t`dummyapp-setup ${githubProject}`

/** Where the repositories of gcr.io's hosts lie (facts/google.md 1, AR repo id; 2). */
const LOCATIONS: Readonly<Record<string, string>> = {
  'us.gcr.io': 'us',
  'eu.gcr.io': 'europe',
  'asia.gcr.io': 'asia',
  'gcr.io': 'us',
}

/** Of a host of gcr.io's; a host that is not known yet is the document's. */
export const locationOf = (registryHost: Str): string =>
  (typeof registryHost === 'string' ? LOCATIONS[registryHost] : undefined) ?? 'us'

/** The repository that the images go to. */
export const repositoryPath = ({ googleProject, registryHost }: Pick<Answers, 'googleProject' | 'registryHost'>): Str =>
  path`/v1/projects/${googleProject}/locations/${locationOf(registryHost)}/repositories/${registryHost}`

/** Artifact Registry counts a person's requests to the project that they are about (facts/google.md 6). */
export const countedTo = <Project extends Str>({ googleProject }: { readonly googleProject: Project }) => ({
  'x-goog-user-project': googleProject,
})
