import type { Answers } from '../../src/answers/schema.ts'
import type { Cause } from '../../src/clouds/cause.ts'
import { counting, type Job, type Run, readJobs, readRuns } from '../../src/clouds/circleci-runs.ts'
import { textAt } from '../../src/clouds/json.ts'
import { type Action, defineStep, type Wait } from '../../src/engine/step.ts'
import { hole, path, t } from '../../src/engine/text.ts'
import { failureOf, IS_OVER, pageOf, publishedRevision, treeOf } from '../ci-runs.ts'
import { FIRST_PIPELINE, FIRST_PUSH, pushNames } from '../last-push.ts'
import { jobsOf, pushesToGoogle } from '../push-job.ts'

/** The workflow that came to its good end, and its job that pushes to Google. */
export const WORKFLOW = 'circleci.first-run:workflow'

const USES = ['circleProject', 'firstRunBranch', 'circleJobs', 'googleJobs'] as const

/** The workflows that are run again. Where there is no state, a new pipeline is started. */
interface State {
  readonly rerun: readonly string[]
}
const NOTHING: State = { rerun: [] }

/** What gives CI its rights: a push starts a pipeline at once, before them. */
const PREPARED = [
  'heroku.ci-token',
  'docker-hub.token',
  'google.key',
  'google.repository',
  'google.bucket',
  'google.temporary-role',
  'google.act-as',
] as const

export const firstRun = defineStep({
  id: 'circleci.first-run',
  title: 'Let CI run once, and see its jobs push',
  why: 'Only a push that CI itself has done proves the contexts, the credentials and the config together.',
  section: 'Authentication',
  document: '“After doing a run …”; pushed on branch circle',
  today:
    'The pipeline that the push started is taken; where there is none, one is started. Its jobs are followed, a failed one is told with its last lines, and tried again by the next run.',
  uses: USES,
  after: ['circleci.project', 'repository.build-images', 'repository.publish', ...PREPARED],
  needs: ['circleci'],

  async look(look) {
    const { circleProject, firstRunBranch } = look.answers
    const published = await publishedRevision(look)
    if (typeof published !== 'string') return { is: 'unknown', cause: published }
    const read = (path: string) => look.read('circleci', path)
    const [run] = await readRuns(read, circleProject, firstRunBranch, ({ revision }) => revision === published)
    if (run === undefined) return { is: 'missing' }
    if (run.errors.length > 0) return { is: 'failed', cause: broken(run, circleProject) }
    const workflows = counting(run)
    const byWorkflow = await Promise.all(workflows.map(async ({ id }) => ({ id, jobs: await readJobs(read, id) })))
    const jobs = byWorkflow.flatMap(one => one.jobs)
    if (workflows.length === 0 || workflows.some(({ isOver }) => !isOver)) {
      return { is: 'pending', on: 'ci', detail: treeOf(run, jobs), state: NOTHING }
    }
    const bad = jobs.filter(({ status }) => status !== 'success')
    if (bad.length === 0) {
      const learned = { [FIRST_PIPELINE]: run.id, ...pushIn(byWorkflow, pushNames(look)) }
      return { is: 'present', state: NOTHING, learned, notes: [`${treeOf(run, jobs)}. ${pageOf(circleProject, run)}`] }
    }
    const state: State = { rerun: workflows.filter(({ status }) => status !== 'success').map(({ id }) => id) }
    const late = PREPARED.filter(step => bad.some(job => isAfter(look.doneAt(step), job)))
    if (late.length > 0) {
      return { is: 'missing', state, partly: `did not succeed: it ran before ${late.join(', ')} was done` }
    }
    return { is: 'failed', cause: await failureOf(look, run, bad), state }
  },

  actions: (answers, seen) => {
    const state = seen !== undefined && 'state' in seen ? seen.state : undefined
    return state === undefined ? [trigger(answers)] : state.rerun.map(rerun)
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

const isAfter = (done: Date | undefined, { startedAt }: Job): boolean =>
  done !== undefined && startedAt !== undefined && done > startedAt

const trigger = (answers: Pick<Answers, (typeof USES)[number]>): Action => ({
  kind: 'request',
  key: 'trigger',
  does: t`start a pipeline of ${answers.firstRunBranch}, where the push has started none, and follow it`,
  host: 'circleci',
  method: 'POST',
  path: t`/api/v2/project/${answers.circleProject}/pipeline`,
  body: { branch: answers.firstRunBranch },
  learn: { pipeline: ['id'] },
  again: 'look-first',
  waits: [
    {
      host: 'circleci',
      path: t`/api/v2/pipeline/${hole(FIRST_PIPELINE)}/workflow`,
      until: `.items | length > 0 and all(${IS_OVER})`,
      into: { [WORKFLOW]: 'first(.items[] | select(.status == "success") | .id)' },
    },
    ...(pushesToGoogle(answers) ? [findPush(jobsOf(answers, 'googleJobs'))] : []),
  ],
})

const findPush = (jobs: readonly string[]): Wait => ({
  host: 'circleci',
  path: t`/api/v2/workflow/${hole(WORKFLOW)}/job`,
  until: 'true',
  into: { [FIRST_PUSH]: `first(.items[] | select(${anyOf(jobs)}) | .id)` },
})

const anyOf = (names: readonly string[]) => names.map(name => `.name == ${JSON.stringify(name)}`).join(' or ')

const rerun = (workflow: string): Action => ({
  kind: 'request',
  key: `rerun-${workflow}`,
  does: 'run again what did not succeed, and follow it',
  host: 'circleci',
  method: 'POST',
  path: path`/api/v2/workflow/${workflow}/rerun`,
  body: { from_failed: true },
  again: 'look-first',
})

/** Where there is a job that pushes to Google, which one it is. */
function pushIn(
  workflows: readonly { readonly id: string; readonly jobs: readonly Job[] }[],
  names: readonly string[],
) {
  const found = workflows.flatMap(({ id, jobs }) =>
    jobs.filter(({ name }) => names.includes(name)).map(job => ({ [WORKFLOW]: id, [FIRST_PUSH]: job.id })),
  )
  return found[0] ?? {}
}

const broken = (run: Run, project: string): Cause => ({
  code: 'config',
  asked: `pipeline ${run.number}`,
  said: run.errors.join('\n'),
  means: 'CircleCI cannot make a pipeline of .circleci/config.yml as it is published.',
  next: `Mend it, commit and push it, and run again. ${pageOf(project, run)}`,
})
