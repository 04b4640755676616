import { type Config, executorOf, type PlannedJob, type PlannedWorkflow } from './config.ts'
import { type Entries, entriesOf, itemsOf, named, textsOf } from './yaml.ts'

/** facts/circleci.md 5, limits. */
const MOST_CONTEXTS = 100

/** The steps that need no definition. */
const BUILT_IN = [
  'add_ssh_keys',
  'attach_workspace',
  'checkout',
  'deploy',
  'persist_to_workspace',
  'restore_cache',
  'run',
  'save_cache',
  'setup_remote_docker',
  'steps',
  'store_artifacts',
  'store_test_results',
  'unless',
  'when',
]

/** What the report says against a config, a line each; nothing where it is sound. The words are mostly ours. */
export function faultsOf(config: Config, remoteDockers: readonly string[]): readonly string[] {
  const { text, workflows } = config
  if (![2, 2.1].includes(Number(text.get('version')))) return ['The version must be 2 or 2.1.']
  if (!workflows.length) return ['The config has no workflows, and no job named build.']
  const jobs = entriesOf(text.get('jobs'))
  const contexts = new Set(workflows.flatMap(one => one.jobs.flatMap(job => job.contexts)))
  return [
    ...workflows.flatMap(one => ofWorkflow(config, one)),
    ...[...jobs].flatMap(([name, job]) => ofJob(text, String(name), entriesOf(job), remoteDockers)),
    ...[...entriesOf(text.get('commands'))].flatMap(([name, one]) =>
      inside(`Error calling command: '${name}'`, ofSteps(text, entriesOf(one).get('steps'), remoteDockers)),
    ),
    ...(contexts.size > MOST_CONTEXTS ? [`The config uses more than ${MOST_CONTEXTS} contexts.`] : []),
  ]
}

const inside = (where: string, lines: readonly string[]) => (lines.length ? [where, ...lines] : [])

function ofWorkflow({ text }: Config, { name, jobs }: PlannedWorkflow): readonly string[] {
  const lines = jobs.flatMap(job => [
    ...(isDefined(text, job) ? [] : [`Cannot find a definition for job named ${job.runs}`]),
    ...job.requires
      .filter(one => !jobs.some(other => other.name === one))
      .map(one => `Job '${job.name}' requires '${one}', which is the name of 0 other jobs in workflow '${name}'`),
    ...(isContext(job.options.get('context'))
      ? []
      : [`The context of job '${job.name}' is no name and no list of names.`]),
    ...[...job.only, ...job.ignore].filter(one => !isFilter(one)).map(one => `Invalid regular expression: ${one}`),
  ])
  const circle = jobs.length && isCircular(jobs) ? ['The jobs require each other in a circle.'] : []
  const twice = jobs.find((job, i) => jobs.findIndex(other => other.name === job.name) < i)
  const again = twice ? [`Two jobs are named '${twice.name}'.`] : []
  return inside(`Error calling workflow: '${name}'`, [
    ...(jobs.length ? [] : ['It has no jobs.']),
    ...lines,
    ...circle,
    ...again,
  ])
}

function isDefined(text: Entries, { runs, type }: PlannedJob): boolean {
  return type === 'approval' || entriesOf(text.get('jobs')).has(runs) || isOrbs(text, runs)
}

/** Of an orb nothing is known here but that the config names it. */
const isOrbs = (text: Entries, name: string): boolean =>
  name.includes('/') && entriesOf(text.get('orbs')).has(name.slice(0, name.indexOf('/')))

const isContext = (value: unknown): boolean =>
  value === undefined ||
  (textsOf(value).length === (Array.isArray(value) ? value.length : 1) && !textsOf(value).includes(''))

function isFilter(filter: string): boolean {
  try {
    return !/^\/.*\/$/s.test(filter) || new RegExp(filter.slice(1, -1)) instanceof RegExp
  } catch {
    return false
  }
}

function isCircular(jobs: readonly PlannedJob[]): boolean {
  let open = jobs
  for (let before = jobs.length + 1; open.length < before; ) {
    before = open.length
    const names = open.map(({ name }) => name)
    open = open.filter(({ requires }) => requires.some(one => names.includes(one)))
  }
  return open.length > 0
}

function ofJob(text: Entries, name: string, job: Entries, remoteDockers: readonly string[]): readonly string[] {
  const executor = executorOf(job)
  const isThere = executor === undefined || entriesOf(text.get('executors')).has(executor) || isOrbs(text, executor)
  const runs = executor !== undefined || job.has('docker') || job.has('machine') || job.has('macos')
  return inside(`Error calling job: '${name}'`, [
    ...(isThere ? [] : [`Cannot find a definition for executor named ${executor}`]),
    ...(runs ? [] : ['It names neither an executor nor an image.']),
    ...(itemsOf(job.get('steps')).length ? ofSteps(text, job.get('steps'), remoteDockers) : ['It has no steps.']),
  ])
}

function ofSteps(text: Entries, steps: unknown, remoteDockers: readonly string[]): readonly string[] {
  const commands = entriesOf(text.get('commands'))
  return itemsOf(steps).flatMap(step => {
    const [name, options] = named(step) ?? []
    if (name === undefined) return ['A step is neither a name nor a map of one.']
    if (name === 'setup_remote_docker') return ofRemoteDocker(options, remoteDockers)
    if (name === 'when' || name === 'unless') return ofSteps(text, entriesOf(options).get('steps'), remoteDockers)
    if (BUILT_IN.includes(name) || commands.has(name) || isOrbs(text, name)) return []
    return [`Cannot find a definition for command named ${name}`]
  })
}

/** facts/circleci.md 10: engines come by the name of their release; the versions of old are no longer offered. */
function ofRemoteDocker(options: unknown, offered: readonly string[]): readonly string[] {
  const version = entriesOf(options).get('version')
  if (version === undefined || offered.includes(String(version))) return []
  return [`setup_remote_docker: version '${version}' is not supported, use one of: ${offered.join(', ')}`]
}
