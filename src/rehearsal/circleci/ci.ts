import type { World } from '../world.ts'
import { contextNamesOf, contextsOf, mayUse } from './access.ts'
import { carriedOut } from './judge.ts'
import { readConfig } from './read-config.ts'
import type { Context, Job, Pipeline, Workflow } from './world.ts'

/** A job, and when something happens to it. */
interface Due {
  readonly at: number
  readonly pipeline: Pipeline
  readonly workflow: Workflow
  readonly job: Job
}

/**
 * Lets CI go on up to now, whoever asks for what: jobs start when what they require has succeeded, and end after their
 * time, in the order in which that happens. Changes the world in place.
 */
export function runCi(world: World, now: Date): void {
  for (let next = nextDue(world, now); next; next = nextDue(world, now)) {
    if (next.job.status === 'running') end(world, next)
    else start(world, next)
  }
}

function nextDue({ circleci }: World, now: Date): Due | undefined {
  let first: Due | undefined
  for (const pipeline of circleci.pipelines) {
    for (const workflow of pipeline.workflows) {
      for (const job of workflow.jobs) {
        const at = dueAt(workflow, job, circleci.rules.jobSeconds)
        if (at <= now.getTime() && at < (first?.at ?? Infinity)) first = { at, pipeline, workflow, job }
      }
    }
  }
  return first
}

function dueAt({ createdAt, jobs }: Workflow, { status, startedAt, requires }: Job, seconds: number): number {
  if (status === 'running') return Date.parse(startedAt ?? createdAt) + seconds * 1000
  if (status !== 'blocked') return Infinity
  const times = jobs
    .filter(({ name }) => requires.includes(name))
    .map(one => (one.status === 'success' && one.stoppedAt ? Date.parse(one.stoppedAt) : Infinity))
  return Math.max(Date.parse(createdAt), ...times)
}

function start({ circleci }: World, { at, pipeline, workflow, job }: Due): void {
  job.startedAt = new Date(at).toISOString()
  if (job.type === 'approval') {
    job.status = 'on_hold'
    return
  }
  const contexts = contextsOf(circleci, pipeline, job)
  const refused = contexts.some(one =>
    one ? !mayUse(circleci, pipeline, workflow, job, one) : circleci.rules.missingContext === 'unauthorized',
  )
  job.number = nextNumber(circleci.pipelines, pipeline.project)
  job.status = refused ? 'unauthorized' : 'running'
  if (refused) job.stoppedAt = job.startedAt
}

function end(world: World, due: Due): void {
  const { at, pipeline, job } = due
  const stopped = new Date(at)
  job.stoppedAt = stopped.toISOString()
  const contexts = contextsOf(world.circleci, pipeline, job)
  const missing = contextNamesOf(world.circleci, pipeline, job).find((_, i) => !contexts[i])
  const lines = missing === undefined ? [] : [`Context '${missing}' not found.`]
  job.steps = lines.length
    ? [{ name: 'Spin up environment', failed: true, lines }]
    : stepsOf(world, due, contexts.filter(isThere), stopped)
  job.status = job.steps.some(({ failed }) => failed) ? 'failed' : 'success'
}

function stepsOf(world: World, due: Due, contexts: readonly Context[], now: Date): Job['steps'] {
  const judged = readConfig(due.pipeline.config, world.circleci.rules.remoteDockers)
  if (judged.errors) return []
  const workflow = judged.config.workflows.find(({ name }) => name === due.workflow.name)
  const planned = workflow?.jobs.find(({ name }) => name === due.job.name)
  return planned ? carriedOut(world, judged.config, due, planned, contexts, now) : []
}

/** Jobs are counted in their project as they start. */
const nextNumber = (pipelines: readonly Pipeline[], slug: string): number =>
  Math.max(
    0,
    ...pipelines
      .filter(({ project }) => project === slug)
      .flatMap(({ workflows }) => workflows.flatMap(({ jobs }) => jobs.map(({ number }) => number ?? 0))),
  ) + 1

const isThere = (context: Context | undefined): context is Context => context !== undefined
