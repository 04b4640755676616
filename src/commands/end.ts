import { isInterruption } from '../answers/prompts.ts'
import { type Cause, EXIT, type Exit, SetupError } from '../clouds/cause.ts'
import { quote } from '../clouds/quote.ts'
import { choiceName, singlesOf } from '../engine/choices.ts'
import type { Engine } from '../engine/engine.ts'
import { type Outcome, openConsent } from '../engine/pass.ts'
import type { Planned } from '../engine/plan.ts'
import { readProgress, type Saved, type StateFolder } from '../engine/saved.ts'
import type { StepId } from '../engine/step.ts'
import { clean } from '../output/clean.ts'
import { createPrinter, type Printer, wrap } from '../output/printer.ts'
import { asStarted } from '../output/program.ts'
import { consenting } from './go-on.ts'
import type { Ground } from './ground.ts'
import type { Options } from './options.ts'
import { awaitedIn, sayAwaited } from './people.ts'
import type { Screen } from './screen.ts'
import { sayReach, sayWhatStands, whatStands } from './stands.ts'

interface End {
  readonly plan: readonly Planned[]
  /** The steps that this run is about. */
  readonly acting: ReadonlySet<StepId>
  readonly outcomes: ReadonlyMap<StepId, Outcome>
  readonly engine: Engine
  readonly ground: Ground
  readonly options: Options
  readonly screen: Screen
  /** The plan was not agreed to. */
  readonly declined: boolean
}

/** Says how it ended, whether it is safe to leave, who must do what, and how to go on. */
export function sayEnd({ plan, acting, outcomes, engine, ground, options, screen, declined }: End): Exit {
  const { printer, interrupt } = screen
  const { line, paint, width } = printer
  const ended = [...outcomes.values()]
  const done = ended.filter(({ is }) => is === 'done').length
  const failed = [...outcomes].flatMap(([id, outcome]) =>
    outcome.is === 'failed' ? [{ id, cause: outcome.cause }] : [],
  )
  const left = plan.filter(({ step }) => isLeft(outcomes.get(step.id)))
  const people = awaitedIn(plan, outcomes)
  const secrets = [...outcomes].flatMap(([id, one]) =>
    one.is === 'open' && one.why === 'secret' ? [{ id, ...one }] : [],
  )
  const waiting = [...outcomes].filter(([id, one]) => acting.has(id) && one.is === 'open' && one.why === 'after')
  const standing = whatStands(engine.progress.saved)
  const forPeople = declined || left.length > 0 || people.length > 0
  const exit = exitOf({
    interrupted: interrupt.stop.aborted,
    failed: failed.length > 0,
    input: secrets.length > 0,
    open: forPeople || waiting.length > 0 || standing.length > 0,
  })
  for (const { id, cause } of [...failed, ...secrets]) sayCause(cause, printer, id)
  line()
  const headline = exit === EXIT.person ? headlineOf(declined, forPeople) : HEADLINES[exit]
  line(wrap('', paint.bold(`${headline ?? ''} (exit ${exit}), ${done} of ${plan.length} steps done.`), width))
  for (const [id, outcome] of outcomes) {
    if (outcome.is === 'done') for (const note of outcome.notes) line(wrap(`  ${id}  `, clean(note), width))
  }
  for (const awaited of people) sayAwaited(awaited, printer)
  for (const planned of left) line(wrap(`  ${planned.step.id}  `, howToGoOn(planned, outcomes), width))
  for (const [id, outcome] of waiting) {
    const detail = 'detail' in outcome ? outcome.detail : ''
    if (!isForAnother(detail, outcomes)) line(wrap(`  ${id}  `, `waits ${clean(detail)}`, width))
  }
  sayHandedOver({ plan, outcomes, ground, options }, printer)
  sayWhatStands(engine.progress.saved, printer)
  sayReach(stepsDone(plan, outcomes), engine.answers, engine.progress.saved, printer)
  if (exit !== EXIT.done) line(wrap('  ', safety(engine, outcomes), width))
  if (ground.keepsState) {
    line('  Progress, with no secret in it:')
    line(`  ${quote(engine.progress.file)}`)
  }
  if (exit !== EXIT.done) line(`Go on: ${paint.bold(ground.goOn)}`)
  return exit
}

/**
 * Says what ended a run between its passes, on standard error, and how to go on.
 * @throws what is neither an interruption nor meant for people
 */
export function sayStopped(error: unknown, { goOn, state }: Ground, { interrupt }: Screen): Exit {
  const isInterrupted = isInterruption(error) || (interrupt.stop.aborted && error === interrupt.stop.reason)
  if (!isInterrupted && !(error instanceof SetupError)) throw error
  const printer = createPrinter(process.stderr, process.env)
  if (error instanceof SetupError) sayCause(error.cause, printer)
  const exit = error instanceof SetupError ? error.exit : EXIT.interrupted
  const { line, paint, width } = printer
  line()
  const headline = `${HEADLINES[exit] ?? 'Stopped'} (exit ${exit}). Safe to leave: nothing is in flight.`
  line(wrap('', paint.bold(headline), width))
  const saved = savedIn(state)
  if (saved !== undefined) sayWhatStands(saved, printer)
  line(`Go on: ${paint.bold(goOn)}`)
  return exit
}

