import { openConsent } from '../engine/pass.ts'
import type { Planned } from '../engine/plan.ts'
import type { StepId } from '../engine/step.ts'
import { shown } from '../engine/text.ts'
import { byHand, overTheWire, type Place } from './checklist/model.ts'
import { clean } from './clean.ts'
import { type Printer, wrap } from './printer.ts'
import { readableLine } from './shell.ts'

/** Every step: how it stands, and what happens or what holds it back. */
export function showPlan(
  plan: readonly Planned[],
  held: ReadonlyMap<StepId, string>,
  { line, paint, width }: Printer,
): void {
  line()
  line(paint.bold('Plan'))
  for (const planned of plan) {
    const { step, seen, actions } = planned
    const why = held.get(step.id)
    line(wrap(`  ${paint.bold(step.id)}  `, clean(nowOf(planned)), width))
    if (why !== undefined) line(wrap('      ', paint.yellow(why), width))
    else for (const { does } of actions) line(wrap('    + ', shown(does), width))
    if (why === undefined && actions.length === 0 && seen.is === 'present') line(paint.dim('    = kept as it is'))
  }
}

/** How it stands now, in words. */
function nowOf(planned: Planned): string {
  const { seen } = planned
  if (seen.is === 'missing') return seen.partly ?? 'missing'
  if (seen.is === 'unknown') return seen.cause.means
  return planned.consents.length > 0 ? openConsent(planned) : 'present'
}

/** Every effect: what goes over the wire, and the command that does the same by hand. */
export function showRequests(plan: readonly Planned[], { line, paint, width }: Printer, place: Place): void {
  for (const { step, actions } of plan) {
    for (const action of actions) {
      line(wrap(`  ${paint.bold(step.id)}  `, shown(action.does), width))
      const wire = overTheWire(action, place)
      if (wire) line(`    ${wire}`)
      for (const command of byHand(action, step, place))
        line(paint.cyan(`    ${wire ? 'by hand: ' : '$ '}${readableLine(command)}`))
    }
  }
}
