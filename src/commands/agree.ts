import type { Candidate } from '../answers/candidate.ts'
import type { Asker } from '../answers/prompts.ts'
import { type Answers, faultOf } from '../answers/schema.ts'
import type { Decisions } from '../engine/choices.ts'
import { openConsent } from '../engine/pass.ts'
import { type Consent, decided, heldBack, type Planned, sameActions } from '../engine/plan.ts'
import type { Action, Owned, StepId } from '../engine/step.ts'
import type { Place } from '../output/checklist/model.ts'
import { clean } from '../output/clean.ts'
import { showPlan, showRequests } from '../output/plan.ts'
import { type Printer, wrap } from '../output/printer.ts'
import type { Options } from './options.ts'
import { planText, savePlan } from './save-plan.ts'
import { type Choice, singleChoices } from './single-choices.ts'

/** What was agreed to: the consents that were given, and what becomes of the plan. */
export interface Agreement extends Required<Decisions> {
  readonly decision: 'carry-out' | 'leave' | 'change-answers' | 'look-again'
  /** With what was decided. */
  readonly plan: readonly Planned[]
  /** New names, with which it is looked again, for what belongs to somebody. */
  readonly renamed?: readonly Candidate[]
}

interface Context {
  readonly acting: ReadonlySet<StepId>
  readonly asker: Asker | undefined
  readonly printer: Printer
  readonly options: Options
  readonly place: Place
  readonly answers: Answers
  /** What was agreed to in an earlier pass needs no second yes. */
  readonly agreedTo: ReadonlyMap<StepId, readonly Action[]>
  /** What was said of single differences in an earlier pass is not asked again. */
  readonly said: Map<string, Choice>
}

interface Questions extends Context {
  /** A yes was given to these together. */
  readonly vouched: ReadonlySet<StepId>
}

/**
 * Gets every consent and the agreement to the plan: from the person, else from the flags. A plan that has no effect
 * needs no agreement.
 */
