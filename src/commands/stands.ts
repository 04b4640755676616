import { STEPS } from '../../steps/index.ts'
import type { Saved } from '../engine/saved.ts'
import { clean } from '../output/clean.ts'
import { type Printer, wrap } from '../output/printer.ts'

/** Says what was given for a while and stands still: every exit tells it, however it came about. */
export function sayWhatStands({ facts, intents }: Saved, { line, paint, width }: Printer): void {
  const saved = { fact: (name: string) => facts[name], hasBegun: (name: string) => intents[name] !== undefined }
  for (const step of STEPS) {
    const text = step.stands?.(saved)
    if (text !== undefined) line(wrap(`  ${paint.yellow('!')} ${step.id}  `, clean(text), width))
  }
}
