import type { Candidate } from '../answers/candidate.ts'
import type { Asker } from '../answers/prompts.ts'
import { type Answers, faultOf } from '../answers/schema.ts'
import { openConsent } from '../engine/pass.ts'
import { type Consent, heldBack, type Planned, sameActions } from '../engine/plan.ts'
import type { Action, Owned, StepId } from '../engine/step.ts'
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
  /** What differs and stays as it is, by choice. */
  readonly kept: ReadonlySet<StepId>
  /** New names, with which it is looked again, for what belongs to somebody. */
  readonly renamed?: readonly Candidate[]
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
    /** What was agreed to in an earlier pass needs no second yes. */
    readonly agreed: ReadonlyMap<StepId, readonly Action[]>
  },
): Promise<Agreement> {
  const { acting, asker, printer, options, place, answers, agreed } = context
  const consented = new Set<StepId>()
  const kept = new Set<StepId>()
  const renamed: Candidate[] = []
  const open = plan.filter(({ step, consents }) => acting.has(step.id) && consents.length > 0)
  // A new name comes first: what follows is asked once it is looked again.
  for (const planned of open.toSorted((one, other) => Number(!newNameOf(one)) - Number(!newNameOf(other)))) {
    if (renamed.length > 0 && !newNameOf(planned)) break
    const choice = await consents(planned, asker, printer, options)
    if (typeof choice === 'object') {
      renamed.push(choice)
      continue
    }
    if (choice === 'keep') kept.add(planned.step.id)
    if (choice !== 'leave') consented.add(planned.step.id)
  }
  if (renamed.length > 0) return { decision: 'look-again', consented, kept, renamed }
  const held = heldBack(plan, acting, consented)
  const toDo = plan.map(planned => (kept.has(planned.step.id) ? keptAsItIs(planned) : planned))
  const allowed = toDo.filter(({ step }) => !held.has(step.id))
  showPlan(toDo, held, printer, { fold: true })
  if (options.verbose) showRequests(allowed, printer, place)
  const acts = allowed.some(({ actions }) => actions.some(({ kind }) => kind !== 'person'))
  const isNew = ({ step, actions }: Planned) =>
    actions.some(action => !agreed.get(step.id)?.some(earlier => sameActions([action], [earlier])))
  if (options.yes) return { decision: 'carry-out', consented, kept }
  if (!acts) {
    const isStuck = plan.some(({ step, seen }) => acting.has(step.id) && seen.is === 'unknown')
    return { decision: isStuck && asker ? await asker.choose(STUCK, WAYS_OUT) : 'carry-out', consented, kept }
  }
  if (!allowed.some(isNew)) return { decision: 'carry-out', consented, kept }
  if (asker === undefined) return { decision: 'leave', consented, kept }
  for (;;) {
    const wish = await asker.choose('Carry it out?', WISHES)
    if (wish === 'show') showRequests(allowed, printer, place)
    else if (wish === 'save') await savePlan(planText(toDo, answers, place), asker, printer)
    else return { decision: wish, consented, kept }
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

const keptAsItIs = ({ step, seen }: Planned): Planned => ({ step, seen, actions: [], consents: [], isKept: true })

type Choice = 'take' | 'keep' | 'leave' | Candidate

/** Where it need not be somebody's: the name that is free. */
const newNameOf = ({ seen, consents }: Planned): Owned['otherwise'] =>
  consents.join() === 'adopt' && 'owned' in seen ? seen.owned?.otherwise : undefined

/** What a person wants with what stands there: use or overwrite it, keep it as it is, leave it for later, or another name. */
async function consents(
  planned: Planned,
  asker: Asker | undefined,
  { line, paint, width }: Printer,
  options: Options,
): Promise<Choice> {
  const { step, seen } = planned
  const given: Record<Consent, readonly string[]> = { adopt: options.adopt, replace: options.replace }
  if (planned.consents.every(consent => given[consent].includes(step.id))) return 'take'
  const mayStay = seen.is === 'differs' && seen.keep !== undefined
  if (mayStay && options.adopt.includes(step.id)) return 'keep'
  if (asker === undefined || options.yes) return 'leave'
  line()
  line(wrap(`${paint.bold(step.id)}  `, `${clean(openConsent(planned))}.`, width))
  const otherwise = newNameOf(planned)
  if (otherwise !== undefined) {
    const wish = await asker.choose<'new' | Choice>('What shall become of it?', [
      { name: 'take a new name', value: 'new' },
      { name: 'use it (undo leaves it alone)', value: 'take' },
      { name: 'leave it for later', value: 'leave' },
    ])
    if (wish !== 'new') return wish
    const { answer: key, value: byDefault } = otherwise
    const value = await asker.text(key, { byDefault, faultOf: typed => faultOf(key, typed) })
    return { key, value, from: 'you' }
  }
  if (!mayStay) {
    const question = planned.consents.includes('replace') ? 'Overwrite that?' : 'Use it? (undo leaves it alone)'
    return (await asker.yes(question, false)) ? 'take' : 'leave'
  }
  return asker.choose<Choice>('What shall become of it?', [
    { name: 'leave it for later', value: 'leave' },
    { name: 'keep it as it is, and count it as done', value: 'keep' },
    { name: 'overwrite it', value: 'take' },
  ])
}
