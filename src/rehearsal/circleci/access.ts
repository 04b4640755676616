import { isOpenTo } from './context.ts'
import { holds, type Values } from './expression.ts'
import { organizationBySlug } from './organization.ts'
import { projectBySlug } from './project.ts'
import { organizationSlugOf, vcsTypeOf } from './slug.ts'
import type { CircleciWorld, Context, Job, Pipeline, Workflow } from './world.ts'

/** A fork's build gets no context, variable or token, unless the project hands them to forks (facts/circleci.md 6, 9). */
export const isWithoutSecrets = (world: CircleciWorld, { project, fork }: Pipeline): boolean =>
  fork !== null && !projectBySlug(world, project)?.settings.advanced.forks_receive_secret_env_vars

/** The names of the contexts that a job is to get, in its order. */
export const contextNamesOf = (world: CircleciWorld, pipeline: Pipeline, { contexts }: Job): readonly string[] =>
  isWithoutSecrets(world, pipeline) ? [] : contexts

/** Those contexts; undefined for one that is not there. */
export function contextsOf(world: CircleciWorld, pipeline: Pipeline, job: Job): (Context | undefined)[] {
  const organization = organizationBySlug(world, organizationSlugOf(pipeline.project))
  return contextNamesOf(world, pipeline, job).map(name =>
    world.contexts.find(one => one.organization === organization?.id && one.name === name),
  )
}

/**
 * May a job use a context? (facts/circleci.md 5) Whoever triggered it or approved what it waited for must be in; of
 * several projects one must be its own; every expression must hold. An admin's rights do not open what is closed to
 * the project.
 */
export function mayUse(
  world: CircleciWorld,
  pipeline: Pipeline,
  workflow: Workflow,
  job: Job,
  context: Context,
): boolean {
  const { restrictions } = context
  const projects = restrictions.filter(({ type }) => type === 'project')
  const project = projectBySlug(world, pipeline.project)
  return (
    isOpenTo(world, context, actorOf(workflow, job)) &&
    (projects.length === 0 || projects.some(({ value }) => value === project?.id)) &&
    restrictions.every(({ type, value }) => type !== 'expression' || holds(value, valuesFor(pipeline, job)))
  )
}

function actorOf({ jobs, startedBy }: Workflow, { requires }: Job): string {
  for (const one of jobs.filter(({ name }) => requires.includes(name))) {
    const actor = one.approvedBy ?? actorOf({ jobs, startedBy } as Workflow, one)
    if (actor !== startedBy) return actor
  }
  return startedBy
}

const valuesFor = (pipeline: Pipeline, { ssh }: Job): Values =>
  new Map<string, string | number | boolean>([
    ['pipeline.id', pipeline.id],
    ['pipeline.number', pipeline.number],
    ['pipeline.git.branch', pipeline.branch],
    ['pipeline.git.revision', pipeline.revision],
    ['pipeline.git.tag', ''],
    ['pipeline.trigger_source', pipeline.trigger],
    ['pipeline.config_source', vcsTypeOf(pipeline.project)],
    ['pipeline.project.type', vcsTypeOf(pipeline.project)],
    ['job.ssh.enabled', ssh],
  ])
