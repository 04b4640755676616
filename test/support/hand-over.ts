import { cpSync } from 'node:fs'
import { join } from 'node:path'
import type { Json } from '../../src/clouds/json.ts'
import type { HandedOver } from '../../src/engine/handed-over.ts'
import type { Place } from '../sweeps/run.ts'
import { leftBy } from '../sweeps/world.ts'
import { temporaryFolder } from './folder.ts'
import type { RunOptions } from './stage.ts'

/** A hand-over about the usual project, in which nothing is said. */
export const NOTHING_SAID: HandedOver = {
  kind: 'dummyapp-setup hand-over',
  version: 1,
  clouds: 'real',
  project: 'github.com/pennocktech/dummyapp',
  by: 'ann@laptop',
  at: '2026-11-22T10:00:00.000Z',
  answers: {},
  facts: {},
  records: {},
  intents: {},
}

/** Another machine: a copy of the checkout, and no progress. */
export function otherMachine(checkout: string): {
  readonly checkout: string
  readonly state: string
  readonly at: RunOptions
} {
  const folder = temporaryFolder()
  const [copy, state] = [join(folder, 'checkout'), join(folder, 'state')]
  cpSync(checkout, copy, { recursive: true })
  return { checkout: copy, state, at: { cwd: copy, env: { XDG_STATE_HOME: state } } }
}

/** The command that takes up all that was handed over, as the end of a run says it: the words behind the program. */
export function takeUpIn(said: string): readonly string[] {
  const [, line = ''] = /told\s+above:\n {2}dummyapp-setup (.*)$/m.exec(said) ?? []
  return line.split(' ').filter(Boolean)
}

/** The consents in it. */
export const consentsIn = (said: string): readonly string[] =>
  [
    ...takeUpIn(said)
      .join(' ')
      .matchAll(/(--(?:adopt|replace)) (\S+)/g),
  ].flatMap(([, consent = '', step = '']) => [consent, step])

/**
 * What is left but for who made it, and for what only one of two machines has learned or begun: by whatever machine, the clouds and
 * the checkout are the same, and so are the answers, and which steps are done.
 */
export function leftByWhomever(place: Pick<Place, 'rehearsal' | 'checkout' | 'state'>): Json {
  const left = leftBy(place) as { [key: string]: Json }
  const progress = left.progress as readonly { answers: Json; records: { [id: string]: Json } }[]
  const known = progress.map(({ answers, records }) => [answers, Object.keys(records)] as Json)
  return { ...left, progress: known }
}
