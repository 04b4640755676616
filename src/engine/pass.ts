import { type Cause, SetupError } from '../clouds/cause.ts'
import { withCodes } from '../clouds/letters.ts'
import type { Moment } from '../clouds/memo.ts'
import { type Acting, act, type Effect, ForPerson, isQuestion, stillAsks } from './act.ts'
import { choiceName, choiceRecords, type Decisions, singlesOf } from './choices.ts'
import { causeOf, type Engine, needOf, newLook, see, type Viewer } from './engine.ts'
import { type ByWord, claimOf, decided, intentNames, isAllowed, type Planned, planStep, sameActions } from './plan.ts'
import { planByLook } from './plan-by-look.ts'
import type { Change } from './progress.ts'
import type { StepRecord } from './saved.ts'
import { keepInOrder } from './select.ts'
import type { Action, Difference, Look, Need, Owned, PersonAction, Seen, Step, StepId } from './step.ts'
import { shown } from './text.ts'

/** What became of a step in a pass. */
export type Outcome =
  | { readonly is: 'done'; readonly notes: readonly string[] }
  | { readonly is: 'failed'; readonly cause: Cause }
  /** Only a person can do it. */
  | { readonly is: 'open'; readonly why: 'person'; readonly action: PersonAction; readonly detail: string }
  /** Somebody's password or code is needed, which is asked for between two passes. */
  | {
      readonly is: 'open'
      readonly why: 'secret'
      readonly needs: Need
      readonly cause: Cause
      readonly detail: string
    }
  /**
   * `consent`: it is missing. `changed`: reality is no longer what was agreed. `stopped`: by Ctrl-C.
   * `after`: what it comes after is not done. `left-out`: it may not act in this run.
   */
  | {
      readonly is: 'open'
      readonly why: 'consent' | 'changed' | 'stopped' | 'after' | 'left-out'
      readonly detail: string
    }

export interface Event {
  readonly step: StepId
  readonly event: 'start' | 'present' | 'done' | 'differs' | 'fail' | 'person' | 'wait' | 'skip'
  readonly detail: string
}

/** `agreed` are the consents that were given; what needs others is left for a person. */
export interface Pass extends Decisions {
  readonly plan: readonly Planned[]
  /** The steps that may act; the others are only looked at. */
  readonly acting: ReadonlySet<StepId>
  /** A person has read the plan until then: what was asked earlier is asked again. */
  readonly since?: Moment
  readonly engine: Engine
  readonly emit: (event: Event) => void
  /** No new effect is begun after this. */
  readonly stop: AbortSignal
  /** Even what is in flight is given up. */
  readonly giveUp: AbortSignal
}

/** A pass while it runs. */
interface Running extends Pass {
  /** The steps that are done by it: what comes after them is not as it was looked at. */
  readonly acted: Set<StepId>
  /** What comes after a step goes by nothing that was asked before this. */
  readonly ends: Map<StepId, Moment>
  /** The records that are on their way to the disk: what comes after their steps need not wait, as it is written with them. */
  readonly recording: Map<StepId, Promise<void>>
}

/** As long as every request of a look may take, with all its repetitions, and then some. */
const LONGEST_LOOK_MS = 5 * 60_000
/** A busy machine takes its time, also where all waits are short. */
const LEAST_LOOK_MS = 60_000

/** After as long a look says what it waits for. */
const SLOW_LOOK_MS = 10_000

interface Patience {
  /** In milliseconds. */
  readonly longestMs?: number
  readonly slowMs?: number
  /** Told once, of the steps that a slow look still waits for. */
  tell?(waiting: readonly StepId[]): void
}

/**
 * Looks at every step at once.
 * @throws SetupError after five minutes, with the steps that are still being looked at: no look waits for ever
 */