/** Of what is not done, and not failed. */
function headlineOf(declined: boolean, forPeople: boolean): string | undefined {
  if (declined) return 'Left as it is: the plan was not agreed to'
  return forPeople ? HEADLINES[EXIT.person] : 'Not done: the rest waits for what is said below'
}

/** Does it wait for another step, which is told by itself? */
const isForAnother = (detail: string, outcomes: End['outcomes']): boolean =>
  outcomes.has(detail.replace(/^for /, '') as StepId)

/** What was saved, if that can be read: the error that is told may be about that very file. */
function savedIn(state: StateFolder): Saved | undefined {
  try {
    return readProgress(state)
  } catch {
    return undefined
  }
}

const HEADLINES: Partial<Record<Exit, string>> = {
  [EXIT.done]: 'Done',
  [EXIT.failed]: 'Stopped by what is said above',
  [EXIT.input]: 'Stopped for want of what is said above',
  [EXIT.person]: 'Stopped at what only a person can do',
  [EXIT.interrupted]: 'Interrupted',
}

const stepsDone = (plan: End['plan'], outcomes: End['outcomes']) =>
  plan.map(({ step }) => step).filter(({ id }) => outcomes.get(id)?.is === 'done')

const isLeft = (outcome: Outcome | undefined) =>
  outcome?.is === 'open' && (outcome.why === 'consent' || outcome.why === 'changed')

/** The contract's order: 130, then 2, then 1, then 3. */
function exitOf({
  interrupted,
  failed,
  input,
  open,
}: Readonly<Record<'interrupted' | 'failed' | 'input' | 'open', boolean>>): Exit {
  if (interrupted) return EXIT.interrupted
  if (input) return EXIT.input
  if (failed) return EXIT.failed
  return open ? EXIT.person : EXIT.done
}

function howToGoOn(planned: Planned, outcomes: End['outcomes']): string {
  const outcome = outcomes.get(planned.step.id)
  if (outcome?.is === 'open' && outcome.why === 'changed') return `${outcome.detail}, again and again. Run again later.`
  const { step, choices, consents } = planned
  const flags = consents.map(consent => `--${consent} ${step.id}`).join(' ')
  const singly = singlesOf(planned.seen)
    .filter(({ action }) => choices?.open.has(action))
    .map(one => `--replace ${quote(choiceName(step.id, one))}`)
  const alone = singly.length > 1 ? `, or of it alone: ${singly.join(' ')}` : ''
  const stay = singly.length > 0 ? '. With --adopt instead it stays, and is not asked again' : ''
  const open = outcome?.is === 'open' && outcome.why === 'consent' ? outcome.detail : openConsent(planned)
  const { otherwise } = ('owned' in planned.seen && planned.seen.owned) || {}
  const rename = otherwise ? ` To take a new name instead: --set ${otherwise.answer}=${otherwise.value}` : ''
  return `${clean(open)}. Nothing of it was touched. To allow it: ${flags}${clean(alone)}${stay}${clean(rename)}`
}

/** The command with all consents that take up what was handed over, also of what waits for them: to be given at once. */
function sayHandedOver(
  { plan, outcomes, ground, options }: Pick<End, 'plan' | 'outcomes' | 'ground' | 'options'>,
  { line, paint, width }: Printer,
): void {
  const open = plan.filter(
    ({ step, vouchedBy, byWord, consents }) =>
      (vouchedBy ?? byWord) !== undefined && consents.length > 0 && outcomes.get(step.id)?.is !== 'done',
  )
  if (open.length === 0) return
  const all = open.flatMap(({ step, consents }) => consents.map(consent => [consent, step.id] as const))
  line(wrap('  handed over  ', 'To take up all of it that is told above:', width))
  // Unbroken, so that it can be copied.
  line(`  ${paint.bold(`${ground.goOn} ${consenting(options, all)}`)}`)
}

/** A credential is replaced by one that is proven to have arrived, and revoked last: so no stop locks CI out. */
function safety({ progress }: Engine, outcomes: End['outcomes']): string {
  const { intents, records } = progress.saved
  const steps = [...new Set(Object.values(intents).map(({ step }) => step))]
  const hasPushed = records[FIRST_RUN] !== undefined && outcomes.get(FIRST_RUN)?.is !== 'failed'
  const ci = hasPushed ? 'CI can push as before' : 'CI has not pushed yet'
  return steps.length === 0
    ? `Safe to leave: nothing is half made. ${ci}.`
    : `Safe to leave. ${ci}. Whether ${steps.join(', ')} finished is not known; the next run checks first.`
}

/** The step that sees CI push. */
const FIRST_RUN = 'circleci.first-run' satisfies StepId

/** One failure, in the parts that let a person go on. */
export function sayCause(cause: Cause, { line, paint, width }: Printer, id?: string): void {
  const parts = { asked: cause.asked, said: cause.said, means: cause.means, next: asStarted(cause.next) }
  line()
  line(paint.red(`✖ ${id ?? cause.code}`))
  for (const [name, text] of Object.entries(parts)) {
    if (text)
      for (const [index, row] of clean(text).split('\n').entries())
        line(wrap(`  ${(index === 0 ? name : '').padEnd(6)} `, row, width))
  }
}
