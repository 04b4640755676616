import type { Cause } from '../../src/clouds/cause.ts'
import { failedStep, type Job, type Run, readJobs, readRuns } from '../../src/clouds/circleci-runs.ts'
import { at, textAt } from '../../src/clouds/json.ts'
import { type Action, defineStep, type Look } from '../../src/engine/step.ts'
import { type Str, t } from '../../src/engine/text.ts'

/** Its credential is delivered by a lane that is not here yet: what becomes of it is told, and decides nothing. */
const NOT_YET = ['push_gce_registry']

const USES = ['circleProject', 'firstRunBranch'] as const
type Questions = Look<(typeof USES)[number]>

/** The workflows that are run again. Where there is no state, a new pipeline is started. */
interface State {
  readonly rerun: readonly string[]
}
const NOTHING: State = { rerun: [] }

export const firstRun = defineStep({
  id: 'circleci.first-run',
  title: 'Let CI run once, and see its jobs push',
  why: 'Only a push that CI itself has done proves the contexts, the credentials and the config together.',
  section: 'Authentication',
  document: '“After doing a run …”; pushed on branch circle',
  today:
    'The pipeline that the push started is taken; where there is none, one is started. Its jobs are followed, a failed one is told with its last lines, and tried again by the next run.',
  uses: USES,
  after: ['circleci.project', 'repository.build-images', 'repository.publish', 'heroku.ci-token', 'docker-hub.token'],
  needs: ['circleci'],

  async look(look) {
    const { circleProject, firstRunBranch } = look.answers
    const published = await publishedRevision(look)
    if (typeof published !== 'string') return { is: 'unknown', cause: published }
    const read = (path: string) => look.read('circleci', path)
    const [run] = await readRuns(read, circleProject, firstRunBranch, ({ revision }) => revision === published)
    if (run === undefined) return { is: 'missing' }
    if (run.errors.length > 0) return { is: 'failed', cause: broken(run, circleProject) }
    const jobs = (await Promise.all(run.workflows.map(({ id }) => readJobs(read, id)))).flat()
    if (run.workflows.length === 0 || run.workflows.some(({ isOver }) => !isOver)) {
      return { is: 'pending', on: 'ci', detail: treeOf(run, jobs), state: NOTHING }
    }
    const bad = jobs.filter(({ status }) => status !== 'success')
    const decisive = bad.filter(({ name }) => !NOT_YET.includes(name))
    if (decisive.length === 0) {
      return {
        is: 'present',
        state: NOTHING,
        learned: learnedOf(run),
        notes: notesOn(run, jobs, circleProject),
      }
    }
    const state: State = { rerun: run.workflows.filter(({ status }) => status !== 'success').map(({ id }) => id) }
    return { is: 'failed', cause: await failure(look, run, decisive), state }
  },

  actions: ({ circleProject, firstRunBranch }, seen) => {
    const state = seen !== undefined && 'state' in seen ? seen.state : undefined
    return state === undefined ? [trigger(circleProject, firstRunBranch)] : state.rerun.map(rerun)
  },

  // What was pushed stays: each registry has its own way to delete an image.
  undo: () => [],

  // facts/circleci.md 8: 200 and a message, where the commit says so.
  isNo: (key, { body }, { firstRunBranch }) =>
    key === 'trigger' && textAt(body, 'id') === undefined
      ? {
          code: 'skip-ci',
          said: textAt(body, 'message') ?? '',
          means: `CircleCI started no pipeline: the newest commit of ${firstRunBranch} says that CI is to skip it.`,
          next: `Push a commit to ${firstRunBranch} that does not say so, and run again.`,
        }
      : undefined,
})

const trigger = (project: Str, branch: Str): Action => ({
  kind: 'request',
  key: 'trigger',
  does: t`start a pipeline of ${branch}, where the push has started none, and follow it`,
  host: 'circleci',
  method: 'POST',
  path: t`/api/v2/project/${project}/pipeline`,
  body: { branch },
  learn: { pipeline: ['id'] },
  again: 'look-first',
})

const rerun = (workflow: string): Action => ({
  kind: 'request',
  key: `rerun-${workflow}`,
  does: 'run again what did not succeed, and follow it',
  host: 'circleci',
  method: 'POST',
  path: `/api/v2/workflow/${workflow}/rerun`,
  body: { from_failed: true },
  again: 'look-first',
})

