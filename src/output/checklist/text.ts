import type { Answers } from '../../answers/schema.ts'
import { shown } from '../../engine/text.ts'
import { clean } from '../clean.ts'
import { type Printer, wrap } from '../printer.ts'
import { type Entry, overTheWire, type Place, toldPerson, typed } from './model.ts'

/** The checklist for reading: what each step does, and the commands that do it by hand; `verbose` shows the requests too. */
export function printText(
  entries: readonly Entry[],
  answers: Answers,
  place: Place,
  options: {
    readonly printer: Printer
    readonly title: string
    readonly verbose: boolean
    readonly proposed: ReadonlySet<string>
    readonly notes?: readonly string[]
  },
): void {
  const { printer, title, verbose, proposed, notes = [] } = options
  const { paint, width, line } = printer
  line(paint.bold(title))
  line(
    wrap(
      '',
      Object.entries(answers)
        .map(([key, value]) => `${key} ${shown(value)}${proposed.has(key) ? ' (proposed)' : ''}`)
        .join(' · '),
      width,
    ),
  )
  for (const note of notes) line(wrap('  ! ', paint.yellow(clean(note)), width))
  for (const [index, { step, actions }] of entries.entries()) {
    line()
    line(wrap(`${index + 1} `, `${paint.bold(step.id)}  ${step.title}`, width))
    line(wrap('  ', paint.dim(step.why), width))
    for (const { action, lines } of typed(actions, step, place)) {
      line(wrap('  ☐ ', shown(action.does), width))
      for (const text of toldPerson(action)) line(wrap('      ', shown(text), width))
      const wire = verbose ? overTheWire(action, place) : undefined
      if (wire) line(`      ${paint.dim(wire)}`)
      for (const one of lines) line(`      ${paint.cyan(`$ ${one}`)}`)
    }
  }
}
