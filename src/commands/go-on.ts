import { STDIN } from '../answers/given.ts'
import { quote } from '../clouds/quote.ts'
import type { Consent } from '../engine/plan.ts'
import type { StepId } from '../engine/step.ts'
import { program } from '../output/program.ts'
import type { Options } from './options.ts'

/** The command that goes on where this run stopped: answers are saved by now, places and permissions are not. */
export function goOn(options: Options, command?: 'rehearse'): string {
  const { repo, stateDir, takeOver, world, allowHost } = options
  const flags = [
    ...(command ? [command] : []),
    ...(repo ? ['--repo', repo] : []),
    ...(stateDir ? ['--state-dir', stateDir] : []),
    ...(takeOver ? ['--take-over', takeOver === STDIN ? 'FILE' : takeOver] : []),
    ...(world ? ['--world', world] : []),
    ...allowHost.flatMap(host => ['--allow-host', host]),
  ]
  return [program(), ...flags.map(quote)].join(' ')
}

/** What goes behind it to go on with these consents: about the same lanes, and asked no more than this run was. */
export const consenting = (
  { yes, only, skip }: Pick<Options, 'yes' | 'only' | 'skip'>,
  consents: readonly (readonly [consent: Consent, step: StepId])[],
): string =>
  [
    ...(yes ? ['--yes'] : []),
    ...only.flatMap(lane => ['--only', lane]),
    ...skip.flatMap(lane => ['--skip', lane]),
    ...consents.flatMap(([consent, step]) => [`--${consent}`, step]),
  ]
    .map(quote)
    .join(' ')
