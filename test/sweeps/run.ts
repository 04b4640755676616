import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { execa } from 'execa'
import { type Logged, type Rehearsal, startRehearsal } from '../../src/rehearsal/server.ts'
import { makeCheckout } from '../support/checkout.ts'
import { bareEnvironment, CLI } from '../support/cli.ts'
import { ownersWorld, signedIn } from '../support/vendors.ts'

const LONGEST_RUN_MS = 60_000

/** What the runs of one test share: clouds of their own, a fresh checkout, and a folder for the progress. */
export interface Place {
  readonly rehearsal: Rehearsal
  readonly checkout: string
  readonly state: string
  /** For what a test keeps besides. */
  readonly folder: string
}

export interface Ran {
  readonly code: number | undefined
  readonly signal: string | undefined
  /** Standard output and error, as they came. */
  readonly said: string
}

export interface Running {
  kill(signal: NodeJS.Signals): void
  /** Resolves when the output has that, or there is no more of it. */
  saying(words: string): Promise<void>
  readonly ended: Promise<Ran>
}

/** The program and the checkout that every test gets a copy of; what others build meanwhile changes nothing. */
export class Bench {
  readonly #folder = realpathSync(mkdtempSync(join(tmpdir(), 'dummyapp-setup-sweep-')))
  readonly #program = join(this.#folder, 'program', 'cli.js')
  readonly #turn = atMost(2)

  constructor() {
    cpSync(dirname(CLI), dirname(this.#program), { recursive: true })
    writeFileSync(join(this.#folder, 'package.json'), '{ "type": "module" }')
    mkdirSync(join(this.#folder, 'checkout'))
    makeCheckout({ folder: join(this.#folder, 'checkout') })
  }

  /** Does work in a place of its own; as many at once as the machine has cores for. */
  async at<T>(work: (place: Place) => Promise<T>): Promise<T> {
    return this.#turn(async () => {
      const folder = await mkdtemp(join(this.#folder, 'place-'))
      const checkout = join(folder, 'checkout')
      await cp(join(this.#folder, 'checkout'), checkout, { recursive: true })
      const rehearsal = await startRehearsal({ world: ownersWorld() })
      try {
        return await work({ rehearsal, checkout, state: join(folder, 'state'), folder })
      } finally {
        await rehearsal.close()
        await rm(folder, { recursive: true, force: true })
      }
    })
  }

  /** Starts the program as a script would: everything is known, nobody is asked. */
  start({ rehearsal, checkout, state, folder }: Place, preload: NodeJS.ProcessEnv = {}): Running {
    const hook = Object.keys(preload).length > 0 ? ['--import', resolve('test/sweeps/kill-point.mjs')] : []
    const argv = ['--yes', '--no-input', '--allow-host', '127.0.0.1', '--state-dir', state]
    const child = execa(process.execPath, [...hook, this.#program, ...argv], {
      cwd: checkout,
      env: { ...bareEnvironment(folder), DUMMYAPP_SETUP_TIME_SCALE: '0.01', ...signedIn(rehearsal), ...preload },
      extendEnv: false,
      stdin: 'ignore',
      reject: false,
      all: true,
      timeout: LONGEST_RUN_MS,
      killSignal: 'SIGKILL',
    })
    return {
      kill: signal => void child.kill(signal),
      saying: words =>
        new Promise(done => {
          let said = ''
          child.all.on('data', chunk => {
            said += chunk
            if (said.includes(words)) done()
          })
          child.all.on('close', done)
        }),
      ended: child.then(({ exitCode, signal, all, timedOut }) => {
        if (timedOut) throw new Error(`it hung for ${LONGEST_RUN_MS / 1000} s, having said:\n${all}`)
        return { code: exitCode, signal, said: all }
      }),
    }
  }

  async run(place: Place, preload?: NodeJS.ProcessEnv): Promise<Ran> {
    return this.start(place, preload).ended
  }

  close(): void {
    rmSync(this.#folder, { recursive: true, force: true })
  }
}

const UUID = /[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}/gi

/** What a request asks of whom, in words that are the same in every run. */
export const requestName = ({ vendor, method, path }: Logged): string =>
  `${vendor} ${method} ${path.replaceAll(UUID, '<id>')}`

/** Names requests by what they ask and how often that was asked so far. */
export function requestNames(): (entry: Logged) => string {
  const counts = new Map<string, number>()
  return entry => {
    const name = requestName(entry)
    const count = (counts.get(name) ?? 0) + 1
    counts.set(name, count)
    return `${name} #${count}`
  }
}

export const PHASES = ['before', 'after'] as const

/** Does something once, when the request of that name has come, or is done and not yet answered. */
export function onArrival(
  { rehearsal }: Place,
  name: string,
  phase: (typeof PHASES)[number],
  act: (entry: Logged) => void | Promise<void>,
): void {
  const naming = requestNames()
  const names = new WeakMap<Logged, string>()
  rehearsal.hook = async (now, entry) => {
    if (now === 'before') names.set(entry, naming(entry))
    if (now !== phase || names.get(entry) !== name) return
    rehearsal.hook = undefined
    await act(entry)
  }
}

function atMost(limit: number): <T>(work: () => Promise<T>) => Promise<T> {
  let free = limit
  const waiting: (() => void)[] = []
  return async work => {
    if (free > 0) free -= 1
    else await new Promise<void>(go => waiting.push(go))
    try {
      return await work()
    } finally {
      const next = waiting.shift()
      if (next === undefined) free += 1
      else next()
    }
  }
}
