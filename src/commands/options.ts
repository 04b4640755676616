import { STEPS } from '../../steps/index.ts'
import { nearest } from '../answers/nearest.ts'
import { EXIT, SetupError } from '../clouds/cause.ts'

/** What the command line says, as commander gives it. */
export interface Options {
  readonly repo?: string
  readonly answers?: string
  readonly set: readonly string[]
  readonly yes: boolean
  readonly adopt: readonly string[]
  readonly replace: readonly string[]
  readonly stateDir?: string
  readonly allowHost: readonly string[]
  readonly world?: string
  /** false with --no-input */
  readonly input: boolean
  readonly plain: boolean
  readonly json: boolean
  readonly verbose: boolean
}

/** @throws SetupError (exit 2) when --adopt or --replace name what is no step */
export function assertSteps({ adopt, replace }: Options): void {
  const ids: readonly string[] = STEPS.map(step => step.id)
  const wrong = [...adopt, ...replace].find(id => !ids.includes(id))
  if (wrong === undefined) return
  const meant = nearest(wrong, ids)
  throw new SetupError(
    {
      code: 'unknown-step',
      means: `There is no step ${JSON.stringify(wrong)}.`,
      next: meant ? `Did you mean ${meant}?` : `The steps are: ${ids.join(', ')}.`,
    },
    EXIT.input,
  )
}
