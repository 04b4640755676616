import * as z from 'zod'
import type { Json } from '../../clouds/json.ts'
import { began } from './begin.ts'
import { paged } from './page.ts'
import { pipelineOf, pipelinesOf, statusOf, stoppedAt, workflowsOf } from './pipeline.ts'
import { branchOf, projectOf, repositoryBySlug } from './project.ts'
import { readConfig } from './read-config.ts'
import { refuse } from './refusals.ts'
import { type Ask, type Reply, type Route, read } from './route.ts'
import { vcsTypeOf, vcsUrlOf } from './slug.ts'
import { type Branch, type CircleciWorld, type Pipeline, userIdOf, type Workflow } from './world.ts'

const PATH = '/api/v2/project/*/*/*/pipeline'
const PIPELINE = '/api/v2/pipeline/*'

/** Pipelines (facts/circleci.md 8). */
export const PIPELINES: readonly Route[] = [
  { method: 'POST', pattern: PATH, handle: trigger },
  { method: 'GET', pattern: PATH, handle: list },
  { method: 'GET', pattern: PIPELINE, handle: ask => ({ status: 200, body: shown(ask, pipelineOf(ask)) }) },
  { method: 'GET', pattern: `${PIPELINE}/workflow`, handle: workflows },
]

/** No tags here: what they build is nothing that this set-up asks for. */
const start = z.object({
  branch: z.string().optional(),
  parameters: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).default({}),
})

/** A project that nobody follows builds nothing; a commit may say that it wants no build, which is answered with 200. */
function trigger(ask: Ask): Reply {
  const { world, mint, user, now } = ask
  const { slug, followedBy } = projectOf(ask, 'writer')
  const given = read(start, ask.body ?? {})
  const repository = repositoryBySlug(world, slug)
  if (!followedBy.length || !repository) throw refuse.project()
  const branch = given.branch ?? repository.defaultBranch
  const at = branchOf(repository, branch)
  if (!at) throw refuse.invalid('Branch not found')
  if (at.skipCi) return { status: 200, body: { message: 'The commit asks for no build (skip ci).' } }
  assertParameters(world, at, Object.keys(given.parameters))
  const begun = began(world, mint, at, { slug, branch, actor: user.login, trigger: 'api', at: now })
  const { id, number, createdAt } = begun.pipeline
  const body = { id, number, state: stateOf(ask, begun.pipeline), created_at: createdAt }
  return { status: 201, body, world: begun.world }
}

function assertParameters({ rules }: CircleciWorld, { config }: Branch, given: readonly string[]): void {
  const judged = readConfig(config ?? '', rules.remoteDockers)
  const known = judged.errors ? [] : judged.config.parameters
  const strangers = given.filter(name => !known.includes(name))
  if (strangers.length) throw refuse.invalid(`Unexpected argument(s): ${strangers.join(', ')}`)
}

function list(ask: Ask): Reply {
  const branch = ask.query.get('branch')
  const found = pipelinesOf(ask, projectOf(ask).slug).filter(one => branch === null || one.branch === branch)
  return {
    status: 200,
    body: paged(
      ask,
      found.map(one => shown(ask, one)),
    ),
  }
}

function workflows(ask: Ask): Reply {
  const pipeline = pipelineOf(ask)
  const found = workflowsOf(pipeline, ask.now).toReversed()
  return {
    status: 200,
    body: paged(
      ask,
      found.map(one => workflowShown(ask.world, pipeline, one)),
    ),
  }
}

/** `created` comes before the workflows do, and says nothing of their jobs. */
function stateOf({ world, now }: Ask, { createdAt, errors }: Pipeline): string {
  if (now.getTime() < Date.parse(createdAt) + world.rules.workflowDelayMs / 2) return 'setup-pending'
  return errors.length ? 'errored' : 'created'
}

function shown(ask: Ask, one: Pipeline): Json {
  const state = stateOf(ask, one)
  return {
    id: one.id,
    number: one.number,
    state,
    project_slug: one.project,
    created_at: one.createdAt,
    updated_at: one.createdAt,
    errors: state === 'errored' ? one.errors : [],
    trigger: { type: one.trigger, received_at: one.createdAt, actor: { login: one.actor, avatar_url: null } },
    vcs: {
      provider_name: vcsTypeOf(one.project) === 'bitbucket' ? 'Bitbucket' : 'GitHub',
      origin_repository_url: vcsUrlOf(one.project),
      target_repository_url: vcsUrlOf(one.project),
      revision: one.revision,
      branch: one.branch,
    },
  }
}

/** A workflow as lists and its own route show it. */
export function workflowShown(
  world: CircleciWorld,
  pipeline: Pipeline,
  one: Workflow,
): { readonly [key: string]: Json } {
  return {
    id: one.id,
    name: one.name,
    status: statusOf(one),
    pipeline_id: pipeline.id,
    pipeline_number: pipeline.number,
    project_slug: pipeline.project,
    started_by: userIdOf(world, one.startedBy),
    created_at: one.createdAt,
    stopped_at: stoppedAt(one),
  }
}
