import { cpSync, lstatSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import type { Logged } from '../../src/rehearsal/server.ts'
import { type Beginning, type Bench, type Place, type Ran, requestNames } from './run.ts'
import { Standstill } from './standstill.ts'
import { effectsOf } from './world.ts'

/** Tells of its points. */
const TELLING = { SWEEP_DO: 'tell' }

/** docker asks the clouds for something that is held there. */
const asksTheClouds = (command: string) => command.includes('docker')

/** So often can what the program has sent go round before it has been dealt with. */
const ROUNDS = 10

interface Walk {
  readonly ran: Ran
  /** By each of the point's names. */
  readonly taken: ReadonlyMap<string, Beginning>
}

interface Options {
  /** Is the program killed there, for real? */
  readonly kills?: boolean
  /** What kill-point.mjs is told besides. */
  readonly preload?: NodeJS.ProcessEnv
}

/**
 * Runs to the end, and keeps what a SIGKILL would leave at each point that is wanted. While it is copied the program does
 * nothing; what it has sent before is dealt with, and what it has started has come to its end.
 * @param isWanted by a point's names: `before …`, `during …` or `after …`
 */
export async function snapshots(
  place: Place,
  isWanted: (names: readonly string[]) => boolean,
  { kills = false, preload = {} }: Options = {},
): Promise<Walk> {
  const taken = new Map<string, Beginning>()
  const running = place.bench.start(place, { ...TELLING, ...preload })
  const still = new Standstill(running.pid)
  let copy = { folder: '', stamp: '' }

  /** Where nothing was written since the last copy, that one. */
  const copied = () => {
    const stamp = stampOf(place.folder)
    if (stamp !== copy.stamp) {
      copy = { folder: `${place.folder}-at-${taken.size}`, stamp }
      cpSync(place.folder, copy.folder, { recursive: true })
    }
    return copy.folder
  }

  const take = async (names: readonly string[], isLeftOut: (command: string) => boolean) => {
    if (!isWanted(names)) return false
    still.begin()
    for (let round = 0; round < ROUNDS; round += 1) await setImmediate()
    await still.childrenEnd(isLeftOut)
    const since = new Date()
    const folder = copied()
    const { argv, rehearsal } = place
    const kept = { folder, argv, since, world: structuredClone(rehearsal.world), earlier: effectsOf(place) }
    for (const name of names) taken.set(name, kept)
    if (kills) running.kill('SIGKILL')
    else still.end()
    return kills
  }

  const naming = requestNames()
  const named = new WeakMap<Logged, string>()
  place.rehearsal.hook = async (phase, entry, call) => {
    await place.watch(phase, entry, call)
    if (phase === 'before') named.set(entry, naming(entry))
    // It changes nothing.
    if (entry.method === 'GET') return
    const isKilled = await take([`${phase} ${named.get(entry)}`], asksTheClouds)
    if (isKilled && phase === 'before') throw new Error('the request was lost')
  }
  const { points } = running
  if (points === undefined) throw new Error('nobody tells of the points')
  // It breaks where the program is killed.
  points.on('error', () => {})
  let told = ''
  points.on('data', async (chunk: Buffer) => {
    told += chunk
    // It tells of the next one when it has been let go on.
    if (!told.endsWith('\n')) return
    const names = JSON.parse(told) as string[]
    told = ''
    const isKilled = await take(names, () => false)
    if (!isKilled) points.write('.')
  })
  return { ran: await running.ended, taken }
}

/** Tells whether anything in a folder was written. */
const stampOf = (folder: string): string =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map(name => {
      const { ino, ctimeNs, size } = lstatSync(join(folder, name), { bigint: true })
      return [name, ino, ctimeNs, size].join(' ')
    })
    .join('\n')

/**
 * Walks a stage once, when the first of some points is asked for.
 * @param wanted the names of the points
 * @param judge throws where the walk did not end as it should
 * @returns what a kill leaves at the point of a name; throws where the walk did not come to it
 */
export function killedAt(
  bench: Bench,
  stage: number,
  wanted: readonly string[],
  judge: (place: Place, ran: Ran) => void,
): (name: string) => Promise<Beginning> {
  const names = new Set(wanted)
  const walk = () =>
    bench.at(stage, async place => {
      const { ran, taken } = await snapshots(place, all => all.some(name => names.has(name)))
      judge(place, ran)
      return taken
    })
  let walked: ReturnType<typeof walk> | undefined
  return async name => {
    walked ??= walk()
    return keptOf(await walked, name)
  }
}

/** Throws where the run did not come to the point. */
export function keptOf(taken: ReadonlyMap<string, Beginning> | undefined, name: string): Beginning {
  const beginning = taken?.get(name)
  if (beginning === undefined) throw new Error(`the run did not come to it: ${name}`)
  return beginning
}

/** What was kept, as if a run had been there. */
export const asPlace = ({ folder, world, earlier }: Beginning) => ({
  folder,
  checkout: join(folder, 'checkout'),
  state: join(folder, 'state'),
  earlier,
  rehearsal: { world, log: [] },
})
