import { cpSync, mkdirSync, mkdtempSync, realpathSync, writeFileSync } from 'node:fs'
import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import type { Duplex } from 'node:stream'
import { execa } from 'execa'
import { newPrivateKey } from '../../src/rehearsal/private-key.ts'
import { type Logged, type Rehearsal, startRehearsal } from '../../src/rehearsal/server.ts'
import type { World } from '../../src/rehearsal/world.ts'
import { git, makeCheckout } from '../support/checkout.ts'
import { bareEnvironment, CLI } from '../support/cli.ts'
import { signedIn, tellCi } from '../support/vendors.ts'
import { watchCi } from './ci.ts'
import { signInByCanaries, watchLeaks } from './leaks.ts'
import { ROUTES, type Route } from './routes.ts'

const LONGEST_RUN_MS = 180_000

/** What the runs of one test share: clouds of their own, a fresh checkout, and a folder for the progress. */
export interface Place {
  readonly bench: Bench
  readonly rehearsal: Rehearsal
  readonly checkout: string
  readonly state: string
  /** For what a test keeps besides. */
  readonly folder: string
  /** The rehearsal's hook, where nothing else is to happen. */
  readonly watch: NonNullable<Rehearsal['hook']>
  readonly leaks: ReturnType<typeof watchLeaks>
  /** What the command line says of the route. */
  readonly argv: readonly string[]
  /** The effects that were had before, where it goes on from what a kill left. */
  readonly earlier: readonly string[]
  /** When that was; every clock goes on from there. */
  readonly since?: Date
}

export interface Ran {
  readonly code: number | undefined
  readonly signal: string | undefined
  /** Standard output and error, as they came. */
  readonly said: string
}

export interface Running {
  readonly pid: number
  /** Where kill-point.mjs announces what it comes to, and waits to be let go on. */
  readonly points: Duplex | undefined
  kill(signal: NodeJS.Signals): void
  /** Resolves when the output has that, or there is no more of it. */
  saying(words: string): Promise<void>
  readonly ended: Promise<Ran>
}

/** Where a stage begins, or a killed run goes on: what the clouds and the folders hold then. */
export interface Beginning extends Pick<Place, 'folder' | 'argv' | 'earlier' | 'since'> {
  readonly world: World
}

/** What Google's keys are made from, and Docker Hub signs with. */
const PRIVATE_KEY = newPrivateKey()

/** Makes a run give up on an answer as early as all else is scaled for tests. Any other waits for it as long as for people. */
export const IMPATIENT = { SWEEP_PATIENCE: 'none' }

/** As a script says it: nobody is asked. */
const UNATTENDED = ['--yes', '--verbose', '--no-input', '--allow-host', '127.0.0.1']

/** As many runs at once as the machine has cores for. */
const turn = atMost(2)

/** The program on one route, and where every stage of it begins, and the last ends; what others build meanwhile changes nothing. */
export class Bench {
  readonly route: Route
  readonly #folder = realpathSync(mkdtempSync(join(tmpdir(), 'dummyapp-setup-sweep-')))
  readonly #program = join(this.#folder, 'program', 'cli.js')
  readonly #beginnings: Beginning[] = []

