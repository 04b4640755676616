import { jobsThatNeed, keyVariableOf } from '../../src/answers/forms/ci-sign-ins.ts'
import type { Known } from '../../src/answers/schema.ts'
import { isUpstreams } from '../../src/answers/upstream.ts'
import type { Look } from '../../src/engine/step.ts'
import { accountOf, NUMBER, providerName } from '../google-identity.ts'
import { type Area, hasGoogleKey, isKeyless, jobsOf, pushesToGoogle } from '../push-job.ts'
import type { Open } from './config/edit.ts'
import { type Keyless, keylessLogin } from './config/login.ts'
import { oldContexts, type WantedContexts } from './config/old-contexts.ts'
import { type Names, placeOf, type Repair, repairs } from './config/repairs.ts'
import { nameInstead } from './contexts.ts'

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

/** The contexts of ours that jobs are to have, by the variables that each of them needs. */
export function contextsWanted(
  text: string,
  answers: Pick<Known, Used>,
): readonly { readonly job: string; readonly context: string }[] {
  const { circleJobs, herokuContext, googleContext, dockerHubUserVariable, dockerHubTokenVariable } = answers
  const jobs = circleJobs.split(',')
  const hasJobs = (area: Area) => jobsOf(answers, area).length > 0
  const wants = (context: string, variables: readonly string[]) =>
    jobsThatNeed(text, variables)
      .filter(job => jobs.includes(job))
      .map(job => ({ job, context }))
  return [
    ...wants(herokuContext, [
      ...(hasJobs('herokuJobs') ? [answers.herokuTokenVariable] : []),
      ...(hasJobs('dockerHubJobs') ? [dockerHubUserVariable, dockerHubTokenVariable] : []),
    ]),
    // CircleCI's own token needs no context.
    ...(hasGoogleKey(answers) ? wants(googleContext, [answers.googleKeyVariable]) : []),
  ]
}

/** The jobs that sign in anywhere, with the contexts that they are to have, and which are not to stay beside these. */
function contextsOfJobs(text: string, answers: Pick<Known, Used>): readonly WantedContexts[] {
  const wanted = contextsWanted(text, answers)
  const withoutKey = keylessOf(answers) ? jobsOf(answers, 'googleJobs') : []
  const ours = [answers.herokuContext, answers.googleContext]
  const jobs = new Set([...wanted.map(({ job }) => job), ...withoutKey])
  return [...jobs].map(job => {
    const contexts = wanted.filter(one => one.job === job).map(({ context }) => context)
    const isReplaced = (name: string) =>
      !ours.includes(name) && contexts.some(own => isInstead(own, name, answers.circleProject))
    const hadKey = (name: string) => withoutKey.includes(job) && name === answers.googleContext
    return { job, contexts, isOld: name => !contexts.includes(name) && (isReplaced(name) || hadKey(name)) }
  })
}

/** Did a context get its name because that other one is somebody else's: taken in this organization, or upstream's? */
const isInstead = (own: string, other: string, project: string): boolean =>
  own.replace(/-\d+$/, '') === nameInstead(other, project) ||
  isUpstreams('herokuContext', other) ||
  isUpstreams('googleContext', other)

/** All that is to be replaced in the file, each by itself, in the text's order; and what a person must replace. */
export function allRepairs(
  text: string,
  look: Pick<Look<Used>, 'answers' | 'isDry' | 'fact'>,
): { readonly found: readonly Repair[]; readonly open: readonly Open[] } {
  const contexts = oldContexts(text, contextsOfJobs(text, look.answers))
  const values = [...repairs(text, namesOf(look.answers)), ...contexts.found]
  const keyless = keylessOf(look.answers)
  if (keyless === undefined) return { found: inOrder(values), open: contexts.open }
  const number = look.isDry ? undefined : look.fact(NUMBER)
  const logins = jobsOf(look.answers, 'googleJobs').flatMap(
    job => keylessLogin(text, { ...keyless, job, variable: keyVariableOf(text, job), number }) ?? [],
  )
  // Two jobs that run one command sign in by it alike.
  const changed = logins.filter(login => 'changes' in login)
  const once = changed.filter((login, index) => changed.findIndex(other => placeOf(other) === placeOf(login)) === index)
  return {
    found: inOrder([...values, ...once]),
    open: [...contexts.open, ...logins.filter((login): login is Open => !('changes' in login))],
  }
}

const inOrder = (found: readonly Repair[]) => found.toSorted((one, other) => placeOf(one) - placeOf(other))
