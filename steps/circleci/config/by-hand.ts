import { CI_CONFIG, entriesOf, isSetup, readCiConfig } from '../../../src/answers/forms/ci-config.ts'
import { type CiJob, ciJobs } from '../../../src/answers/forms/ci-jobs.ts'
import type { Registry } from '../../../src/answers/forms/ci-orbs.ts'
import { decodingInPlace, type SignIn, signInsOf } from '../../../src/answers/forms/ci-sign-ins.ts'
import { type Area, jobsOf } from '../../push-job.ts'
import { commentedOut } from './commented-out.ts'
import type { Open } from './edit.ts'
import { flowList, scalar } from './scalar.ts'

/** What an area's jobs need, by the answers. */
export interface Need {
  readonly area: Area
  readonly registry: Registry
  /** undefined where the jobs sign in without a credential of a context. */
  readonly context: string | undefined
  /** The variables that are filled. */
  readonly user?: string
  readonly secret: string
}

/**
 * What only a person can do in a config so that CI can push by it, as instructions; none where it can.
 * @param text the config with all edits put in
 * @param open what could not be put in, and why
 */
export function leftToPerson(
  text: string,
  answers: Parameters<typeof jobsOf>[0],
  needs: readonly Need[],
  open: readonly Open[],
): readonly string[] {
  const wanted = needs.filter(({ area }) => jobsOf(answers, area).length > 0)
  const isElsewhere = isSetup(text)
  if (wanted.length === 0) {
    if (isElsewhere) return [CONTINUED]
    // By choice, then.
    return ciJobs(text).some(job => signInsOf(job).length > 0) ? [] : [NOTHING_PUSHES]
  }
  return wanted.flatMap(need => {
    const names = jobsOf(answers, need.area)
    const jobs = ciJobs(text).filter(({ job }) => names.includes(job))
    // The jobs of the other file are named by a person, who gives them their contexts.
    if (isElsewhere && jobs.length === 0) return []
    return whyNot(text, names, jobs, need, open).map(why => `${why}\nOr leave that out: --set ${need.area}=`)
  })
}

const CONTINUED = `${CI_CONFIG} is a setup workflow: it continues with the jobs of another file, which is not read here. In that file, give each job that pushes its context; then name the jobs: dummyapp-setup --set circleJobs=JOBS with --set herokuJobs=JOB, --set dockerHubJobs=JOB or --set googleJobs=JOB.`

const NOTHING_PUSHES = `No job of ${CI_CONFIG} is known to sign in to Heroku, Docker Hub or Google, so nothing could push. Add one, or name the job that does: --set herokuJobs=JOB, --set dockerHubJobs=JOB or --set googleJobs=JOB.`

/** Why none of an area's jobs could push, and what to do about it. */
function whyNot(
  text: string,
  names: readonly string[],
  jobs: readonly CiJob[],
  need: Need,
  open: readonly Open[],
): readonly string[] {
  const { context } = need
  if (jobs.length === 0)
    return [`${CI_CONFIG} has no job ${names.join(' and none ')}: name the one that it has, --set ${need.area}=JOB`]
  const run = jobs.filter(({ workflow }) => workflow !== undefined)
  if (run.length === 0 || entriesOf(readCiConfig(text).get('workflows')).size === 0) {
    return [
      `No workflow runs ${names.join(', ')}, and only a workflow can give a job a context. ${toAdd(text, names[0] ?? '', context)}`,
    ]
  }
  const given = run.filter(({ contexts }) => context === undefined || contexts.includes(context))
  if (given.length === 0) {
    const why = open.find(({ job }) => names.includes(job))?.why
    return [
      `Give ${names.join(', ')} the context ${context} in its workflow${why === undefined ? '' : `; it was left as it is, because ${why}`}.`,
    ]
  }
  return given.some(job => canUse(job, need)) ? [] : [inOtherNames(given, need)]
}

/** Does a job sign in by what is filled? One whose sign-in is not seen is taken at its word. */
function canUse(job: CiJob, need: Need): boolean {
  const own = signInsOf(job).filter(({ registry }) => registry === need.registry)
  const isMine = ({ user, secret, form }: SignIn) =>
    (secret === undefined || secret === need.secret) &&
    (user === undefined || need.user === undefined || user === need.user) &&
    form !== 'json'
  return need.context === undefined || own.length === 0 || own.some(isMine)
}

function inOtherNames(jobs: readonly CiJob[], { registry, user, secret }: Need): string {
  const own = jobs.flatMap(job =>
    signInsOf(job).flatMap(one => (one.registry === registry ? [{ ...one, job: job.job }] : [])),
  )
  const [first] = own
  if (own.some(one => one.form === 'json' && one.secret === secret)) {
    const orb = jobs.find(({ scripts, orbs }) => scripts.length === 0 && orbs.length > 0)
    if (orb !== undefined) return decodedBefore(orb.job, secret)
    return `${first?.job} takes Google’s key as plain JSON from ${secret}, and it is put there in base64: decode it, echo "$${secret}" | base64 --decode > FILE, and sign in with that file.`
  }
  const names = [first?.user, first?.secret].filter(name => name !== undefined).join(' and ')
  return `${first?.job} signs in with ${names}, but what is filled is ${[user, secret].filter(name => name !== undefined).join(' and ')}: change the job, or the answers.`
}

/** An orb's job is not in the config: what decodes the key for it stands before it. */
const decodedBefore = (job: string, variable: string): string =>
  `${job} takes Google’s key as plain JSON from ${variable}, and it is put there in base64. Have it decoded before, where the workflow runs it:
      - ${scalar(job)}:
          pre-steps:
            - run: |
                ${decodingInPlace(variable)}`

/** The workflow that a config needs, as a person would write it. */
function toAdd(text: string, job: string, context: string | undefined): string {
  const config = readCiConfig(text)
  // What it once came after, it most likely takes its files from.
  const requires = commentedOut(text, job)?.requires ?? []
  const options = [
    ...(context === undefined ? [] : [`context: ${scalar(context)}`]),
    ...(requires.length === 0 ? [] : [`requires: ${flowList(requires)}`]),
  ]
  const entry = [
    `      - ${scalar(job)}${options.length > 0 ? ':' : ''}`,
    ...options.map(one => `          ${one}`),
  ].join('\n')
  if (entriesOf(config.get('workflows')).size > 0) return `Add it to the jobs of one:\n${entry}`
  const version = Number(config.get('version')) === 2 ? '  version: 2\n' : ''
  return `Add one:\nworkflows:\n${version}  build_and_push:\n    jobs:\n${entry}`
}