export async function agree(looked: readonly Planned[], context: Context): Promise<Agreement> {
  const { acting, asker, printer, options, place, answers, agreedTo } = context
  const agreed = new Set<string>()
  const kept = new Set<string>()
  const renamed: Candidate[] = []
  const open = looked.filter(({ step }) => acting.has(step.id))
  const vouched = await askVouched(open, context)
  // A new name comes first: what follows is asked once it is looked again.
  for (const planned of open.toSorted((one, other) => Number(!newNameOf(one)) - Number(!newNameOf(other)))) {
    if (renamed.length > 0 && !newNameOf(planned)) break
    for (const [name, choice] of await choices(planned, { ...context, vouched })) {
      if (typeof choice === 'object') renamed.push(choice)
      if (choice === 'take') agreed.add(name)
      if (choice === 'keep') kept.add(name)
    }
  }
  if (renamed.length > 0) return { decision: 'look-again', plan: looked, agreed, kept, renamed }
  const plan = looked.map(planned =>
    kept.has(planned.step.id) ? keptAsItIs(planned) : decided(planned, answers, { agreed, kept }),
  )
  const held = heldBack(plan, acting, agreed)
  const allowed = plan.filter(({ step }) => !held.has(step.id))
  showPlan(plan, held, printer, { fold: true })
  if (options.verbose) showRequests(allowed, printer, place)
  const acts = allowed.some(({ actions }) => actions.some(({ kind }) => kind !== 'person'))
  const isNew = ({ step, actions }: Planned) =>
    actions.some(action => !agreedTo.get(step.id)?.some(earlier => sameActions([action], [earlier])))
  const as = (decision: Agreement['decision']): Agreement => ({ decision, plan, agreed, kept })
  if (options.yes) return as('carry-out')
  if (!acts) {
    const isStuck = plan.some(({ step, seen }) => acting.has(step.id) && seen.is === 'unknown')
    return as(isStuck && asker ? await asker.choose(STUCK, WAYS_OUT) : 'carry-out')
  }
  if (!allowed.some(isNew)) return as('carry-out')
  if (asker === undefined) return as('leave')
  for (;;) {
    const wish = await asker.choose('Carry it out?', WISHES)
    if (wish === 'show') showRequests(allowed, printer, place)
    else if (wish === 'save') await savePlan(planText(plan, answers, place), asker, printer)
    else return as(wish)
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

type Wish = Choice | Candidate

/** Where it need not be somebody's: the name that is free. */
const newNameOf = ({ seen, consents }: Planned): Owned['otherwise'] =>
  consents.join() === 'adopt' && 'owned' in seen ? seen.owned?.otherwise : undefined

/** What becomes of what needs consent, by name: the step, or each of its single differences. */
async function choices(planned: Planned, context: Questions): Promise<ReadonlyMap<string, Wish>> {
  if (planned.choices) return singleChoices(planned, context)
  return new Map(planned.consents.length === 0 ? [] : [[planned.step.id, await consents(planned, context)]])
}

/** What a person wants with what stands there: use or overwrite it, keep it as it is, leave it for later, or another name. */
async function consents(planned: Planned, { asker, printer, options, vouched }: Questions): Promise<Wish> {
  const { line, paint, width } = printer
  const { step, seen } = planned
  const given: Record<Consent, readonly string[]> = { adopt: options.adopt, replace: options.replace }
  if (planned.consents.every(consent => given[consent].includes(step.id))) return 'take'
  const mayStay = seen.is === 'differs' && seen.keep !== undefined
  if (mayStay && options.adopt.includes(step.id)) return 'keep'
  if (asker === undefined || options.yes) return 'leave'
  if (vouched.has(step.id)) return 'take'
  line()
  line(wrap(`${paint.bold(step.id)}  `, `${clean(openConsent(planned))}.`, width))
  if (planned.byWord) return askByWord(planned, asker)
  if (seen.is === 'differs' && seen.typed !== undefined)
    return (await typed(seen.typed, seen.offer, asker)) ? 'take' : 'leave'
  const otherwise = newNameOf(planned)
  if (otherwise !== undefined) {
    const wish = await asker.choose<'new' | Choice>('What shall become of it?', [
      { name: 'take a new name', value: 'new' },
      { name: 'use it (it is never deleted)', value: 'take' },
      { name: 'leave it for later', value: 'leave' },
    ])
    if (wish !== 'new') return wish
    const { answer: key, value: byDefault } = otherwise
    const value = await asker.text(key, { byDefault, faultOf: typed => faultOf(key, typed) })
    return { key, value, from: 'you' }
  }
  if (!mayStay) {
    const question = planned.consents.includes('replace')
      ? seen.is === 'differs' && seen.offer
        ? `${seen.offer}?`
        : 'Overwrite that?'
      : 'Use it? (it is never deleted)'
    return (await asker.yes(question, false)) ? 'take' : 'leave'
  }
  return asker.choose<Choice>('What shall become of it?', [
    { name: 'leave it for later', value: 'leave' },
    { name: 'keep it as it is, and count it as done', value: 'keep' },
    { name: seen.is === 'differs' && seen.offer ? seen.offer : 'overwrite it', value: 'take' },
  ])
}

/** What is done by somebody's word alone takes a consent that no Enter gives. */
async function askByWord({ step, actions }: Planned, asker: Asker): Promise<Choice> {
  if (actions.length > 0) return (await typed(step.id, 'do that', asker)) ? 'take' : 'leave'
  return (await asker.yes('Go by that?', false)) ? 'take' : 'leave'
}

/** The things that whoever handed over says were made by this set-up: one question is enough for all of them. */
async function askVouched(open: readonly Planned[], context: Context): Promise<ReadonlySet<StepId>> {
  const { asker, printer, options } = context
  const { line, paint, width } = printer
  const things = open.filter(
    ({ step, vouchedBy, consents }) => vouchedBy && consents.join() === 'adopt' && !options.adopt.includes(step.id),
  )
  if (asker === undefined || options.yes || things.length < 2) return new Set()
  line()
  for (const planned of things) line(wrap(`  ${paint.bold(planned.step.id)}  `, clean(openConsent(planned)), width))
  const isYes = await asker.yes(`Use all ${things.length}? (they are never deleted)`, false)
  return new Set(isYes ? things.map(({ step }) => step.id) : [])
}

/** Consent to what may break something of others: an Enter pressed too soon must not give it. */
async function typed(name: string, offer = 'overwrite it', asker: Asker): Promise<boolean> {
  const given = await asker.text(`To ${offer}, type ${name}; anything else leaves it for later`, {
    faultOf: () => undefined,
  })
  return given.trim() === name
}
