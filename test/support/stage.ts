import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { readRemote } from '../../src/clouds/remote.ts'
import { type Rehearsal, startRehearsal } from '../../src/rehearsal/server.ts'
import type { World } from '../../src/rehearsal/world.ts'
import { makeCheckout } from './checkout.ts'
import { type Ran, runCli } from './cli.ts'
import { temporaryFolder } from './folder.ts'
import { ownersWorld, signedIn } from './vendors.ts'

/** The real way of the program, on simulated clouds: a checkout, a home, and the command line between them. */
export interface Stage {
  readonly rehearsal: Rehearsal
  readonly checkout: string
  readonly home: string
  readonly token: string
  /** Runs the program there, signed in and with the simulated host allowed, unless told otherwise. */
  run(argv: readonly string[], options?: RunOptions): Promise<Ran>
}

export interface RunOptions {
  readonly cwd?: string
  readonly input?: string
  readonly allowed?: boolean
  /** What a run with --yes is about, where that is not the stage's lanes. */
  readonly lanes?: readonly string[]
  /** What runs the program: a command that watches it. */
  readonly under?: readonly string[]
  /** Beside the sign-in and the endpoint; an empty text unsets. */
  readonly env?: Readonly<Record<string, string>>
  /** Node's own options. */
  readonly node?: readonly string[]
}

/** What most tests of the command line are about: an app and a remote, and no CI to deliver to. */
const LANES = ['--only', 'heroku,git', '--skip', 'circleci']

/** @param options.lanes the lanes that a run with --yes is about */
export async function setStage(
  options: { change?(world: World): void; origin?: string; lanes?: readonly string[] } = {},
): Promise<Stage> {
  const { change, origin, lanes = LANES } = options
  const world = ownersWorld({ project: readRemote(origin ?? '')?.path })
  change?.(world)
  const rehearsal = await startRehearsal({ world })
  onTestFinished(() => rehearsal.close())
  const checkout = makeCheckout(origin === undefined ? {} : { origin })
  const home = temporaryFolder()
  const token = world.heroku.authorizations[0]?.token ?? ''
  const run = (argv: readonly string[], options: RunOptions = {}) => {
    const { cwd = checkout, input = '', allowed = true, env = {}, node = [], under = [] } = options
    const more = [
      ...(argv.includes('--yes') ? (options.lanes ?? lanes) : []),
      ...(allowed ? ['--allow-host', '127.0.0.1'] : []),
    ]
    const signed = { DUMMYAPP_SETUP_TIME_SCALE: '0.01', ...signedIn(rehearsal), ...env }
    return runCli([...argv, ...more], { cwd, home, input, node, under, env: signed })
  }
  return { rehearsal, checkout, home, token, run }
}

/** The writes that changed the simulated clouds, as `METHOD path`. */
export const effects = ({ log }: Rehearsal): readonly string[] =>
  log.filter(({ effect }) => effect).map(({ method, path }) => `${method} ${path}`)

/** Every file below a folder, with its text. */
export function filesIn(folder: string): ReadonlyMap<string, string> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter(entry => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name))
  return new Map(files.map(file => [file, readFileSync(file, 'latin1')]))
}
