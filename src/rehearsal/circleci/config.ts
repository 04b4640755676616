import { combinationsOf, filled, type Values } from './parameters.ts'
import { type Entries, entriesOf, itemsOf, named, scalarsOf, textsOf } from './yaml.ts'

/** What a config makes run. */
export interface Config {
  readonly text: Entries
  /** Names of the pipeline's parameters. */
  readonly parameters: readonly string[]
  readonly workflows: readonly PlannedWorkflow[]
}

export interface PlannedWorkflow {
  readonly name: string
  /** The condition on which it runs at all. */
  readonly when?: unknown
  readonly jobs: readonly PlannedJob[]
}

export interface PlannedJob {
  /** What the workflow calls it. */
  readonly name: string
  /** What `jobs` calls it. */
  readonly runs: string
  /** What all the jobs of its matrix are required by. */
  readonly alias?: string
  readonly type: 'build' | 'approval'
  readonly contexts: readonly string[]
  readonly requires: readonly string[]
  /** Branches, or patterns between slashes; of `ignore` none, of `only` one must fit. */
  readonly only: readonly string[]
  readonly ignore: readonly string[]
  /** For the job's own parameters. */
  readonly options: Entries
}

/** What the text of a config says, sound or not. */
export const configIn = (text: Entries): Config => ({
  text,
  parameters: [...entriesOf(text.get('parameters')).keys()].map(String),
  workflows: workflowsIn(text),
})

/** What is known of a pipeline where its jobs say `<< pipeline.… >>`. */
export function pipelineValues({ text }: Pick<Config, 'text'>, at: Readonly<Record<string, string>>): Values {
  const parameters = [...entriesOf(text.get('parameters'))].map(([name, one]): [string, unknown] => [
    `pipeline.parameters.${name}`,
    entriesOf(one).get('default'),
  ])
  return new Map([
    ...parameters,
    ...Object.entries(at).map(([name, value]): [string, string] => [`pipeline.${name}`, value]),
  ])
}

/** Without workflows, the job `build` runs. */
function workflowsIn(top: Entries): readonly PlannedWorkflow[] {
  const listed = [...entriesOf(top.get('workflows'))].filter(([, one]) => one instanceof Map)
  if (!listed.length && entriesOf(top.get('jobs')).has('build')) return [{ name: 'workflow', jobs: [planned('build')] }]
  const values = pipelineValues({ text: top }, {})
  return listed.map(([name, one]) => ({
    name: String(name),
    when: conditionOf(entriesOf(one)),
    jobs: withRequires(
      itemsOf(entriesOf(one).get('jobs')).flatMap(item => {
        const [runs, options] = named(item) ?? []
        return runs === undefined ? [] : plannedFor(runs, entriesOf(options), values)
      }),
    ),
  }))
}

const conditionOf = (workflow: Entries): unknown =>
  workflow.get('when') ?? (workflow.has('unless') ? new Map([['not', workflow.get('unless')]]) : undefined)

/** An entry of a workflow: a job, or one for each combination of its matrix. */
function plannedFor(runs: string, options: Entries, values: Values): readonly PlannedJob[] {
  const matrix = entriesOf(options.get('matrix'))
  if (matrix.size === 0) return [planned(runs, entriesOf(filled(options, values)))]
  const alias = matrix.get('alias') ?? (options.has('name') ? undefined : runs)
  return combinationsOf(matrix).map(one => {
    const own = new Map([...values, ...[...one].map(([key, value]): [string, unknown] => [`matrix.${key}`, value])])
    const given = new Map([...entriesOf(filled(options, own)), ...one])
    const name = given.get('name') ?? [runs, ...one.values()].join('-')
    return { ...planned(runs, new Map([...given, ['name', name]])), ...(typeof alias === 'string' && { alias }) }
  })
}

/** Who requires a matrix requires each of its jobs. */
const withRequires = (jobs: readonly PlannedJob[]): readonly PlannedJob[] =>
  jobs.map(job => ({
    ...job,
    requires: job.requires.flatMap(one => {
      const all = jobs.filter(({ alias }) => alias === one).map(({ name }) => name)
      return all.length > 0 ? all : [one]
    }),
  }))

function planned(runs: string, options: Entries = new Map()): PlannedJob {
  const branches = entriesOf(entriesOf(options.get('filters')).get('branches'))
  const name = options.get('name')
  return {
    name: typeof name === 'string' ? name : runs,
    runs,
    type: options.get('type') === 'approval' ? 'approval' : 'build',
    contexts: textsOf(options.get('context')),
    requires: itemsOf(options.get('requires')).flatMap(one => named(one)?.[0] ?? []),
    only: textsOf(branches.get('only')),
    ignore: textsOf(branches.get('ignore')),
    options,
  }
}

/** The jobs of a workflow that a branch lets run; what requires one that it does not, does not run either. */
export function jobsOn({ jobs }: PlannedWorkflow, branch: string): readonly PlannedJob[] {
  let left = jobs.filter(({ only, ignore }) => (!only.length || fits(branch, only)) && !fits(branch, ignore))
  for (let before = jobs.length; left.length < before; ) {
    before = left.length
    const names = left.map(({ name }) => name)
    left = left.filter(({ requires }) => requires.every(one => names.includes(one)))
  }
  return left
}

const fits = (branch: string, patterns: readonly string[]): boolean =>
  patterns.some(one => {
    const pattern = /^\/(.*)\/$/s.exec(one)?.[1]
    return pattern === undefined ? one === branch : new RegExp(`^(?:${pattern})$`).test(branch)
  })

/** The name of the executor that a job is given, if it is given one. */
export function executorOf(job: Entries): string | undefined {
  const executor = job.get('executor')
  const name = typeof executor === 'string' ? executor : entriesOf(executor).get('name')
  return typeof name === 'string' ? name : undefined
}

/** The first value that any job or executor gives a variable: what one job writes into the workspace, others use. */
export function anywhere({ text }: Config, variable: string): string | undefined {
  const all = [...entriesOf(text.get('executors')).values(), ...entriesOf(text.get('jobs')).values()]
  return all.map(one => scalarsOf(entriesOf(one).get('environment'))[variable]).find(value => value !== undefined)
}