export async function lookAtAll(
  steps: readonly Step[],
  engine: Viewer,
  stop: AbortSignal,
  { longestMs, slowMs = SLOW_LOOK_MS, tell = () => {} }: Patience = {},
): Promise<Planned[]> {
  const { answers, clouds } = engine
  const over = new AbortController()
  const look = newLook(engine, AbortSignal.any([stop, over.signal]))
  const meant = keepInOrder(steps, step => step.when?.(answers) ?? true)
  const waiting = new Set(meant.map(({ id }) => id))
  const looked = meant.map(async step => {
    const planned = await planByLook(step, look, engine)
    waiting.delete(step.id)
    return planned
  })
  const slow = setTimeout(() => tell([...waiting]), slowMs)
  let end: NodeJS.Timeout | undefined
  const tooLong = new Promise<never>((_, reject) => {
    end = setTimeout(
      () => {
        const error = lookTooLong([...waiting])
        reject(error)
        over.abort(error)
      },
      longestMs ?? Math.max(clouds.clock.timeout(LONGEST_LOOK_MS), LEAST_LOOK_MS),
    )
  })
  try {
    return await Promise.race([Promise.all(looked), tooLong])
  } finally {
    clearTimeout(slow)
    clearTimeout(end)
  }
}

const lookTooLong = (waiting: readonly StepId[]): SetupError =>
  new SetupError({
    code: 'look-too-long',
    asked: waiting.join(', '),
    said: 'no end within the time that a look may take',
    means: 'Checking these steps has not ended. Nothing was changed by it.',
    next: 'Run again. If it happens again, leave the area out (--skip AREA), and report the steps above.',
  })

/** Runs an agreed plan: every step as soon as those it comes after are done, side by side. Asks nothing, prints nothing. */
export async function runPass(agreed: Pass): Promise<ReadonlyMap<StepId, Outcome>> {
  const { engine } = agreed
  await saveChoices(agreed)
  await takeAtTheirWord(agreed)
  const plan = agreed.plan.map(planned => decided(planned, engine.answers, agreed))
  const pass: Running = { ...agreed, plan, acted: new Set(), ends: new Map(), recording: new Map() }
  const running = new Map<StepId, Promise<Outcome>>()
  for (const planned of pass.plan) {
    const before = (planned.step.after ?? []).map(id => [id, running.get(id)] as const)
    const beside = Promise.all((planned.step.beside ?? []).map(id => running.get(id)))
    running.set(planned.step.id, afterThose(planned, before, beside, pass))
  }
  // Also after a mistake of ours in one lane: the lock must not be given back while another lane has an effect in flight.
  await Promise.allSettled(running.values())
  await Promise.allSettled(pass.recording.values())
  const ended = [...running].map(async ([id, outcome]) => [id, await recorded(id, await outcome, pass)] as const)
  return new Map(await Promise.all(ended))
}

/** A step whose record cannot be written has failed after all. */
async function recorded(id: StepId, outcome: Outcome, { recording, emit }: Running): Promise<Outcome> {
  try {
    await recording.get(id)
    return outcome
  } catch (error) {
    return failed(causeOf(error), undefined, (event, detail) => emit({ step: id, event, detail }))
  }
}

/** A later run does not ask again for what was decided on by itself. */
async function saveChoices({ plan, engine: { progress, by, clouds }, ...decisions }: Pass): Promise<void> {
  const at = clouds.clock.now().toISOString()
  const records = choiceRecords(plan, decisions, progress.saved.records, { by, at })
  if (Object.keys(records).length > 0) await progress.save({ records })
}

/** What was said of these steps counts from now on as if it was saved here: so it was agreed. */
async function takeAtTheirWord({ plan, acting, agreed, engine: { progress } }: Pass): Promise<void> {
  const words = plan.flatMap(({ step, byWord }) => (byWord && acting.has(step.id) && agreed.has(step.id) ? byWord : []))
  if (words.length === 0) return
  const { facts, intents } = progress.saved
  await progress.save({
    facts: Object.assign({}, ...words.map(word => word.facts), facts),
    intents: Object.assign({}, ...words.map(word => word.intents), intents),
  })
}

