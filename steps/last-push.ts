import { CI_CONFIG } from '../src/answers/forms/ci-config.ts'
import { ciJobs } from '../src/answers/forms/ci-jobs.ts'
import type { Cause } from '../src/clouds/cause.ts'
import { type Job, type Run, readJobs, readRuns, readWorkflows } from '../src/clouds/circleci-runs.ts'
import type { Look } from '../src/engine/step.ts'
import { ahead } from './ahead.ts'
import { FAILED, failureOf, pageOf, publishedRevision } from './ci-runs.ts'
import { jobsOf } from './push-job.ts'

/** What became of CI's newest push to Google since a time. */
type LastPush =
  | { readonly is: 'none' }
  | { readonly is: 'running'; readonly detail: string }
  | { readonly is: 'succeeded'; readonly page: string; readonly workflow: string }
  | { readonly is: 'failed'; readonly cause: Cause }

/** The push job of the first run, by fact. */
export const FIRST_PUSH = 'circleci.first-run:push'

/** The pipeline of the first run, by fact. */
export const FIRST_PIPELINE = 'circleci.first-run:pipeline'

/** The step that confirms, and what begins a push for it. */
export const CONFIRM = 'circleci.confirm-push'
export const RERUN = 'rerun'

/** The clocks of two vendors differ, and one tells whole seconds; in milliseconds. */
const SKEW_MS = 5_000

/** facts/circleci.md 8: it has ended, in whatever way; `blocked` may still come, in a workflow that goes on. */
const ENDED = [...FAILED, 'success', 'canceled', 'unauthorized', 'not_run']

/**
 * Looks at the pipeline of what is published.
 * @param since ISO; whenever it was, without it
 * @throws SetupError with a refusal
 */
export async function lastPush(
  look: Look<'circleProject' | 'firstRunBranch' | 'circleJobs' | 'googleJobs'>,
  since: string | undefined,
): Promise<LastPush> {
  const { circleProject, firstRunBranch } = look.answers
  const read = (path: string) => look.read('circleci', path)
  const pipeline = look.fact(FIRST_PIPELINE)
  if (pipeline !== undefined) ahead(readWorkflows(read, pipeline))
  const published = await publishedRevision(look)
  if (typeof published !== 'string') return { is: 'none' }
  const [run] = await readRuns(read, circleProject, firstRunBranch, ({ revision }) => revision === published)
  if (run === undefined) return { is: 'none' }
  const pushes = await pushesIn(run, pushNames(look), read)
  const [newest] = pushes.toReversed()
  if (newest === undefined) return { is: 'none' }
  const { job, isOver, workflow } = newest
  if (!isOver && !ENDED.includes(job.status)) {
    return { is: 'running', detail: `pipeline ${run.number}: ${job.name} is ${job.status.replaceAll('_', ' ')}` }
  }
  if (job.startedAt === undefined) return { is: 'none' }
  const after = since === undefined ? Number.POSITIVE_INFINITY : job.startedAt.getTime() - Date.parse(since)
  if (after < (isConfirming(newest, look) ? -SKEW_MS : SKEW_MS)) return { is: 'none' }
  if (job.status === 'success') return { is: 'succeeded', page: pageOf(circleProject, run), workflow }
  return { is: 'failed', cause: await failureOf(look, run, [job]) }
}

/**
 * Did this set-up itself begin it? Then it began after what it waits for, whatever the clocks of two vendors say. Any other
 * may be the first one, of which a run took no note before it ended.
 */
function isConfirming({ job, workflow }: Push, look: Look<never>): boolean {
  // What a rerun took over keeps its time and its id: it pushed nothing.
  if (job.id === look.fact(FIRST_PUSH)) return false
  return workflow === look.fact(`${CONFIRM}:workflow`) || look.begunAt(`${CONFIRM}/${RERUN}`) !== undefined
}

/** What CircleCI calls the jobs that push to Google: a workflow may give them names of its own. */
export function pushNames({
  answers,
  file,
}: Pick<Look<'circleJobs' | 'googleJobs'>, 'answers' | 'file'>): readonly string[] {
  const jobs = jobsOf(answers, 'googleJobs')
  const named = ciJobs(file(CI_CONFIG) ?? '').filter(({ job }) => jobs.includes(job))
  return [...new Set([...named.map(({ name }) => name), ...jobs])]
}

interface Push {
  readonly job: Job
  readonly workflow: string
  readonly isOver: boolean
}

/** The oldest first. */
async function pushesIn(
  { workflows }: Run,
  names: readonly string[],
  read: Parameters<typeof readJobs>[0],
): Promise<readonly Push[]> {
  const jobs = await Promise.all(
    workflows.map(async ({ id, isOver }) => (await readJobs(read, id)).map(job => ({ job, workflow: id, isOver }))),
  )
  return jobs.flat().filter(({ job }) => names.includes(job.name))
}
