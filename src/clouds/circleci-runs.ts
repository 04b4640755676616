import { stripVTControlCharacters } from 'node:util'
import { SetupError } from './cause.ts'
import { CIRCLECI, type Read, readItems, readProject } from './circleci.ts'
import { at, type Json, textAt } from './json.ts'
import { type Needed, neededIn } from './needed.ts'
import { redact } from './secret.ts'

interface Pipeline {
  readonly id: string
  readonly number: string
  readonly revision: string
  readonly createdAt: Date
  /** Why nothing runs: the config is broken. */
  readonly errors: readonly string[]
}

/** A pipeline with its workflows, the oldest first; none right after it was begun (facts/circleci.md 8). */
export interface Run extends Pipeline {
  readonly workflows: readonly Workflow[]
}

interface Workflow {
  readonly id: string
  readonly name: string
  readonly status: string
  readonly isOver: boolean
}

export interface Job {
  readonly id: string
  readonly name: string
  readonly status: string
  readonly number: string | undefined
  readonly startedAt: Date | undefined
  readonly stoppedAt: Date | undefined
}

/** facts/circleci.md 8: all other states go on; `failing` still runs. */
export const OVER: ReadonlySet<string> = new Set(['success', 'failed', 'error', 'canceled', 'unauthorized', 'not_run'])

/**
 * Those of a branch's newest pipelines, one page of them, that are meant: the workflows of each are a request more, and
 * who asks often is throttled (facts/circleci.md 3). None of a project that is none.
 * @throws SetupError with a refusal
 */
export async function readRuns(
  read: Read,
  project: string,
  branch: string,
  isMeant: (pipeline: Pipeline) => boolean,
): Promise<readonly Run[]> {
  const reply = await read(`/api/v2/project/${project}/pipeline?branch=${encodeURIComponent(branch)}`)
  const items = at(reply.body, 'items')
  // What is hidden also answers so: a second pipeline would be started beside the one that runs.
  if (reply.status === 404 && (await readProject(read, project)) === undefined) return []
  if (reply.status >= 300 || !Array.isArray(items)) throw new SetupError(CIRCLECI.means(reply))
  return Promise.all(
    items
      .map(item => asPipeline(item, neededIn(CIRCLECI.name, reply)))
      .filter(isMeant)
      .map(one => withWorkflows(read, one)),
  )
}

const withWorkflows = async (read: Read, pipeline: Pipeline): Promise<Run> => ({
  ...pipeline,
  workflows: await readWorkflows(read, pipeline.id),
})

const asPipeline = (item: Json, need: Needed): Pipeline => ({
  id: need.id(item, 'id'),
  number: String(need.number(item, 'number')),
  // Not every trigger has one.
  revision: textAt(item, 'vcs', 'revision') ?? '',
  createdAt: need.date(item, 'created_at'),
  errors: need.list(item, 'errors').map(error => textAt(error, 'message') ?? ''),
})

/** The workflows of a pipeline, the oldest first. Throws SetupError with a refusal. */
export async function readWorkflows(read: Read, id: string): Promise<readonly Workflow[]> {
  const all = await readItems(read, `/api/v2/pipeline/${encodeURIComponent(id)}/workflow`, (item, need) => {
    const status = onOneLine(need.text(item, 'status'))
    const name = onOneLine(need.text(item, 'name'))
    return {
      at: need.date(item, 'created_at'),
      one: { id: need.id(item, 'id'), name, status, isOver: OVER.has(status) },
    }
  })
  return all.toSorted((a, b) => a.at.getTime() - b.at.getTime()).map(({ one }) => one)
}

/**
 * Of each name the workflow that counts, as a rerun is one of the same name beside the first: one that succeeded, else
 * the newest. What was run again later, to prove something else, takes back no success.
 */
export function counting({ workflows }: Run): readonly Workflow[] {
  const chosen = new Map<string, Workflow>()
  for (const one of workflows) if (chosen.get(one.name)?.status !== 'success') chosen.set(one.name, one)
  return [...chosen.values()]
}

/** The jobs of a workflow. Throws SetupError with a refusal. */
export async function readJobs(read: Read, workflow: string): Promise<readonly Job[]> {
  return readItems(read, `/api/v2/workflow/${encodeURIComponent(workflow)}/job`, (item, need) => ({
    id: need.id(item, 'id'),
    name: onOneLine(need.text(item, 'name')),
    status: onOneLine(need.text(item, 'status')),
    number: numberAt(item, 'job_number'),
    startedAt: dateAt(item, 'started_at'),
    stoppedAt: dateAt(item, 'stopped_at'),
  }))
}

/** On one line: with the end of a line in it, a name could pass for what stands below it. */
const onOneLine = (text: string): string => text.replace(/\s+/g, ' ')

function numberAt(item: Json, key: string): string | undefined {
  const number = at(item, key)
  return typeof number === 'number' ? String(number) : undefined
}

function dateAt(item: Json, key: string): Date | undefined {
  const text = textAt(item, key)
  return text === undefined ? undefined : new Date(text)
}

/** Where the output of a job's failed step lies, with the step's name; undefined where there is none. */
export async function failedStep(
  read: Read,
  project: string,
  job: string,
): Promise<{ readonly name: string; readonly outputUrl: string | undefined } | undefined> {
  const reply = await read(`/api/v1.1/project/${project}/${job}`)
  const steps = at(reply.body, 'steps')
  const actions = Array.isArray(steps) ? steps.flatMap(step => listAt(step, 'actions')) : []
  const failed = actions.find(action => !['success', 'running', 'canceled'].includes(textAt(action, 'status') ?? ''))
  return failed === undefined
    ? undefined
    : { name: onOneLine(textAt(failed, 'name') ?? ''), outputUrl: textAt(failed, 'output_url') }
}

function listAt(item: Json, key: string): readonly Json[] {
  const list = at(item, key)
  return Array.isArray(list) ? list : []
}

/** How much of an output is told, in lines and in characters: as much as tells why it failed. */
const LAST_LINES = 8
const LAST_CHARACTERS = 1_500
/** A secret that begins further up is longer than any. */
const NEAR = 20 * LAST_CHARACTERS

/** The last lines of what a step has written; '' where it is nothing. No secret is cut in two: a part is not known as one. */
export function lastLines(output: Json | undefined): string {
  const whole = Array.isArray(output)
    ? output.map(item => textAt(item, 'message') ?? '').join('')
    : (textAt(output, 'message') ?? '')
  const near = redact(stripVTControlCharacters(whole.slice(-NEAR))).trim()
  return near.split(/\r?\n/).slice(-LAST_LINES).join('\n').slice(-LAST_CHARACTERS)
}