async function afterThose(
  planned: Planned,
  before: readonly (readonly [StepId, Promise<Outcome> | undefined])[],
  beside: Promise<unknown>,
  pass: Running,
): Promise<Outcome> {
  const { id } = planned.step
  let isStale = false
  let since = pass.since ?? 0
  for (const [earlier, outcome] of before) {
    const ended = await outcome
    if (pass.acted.has(earlier)) isStale = true
    since = Math.max(since, pass.ends.get(earlier) ?? 0)
    pass.ends.set(id, since)
    // One that is not in the plan is no part of this set-up, or cannot be looked at: what must be there, `look` sees.
    if (ended === undefined || ended.is === 'done' || (ended.is === 'open' && ended.why === 'left-out')) continue
    const detail = `for ${earlier}`
    pass.emit({ step: id, event: 'wait', detail })
    return { is: 'open', why: 'after', detail }
  }
  const bringersEnded = new AbortController()
  // A mistake of ours in one of them is told by that one.
  beside.finally(() => bringersEnded.abort()).catch(() => {})
  const sight = createSight(pass.engine, since)
  const outcome = await runStep(planned, pass, sight, { isStale, bringersEnded: bringersEnded.signal })
  pass.ends.set(id, sight.since)
  // Every step ends with an event: a drawn list waits for it.
  if (outcome.is === 'open' && outcome.why === 'stopped') pass.emit({ step: id, event: 'skip', detail: outcome.detail })
  return outcome
}

/** How a step is seen in a pass: by nothing that was asked before `since`. */
interface Sight {
  readonly since: Moment
  look(signal: AbortSignal, minted?: Acting['minted']): Look
  /** Since now it may be otherwise: it has acted, or others have had time to. */
  renew(): void
}

function createSight(engine: Engine, begin: Moment): Sight {
  let since = begin
  return {
    get since() {
      return since
    },
    look: (signal, minted) => newLook(engine, signal, minted, since),
    renew() {
      since = engine.clouds.moment()
    },
  }
}

type Say = (event: Event['event'], detail: string) => void

/** What became of other steps meanwhile. */
interface Meanwhile {
  /** What it comes after was done since it was looked at. */
  readonly isStale: boolean
  /** Those that bring what it awaits have ended. */
  readonly bringersEnded: AbortSignal
}

async function runStep(
  planned: Planned,
  pass: Running,
  sight: Sight,
  { isStale, bringersEnded }: Meanwhile,
): Promise<Outcome> {
  const { step, seen } = planned
  const { emit } = pass
  const say: Say = (event, detail) => emit({ step: step.id, event, detail })
  if (pass.stop.aborted) return { is: 'open', why: 'stopped', detail: 'not begun' }
  if (!pass.acting.has(step.id) && !(seen.is === 'present' && planned.consents.length === 0)) {
    say('skip', 'left out of this run')
    return { is: 'open', why: 'left-out', detail: 'left out of this run' }
  }
  if (seen.is === 'unknown') return failed(seen.cause, seen.needs, say)
  if (!isAllowed(planned, pass.agreed)) return forConsent(planned, say)
  try {
    if (planned.isKept || pass.kept?.has(step.id)) return await keepAsItIs(planned, pass, say)
    if (planned.actions.length === 0) return await settled(planned, pass, sight, say, isStale)
    return await carryOut(planned, pass, sight, say, bringersEnded)
  } catch (error) {
    if (pass.stop.aborted && error === pass.stop.reason) return { is: 'open', why: 'stopped', detail: 'not begun' }
    if (pass.giveUp.aborted)
      return { is: 'open', why: 'stopped', detail: 'in flight; the next run looks what became of it' }
    if (error instanceof ForPerson) return forPerson(error.action, say)
    return failed(causeOf(error), needOf(error).needs, say)
  }
}

function forConsent(planned: Planned, say: Say): Outcome {
  const detail = openConsent(planned)
  say(planned.seen.is === 'differs' ? 'differs' : 'person', detail)
  return { is: 'open', why: 'consent', detail }
}

