import type { StepId } from '../engine/step.ts'
import { type Printer, wrap } from '../output/printer.ts'

/** Says what a look that takes long still waits for. */
export const sayWaiting = (waiting: readonly StepId[], { line, width }: Printer): void =>
  line(wrap('  ', `Still checking: waiting for ${waiting.join(', ')}.`, width))
