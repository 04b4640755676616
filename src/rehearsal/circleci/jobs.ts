import type { Json } from '../../clouds/json.ts'
import { contextNamesOf } from './access.ts'
import { nameOf, organizationBySlug } from './organization.ts'
import { jobOf } from './pipeline.ts'
import { projectOf, slugIn } from './project.ts'
import { refuse } from './refusals.ts'
import type { Ask, Reply, Route } from './route.ts'
import { organizationSlugOf, vcsUrlOf } from './slug.ts'
import type { CircleciWorld, Job } from './world.ts'

/** What a job has come to, and its output (facts/circleci.md 8). */
export const JOBS: readonly Route[] = [
  { method: 'GET', pattern: '/api/v2/project/*/*/*/job/*', handle: info },
  { method: 'GET', pattern: '/api/v1.1/project/*/*/*/*', takesProjectToken: true, handle: build },
]

/** Output is fetched without a token: whoever has the address has the right. */
export const OUTPUT = { method: 'GET', pattern: '/output/*/*' }

function info(ask: Ask): Reply {
  const project = projectOf(ask)
  const { pipeline, workflow, job } = jobOf(ask, project.slug, ask.names[3])
  const contexts = job.status === 'unauthorized' ? [] : contextNamesOf(ask.world, pipeline, job)
  const organization = organizationBySlug(ask.world, organizationSlugOf(project.slug))
  return {
    status: 200,
    body: {
      number: job.number,
      name: job.name,
      status: job.status,
      web_url: `https://app.circleci.com/pipelines/${project.slug}/${pipeline.number}/workflows/${workflow.id}/jobs/${job.number}`,
      project: {
        id: project.id,
        slug: project.slug,
        name: nameOf(project),
        external_url: vcsUrlOf(project.slug),
      },
      pipeline: { id: pipeline.id },
      latest_workflow: { id: workflow.id, name: workflow.name },
      organization: { name: organization ? nameOf(organization) : '' },
      contexts: contexts.map(name => ({ name })),
      messages: [],
      parallelism: 1,
      created_at: job.startedAt,
      queued_at: job.startedAt,
      started_at: job.startedAt,
      stopped_at: job.stoppedAt,
      duration: durationOf(job),
    },
  }
}

const durationOf = ({ startedAt, stoppedAt }: Job): number | null =>
  startedAt && stoppedAt ? Date.parse(stoppedAt) - Date.parse(startedAt) : null

/** What v1.1 calls a build; a token of the project does. */
function build(ask: Ask): Reply {
  const { caller, names, headers } = ask
  const slug = slugIn(ask) ?? ''
  if (caller.token.kind === 'personal') projectOf(ask)
  else if (caller.token.project !== slug) throw refuse.project()
  const { job } = jobOf(ask, slug, names[3])
  const isOver = job.stoppedAt !== null
  return {
    status: 200,
    body: {
      build_num: job.number,
      vcs_url: vcsUrlOf(slug),
      lifecycle: isOver ? 'finished' : 'running',
      status: job.status,
      outcome: isOver ? job.status : null,
      start_time: job.startedAt,
      stop_time: job.stoppedAt,
      steps: job.steps.map(({ name, failed, lines }, i) => ({
        name,
        actions: [
          {
            index: 0,
            step: i,
            name,
            status: failed ? 'failed' : 'success',
            exit_code: failed ? 1 : 0,
            has_output: lines.length > 0,
            ...(lines.length > 0 && { output_url: `http://${headers.host}/output/${job.id}/${i}` }),
          },
        ],
      })),
    },
  }
}

/** The output of a step, as its address gives it: a list of one message. */
export function output(world: CircleciWorld, [id, index]: readonly string[]): Json {
  const jobs = world.pipelines.flatMap(({ workflows }) => workflows.flatMap(one => one.jobs))
  const step = jobs.find(job => job.id === id)?.steps[Number(index)]
  if (!step?.lines.length) throw refuse.notFound()
  return [{ type: 'out', time: null, message: step.lines.map(line => `${line}\r\n`).join('') }]
}