/** It differs and may stay, for as long as it is this very thing. */
async function keepAsItIs(planned: Planned, pass: Running, say: Say): Promise<Outcome> {
  const { step, seen, choices } = planned
  const { progress, by, clouds } = pass.engine
  if (choices) await keep(step, seen, false, pass.engine)
  const id = seen.is === 'differs' ? seen.keep?.id : undefined
  if (id !== undefined && progress.saved.records[step.id]?.id !== id) {
    const record: StepRecord = { how: 'adopted', id, by, at: clouds.clock.now().toISOString() }
    await progress.save({ records: { [step.id]: record } })
  }
  say('present', 'kept as it is')
  return { is: 'done', notes: keptNotes(planned) }
}

/** What stays as it is, and where it is decided on by itself, how to take it up again. */
function keptNotes({ step, seen, choices }: Planned): readonly string[] {
  if (choices === undefined) return seen.is === 'differs' ? seen.how.map(keptNote) : []
  return singlesOf(seen)
    .filter(({ action }) => choices.kept.has(action))
    .map(one => `${keptNote(one)} To replace it after all: --replace ${choiceName(step.id, one)}`)
}
const keptNote = ({ what, found }: Difference) => `${what} was kept as it is: ${withCodes(found)}.`

function failed(cause: Cause, needs: Need | undefined, say: Say): Outcome {
  if (needs === undefined) {
    say('fail', cause.means)
    return { is: 'failed', cause }
  }
  say('person', cause.means)
  return { is: 'open', why: 'secret', needs, cause, detail: cause.means }
}

function forPerson(action: PersonAction, say: Say): Outcome {
  const detail = `${action.who}: ${shown(action.does)}`
  say('person', detail)
  return { is: 'open', why: 'person', action, detail }
}

/** Nothing is to be done: it is there, or what was begun is waited for. */
async function settled(planned: Planned, pass: Running, sight: Sight, say: Say, isStale: boolean): Promise<Outcome> {
  const { step } = planned
  const { engine } = pass
  // What it stands for may have come about by the work of the steps before it, or gone by it.
  const isOld = isStale || planned.seen.is === 'missing'
  const seen = isOld ? await see(step, sight.look(pass.stop)) : planned.seen
  if (isOld && (ownerOf(seen) !== ownerOf(planned.seen) || (await isSaidOtherwise(step, pass, sight))))
    return changed(say)
  if (seen.is === 'present') return await settledAs({ ...planned, seen }, pass, say)
  const ended = await watch(step, seen, { engine, sight, until: pass.stop }, say)
  return concluded(planned, ended, pass, say)
}

/** It is there, and counts as done. */
async function settledAs(planned: Planned, { engine }: Running, say: Say): Promise<Outcome> {
  const { step, seen } = planned
  await keep(step, seen, isAdopted(planned), engine)
  say('present', engine.progress.saved.records[step.id]?.how ?? 'present')
  return { is: 'done', notes: notesOf(seen) }
}

async function carryOut(
  planned: Planned,
  pass: Running,
  sight: Sight,
  say: Say,
  bringersEnded: AbortSignal,
): Promise<Outcome> {
  const { step } = planned
  const { engine, stop, giveUp } = pass
  const acting: Acting = { step, engine, giveUp, minted: new Map() }
  const awaiting = { engine, sight, until: stop, bringersEnded }
  const seen = await watch(step, await see(step, sight.look(stop)), awaiting, say)
  const now = replanned(step, seen, pass)
  if (await isSaidOtherwise(step, pass, sight)) return changed(say)
  if (stop.aborted) return { is: 'open', why: 'stopped', detail: 'not begun' }
  if (seen.is === 'missing' && seen.awaits) {
    say('wait', seen.awaits.detail)
    return { is: 'open', why: 'after', detail: seen.awaits.detail }
  }
  // It came about meanwhile, by itself or by somebody's hand: nothing is left to do, and nothing to allow.
  if (seen.is === 'present' && now.consents.length === 0) return settledAs(now, pass, say)
  if (!isAgreed(now, planned)) return changed(say)
  await learn(seen, engine)
  const look = () => see(step, sight.look(giveUp, acting.minted))
  const watching = { engine, sight, until: stop, minted: acting.minted }
  // The same to do, and yet of the world as it is now: of a file that another step has edited, the new text.
  for (const action of now.actions) {
    if (stop.aborted) return { is: 'open', why: 'stopped', detail: `before: ${shown(action.does)}` }
    if (action.kind === 'person') return forPerson(action, say)
    say('start', shown(action.does))
    const answered = await act(action, acting)
    if (!isQuestion(action)) sight.renew()
    if (answered === 'clear') continue
    // Waited for in vain, it never arrived: it is for the next plan, and so is what comes after it.
    const then = await watch(step, await look(), watching, say)
    if (ENDS.has(then.is)) return concluded(planned, then, pass, say)
    if (then.is === 'missing' && stillAsks(step, then, action, engine)) {
      return changed(say, 'the answer was lost, and it did not come about')
    }
  }
  let after = await watch(step, await look(), watching, say)
  // What a lost answer left of ours, or came of it unasked, goes at once.
  for (const action of left(step, after, engine)) {
    say('start', shown(action.does))
    await act(action, acting)
    sight.renew()
    after = await watch(step, await look(), watching, say)
  }
  return concluded(planned, after, pass, say)
}

