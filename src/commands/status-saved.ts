import type { Saved } from '../engine/saved.ts'
import type { StepId } from '../engine/step.ts'
import { clean } from '../output/clean.ts'
import { type Printer, wrap } from '../output/printer.ts'
import { STEP_INDEX } from './step-index.ts'

/** Every step, with what was saved of it; then what was given for a while and stands still. */
export async function sayStatus(saved: Saved, printer: Printer): Promise<void> {
  for (const { id } of STEP_INDEX) sayStep(id, saved, printer)
  if (mayStand(saved)) (await import('./stands.ts')).sayWhatStands(saved, printer)
}

/** Only the steps themselves can tell; they are loaded where one of them has saved something that may stand for it. */
const mayStand = ({ facts }: Saved): boolean =>
  STEP_INDEX.some(
    step => step.mayStand && Object.keys(facts).some(name => name.startsWith(`${step.id}:`) && facts[name]),
  )

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
  steps: STEP_INDEX.map(({ id }) => ({
    id,
    record: saved?.records[id] ?? null,
    open: Object.values(saved?.intents ?? {}).some(({ step }) => step === id),
  })),
})
