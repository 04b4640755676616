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
  readonly jobs: readonly PlannedJob[]
}

export interface PlannedJob {
  /** What the workflow calls it. */
  readonly name: string
  /** What `jobs` calls it. */
  readonly runs: string
  readonly type: 'build' | 'approval'
  readonly contexts: readonly string[]
  readonly requires: readonly string[]
  /** Branches, or patterns between slashes; of `ignore` none, of `only` one must fit. */
  readonly only: readonly string[]
  readonly ignore: readonly string[]
  /** For the job's own parameters. */
  readonly options: Entries
}

/** A command of a job, its variables not filled in. */
export interface Run {
  readonly name: string
  readonly command: string
  readonly environment: Readonly<Record<string, string>>
}

/** What the text of a config says, sound or not. */
export const configIn = (text: Entries): Config => ({
  text,
  parameters: [...entriesOf(text.get('parameters')).keys()].map(String),
  workflows: workflowsIn(text),
})

/** Without workflows, the job `build` runs. */
function workflowsIn(top: Entries): readonly PlannedWorkflow[] {
  const listed = [...entriesOf(top.get('workflows'))].filter(([, one]) => one instanceof Map)
  if (!listed.length && entriesOf(top.get('jobs')).has('build')) return [{ name: 'workflow', jobs: [planned('build')] }]
  return listed.map(([name, one]) => ({
    name: String(name),
    jobs: itemsOf(entriesOf(one).get('jobs')).flatMap(item => {
      const [runs, options] = named(item) ?? []
      return runs === undefined ? [] : [planned(runs, entriesOf(options))]
    }),
  }))
}

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

/** The commands of a job in their order, those of the config's own commands among them. */
export function runsOf({ text }: Config, job: PlannedJob): readonly Run[] {
  const definition = entriesOf(entriesOf(text.get('jobs')).get(job.runs))
  return runsIn(text, definition.get('steps'), argumentsOf(definition, job.options), 0)
}

const DEEPEST = 10

function runsIn(text: Entries, steps: unknown, given: Entries, depth: number): readonly Run[] {
  if (depth > DEEPEST) return []
  return itemsOf(steps).flatMap((step): readonly Run[] => {
    const [name = '', options] = named(step) ?? []
    if (name === 'run') return [runOf(options, given)]
    const command = entriesOf(entriesOf(text.get('commands')).get(name))
    return runsIn(text, command.get('steps'), argumentsOf(command, entriesOf(options)), depth + 1)
  })
}

function runOf(options: unknown, given: Entries): Run {
  const command = filled(typeof options === 'string' ? options : String(entriesOf(options).get('command') ?? ''), given)
  const name = entriesOf(options).get('name')
  const environment = Object.entries(scalarsOf(entriesOf(options).get('environment')))
  return {
    name: typeof name === 'string' ? name : (command.split('\n')[0] ?? ''),
    command,
    environment: Object.fromEntries(environment.map(([key, value]) => [key, filled(value, given)])),
  }
}

/** What parameters are: given, or as they are by default. */
function argumentsOf(definition: Entries, given: Entries): Entries {
  const parameters = [...entriesOf(definition.get('parameters'))]
  return new Map(parameters.map(([name, one]) => [name, given.get(name) ?? entriesOf(one).get('default')]))
}

const filled = (text: string, given: Entries): string =>
  text.replace(/<<\s*parameters\.([\w-]+)\s*>>/g, (_, name) => String(given.get(name) ?? ''))

/** What the config's own text sets for a job: its executor first, then the job itself. */
export function environmentOf({ text }: Config, { runs }: PlannedJob): Readonly<Record<string, string>> {
  const definition = entriesOf(entriesOf(text.get('jobs')).get(runs))
  return {
    ...scalarsOf(entriesOf(entriesOf(text.get('executors')).get(executorOf(definition))).get('environment')),
    ...scalarsOf(definition.get('environment')),
  }
}

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
