import type { Candidate } from '../answers/candidate.ts'
import { definitionOf } from '../answers/schema.ts'
import { type Cause, EXIT, SetupError } from '../clouds/cause.ts'
import type { Planned } from '../engine/plan.ts'
import type { Choice, StepId } from '../engine/step.ts'
import { clean } from '../output/clean.ts'
import { wrap } from '../output/printer.ts'
import type { Ground } from './ground.ts'
import type { Options } from './options.ts'
import type { Screen } from './screen.ts'

/** What a look has found that a person must choose among, with why. */
interface Open extends Choice {
  readonly cause: Cause
}

/** What must be chosen before there can be a plan; each answer once. */
export const choicesIn = (plan: readonly Planned[], acting: ReadonlySet<StepId>): readonly Open[] => {
  const open = plan.flatMap(({ step, seen }) =>
    acting.has(step.id) && seen.is === 'unknown' && seen.choose ? [{ ...seen.choose, cause: seen.cause }] : [],
  )
  return [...new Map(open.map(one => [one.answer, one])).values()]
}

/**
 * Has each chosen, between two passes. The rehearsal takes the first where nobody is there to choose.
 * @throws SetupError (exit 2) that lists all of them where nobody can be asked
 */
export async function obtainChoices(
  open: readonly Open[],
  { takeProposed }: Pick<Ground, 'takeProposed'>,
  { yes }: Pick<Options, 'yes'>,
  { asker, printer }: Pick<Screen, 'asker' | 'printer'>,
): Promise<readonly Candidate[]> {
  if (open.length === 0) return []
  if (takeProposed) {
    return open.flatMap(({ answer: key, among }) =>
      among.slice(0, 1).map(({ value }) => ({ key, value, from: 'the rehearsal' })),
    )
  }
  if (asker === undefined || yes) throw new SetupError(nobodyChooses(open), EXIT.input)
  const { line, paint, width } = printer
  const chosen: Candidate[] = []
  for (const { answer: key, among, cause } of open) {
    line()
    line(wrap(`  ${paint.bold(key)}  `, `${clean(cause.means)} ${definitionOf(key).why}`, width))
    const choices = among.map(({ name, value }) => ({ name: clean(name), value }))
    chosen.push({ key, value: await asker.choose(key, choices), from: 'you' })
  }
  return chosen
}

function nobodyChooses(open: readonly Open[]): Cause {
  const lines = open.flatMap(({ answer, among, cause }) => [
    cause.means,
    ...among.map(({ value, name }) => `--set ${answer}=${value}  ${name}`),
  ])
  return {
    code: 'missing-answers',
    means: `Only a person can choose this, and nobody is here to be asked:\n${lines.join('\n')}`,
    next: 'Run again with one of these; it is remembered.',
  }
}
