import { singlesOf } from '../engine/choices.ts'
import { openConsent } from '../engine/pass.ts'
import type { Planned } from '../engine/plan.ts'
import type { Action, StepId } from '../engine/step.ts'
import { shown } from '../engine/text.ts'
import { overTheWire, type Place, toldPerson, typed } from './checklist/model.ts'
import { clean } from './clean.ts'
import { type Printer, wrap } from './printer.ts'

/** With fewer columns, what is told of the steps does not stand in a column. */
const LEAST_FOR_COLUMNS = 60

/** Does it stand as it should, so that nothing is to be done and nothing to be asked? */
export const standsStill = ({ seen, actions, consents }: Planned): boolean =>
  seen.is === 'present' && actions.length === 0 && consents.length === 0

/**
 * Every step: how it stands, and what happens or what holds it back.
 * @param fold those that stand as they should share one line
 */
export function showPlan(
  plan: readonly Planned[],
  held: ReadonlyMap<StepId, string>,
  printer: Printer,
  { fold }: { readonly fold: boolean },
): void {
  const { line, paint, width } = printer
  const still = fold ? plan.filter(standsStill) : []
  const open = plan.filter(planned => !still.includes(planned))
  const names = width < LEAST_FOR_COLUMNS ? 0 : Math.max(0, ...open.map(({ step }) => step.id.length))
  line()
  line(paint.bold('Plan'))
  for (const planned of open) {
    const { step, seen, actions } = planned
    const why = held.get(step.id)
    const id = paint.bold(step.id) + ' '.repeat(Math.max(0, names - step.id.length))
    line(wrap(`  ${id}  `, clean(nowOf(planned)), width))
    if (why !== undefined) line(wrap('      ', paint.yellow(why), width))
    else for (const action of actions) line(whatHappens(action, printer))
    if (why === undefined) for (const text of leftOf(planned)) line(wrap('    = ', paint.dim(text), width))
    if (why === undefined && actions.length === 0 && seen.is === 'present') line(paint.dim('    = kept as it is'))
  }
  if (still.length === 0) return
  const ids = still.map(({ step }) => step.id).join(', ')
  line(
    wrap('  = ', paint.dim(`${still.length === 1 ? 'stands' : `${still.length} stand`} as it should: ${ids}`), width),
  )
}

/** The single differences that stay as they are, while others are mended. */
function leftOf({ seen, choices, isKept }: Planned): readonly string[] {
  if (choices === undefined || isKept) return []
  const why = (key: string) => (choices.kept.has(key) ? 'by choice' : choices.open.has(key) && 'nobody agreed to it')
  return singlesOf(seen).flatMap(({ what, found, action }) =>
    why(action) ? [clean(`${what} stays ${found}: ${why(action)}`)] : [],
  )
}

/** One effect, or what only a person can do. */
const whatHappens = (action: Action, { paint, width }: Printer): string =>
  action.kind === 'person'
    ? wrap(`    ${paint.yellow('●')} ${action.who}: `, shown(action.does), width)
    : wrap('    + ', shown(action.does), width)

/** How it stands now, in words. */
function nowOf(planned: Planned): string {
  const { seen, byWord } = planned
  if (byWord) return openConsent(planned)
  if (seen.is === 'missing')
    return seen.awaits ? `${seen.partly ?? 'missing'}; waits: ${seen.awaits.detail}` : (seen.partly ?? 'missing')
  if (seen.is === 'unknown') return seen.cause.means
  if (seen.is === 'pending') return seen.detail
  if (seen.is === 'failed') return `failed: ${seen.cause.means}`
  if (planned.isKept) return 'differs, and stays as it is by choice'
  return planned.consents.length > 0 ? openConsent(planned) : 'present'
}

/** Every effect: what goes over the wire, and the command that does the same by hand, unbroken so that it can be copied. */
export function showRequests(plan: readonly Planned[], { line, paint, width }: Printer, place: Place): void {
  for (const { step, actions } of plan) {
    for (const { action, lines } of typed(actions, step, place)) {
      line(wrap(`  ${paint.bold(step.id)}  `, shown(action.does), width))
      const wire = overTheWire(action, place)
      for (const text of toldPerson(action)) line(wrap('    ', shown(text), width))
      if (wire) line(wrap('    ', wire, width))
      for (const one of lines) line(paint.cyan(`    ${wire ? 'by hand: ' : '$ '}${one}`))
    }
  }
}
