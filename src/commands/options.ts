import { STEPS } from '../../steps/index.ts'
import { assertKnown } from './known.ts'

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

/** @throws SetupError (exit 2) when an option names a step that does not exist */
export function assertSteps({ adopt, replace }: Pick<Options, 'adopt' | 'replace'>): void {
  // Behind a slash stands one of its differences, which only a look can know.
  for (const name of [...adopt, ...replace]) assertKnown('step', name.replace(/\/.*/s, ''), [...STEP_IDS])
}