/** Nothing more of a step can be done in this pass. */
const ENDS: ReadonlySet<Seen<unknown>['is']> = new Set(['pending', 'failed', 'unknown'])

/** What is to be done with what is seen now, by the decisions of this pass. */
function replanned(step: Step, seen: Seen<unknown>, pass: Running): Planned {
  const { answers } = pass.engine
  return decided(planStep(step, seen, answers, claimOf(step.id, pass.engine.progress.saved)), answers, pass)
}

/** Would something else be done by what was handed over, and nobody has agreed to that yet? */
const isSaidOtherwise = async (step: Step, { engine, stop }: Running, sight: Sight): Promise<boolean> =>
  engine.handedOver !== undefined && (await planByLook(step, sight.look(stop), engine)).byWord !== undefined

/** Saves what stood there before, so that afterwards, whatever happens meanwhile, it can be told from what has come. */
async function learn(seen: Seen<unknown>, { progress }: Engine): Promise<void> {
  const learned = 'learned' in seen ? Object.entries(seen.learned ?? {}) : []
  if (learned.every(([name, value]) => progress.saved.facts[name] === value)) return
  await progress.save({ facts: Object.fromEntries(learned) })
}

function changed(say: Say, detail = 'it changed since the plan was agreed to'): Outcome {
  say('differs', detail)
  return { is: 'open', why: 'changed', detail }
}

/** What there is still to do where all of it takes back what is ours. */
function left(step: Step, seen: Seen<unknown>, engine: Engine): readonly Effect[] {
  if (seen.is !== 'missing' && seen.is !== 'differs') return []
  const actions = step.actions(engine.answers, seen)
  const takingBack = actions.filter((action): action is Effect => !!action.takesBack && action.kind !== 'person')
  return takingBack.length === actions.length ? takingBack : []
}

/** Between two looks at what a vendor or CI is at, in milliseconds: soon at first, then less often. */
const FIRST_PAUSE_MS = 2_000
const LONGEST_PAUSE_MS = 15_000

/** Looks again and again while a vendor or CI is at it, or until the end is called; every state is told. */
async function watch(
  step: Step,
  first: Seen<unknown>,
  { engine, sight, until, minted, bringersEnded }: Watching,
  say: Say,
): Promise<Seen<unknown>> {
  let seen = first
  let told: string | undefined
  let isLast = false
  for (let pause = FIRST_PAUSE_MS; !isLast; ) {
    const detail = waitingFor(seen, bringersEnded !== undefined)
    if (detail === undefined) return seen
    if (detail !== told) {
      say('start', detail)
      told = detail
      pause = FIRST_PAUSE_MS
    }
    try {
      const ended = seen.is === 'missing' && seen.awaits?.on === 'ci' ? bringersEnded : undefined
      // When those have ended that bring it, one more look tells whether it has come.
      isLast = ended?.aborted ?? false
      const least = seen.is === 'pending' ? (seen.pauseMs ?? 0) : 0
      if (!isLast) await sleepUntil(Math.max(pause, least), { until, ended }, engine)
      sight.renew()
      seen = await see(step, sight.look(until, minted))
    } catch (error) {
      if (until.aborted) return seen
      throw error
    }
    pause = Math.min(pause * 1.3, LONGEST_PAUSE_MS)
  }
  return seen
}

