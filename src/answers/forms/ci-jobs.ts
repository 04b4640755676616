/** The jobs of a CircleCI config as CircleCI would run them: parameters filled in, commands and executors looked up. */
import { type Entries, entriesOf, itemsOf, readCiConfig, textKeys } from './ci-config.ts'
import { readOnce } from './read-once.ts'

/** A job as one entry of a workflow runs it; one that no workflow runs, as it is defined. */
export interface CiJob {
  /** Its key under `jobs`, or ORB/JOB. */
  readonly job: string
  /** What CircleCI calls it there. */
  readonly name: string
  /** The workflow that runs it. */
  readonly workflow: string | undefined
  readonly contexts: readonly string[]
  readonly scripts: readonly Script[]
  /** The job or the commands of orbs whose text is not in the config. */
  readonly orbs: readonly OrbUse[]
  /** The images that it runs in, its services’ among them. */
  readonly images: readonly string[]
  /** Every other text: what the environments, the images’ sign-ins and the other steps say. */
  readonly texts: readonly string[]
}

/** What a `run` step says, and what the config sets for it. */
export interface Script {
  readonly command: string
  readonly environment: Readonly<Record<string, string>>
}

/** A job or a command of an orb, with the arguments that it is given. */
export interface OrbUse {
  /** NAMESPACE/ORB without its version, or the local name where the config does not say. */
  readonly orb: string
  readonly name: string
  readonly given: Readonly<Record<string, string>>
}

/** How much of one config is looked through, since an alias or a matrix may stand for much. */
const MOST_PARTS = 20_000
const CHARACTERS_A_PART = 100
const DEEPEST = 20

/** Every job of a config, in its order: those that workflows run, an entry each, then those that none runs. None of a config that cannot be read. */
export const ciJobs = readOnce((text): readonly CiJob[] => jobsIn(readCiConfig(text)))

function jobsIn(config: Entries): readonly CiJob[] {
  const reader: Reader = { config, scope: config, left: { parts: MOST_PARTS } }
  const jobs = entriesOf(config.get('jobs'))
  const workflows = [...entriesOf(config.get('workflows'))].filter(([, one]) => one instanceof Map)
  const used = workflows.flatMap(([workflow, body]) =>
    itemsOf(entriesOf(body).get('jobs')).flatMap(item => usesIn(item, String(workflow), reader)),
  )
  // Without workflows, CircleCI runs the job of this name.
  const alone = workflows.length === 0 ? ALONE : undefined
  const rest = textKeys(jobs).filter(job => !used.some(use => use.job === job))
  return [...used, ...rest.map(job => ciJob(reader, { job, workflow: job === alone ? job : undefined }, new Map()))]
}

const ALONE = 'build'

interface Reader {
  readonly config: Entries
  /** Where jobs, commands and executors are looked up: the config, or an orb that is written in it. */
  readonly scope: Entries
  readonly left: { parts: number }
}

/** What an entry of a workflow says that is no argument of its job. */
const NO_ARGUMENT = [
  ...['name', 'context', 'requires', 'filters', 'type', 'matrix', 'pre-steps', 'post-steps'],
  ...['serial-group', 'override-with'],
]

/** One entry; an approval runs nothing, and a matrix is an entry for each of its values. */
function usesIn(item: unknown, workflow: string, reader: Reader): readonly CiJob[] {
  if (typeof item === 'string') return [ciJob(reader, { job: item, workflow }, new Map())]
  const [job] = textKeys(entriesOf(item))
  const options = entriesOf(entriesOf(item).get(job))
  if (job === undefined || options.get('type') === 'approval') return []
  return matrixOf(entriesOf(options.get('matrix'))).map(values => {
    const given = new Map([...options].map(([key, value]) => [key, filled(value, values, 'matrix')]))
    const name = given.get('name') ?? [job, ...values.values()].join('-')
    return ciJob(reader, { job, workflow }, new Map([...given, ...values, ['name', name]]))
  })
}

const MOST_OF_MATRIX = 50

/** Every combination of a matrix's values; one without any, where there is no matrix. */
function matrixOf(matrix: Entries): readonly Entries[] {
  let all: readonly Entries[] = [new Map()]
  for (const [name, values] of entriesOf(matrix.get('parameters'))) {
    all = all.flatMap(one => itemsOf(values).map(value => new Map([...one, [name, value]]))).slice(0, MOST_OF_MATRIX)
  }
  return all
}