/** What origin has on the branch: that is what CI builds. Without it nobody knows which pipeline is the one. */
async function publishedRevision({ git, answers }: Questions): Promise<string | Cause> {
  const { firstRunBranch } = answers
  const { code, stdout, stderr } = await git('ls-remote', 'origin', `refs/heads/${firstRunBranch}`)
  const asked = `git ls-remote origin ${firstRunBranch}`
  if (code !== 0) {
    return {
      code: 'origin',
      asked,
      said: stderr.trim(),
      means: 'git cannot read origin, so it is not known which commit CI is to build.',
      next: 'Put right what git says above, and run again.',
    }
  }
  const revision = /^[\da-f]{40,64}/.exec(stdout)?.[0]
  return (
    revision ?? {
      code: 'not-pushed',
      asked,
      means: `origin has no branch ${firstRunBranch}: CI builds what is pushed.`,
      next: `git push origin HEAD:${firstRunBranch}, and run again. Another branch: --set firstRunBranch=NAME`,
    }
  )
}

const learnedOf = ({ id }: Run) => ({ 'circleci.first-run:pipeline': id })

const SIGNS: Readonly<Record<string, string>> = { success: '✔', failed: '✖', unauthorized: '⛔', running: '●' }

/** The jobs with their state and time, on one line. */
function treeOf({ number }: Run, jobs: readonly Job[]): string {
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

const pageOf = (project: string, { number }: Run): string => `https://app.circleci.com/pipelines/${project}/${number}`

const notesOn = (run: Run, jobs: readonly Job[], project: string): readonly string[] => [
  `${treeOf(run, jobs)}. ${pageOf(project, run)}`,
  ...jobs
    .filter(({ name, status }) => NOT_YET.includes(name) && status !== 'success')
    .map(({ name }) => `${name} did not succeed: its credential is not delivered by this version.`),
]

const broken = (run: Run, project: string): Cause => ({
  code: 'config',
  asked: `pipeline ${run.number}`,
  said: run.errors.join('\n'),
  means: 'CircleCI cannot make a pipeline of .circleci/config.yml as it is published.',
  next: `Mend it, commit and push it, and run again. ${pageOf(project, run)}`,
})

/** facts/circleci.md 8: it ran, and came to a bad end. */
const FAILED = ['failed', 'timedout', 'infrastructure_fail', 'terminated-unknown']

/** Why a job failed, not one that only waited for it: its last lines, or who may not use the context. */
async function failure(look: Questions, run: Run, bad: readonly Job[]): Promise<Cause> {
  const { circleProject } = look.answers
  const isFailed = ({ status }: Job) => FAILED.includes(status)
  const job = bad.find(isFailed) ?? bad.find(({ status }) => status === 'unauthorized') ?? bad[0]
  const asked = `pipeline ${run.number}, job ${job?.name}`
  const page = pageOf(circleProject, run)
  if (job?.status === 'unauthorized') {
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
  const lines = step?.outputUrl && (await lastLines(look, step.outputUrl))
  return {
    code: 'job-failed',
    asked: step ? `${asked}, step ${step.name}` : asked,
    said: lines || job.status,
    means: meaningOf(lines || ''),
    next: `Mend what its last lines say, and run again: what did not succeed is run once more. ${page}`,
  }
}

/** As many as tell why it failed. */
const LAST_LINES = 8

async function lastLines(look: Questions, address: string): Promise<string> {
  const output = await look.readPublic(address)
  const text = Array.isArray(output)
    ? output.map(item => textAt(item, 'message') ?? '').join('')
    : (textAt(at(output, 'message')) ?? '')
  return text.trim().split(/\r?\n/).slice(-LAST_LINES).join('\n')
}

/** What is often behind the words of docker and of registries. */
function meaningOf(lines: string): string {
  if (/incorrect username or password|unauthorized: authentication required/i.test(lines)) {
    return 'The registry did not take the sign-in: the credential in the context is wrong, expired or revoked.'
  }
  if (/denied|insufficient_scope/i.test(lines)) {
    return 'The registry knows who pushes, and does not let them: the right to push to this very repository is missing.'
  }
  return 'The job failed; its last lines tell at what.'
}