  constructor(route: Route = ROUTES[0]) {
    this.route = route
    cpSync(dirname(CLI), dirname(this.#program), { recursive: true })
    writeFileSync(join(this.#folder, 'package.json'), '{ "type": "module" }')
    const checkout = join(this.#folder, 'first', 'checkout')
    mkdirSync(checkout, { recursive: true })
    makeCheckout({ folder: checkout, files: route.files })
    const world = route.world()
    // It takes longer to make than a run waits here.
    world.google.privateKey ??= PRIVATE_KEY
    world.dockerHub.privateKey ??= PRIVATE_KEY
    signInByCanaries(world)
    this.#beginnings.push({ world, folder: dirname(checkout), argv: route.argv, earlier: [] })
  }

  /**
   * Walks to the end, stage after stage: a run goes as far as people are needed, these are played, and it goes on.
   * @param run runs the program there, as it is unless told
   * @returns what each stage did, as `read` tells it of the place
   */
  async stages<T>(
    read: (place: Place, ran: Ran) => T,
    run: (place: Place) => Promise<Ran> = place => this.run(place),
  ): Promise<T[]> {
    const done: T[] = []
    for (let stage = 0; ; stage += 1) {
      const isOver = await this.at(stage, async place => {
        const ran = await run(place)
        if (ran.code !== 0 && ran.code !== 3) throw new Error(`stage ${stage + 1} ended with ${ran.code}:\n${ran.said}`)
        done.push(read(place, ran))
        const { later } = this.route
        const isLater = place.argv === later
        const isEnd = ran.code === 0 && (isLater || later === undefined)
        const argv = ran.code === 0 && !isEnd ? (later ?? []) : place.argv
        if (ran.code !== 0) {
          commitAndPush(place)
          this.route.people(place.rehearsal.world)
        }
        const folder = join(this.#folder, `stage-${stage + 2}`)
        cpSync(place.folder, folder, { recursive: true })
        this.#beginnings.push({ world: structuredClone(place.rehearsal.world), folder, argv, earlier: [] })
        return isEnd
      })
      if (isOver) return done
      if (stage > 5) throw new Error('people were asked again and again')
    }
  }

  /** Does work in a place of its own where a stage begins; throws as `in` does. */
  async at<T>(stage: number, work: (place: Place) => Promise<T>): Promise<T> {
    const beginning = this.#beginnings[stage]
    if (beginning === undefined) throw new Error(`there is no stage ${stage}`)
    return this.in(beginning, work)
  }

  /**
   * Does work in a place of its own that begins so.
   * @throws Error also where CI was left without a credential that worked
   */
  async in<T>(
    { world, folder: from, argv, earlier, since }: Beginning,
    work: (place: Place) => Promise<T>,
  ): Promise<T> {
    return turn(async () => {
      const folder = await mkdtemp(join(this.#folder, 'place-'))
      await cp(from, folder, { recursive: true })
      const late = since === undefined ? 0 : Date.now() - since.getTime()
      const now = () => new Date(Date.now() - late)
      const rehearsal = await startRehearsal({ world: structuredClone(world), now })
      const { hook: watchingCi, lost } = watchCi(rehearsal)
      const leaks = watchLeaks(rehearsal)
      const watch: Place['watch'] = async (...call) => {
        await leaks.hook(...call)
        await watchingCi(...call)
      }
      rehearsal.hook = watch
      const [checkout, state] = [join(folder, 'checkout'), join(folder, 'state')]
      try {
        const place = { bench: this, rehearsal, checkout, state, folder, watch, leaks, argv, earlier }
        const result = await work({ ...place, ...(since && { since }) })
        if (lost.length > 0) throw new Error(`CI could push, and could no more: ${lost.join('; ')}`)
        if (leaks.found.size > 0) throw new Error(`where it does not belong: ${[...leaks.found].join('; ')}`)
        return result
      } finally {
        await rehearsal.close()
        await rm(folder, { recursive: true, force: true })
      }
    })
  }

  /** Starts the program as a script would: everything is known, nobody is asked. */
  start(
    { rehearsal, checkout, state, folder, leaks, argv: ofRoute, since }: Place,
    preload: NodeJS.ProcessEnv = {},
    more: readonly string[] = [],
    flags: readonly string[] = UNATTENDED,
  ): Running {
    const { SWEEP_PATIENCE: patience, ...env } = preload
    const late = since === undefined ? {} : { SWEEP_LATE_MS: String(Date.now() - since.getTime()) }
    const hooks = [
      ...(patience === undefined ? ['patient.mjs'] : []),
      ...(Object.keys(env).length > 0 ? ['kill-point.mjs'] : []),
      ...(since === undefined ? [] : ['late.mjs']),
    ]
    const argv = [...flags, '--state-dir', state, ...ofRoute, ...more]
    const words = [...hooks.flatMap(file => ['--import', resolve('test/sweeps', file)]), this.#program, ...argv]
    const child = execa(process.execPath, words, {
      cwd: checkout,
      env: { ...bareEnvironment(folder), DUMMYAPP_SETUP_TIME_SCALE: '0.01', ...signedIn(rehearsal), ...env, ...late },
      extendEnv: false,
      stdio: ['ignore', 'pipe', 'pipe', ...(env.SWEEP_DO === 'tell' ? ['pipe' as const] : [])],
      reject: false,
      all: true,
      timeout: LONGEST_RUN_MS,
      killSignal: 'SIGKILL',
    })
    const { pid = 0 } = child
    leaks.begins(pid)
    return {
      pid,
      points: child.stdio[3] as Duplex | undefined,
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
        leaks.ends(pid, all, signal === 'SIGKILL' ? undefined : folder)
        if (timedOut) throw new Error(`it hung for ${LONGEST_RUN_MS / 1000} s, having said:\n${all}`)
        return { code: exitCode, signal, said: all }
      }),
    }
  }

  async run(...said: Parameters<Bench['start']>): Promise<Ran> {
    return this.start(...said).ended
  }

  async close(): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true })
  }
}

/** A route with what its stages did. */
export interface Walked<T> {
  readonly route: Route
  readonly bench: Bench
  readonly stages: readonly T[]
}

/** Walks every route to its end, as `stages` does. */
export const walkAll = <T>(
  read: (place: Place, ran: Ran) => T,
  run?: (place: Place) => Promise<Ran>,
): Promise<readonly Walked<T>[]> =>
  Promise.all(
    ROUTES.map(async route => {
      const bench = new Bench(route)
      return { route, bench, stages: await bench.stages(read, run) }
    }),
  )

/**
 * Tells what is swept on a route: what does not occur on those before it, and what it does otherwise.
 * @param namesOf the names of all that occurs in a stage
 */
export function sweptOn<T>(
  walked: readonly Walked<T>[],
  namesOf: (stage: T) => readonly string[],
): (route: Route, name: string) => boolean {
  const before = new Map<Route, ReadonlySet<string>>()
  const names = new Set<string>()
  for (const { route, stages } of walked) {
    before.set(route, new Set(names))
    for (const name of stages.flatMap(namesOf)) names.add(name)
  }
  return (route, name) => !before.get(route)?.has(name) || !!route.otherwise?.test(name)
}

/** What every run is stopped for. */
export function commitAndPush({ rehearsal, checkout }: Pick<Place, 'rehearsal' | 'checkout'>): void {
  const author = ['-c', 'user.name=T', '-c', 'user.email=t@example.com']
  git(checkout, 'add', '--all')
  git(checkout, ...author, 'commit', '--quiet', '--message=set up')
  git(checkout, 'push', '--quiet', 'origin', 'HEAD:refs/heads/main')
  tellCi(rehearsal, checkout)
}

const UUID = /[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}/gi
/** Of a project, an account or an operation of Google's. */
const NUMBER = /\d{12,}/g

/** What a request asks of whom, in words that are the same in every run. */
export const requestName = ({ vendor, method, path }: Logged): string =>
  `${vendor} ${method} ${path.replaceAll(UUID, '<id>').replaceAll(NUMBER, '<number>')}`

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

/** One that every run makes. A mere question is met once of its kind, a second page only if another lane filled the first. */
export const isCertain = ({ name, effect }: { readonly name: string; readonly effect: boolean }): boolean =>
  effect || (name.endsWith('#1') && !name.includes('page-token'))

export const PHASES = ['before', 'after'] as const

/** Does something once, when the request of that name has come, or is done and not yet answered. */
export function onArrival(
  { rehearsal, watch }: Place,
  name: string,
  phase: (typeof PHASES)[number],
  act: (entry: Logged) => void | Promise<void>,
): void {
  const naming = requestNames()
  const names = new WeakMap<Logged, string>()
  rehearsal.hook = async (now, entry, call) => {
    await watch(now, entry, call)
    if (now === 'before') names.set(entry, naming(entry))
    if (now !== phase || names.get(entry) !== name) return
    rehearsal.hook = watch
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