interface Watching {
  readonly engine: Engine
  readonly sight: Sight
  readonly until: AbortSignal
  readonly minted?: Acting['minted']
  readonly bringersEnded?: AbortSignal
}

/** What a vendor or CI is at, as far as nothing can be done before; undefined where nobody else need do anything. */
function waitingFor(seen: Seen<unknown>, mayAwait: boolean): string | undefined {
  if (seen.is === 'missing') return mayAwait ? seen.awaits?.detail : undefined
  return seen.is === 'pending' && seen.on !== 'person' ? seen.detail : undefined
}

/** Sleeps, or less where those have ended that it is waited for. Throws the reason of `until`. */
async function sleepUntil(
  ms: number,
  { until, ended }: { readonly until: AbortSignal; readonly ended: AbortSignal | undefined },
  { clouds }: Engine,
): Promise<void> {
  const signal = ended === undefined ? until : AbortSignal.any([until, ended])
  await clouds.clock.sleep(ms, signal).catch(error => {
    if (until.aborted || !ended?.aborted) throw error
  })
}

/** What a step has come to, once nothing more is done for it in this pass. */
async function concluded(planned: Planned, seen: Seen<unknown>, pass: Running, say: Say): Promise<Outcome> {
  const { step, actions } = planned
  const { engine, stop, acted } = pass
  const rest = replanned(step, seen, pass)
  if (seen.is === 'present' || rest.isKept) {
    const recording = keep(step, seen, isAdopted(planned), engine)
    // Its failure is told at the end of the pass.
    recording.catch(() => {})
    pass.recording.set(step.id, recording)
    const [only, ...more] = actions
    const one = only ? shown(only.does) : 'what was under way is done'
    acted.add(step.id)
    say('done', more.length === 0 ? one : `all ${actions.length} done`)
    return { is: 'done', notes: rest.isKept ? keptNotes(rest) : notesOf(seen) }
  }
  if (seen.is === 'failed') return failed(seen.cause, undefined, say)
  // What there is to choose among has changed: that is asked before the next plan.
  if (seen.is === 'unknown' && seen.choose) return changed(say)
  if (seen.is === 'unknown') return failed(seen.cause, seen.needs, say)
  const person = seen.is === 'pending' && step.actions(engine.answers, seen).find(({ kind }) => kind === 'person')
  if (person && person.kind === 'person') return forPerson(person, say)
  if (seen.is === 'pending' && stop.aborted) return { is: 'open', why: 'stopped', detail: `under way: ${seen.detail}` }
  // What was allowed is mended; of the others nobody has decided yet.
  if (rest.choices && rest.actions.length === 0) {
    await engine.progress.save({ intents: taken(intentNames(step.id, engine.progress.saved.intents)) })
    return forConsent(rest, say)
  }
  // Something else is to be done now, or somebody else was at it too: that is for the next plan.
  if (actions.length === 0 || isOvertaken(rest, planned)) return changed(say)
  throw notProven(step, actions, seen)
}

/** Is there to allow now what was not there to allow before? */
const isOvertaken = (now: Planned, agreed: Planned): boolean =>
  now.consents.some(consent => !agreed.consents.includes(consent))

/** What was there before is adopted; what is made anew, by what somebody said of an older one, is ours. */
const isAdopted = ({ consents, byWord, actions }: Planned): boolean =>
  consents.includes('adopt') && !(byWord && actions.length > 0)

/** Is it still the same thing, with the same to do, and no more to allow? */
const isAgreed = (now: Planned, agreed: Planned): boolean =>
  sameActions(now.actions, agreed.actions) &&
  now.consents.every(consent => agreed.consents.includes(consent)) &&
  ownerOf(now.seen) === ownerOf(agreed.seen)

