import type { Asker } from '../answers/prompts.ts'
import type { Answers } from '../answers/schema.ts'
import { openConsent } from '../engine/pass.ts'
import { type Consent, heldBack, type Planned } from '../engine/plan.ts'
import type { StepId } from '../engine/step.ts'
import type { Place } from '../output/checklist/model.ts'
import { clean } from '../output/clean.ts'
import { showPlan, showRequests } from '../output/plan.ts'
import { type Printer, wrap } from '../output/printer.ts'
import type { Options } from './options.ts'
import { planText, savePlan } from './save-plan.ts'

/** What was agreed to: the steps whose consents were given, and what becomes of the plan. */
export interface Agreement {
  readonly decision: 'carry-out' | 'leave' | 'change-answers' | 'look-again'
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
    readonly answers: Answers
  },
): Promise<Agreement> {
  const { acting, asker, printer, options, place, answers } = context
  const consented = new Set<StepId>()
  for (const planned of plan.filter(({ step, consents }) => acting.has(step.id) && consents.length > 0)) {
    if (await consents(planned, asker, printer, options)) consented.add(planned.step.id)
  }
  const held = heldBack(plan, acting, consented)
  const allowed = plan.filter(({ step }) => !held.has(step.id))
  showPlan(plan, held, printer)
  if (options.verbose) showRequests(allowed, printer, place)
  const acts = allowed.some(({ actions }) => actions.some(({ kind }) => kind !== 'person'))
  if (options.yes) return { decision: 'carry-out', consented }
  if (!acts) {
    const isStuck = plan.some(({ step, seen }) => acting.has(step.id) && seen.is === 'unknown')
    return { decision: isStuck && asker ? await asker.choose(STUCK, WAYS_OUT) : 'carry-out', consented }
  }
  if (asker === undefined) return { decision: 'leave', consented }
  for (;;) {
    const wish = await asker.choose('Carry it out?', WISHES)
    if (wish === 'show') showRequests(allowed, printer, place)
    else if (wish === 'save') await savePlan(planText(plan, answers, place), asker, printer)
    else return { decision: wish, consented }
  }
}

const STUCK = 'Nothing can be done like this. What now?'
/** Carrying it out has no effect; it says of each step what is wrong, and ends. */
const WAYS_OUT = [
  { name: 'leave it', value: 'carry-out' },
  { name: 'change an answer', value: 'change-answers' },
  { name: 'look again', value: 'look-again' },
] as const

const WISHES = [
  { name: 'yes', value: 'carry-out' },
  { name: 'no', value: 'leave' },
  { name: 'show every request', value: 'show' },
  { name: 'save the plan', value: 'save' },
  { name: 'change an answer', value: 'change-answers' },
] as const

async function consents(
  planned: Planned,
  asker: Asker | undefined,
  { line, paint, width }: Printer,
  options: Options,
): Promise<boolean> {
  const { id } = planned.step
  const given: Record<Consent, readonly string[]> = { adopt: options.adopt, replace: options.replace }
  if (planned.consents.every(consent => given[consent].includes(id))) return true
  if (asker === undefined || options.yes) return false
  line()
  line(wrap(`${paint.bold(id)}  `, `${clean(openConsent(planned))}.`, width))
  return asker.yes(planned.consents.includes('replace') ? 'Overwrite that?' : 'Use it? (undo leaves it alone)', false)
}
