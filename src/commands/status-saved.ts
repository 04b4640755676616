import { STEPS } from '../../steps/index.ts'
import type { Saved } from '../engine/saved.ts'
import type { StepId } from '../engine/step.ts'
import { clean } from '../output/clean.ts'
import { type Printer, wrap } from '../output/printer.ts'
import { sayWhatStands } from './stands.ts'

/** Every step, with what was saved of it; then what was given for a while and stands still. */
export function sayStatus(saved: Saved, printer: Printer): void {
  for (const { id } of STEPS) sayStep(id, saved, printer)
  sayWhatStands(saved, printer)
}

function sayStep(id: StepId, { records, intents }: Saved, { line, paint, width }: Printer): void {
  const record = records[id]
  const open = Object.values(intents).find(({ step }) => step === id)
  const text = open
    ? `begun ${open.at}, its end is not known: the next run looks first`
    : record
      ? `${record.how} by ${record.by}, ${record.at}`
      : 'open'
  const sign = open ? paint.yellow('?') : record ? paint.green('✔') : paint.dim('☐')
  line(wrap(`  ${sign} ${id}  `, clean(text), width))
}

/** The same for scripts; without anything saved, every step is open. */
export const statusAsJson = (saved: Saved | undefined) => ({
  version: 1,
  answers: saved?.answers ?? {},
  steps: STEPS.map(({ id }) => ({
    id,
    record: saved?.records[id] ?? null,
    open: Object.values(saved?.intents ?? {}).some(({ step }) => step === id),
  })),
})