function ciJob(reader: Reader, { job, workflow }: Pick<CiJob, 'job' | 'workflow'>, options: Entries): CiJob {
  const found: Found = { scripts: [], orbs: [], images: [], texts: [] }
  const given = new Map([...options].filter(([key]) => !NO_ARGUMENT.includes(String(key))))
  const name = options.get('name')
  enterSteps(reader, options.get('pre-steps'), new Map(), found)
  enterJob(reader, job, given, found)
  enterSteps(reader, options.get('post-steps'), new Map(), found)
  const context = filled(options.get('context'), new Map(), 'parameters', reader)
  return {
    job,
    name: typeof name === 'string' ? name : job,
    workflow,
    contexts: (Array.isArray(context) ? context : [context]).filter(one => typeof one === 'string' && one !== ''),
    ...found,
  }
}

interface Found {
  readonly scripts: Script[]
  readonly orbs: OrbUse[]
  readonly images: string[]
  readonly texts: string[]
}

function enterJob(reader: Reader, job: string, options: Entries, found: Found): void {
  const body = lookedUp(reader, 'jobs', job)
  if (body === undefined) {
    enterOrb(reader, job, options, found)
    return
  }
  const given = argumentsOf(body, options)
  const inside = { ...reader, scope: body.scope }
  const at = filled(body.entries.get('executor'), given, 'parameters', reader)
  const executor = typeof at === 'string' ? at : entriesOf(at).get('name')
  const machine = typeof executor === 'string' ? lookedUp(inside, 'executors', executor) : undefined
  const asked = machine === undefined ? new Map() : argumentsOf(machine, entriesOf(at))
  const environment = {
    ...texts(filled(machine?.entries.get('environment'), asked, 'parameters', reader)),
    ...texts(filled(body.entries.get('environment'), given, 'parameters', reader)),
  }
  for (const [{ entries }, args] of [
    ...(machine === undefined ? [] : [[machine, asked] as const]),
    [body, given] as const,
  ])
    for (const [key, value] of entries) {
      if (key === 'steps' || key === 'parameters') continue
      const said = filled(value, args, 'parameters', reader)
      gather(reader, said, found.texts)
      if (key === 'docker') found.images.push(...itemsOf(said).flatMap(imageOf))
    }
  enterSteps(inside, body.entries.get('steps'), given, found, environment)
}

const imageOf = (one: unknown): readonly string[] => {
  const image = entriesOf(one).get('image')
  return typeof image === 'string' && image !== '' ? [image] : []
}

/** A definition, and where the names in it are looked up. */
interface Body {
  readonly entries: Entries
  readonly scope: Entries
}

/** A job, a command or an executor: of the config, or of an orb that is written in it. */
function lookedUp({ config, scope }: Reader, kind: 'jobs' | 'commands' | 'executors', name: string): Body | undefined {
  const own = entriesOf(scope.get(kind)).get(name)
  if (own instanceof Map) return { entries: own, scope }
  const [orb = '', inside] = split(name)
  const written = entriesOf(scope.get('orbs')).get(orb) ?? entriesOf(config.get('orbs')).get(orb)
  const its = inside === undefined ? undefined : entriesOf(entriesOf(written).get(kind)).get(inside)
  return its instanceof Map && written instanceof Map ? { entries: its, scope: written } : undefined
}

function split(name: string): readonly [first: string, second: string | undefined] {
  const at = name.indexOf('/')
  return at === -1 ? [name, undefined] : [name.slice(0, at), name.slice(at + 1)]
}

/** Of an orb that is kept elsewhere, its name and its arguments are all that is known. */
function enterOrb(reader: Reader, name: string, given: Entries, found: Found): void {
  const [local, inside] = split(name)
  if (inside === undefined) return
  const written = entriesOf(reader.scope.get('orbs')).get(local) ?? entriesOf(reader.config.get('orbs')).get(local)
  const orb = typeof written === 'string' ? written.replace(/@.*$/, '') : local
  found.orbs.push({ orb, name: inside, given: texts(given) })
  for (const [key, value] of given) {
    // An argument may be steps of one's own.
    if (Array.isArray(value)) enterSteps(reader, value, new Map(), found)
    if (key !== 'steps') gather(reader, value, found.texts)
  }
}

