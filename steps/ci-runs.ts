import { CI_CONFIG } from '../src/answers/forms/ci-config.ts'
import { ciJobs } from '../src/answers/forms/ci-jobs.ts'
import type { Cause } from '../src/clouds/cause.ts'
import { contextNamed } from '../src/clouds/circleci.ts'
import { failedStep, type Job, lastLines, OVER, type Run } from '../src/clouds/circleci-runs.ts'
import type { Look } from '../src/engine/step.ts'

/* How a pipeline is found, and how it and what failed in it are told. */

type Questions = Look<'circleProject' | 'firstRunBranch'>

/** As a jq filter: has a workflow ended, in whatever way (facts/circleci.md 8)? */
export const IS_OVER = `.status | IN(${[...OVER].map(status => JSON.stringify(status)).join(', ')})`

/** What the project's remote has on the branch: that is what CI builds. Without it nobody knows which pipeline is the one. */
export async function publishedRevision({ origin, remote, answers }: Questions): Promise<string | Cause> {
  const { firstRunBranch } = answers
  const said = await origin(`refs/heads/${firstRunBranch}`)
  if (typeof said !== 'string') return said
  const revision = /^[\da-f]{40,64}/.exec(said)?.[0]
  return (
    revision ?? {
      code: 'not-pushed',
      asked: `git ls-remote ${remote} ${firstRunBranch}`,
      means: `${remote} has no branch ${firstRunBranch}: CI builds what is pushed.`,
      next: `git push ${remote} HEAD:${firstRunBranch}, and run again. Another branch: --set firstRunBranch=NAME`,
    }
  )
}

const SIGNS: Readonly<Record<string, string>> = { success: '✔', failed: '✖', unauthorized: '⛔', running: '●' }

/** The jobs with their state and time, on one line. */
export function treeOf({ number }: Run, jobs: readonly Job[]): string {
  const shown = jobs.map(({ name, status, startedAt, stoppedAt }) => {
    const sign = SIGNS[status] ?? status.replaceAll('_', ' ')
    return [sign, name, startedAt && stoppedAt && minutes(stoppedAt.getTime() - startedAt.getTime())]
      .filter(Boolean)
      .join(' ')
  })
  return `pipeline ${number}: ${shown.join(' · ') || 'is being set up'}`
}

const minutes = (ms: number): string => {
  const seconds = Math.round(ms / 1000)
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
}

export const pageOf = (project: string, { number }: Run): string =>
  `https://app.circleci.com/pipelines/${project}/${number}`

/** facts/circleci.md 8: it ran, and came to a bad end. */
export const FAILED = ['failed', 'timedout', 'infrastructure_fail', 'terminated-unknown']

/** Why a job failed, not one that only waited for it: its last lines, or who may not use the context. */
export async function failureOf(look: Questions, run: Run, bad: readonly Job[]): Promise<Cause> {
  const { circleProject } = look.answers
  const isFailed = ({ status }: Job) => FAILED.includes(status)
  const job = bad.find(isFailed) ?? bad.find(({ status }) => status === 'unauthorized') ?? bad[0]
  const asked = `pipeline ${run.number}, job ${job?.name}`
  const page = pageOf(circleProject, run)
  if (job?.status === 'unauthorized') {
    const missing = await missingContexts(look, job)
    if (missing.length > 0) return noContext(missing, job, { asked, page, organization: organizationOf(look) })
    return {
      code: 'unauthorized',
      asked,
      said: 'unauthorized',
      means:
        'The job may not use its context. That is no matter of credentials: whoever pushed is no member of the organization, the context is closed to this project, or its condition is not true for this branch.',
      next: `Look at the context’s restrictions (Organization Settings > Contexts), then run again. ${page}`,
    }
  }
  if (job === undefined || !isFailed(job)) {
    return {
      code: 'not-run',
      asked,
      said: job?.status ?? 'no job',
      means: 'The job did not come to an end: it was cancelled, or another one that it waits for failed.',
      next: `Run again: what did not succeed is run once more. ${page}`,
    }
  }
  const step =
    job.number === undefined
      ? undefined
      : await failedStep(path => look.read('circleci', path), circleProject, job.number)
  const lines = step?.outputUrl === undefined ? '' : lastLines(await look.readPublic(step.outputUrl))
  return {
    code: 'job-failed',
    asked: step ? `${asked}, step ${step.name}` : asked,
    said: lines || job.status,
    means: meaningOf(lines),
    next: `${SHUT_DOWN.test(lines) ? MOVE : 'Mend what its last lines say, and run again: what did not succeed is run once more.'} ${page}`,
  }
}

const organizationOf = ({ answers }: Questions): string => answers.circleProject.split('/').slice(0, 2).join('/')

/** The contexts that the checkout's config gives the job, and that its organization does not have. */
async function missingContexts(look: Questions, { name }: Job): Promise<readonly string[]> {
  const uses = ciJobs(look.file(CI_CONFIG) ?? '').filter(use => use.name === name)
  const contexts = [...new Set(uses.flatMap(use => use.contexts))]
  const read = (path: string) => look.read('circleci', path)
  const found = await Promise.all(contexts.map(one => contextNamed(read, organizationOf(look), one)))
  return contexts.filter((_, index) => found[index] === undefined)
}

const noContext = (
  missing: readonly string[],
  { name }: Job,
  { asked, page, organization }: { readonly asked: string; readonly page: string; readonly organization: string },
): Cause => ({
  code: 'no-context',
  asked,
  said: 'unauthorized',
  means: `${organization} has no context ${missing.join(', ')} that this account can see, and ${name} asks for it: CircleCI does not run such a job.`,
  next: `Take it off the job in ${CI_CONFIG}, or create it (Organization Settings > Contexts); then commit, push, and run again. ${page}`,
})

/** The words of the unmigrated push, and what helps (facts/google.md 2). */
const SHUT_DOWN = /Container Registry is deprecated/i
const MOVE =
  'Have an owner of the project move it over with the command that Google names, and take a route that gives CI a right in Artifact Registry (--set googleRoute=least-privilege); then run again.'

/** What is often behind the words of docker and of registries. */
function meaningOf(lines: string): string {
  if (SHUT_DOWN.test(lines)) {
    return 'For this project the host is still the old Container Registry’s, which takes no pushes since 2025-03-18, whatever right CI has.'
  }
  if (/incorrect username or password|unauthorized: authentication required/i.test(lines)) {
    return 'The registry did not take the sign-in: the credential in the context is wrong, expired or revoked.'
  }
  if (/\bartifactregistry\.\w+/.test(lines)) {
    return 'Artifact Registry knows who pushes, and does not let them: the right to push to this very repository is missing, and one on a bucket is none (the route least-privilege gives it).'
  }
  if (/denied|insufficient_scope/i.test(lines)) {
    return 'The registry knows who pushes, and does not let them: the right to push to this very repository is missing.'
  }
  return 'The job failed; its last lines tell at what.'
}
