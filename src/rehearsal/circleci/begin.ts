import type { Mint } from '../mint.ts'
import { isTrue } from './condition.ts'
import { type Config, jobsOn, type PlannedJob, pipelineValues } from './config.ts'
import { filled } from './parameters.ts'
import { readConfig } from './read-config.ts'
import type { Branch, CircleciWorld, Job, Pipeline, Workflow } from './world.ts'

/** What somebody sets going. */
export interface Beginning {
  readonly slug: string
  readonly branch: string
  readonly revision: string
  /** null: there is none on the branch. */
  readonly config: string | null
  readonly library?: string
  readonly actor: string
  readonly trigger: Pipeline['trigger']
  /** When it can be seen, which may be later than now. */
  readonly at: Date
}

/** A pipeline with all that it will run; `world` is unchanged. Of a config that is broken, nothing runs. */
function newPipeline(world: CircleciWorld, mint: Mint, given: Beginning): Pipeline {
  const { slug, branch, revision, config, library, actor, trigger, at } = given
  const earlier = world.pipelines.filter(({ project }) => project === slug)
  const pipeline: Pipeline = {
    id: mint.id(),
    number: Math.max(0, ...earlier.map(({ number }) => number)) + 1,
    project: slug,
    branch,
    revision,
    config: config ?? '',
    library: library ?? null,
    errors: [],
    trigger,
    fork: null,
    actor,
    createdAt: at.toISOString(),
    workflows: [],
  }
  if (config === null) return { ...pipeline, errors: [{ type: 'config-fetch', message: NO_CONFIG }] }
  const judged = readConfig(config, world.rules.remoteDockers)
  // Of several lines one entry is made (facts/circleci.md 1).
  if (judged.errors) return { ...pipeline, errors: [{ type: 'config', message: judged.errors.join('\n') }] }
  const start = new Date(at.getTime() + world.rules.workflowDelayMs)
  return { ...pipeline, workflows: workflowsOf(judged.config, mint, { branch, actor, start }) }
}

const NO_CONFIG = 'No configuration was found in your project.'

/** A workflow of which the branch lets nothing run does not come about. */
function workflowsOf(
  config: Config,
  mint: Mint,
  { branch, actor, start }: { branch: string; actor: string; start: Date },
): Workflow[] {
  const values = pipelineValues(config, { 'git.branch': branch })
  return config.workflows.flatMap(one => {
    // One whose condition is not known here runs: nothing is passed over.
    if (one.when !== undefined && isTrue(filled(one.when, values)) === false) return []
    const jobs = jobsOn(one, branch).map(job => newJob(mint, job))
    return jobs.length
      ? [{ id: mint.id(), name: one.name, startedBy: actor, createdAt: start.toISOString(), jobs }]
      : []
  })
}

const newJob = (mint: Mint, { name, runs, type, contexts, requires }: PlannedJob): Job => ({
  id: mint.id(),
  name,
  runs,
  type,
  contexts: [...contexts],
  requires: [...requires],
  ssh: false,
  approvedBy: null,
  status: 'blocked',
  number: null,
  startedAt: null,
  stoppedAt: null,
  steps: [],
})

/** The world in which a branch's newest commit is built. */
export function began(
  world: CircleciWorld,
  mint: Mint,
  at: Branch,
  given: Omit<Beginning, 'revision' | 'config' | 'library'>,
): { readonly world: CircleciWorld; readonly pipeline: Pipeline } {
  const { revision, config, library } = at
  const from = { revision, config, ...(library !== undefined && { library }) }
  const pipeline = newPipeline(world, mint, { ...given, ...from })
  return { pipeline, world: { ...world, pipelines: [...world.pipelines, pipeline] } }
}