/** Goes through steps, those of commands and of conditions included: what may run. */
function enterSteps(
  reader: Reader,
  steps: unknown,
  given: Entries,
  found: Found,
  environment: Script['environment'] = {},
  depth = 0,
): void {
  if (depth > DEEPEST) return
  for (const step of itemsOf(filled(steps, given, 'parameters', reader, 1))) {
    reader.left.parts -= 1
    if (reader.left.parts < 0) return
    const [name, said] = typeof step === 'string' ? [step, undefined] : ([...entriesOf(step)][0] ?? [])
    if (typeof name !== 'string') continue
    const options = filled(said, given, 'parameters', reader)
    const its = entriesOf(options)
    const command = lookedUp(reader, 'commands', name)
    if (name === 'run' || name === 'deploy') enterRun(reader, options, found, environment)
    else if (name === 'when' || name === 'unless') {
      enterSteps(reader, its.get('steps'), given, found, environment, depth + 1)
    } else if (name === 'steps') enterSteps(reader, options, given, found, environment, depth + 1)
    else if (command !== undefined) {
      const inside = { ...reader, scope: command.scope }
      enterSteps(inside, command.entries.get('steps'), argumentsOf(command, its), found, environment, depth + 1)
    } else if (name.includes('/')) enterOrb(reader, name, its, found)
    else gather(reader, options, found.texts)
  }
}

function enterRun(reader: Reader, said: unknown, found: Found, environment: Script['environment']): void {
  const options = entriesOf(said)
  const command = typeof said === 'string' ? said : options.get('command')
  const own = texts(options.get('environment'))
  if (typeof command === 'string') {
    reader.left.parts -= command.length / CHARACTERS_A_PART
    found.scripts.push({ command, environment: { ...environment, ...own } })
  }
  found.texts.push(...Object.values(own))
}

/** The parameters of a definition: as given, else as they are by default. */
function argumentsOf({ entries }: Body, given: Entries): Entries {
  const parameters = [...entriesOf(entries.get('parameters'))]
  return new Map(parameters.map(([name, one]) => [name, given.get(name) ?? entriesOf(one).get('default')]))
}

/** Every text in a value. */
function gather(reader: Reader, value: unknown, into: string[], depth = 0): void {
  reader.left.parts -= 1
  if (reader.left.parts < 0 || depth > DEEPEST) return
  if (typeof value === 'string') into.push(value)
  else for (const part of value instanceof Map ? value.values() : itemsOf(value)) gather(reader, part, into, depth + 1)
}

function pairsOf(value: unknown): readonly (readonly [unknown, unknown])[] {
  if (Array.isArray(value)) return value.flatMap(pairsOf)
  if (typeof value !== 'string') return [...entriesOf(value)]
  const at = value.indexOf('=')
  return at === -1 ? [] : [[value.slice(0, at), value.slice(at + 1)]]
}

/** A map's single values as texts; a list of such maps is the same, and so is `NAME=VALUE`. */
const texts = (value: unknown): Readonly<Record<string, string>> =>
  Object.fromEntries(
    pairsOf(value).flatMap(([key, one]) =>
      ['string', 'number', 'boolean'].includes(typeof one) ? [[String(key), String(one)]] : [],
    ),
  )

/**
 * A value with its parameters put in, those of the pipeline as they are by default; what stands for something else than a
 * text, such as a list of steps, is put in whole.
 * @param deep how deep it is gone into
 */
function filled(
  value: unknown,
  given: Entries,
  kind: 'parameters' | 'matrix',
  reader?: Reader,
  deep = DEEPEST,
): unknown {
  if (reader !== undefined) {
    reader.left.parts -= 1
    if (reader.left.parts < 0) return undefined
  }
  if (typeof value === 'string') return value.includes('<<') ? filledText(value, given, kind, reader) : value
  if (deep === 0) return value
  if (value instanceof Map) {
    return new Map([...value].map(([key, one]) => [key, filled(one, given, kind, reader, deep - 1)]))
  }
  return Array.isArray(value) ? value.map(one => filled(one, given, kind, reader, deep - 1)) : value
}

function filledText(text: string, given: Entries, kind: string, reader: Reader | undefined): unknown {
  const whole = /^<<\s*(pipeline\.parameters|parameters|matrix)\.([\w.-]+)\s*>>$/.exec(text)
  const valueFor = (of: string, name: string): unknown => {
    if (of === kind && given.has(name)) return given.get(name)
    if (of !== 'pipeline.parameters' || reader === undefined) return undefined
    return entriesOf(entriesOf(reader.config.get('parameters')).get(name)).get('default')
  }
  if (whole !== null) return valueFor(whole[1] ?? '', whole[2] ?? '') ?? text
  return text.replaceAll(/<<\s*(pipeline\.parameters|parameters|matrix)\.([\w.-]+)\s*>>/g, (as, of, name) => {
    const value = valueFor(of, name)
    return ['string', 'number', 'boolean'].includes(typeof value) ? String(value) : as
  })
}

/** Every text of a job: its scripts, its environments, and what else it says. */
export const textsOf = ({ scripts, texts }: CiJob): readonly string[] => [
  ...scripts.flatMap(({ command, environment }) => [command, ...Object.values(environment)]),
  ...texts,
]
