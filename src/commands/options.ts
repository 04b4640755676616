import { STEPS } from '../../steps/index.ts'
import { nearest } from '../answers/nearest.ts'
import { EXIT, SetupError } from '../clouds/cause.ts'
import { laneOf } from '../engine/step.ts'

/** What the command line says, as commander gives it. */
export interface Options {
  readonly repo?: string
  readonly answers?: string
  readonly set: readonly string[]
  readonly only: readonly string[]
  readonly skip: readonly string[]
  readonly yes: boolean
  readonly adopt: readonly string[]
  readonly replace: readonly string[]
  readonly stateDir?: string
  readonly takeOver?: string
  readonly allowHost: readonly string[]
  readonly world?: string
  readonly out?: string
  /** false with --no-input */
  readonly input: boolean
  readonly plain: boolean
  readonly json: boolean
  readonly verbose: boolean
  readonly live: boolean
}

/** Every step there is. */
export const STEP_IDS: ReadonlySet<string> = new Set(STEPS.map(step => step.id))
const LANES: readonly string[] = [...new Set(STEPS.map(step => laneOf(step.id)))]

/** @throws SetupError (exit 2) when an option names what is no step or no lane */
export function assertNames({ adopt, replace, only, skip }: Options): void {
  // Behind a slash stands one of its differences, which only a look can know.
  for (const name of [...adopt, ...replace]) assertKnown('step', name.replace(/\/.*/s, ''), [...STEP_IDS])
  for (const lane of [...only, ...skip]) assertKnown('lane', lane, LANES)
}

/** @throws SetupError (exit 2) that says the nearest known name */
export function assertKnown(what: 'step' | 'lane', name: string, known: readonly string[]): void {
  if (known.includes(name)) return
  const meant = nearest(name, known)
  throw new SetupError(
    {
      code: `unknown-${what}`,
      means: `There is no ${what} ${JSON.stringify(name)}.`,
      next: meant ? `Did you mean ${meant}? Correct it, and run again.` : `Take one of these: ${known.join(', ')}.`,
    },
    EXIT.input,
  )
}
