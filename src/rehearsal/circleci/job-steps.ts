import { isTrue } from './condition.ts'
import { type Config, executorOf, type PlannedJob } from './config.ts'
import { orbScript } from './orbs.ts'
import { argumentsOf, filled, type Values } from './parameters.ts'
import { type Entries, entriesOf, itemsOf, named, scalarsOf } from './yaml.ts'

/** A command of a job, the shell's variables not filled in. */
export interface Run {
  readonly name: string
  readonly command: string
  readonly environment: Readonly<Record<string, string>>
}

/** What the text of the config does not say: what an orb does, or whether a condition is true. */
export interface Unknown {
  readonly name: string
  /** Why it cannot be known here, in a sentence. */
  readonly unknown: string
  /** By its name it may push. */
  readonly mayPush: boolean
}

/** A job that is carried out. */
export interface JobSteps {
  readonly steps: readonly (Run | Unknown)[]
  /** What the config's own text sets for all of them: its executor first, then the job itself. */
  readonly environment: Readonly<Record<string, string>>
}

/** The steps of a job in their order: those of commands, of conditions that are true, and of those before and after. */
export function stepsOf({ text }: Config, { runs, options }: PlannedJob, values: Values): JobSteps {
  const reader: Reader = { top: text, scope: text }
  const before = stepsIn(reader, options.get('pre-steps'), values, 0)
  const after = stepsIn(reader, options.get('post-steps'), values, 0)
  const job = lookedUp(reader, 'jobs', runs)
  if (job === undefined) {
    return { steps: [...before, ofOrb(text, runs, options), ...after], environment: {} }
  }
  const inside = { top: text, scope: job.scope }
  const given = argumentsOf(job.entries, options, values)
  const own = stepsIn(inside, job.entries.get('steps'), given, 0)
  return { steps: [...before, ...own, ...after], environment: environmentOf(inside, job.entries, given) }
}

function environmentOf(reader: Reader, job: Entries, given: Values): JobSteps['environment'] {
  const said = filled(job.get('executor'), given)
  const name = executorOf(new Map([['executor', said]]))
  const executor = name === undefined ? undefined : lookedUp(reader, 'executors', name)
  const asked = executor && argumentsOf(executor.entries, entriesOf(said), given)
  return {
    ...(executor && asked && scalarsOf(filled(executor.entries.get('environment'), asked))),
    ...scalarsOf(filled(job.get('environment'), given)),
  }
}

interface Reader {
  readonly top: Entries
  /** Where names are looked up: the config, or an orb that is written in it. */
  readonly scope: Entries
}

const DEEPEST = 20

function stepsIn(reader: Reader, steps: unknown, values: Values, depth: number): readonly (Run | Unknown)[] {
  if (depth > DEEPEST) return []
  return itemsOf(filled(steps, values, 1)).flatMap((step): readonly (Run | Unknown)[] => {
    const [name = '', said] = named(step) ?? []
    const options = filled(said, values)
    // `deploy` is what `run` was called where something is deployed.
    if (name === 'run' || name === 'deploy') return [runOf(options)]
    if (name === 'steps') return stepsIn(reader, options, values, depth + 1)
    if (name === 'when' || name === 'unless') {
      const holds = isTrue(entriesOf(options).get('condition'))
      if (holds === undefined)
        return [{ name, unknown: 'whether its condition is true is not known here', mayPush: true }]
      return holds === (name === 'when') ? stepsIn(reader, entriesOf(options).get('steps'), values, depth + 1) : []
    }
    const command = lookedUp(reader, 'commands', name)
    if (command !== undefined) {
      const given = argumentsOf(command.entries, entriesOf(options), values)
      return stepsIn({ ...reader, scope: command.scope }, command.entries.get('steps'), given, depth + 1)
    }
    return name.includes('/') ? [ofOrb(reader.top, name, entriesOf(options))] : []
  })
}

/** A definition of the config, or of an orb that is written in it. */
function lookedUp({ top, scope }: Reader, kind: 'jobs' | 'commands' | 'executors', name: string) {
  const own = entriesOf(scope.get(kind)).get(name)
  if (own instanceof Map) return { entries: own, scope }
  const [orb = '', ...rest] = name.split('/')
  const written = entriesOf(scope.get('orbs')).get(orb) ?? entriesOf(top.get('orbs')).get(orb)
  const its = entriesOf(entriesOf(written).get(kind)).get(rest.join('/'))
  return its instanceof Map && written instanceof Map ? { entries: its, scope: written } : undefined
}

function ofOrb(top: Entries, name: string, given: Entries): Run | Unknown {
  const [local = '', ...rest] = name.split('/')
  const orb = String(entriesOf(top.get('orbs')).get(local) ?? local)
  const command = orbScript(orb, rest.join('/'), scalarsOf(given))
  if (command !== undefined) return { name, command, environment: {} }
  const mayPush = /push|publish|deploy|release|docker|heroku|gcloud|gcp|gcr/i.test(`${orb}/${rest.join('/')}`)
  return { name, unknown: `what ${rest.join('/')} of the orb ${orb} does is not known here`, mayPush }
}

function runOf(options: unknown): Run {
  const command = typeof options === 'string' ? options : String(entriesOf(options).get('command') ?? '')
  const name = entriesOf(options).get('name')
  return {
    name: typeof name === 'string' ? name : (command.split('\n')[0] ?? ''),
    command,
    environment: scalarsOf(entriesOf(options).get('environment')),
  }
}
