import { organizationBySlug, roleIn } from './organization.ts'
import { refuse } from './refusals.ts'
import { type Ask, swapped } from './route.ts'
import { organizationSlugOf } from './slug.ts'
import type { CircleciWorld, Job, Pipeline, Workflow } from './world.ts'

/** A workflow and what it belongs to. */
export interface Found {
  readonly pipeline: Pipeline
  readonly workflow: Workflow
}

const isVisible = ({ createdAt }: Pipeline | Workflow, now: Date): boolean => new Date(createdAt) <= now

/** The pipelines of a project that have come about, the newest first. */
export const pipelinesOf = ({ world, now }: Pick<Ask, 'world' | 'now'>, slug: string): readonly Pipeline[] =>
  world.pipelines.filter(one => one.project === slug && isVisible(one, now)).toReversed()

/** The workflows that are listed by now; for a while after the start there are none (facts/circleci.md 8). */
export const workflowsOf = ({ workflows }: Pipeline, now: Date): readonly Workflow[] =>
  workflows.filter(one => isVisible(one, now))

/** The pipeline that a request's first name means; another's is not there, for all one can tell. */
export function pipelineOf(ask: Ask): Pipeline {
  const found = mine(ask).find(({ id }) => id === ask.names[0])
  if (!found) throw refuse.notFound('Pipeline not found')
  return found
}

/** The workflow that a request's first name means. */
export function workflowOf(ask: Ask): Found {
  for (const pipeline of mine(ask)) {
    const workflow = workflowsOf(pipeline, ask.now).find(({ id }) => id === ask.names[0])
    if (workflow) return { pipeline, workflow }
  }
  throw refuse.notFound('Workflow not found')
}

const mine = ({ world, user, now }: Ask): readonly Pipeline[] =>
  world.pipelines.filter(
    one => isVisible(one, now) && roleIn(organizationBySlug(world, organizationSlugOf(one.project)), user.login),
  )

/** The job of that number in a project, and what it belongs to: the newest workflow that has it, where several do. */
export function jobOf(ask: Pick<Ask, 'world' | 'now'>, slug: string, number: string | undefined): Found & { job: Job } {
  for (const pipeline of pipelinesOf(ask, slug)) {
    for (const workflow of workflowsOf(pipeline, ask.now).toReversed()) {
      const job = workflow.jobs.find(one => one.number !== null && String(one.number) === number)
      if (job) return { pipeline, workflow, job }
    }
  }
  throw refuse.notFound('Job not found')
}

/** The world with a pipeline's workflows changed. */
export function rerunning(world: CircleciWorld, old: Pipeline, workflows: Workflow[]): CircleciWorld {
  return { ...world, pipelines: swapped(world.pipelines, old, { ...old, workflows }) }
}

/** Can the job still come to anything by itself, or by somebody's approval? */
export function isOpen({ jobs }: Workflow, job: Job): boolean {
  if (job.status !== 'blocked') return job.status === 'running' || job.status === 'on_hold'
  return jobs
    .filter(({ name }) => job.requires.includes(name))
    .every(one => one.status === 'success' || isOpen({ jobs } as Workflow, one))
}

/** facts/circleci.md 8: a workflow that fails still runs while a job does. */
export function statusOf(workflow: Workflow): string {
  const { jobs } = workflow
  const has = (...statuses: readonly Job['status'][]) => jobs.some(({ status }) => statuses.includes(status))
  const open = jobs.filter(job => isOpen(workflow, job))
  if (open.some(({ status }) => status === 'running')) return has('failed', 'unauthorized') ? 'failing' : 'running'
  if (open.length > 0) return has('on_hold') ? 'on_hold' : 'running'
  if (has('canceled')) return 'canceled'
  if (has('unauthorized')) return 'unauthorized'
  return has('failed') ? 'failed' : 'success'
}

/** When the last of its jobs stopped, where it has ended. */
export function stoppedAt(workflow: Workflow): string | null {
  if (workflow.jobs.some(job => isOpen(workflow, job))) return null
  return (
    workflow.jobs
      .map(one => one.stoppedAt ?? '')
      .toSorted()
      .at(-1) || null
  )
}
