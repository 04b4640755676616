import type { Asker } from '../answers/prompts.ts'
import { openConsent } from '../engine/pass.ts'
import type { Consent, Planned } from '../engine/plan.ts'
import type { StepId } from '../engine/step.ts'
import { shown } from '../engine/text.ts'
import { byHand, overTheWire, type Place } from '../output/checklist/model.ts'
import { clean } from '../output/clean.ts'
import { type Printer, wrap } from '../output/printer.ts'
import { readableLine } from '../output/shell.ts'
import type { Options } from './options.ts'

/** What was agreed to: the steps whose consents were given, and whether the plan is carried out at all. */
export interface Agreement {
  readonly carryOut: boolean
  readonly consented: ReadonlySet<StepId>
}

/**
 * Gets every consent and the agreement to the plan: from the person, else from the flags. A plan that has no effect
 * needs no agreement.
 */
export async function agree(
  plan: readonly Planned[],
  context: {
    readonly acting: ReadonlySet<StepId>
    readonly asker: Asker | undefined
    readonly printer: Printer
    readonly options: Options
    readonly place: Place
  },
): Promise<Agreement> {
  const { acting, asker, printer, options, place } = context
  const consented = new Set<StepId>()
  for (const planned of plan.filter(({ step, consents }) => acting.has(step.id) && consents.length > 0)) {
    if (await consents(planned, asker, options)) consented.add(planned.step.id)
  }
  const allowed = plan.filter(
    ({ step, consents }) => acting.has(step.id) && (consents.length === 0 || consented.has(step.id)),
  )
  showPlan(plan, new Set(allowed.map(({ step }) => step.id)), acting, printer)
  if (options.verbose) showRequests(allowed, printer, place)
  const acts = allowed.some(({ actions }) => actions.length > 0)
  const carryOut =
    !acts || options.yes || (asker !== undefined && (await asksToCarryOut(allowed, asker, printer, place)))
  return { carryOut, consented }
}

async function consents(planned: Planned, asker: Asker | undefined, options: Options): Promise<boolean> {
  const { id } = planned.step
  const given: Record<Consent, readonly string[]> = { adopt: options.adopt, replace: options.replace }
  if (planned.consents.every(consent => given[consent].includes(id))) return true
  if (asker === undefined || options.yes) return false
  const question = planned.consents.includes('replace') ? 'Overwrite that?' : 'Use it (undo will leave it alone)?'
  return asker.yes(`${id}: ${clean(openConsent(planned))}. ${question}`, false)
}

async function asksToCarryOut(
  plan: readonly Planned[],
  asker: Asker,
  printer: Printer,
  place: Place,
): Promise<boolean> {
  for (;;) {
    const choice = await asker.choose('Carry it out?', [
      { name: 'yes', value: 'yes' },
      { name: 'no', value: 'no' },
      { name: 'show every request', value: 'show' },
    ])
    if (choice !== 'show') return choice === 'yes'
    showRequests(plan, printer, place)
  }
}

function showPlan(
  plan: readonly Planned[],
  allowed: ReadonlySet<StepId>,
  acting: ReadonlySet<StepId>,
  { line, paint, width }: Printer,
): void {
  line()
  line(paint.bold('Plan'))
  for (const planned of plan) {
    const { step, seen, actions } = planned
    const left = !allowed.has(step.id)
    const why = acting.has(step.id) ? 'left alone: nobody agreed to it' : 'only looked at'
    line(wrap(`  ${paint.bold(step.id)}  `, clean(nowOf(planned)), width))
    if (left) line(wrap('      ', paint.yellow(why), width))
    else for (const { does } of actions) line(wrap('    + ', shown(does), width))
    if (!left && actions.length === 0 && seen.is === 'present') line(paint.dim('    = kept as it is'))
  }
}

/** How it stands now, in words. */
function nowOf(planned: Planned): string {
  const { seen } = planned
  if (seen.is === 'missing') return seen.partly ?? 'missing'
  if (seen.is === 'unknown') return `not known: ${seen.cause.means}`
  return planned.consents.length > 0 ? openConsent(planned) : 'present'
}

function showRequests(plan: readonly Planned[], { line, paint, width }: Printer, place: Place): void {
  for (const { step, actions } of plan) {
    for (const action of actions) {
      line(wrap(`  ${paint.bold(step.id)}  `, shown(action.does), width))
      const wire = overTheWire(action, place)
      if (wire) line(`    ${wire}`)
      for (const command of byHand(action)) line(paint.cyan(`    ${wire ? 'by hand: ' : '$ '}${readableLine(command)}`))
    }
  }
}
