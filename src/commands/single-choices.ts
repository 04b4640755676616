import type { Asker } from '../answers/prompts.ts'
import type { Answers } from '../answers/schema.ts'
import { choiceName, type Single, singlesOf } from '../engine/choices.ts'
import { differenceText } from '../engine/pass.ts'
import type { Planned } from '../engine/plan.ts'
import { shown } from '../engine/text.ts'
import { clean } from '../output/clean.ts'
import { diffOf } from '../output/diff.ts'
import { type Printer, wrap } from '../output/printer.ts'
import type { Options } from './options.ts'

/** What becomes of what stands there: it is used or overwritten, it stays, or it is left for later. */
export type Choice = 'take' | 'keep' | 'leave'

interface Context {
  readonly asker: Asker | undefined
  readonly printer: Printer
  readonly options: Pick<Options, 'adopt' | 'replace' | 'yes'>
  readonly answers: Answers
  /** What was said in an earlier pass is not asked again. */
  readonly said: Map<string, Choice>
}

/** What becomes of each difference that is decided on by itself, by its name; what nobody decides on is not among them. */
export async function singleChoices(planned: Planned, context: Context): Promise<ReadonlyMap<string, Choice>> {
  const { id } = planned.step
  const { replace, adopt, yes } = context.options
  const made = new Map<string, Choice>()
  for (const one of singlesOf(planned.seen)) {
    const name = choiceName(id, one)
    const isGiven = (names: readonly string[]) => names.includes(id) || names.includes(name)
    if (isGiven(replace)) made.set(name, 'take')
    else if (planned.choices?.kept.has(one.action)) continue
    else if (isGiven(adopt)) made.set(name, 'keep')
    else if (context.asker && !yes) made.set(name, await askOnce(planned, one, { ...context, asker: context.asker }))
  }
  return made
}

/** Shows it with its diff alone, and asks; what is refused stays, and is remembered. */
async function askOnce(
  { step, seen }: Planned,
  one: Single,
  { asker, printer: { line, paint, width }, answers, said }: Context & { readonly asker: Asker },
): Promise<Choice> {
  const question = `${step.id} ${differenceText(one)}`
  const earlier = said.get(question)
  if (earlier !== undefined) return earlier
  const others = new Set(singlesOf(seen).flatMap(({ action }) => (action === one.action ? [] : [action])))
  line()
  line(wrap(`${paint.bold(step.id)}  `, `${clean(differenceText(one))}.`, width))
  for (const action of step.actions(answers, seen, others)) {
    line(wrap('  ', clean(shown(action.does)), width))
    if (action.kind === 'edit') line(paint.cyan(diffOf(action).trimEnd()))
  }
  const choice = (await asker.yes('Replace it? No: it stays, and is not asked again.', false)) ? 'take' : 'keep'
  said.set(question, choice)
  return choice
}
