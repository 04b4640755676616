import * as z from 'zod'
import type { Json } from '../../clouds/json.ts'
import { isWriter } from './organization.ts'
import { paged } from './page.ts'
import { type Found, isOpen, rerunning, workflowOf } from './pipeline.ts'
import { workflowShown } from './pipelines.ts'
import { projectBySlug, roleOn } from './project.ts'
import { refuse } from './refusals.ts'
import { type Ask, type Reply, type Route, read, swapped } from './route.ts'
import type { Job, Workflow } from './world.ts'

const PATH = '/api/v2/workflow/*'

/** Workflows, and how they are run again (facts/circleci.md 8). */
export const WORKFLOWS: readonly Route[] = [
  { method: 'GET', pattern: PATH, handle: info },
  { method: 'GET', pattern: `${PATH}/job`, handle: jobs },
  { method: 'POST', pattern: `${PATH}/rerun`, handle: rerun },
  { method: 'POST', pattern: `${PATH}/cancel`, handle: cancel },
  { method: 'POST', pattern: `${PATH}/approve/*`, handle: approve },
]

const MOST_RERUNS = 100

/** Anything else in it is ignored. */
const again = z.object({
  from_failed: z.boolean().default(false),
  jobs: z.array(z.string()).min(1).optional(),
  enable_ssh: z.boolean().default(false),
  sparse_tree: z.boolean().default(false),
})

function info(ask: Ask): Reply {
  const { pipeline, workflow } = workflowOf(ask)
  return { status: 200, body: workflowShown(ask.world, pipeline, workflow) }
}

function jobs(ask: Ask): Reply {
  const { pipeline, workflow } = workflowOf(ask)
  return {
    status: 200,
    body: paged(
      ask,
      workflow.jobs.map(job => jobShown(pipeline.project, workflow, job)),
    ),
  }
}

/**
 * Runs all of it, or what has not succeeded, or some jobs: these with what they require, unless `sparse_tree` leaves
 * that out, and with what requires them. Of the rest the results are taken over.
 */
function rerun(ask: Ask): Reply {
  const { world, mint, now, user } = ask
  const { pipeline, workflow } = writable(ask)
  const given = read(again, ask.body ?? {})
  assertOneWay(given)
  if (workflow.jobs.some(job => isOpen(workflow, job))) throw refuse.invalid('The workflow has not ended.')
  const meant = meantBy(given, workflow)
  if (given.enable_ssh && projectBySlug(world, pipeline.project)?.settings.advanced.disable_ssh) {
    throw refuse.invalid('SSH is disabled in this project.')
  }
  if (pipeline.workflows.filter(({ name }) => name === workflow.name).length > MOST_RERUNS) {
    throw refuse.invalid(`A workflow cannot be rerun more than ${MOST_RERUNS} times.`)
  }
  const made: Workflow = {
    id: mint.id(),
    name: workflow.name,
    startedBy: user.login,
    createdAt: now.toISOString(),
    jobs: workflow.jobs.map(job =>
      meant.has(job.name) ? { ...fresh(job), id: mint.id(), ssh: given.enable_ssh } : { ...job },
    ),
  }
  return {
    status: 202,
    body: { workflow_id: made.id },
    world: rerunning(world, pipeline, [...pipeline.workflows, made]),
  }
}

function assertOneWay({ from_failed, jobs, enable_ssh, sparse_tree }: z.infer<typeof again>): void {
  if (from_failed && jobs) throw refuse.invalid('from_failed and jobs exclude each other.')
  if (!jobs && (enable_ssh || sparse_tree)) throw refuse.invalid('enable_ssh and sparse_tree go with jobs.')
}

function meantBy({ from_failed, jobs, sparse_tree }: z.infer<typeof again>, workflow: Workflow): ReadonlySet<string> {
  const all = workflow.jobs
  if (from_failed) {
    const left = all.filter(({ status }) => status !== 'success')
    if (!left.length) throw refuse.invalid('Nothing in the workflow has failed.')
    return new Set(left.map(({ name }) => name))
  }
  if (!jobs) return new Set(all.map(({ name }) => name))
  if (jobs.some(id => !all.some(one => one.id === id)))
    throw refuse.invalid('Some of the jobs are not in the workflow.')
  const named = new Set(all.filter(({ id }) => jobs.includes(id)).map(({ name }) => name))
  if (!sparse_tree) spread(named, name => all.find(one => one.name === name)?.requires ?? [])
  spread(named, name => all.filter(({ requires }) => requires.includes(name)).map(one => one.name))
  return named
}

/** Adds what follows from what is in it already; a set yields while it grows. */
function spread(names: Set<string>, from: (name: string) => readonly string[]): void {
  for (const name of names) for (const one of from(name)) names.add(one)
}

const fresh = (job: Job): Job => ({
  ...job,
  approvedBy: null,
  status: 'blocked',
  number: null,
  startedAt: null,
  stoppedAt: null,
  steps: [],
})

/** What has ended stays as it ended. */
function cancel(ask: Ask): Reply {
  const found = writable(ask)
  const stoppedAt = ask.now.toISOString()
  const { workflow } = found
  const jobs = workflow.jobs.map(
    (job): Job => (isOpen(workflow, job) ? { ...job, status: 'canceled', stoppedAt } : job),
  )
  return accepted(ask, found, jobs)
}

/** Who approves answers for what comes after it. */
function approve(ask: Ask): Reply {
  const found = writable(ask)
  const job = found.workflow.jobs.find(one => one.id === ask.names[1] && one.type === 'approval')
  if (!job) throw refuse.notFound('Job not found')
  if (job.status !== 'on_hold') throw refuse.invalid('Job is not awaiting approval.')
  const approved: Job = { ...job, status: 'success', approvedBy: ask.user.login, stoppedAt: ask.now.toISOString() }
  return accepted(ask, found, swapped(found.workflow.jobs, job, approved))
}

function accepted({ world }: Ask, { pipeline, workflow }: Found, jobs: Job[]): Reply {
  const workflows = swapped(pipeline.workflows, workflow, { ...workflow, jobs })
  return { status: 202, body: { message: 'Accepted.' }, world: rerunning(world, pipeline, workflows) }
}

function writable(ask: Ask): Found {
  const found = workflowOf(ask)
  const project = projectBySlug(ask.world, found.pipeline.project)
  if (!project || !isWriter(roleOn(ask, project))) throw refuse.forbidden()
  return found
}

const jobShown = (project: string, { jobs }: Workflow, one: Job): { readonly [key: string]: Json } => ({
  id: one.id,
  name: one.name,
  type: one.type,
  status: one.status,
  project_slug: project,
  dependencies: jobs.filter(({ name }) => one.requires.includes(name)).map(({ id }) => id),
  started_at: one.startedAt,
  stopped_at: one.stoppedAt,
  ...(one.number !== null && { job_number: one.number }),
  ...(one.type === 'approval' && { approval_request_id: one.id }),
})
