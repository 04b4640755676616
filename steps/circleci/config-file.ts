import { keyVariableOf } from '../../src/answers/forms/ci-sign-ins.ts'
import type { Known } from '../../src/answers/schema.ts'
import type { Look } from '../../src/engine/step.ts'
import { accountOf, NUMBER, providerName } from '../google-identity.ts'
import { isKeyless, jobsOf, pushesToGoogle } from '../push-job.ts'
import type { Open } from './config/edit.ts'
import { type Keyless, keylessLogin } from './config/login.ts'
import { type Names, placeOf, type Repair, repairs } from './config/repairs.ts'

/** The one file that both steps edit: what is put in first, then what is replaced. */
export const FILE = '.circleci/config.yml'

/** The answers that decide what stands in it. */
export const USES = [
  'circleOrg',
  'circleProject',
  'circleJobs',
  'herokuJobs',
  'dockerHubJobs',
  'googleJobs',
  'herokuContext',
  'googleContext',
  'herokuTokenVariable',
  'dockerHubUserVariable',
  'dockerHubTokenVariable',
  'googleKeyVariable',
  'herokuApp',
  'defaultBranch',
  'dockerHubRepository',
  'registryHost',
  'googleProject',
  'googleRoute',
  'googleServiceAccountId',
  'imageName',
] as const
export type Used = (typeof USES)[number]

/** The names that the config should say, by the variables that the repository's scripts read. */
const namesOf = (answers: Pick<Known, Used>): Names => ({
  DOCKER_PROJECT: answers.dockerHubRepository,
  HEROKU_APP: answers.herokuApp,
  GCR_HOST: answers.registryHost,
  GCR_PROJECT: answers.googleProject,
  GCR_IMAGE_NAME: answers.imageName,
})

/** How CI signs in to Google without a key; undefined where it has one, or does not push there. */
export function keylessOf(answers: Pick<Known, Used>): Keyless | undefined {
  if (!isKeyless(answers) || !pushesToGoogle(answers)) return undefined
  return { provider: providerName(answers), account: accountOf(answers) }
}

/** All that is to be replaced in the file, each by itself, in the text's order; and what a person must replace. */
export function allRepairs(
  text: string,
  look: Pick<Look<Used>, 'answers' | 'isDry' | 'fact'>,
): { readonly found: readonly Repair[]; readonly open: readonly Open[] } {
  const values = repairs(text, namesOf(look.answers))
  const keyless = keylessOf(look.answers)
  if (keyless === undefined) return { found: values, open: [] }
  const number = look.isDry ? undefined : look.fact(NUMBER)
  const logins = jobsOf(look.answers, 'googleJobs').flatMap(
    job => keylessLogin(text, { ...keyless, job, variable: keyVariableOf(text, job), number }) ?? [],
  )
  // Two jobs that run one command sign in by it alike.
  const changed = logins.filter(login => 'changes' in login)
  const once = changed.filter((login, index) => changed.findIndex(other => placeOf(other) === placeOf(login)) === index)
  return {
    found: [...values, ...once].toSorted((one, other) => placeOf(one) - placeOf(other)),
    open: logins.filter((login): login is Open => !('changes' in login)),
  }
}