const ownerOf = (seen: Seen<unknown>) => ('owned' in seen ? `${seen.owned?.id} ${seen.owned?.owner}` : undefined)

const notesOf = (seen: Seen<unknown>): readonly string[] => (seen.is === 'present' && seen.notes) || []

/** Saves what a present step, or one that may stay as it is, taught and whose it is; its intents are settled with it. One save, and none if nothing is new. */
async function keep(step: Step, seen: Seen<unknown>, adopted: boolean, engine: Engine): Promise<void> {
  if (seen.is !== 'present' && seen.is !== 'differs') return
  const { progress, by, clouds } = engine
  const { [step.id]: record } = progress.saved.records
  const settled = intentNames(step.id, progress.saved.intents)
  // A record is about one thing: what stands there under another id is not what was recorded.
  const recorded = record?.id === seen.owned?.id ? record?.how : undefined
  const how = adopted ? 'adopted' : (recorded ?? (settled.length > 0 ? 'made' : 'present'))
  const known = record !== undefined && record.id === seen.owned?.id && settled.length === 0
  const taught = Object.entries(seen.learned ?? {}).some(([name, value]) => progress.saved.facts[name] !== value)
  if (known && !adopted && !taught) return
  const now: StepRecord = {
    how,
    ...(seen.owned && { id: seen.owned.id }),
    by,
    at: clouds.clock.now().toISOString(),
  }
  await progress.save({
    records: { [step.id]: now },
    ...(seen.learned && { facts: seen.learned }),
    intents: taken(settled),
  })
}

/** The change that takes these intents away. */
const taken = (names: readonly string[]): Change['intents'] => Object.fromEntries(names.map(name => [name, undefined]))

/** What a person is asked to allow, in words: what is there already, whose it is, and what would be overwritten. */
export function openConsent(planned: Planned): string {
  const { seen, consents, choices, byWord, vouchedBy } = planned
  if (byWord) return saidText(byWord, planned)
  const { owned, how } = { owned: undefined, how: [], ...seen }
  const adopt =
    consents.includes('adopt') && owned
      ? [
          `${withCodes(owned.what)} is there already (${[`owner ${withCodes(owned.owner)}`, ...(owned.since ? [`since ${day(owned.since)}`] : []), access(owned)].join(', ')})${owned.using ? `. ${owned.using}` : ''}${vouchedBy ? `; ${withCodes(vouchedBy)} says that this set-up made it` : ''}`,
        ]
      : []
  const asked = how.filter(({ action }) => action === undefined || !choices?.kept.has(action))
  const replace = asked.map(differenceText)
  return [...adopt, ...replace].join('; ')
}

function saidText({ by }: ByWord, { actions, seen }: Planned): string {
  const done = actions.map(({ does }) => shown(does)).join('; ')
  const then = done || (seen.is === 'present' ? 'it counts as done' : 'it is waited for')
  return `nothing here tells what became of it. By the word of ${withCodes(by)} alone: ${then}`
}

export const differenceText = ({ what, expected, found }: Difference): string =>
  `${what} is ${withCodes(found)}, expected ${expected}`

const day = (date: Date) => date.toISOString().slice(0, 10)
const access = ({ alsoAccess }: Owned) =>
  alsoAccess.length === 0 ? 'nobody else has access' : `${alsoAccess.map(withCodes).join(', ')} can change it too`

function notProven(step: Step, actions: readonly Action[], seen: Seen<unknown>): SetupError {
  const found = seen.is === 'differs' ? seen.how.map(({ what, found }) => `${what} is ${found}`).join('; ') : 'missing'
  return new SetupError({
    code: 'not-proven',
    asked: actions.map(({ does }) => shown(does)).join('; '),
    said: found,
    means: `Everything for ${step.id} was done without an error, and yet a second look does not find it done.`,
    next: `Run again in a minute. If it stays so, do it by hand; the commands: dummyapp-setup explain ${step.id}`,
  })
}
