import { type Cause, SetupError } from '../clouds/cause.ts'
import { type Acting, act, type Effect, ForPerson } from './act.ts'
import { causeOf, type Engine, needOf, newLook, see, type Viewer } from './engine.ts'
import { type Claim, type Planned, planStep, sameActions } from './plan.ts'
import type { StepRecord } from './saved.ts'
import type { Action, Need, Owned, PersonAction, Seen, Step, StepId } from './step.ts'
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

export interface Pass {
  readonly plan: readonly Planned[]
  /** The steps that may act; the others are only looked at. */
  readonly acting: ReadonlySet<StepId>
  /** The steps whose missing consents were given; the others of those are left for a person. */
  readonly agreed: ReadonlySet<StepId>
  /** Of these, the steps whose thing stays as it is. */
  readonly kept?: ReadonlySet<StepId>
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
}

/** Looks at every step at once. */
export async function lookAtAll(steps: readonly Step[], engine: Viewer, stop: AbortSignal): Promise<Planned[]> {
  const look = newLook(engine, stop)
  const { answers } = engine
  const meant = steps.filter(step => step.when?.(answers) ?? true)
  const seens = await Promise.all(meant.map(step => see(step, look)))
  return meant.map((step, index) => {
    const seen = seens[index] ?? { is: 'unknown', cause: neverLooked }
    return planStep(step, seen, engine.answers, claimOf(step.id, engine))
  })
}
const neverLooked: Cause = { code: 'unseen', means: 'It was not looked at in this run.', next: 'Run again.' }

/** What the saved progress claims of a step. */
function claimOf(id: StepId, { progress }: Viewer): Claim {
  const { records, intents } = progress.saved
  return { record: records[id], intents: Object.values(intents).filter(intent => intent.step === id) }
}

/** Runs an agreed plan: every step as soon as those it comes after are done, side by side. Asks nothing, prints nothing. */
export async function runPass(agreed: Pass): Promise<ReadonlyMap<StepId, Outcome>> {
  const pass: Running = { ...agreed, acted: new Set() }
  const running = new Map<StepId, Promise<Outcome>>()
  for (const planned of pass.plan) {
    const before = (planned.step.after ?? []).map(id => [id, running.get(id)] as const)
    running.set(planned.step.id, afterThose(planned, before, pass))
  }
  // Also after a mistake of ours in one lane: the lock must not be given back while another lane has an effect in flight.
  await Promise.allSettled(running.values())
  const ended = [...running].map(async ([id, outcome]) => [id, await outcome] as const)
  return new Map(await Promise.all(ended))
}

async function afterThose(
  planned: Planned,
  before: readonly (readonly [StepId, Promise<Outcome> | undefined])[],
  pass: Running,
): Promise<Outcome> {
  const { id } = planned.step
  let isStale = false
  for (const [earlier, outcome] of before) {
    const ended = await outcome
    if (pass.acted.has(earlier)) isStale = true
    // One that is not in the plan is no part of this set-up, or cannot be looked at: what must be there, `look` sees.
    if (ended === undefined || ended.is === 'done' || (ended.is === 'open' && ended.why === 'left-out')) continue
    const detail = `for ${earlier}`
    pass.emit({ step: id, event: 'wait', detail })
    return { is: 'open', why: 'after', detail }
  }
  const outcome = await runStep(planned, pass, isStale)
  // Every step ends with an event: a drawn list waits for it.
  if (outcome.is === 'open' && outcome.why === 'stopped') pass.emit({ step: id, event: 'skip', detail: outcome.detail })
  return outcome
}

type Say = (event: Event['event'], detail: string) => void

/** @param isStale what it comes after was done since it was looked at */
async function runStep(planned: Planned, pass: Running, isStale: boolean): Promise<Outcome> {
  const { step, seen } = planned
  const { emit } = pass
  const say: Say = (event, detail) => emit({ step: step.id, event, detail })
  if (pass.stop.aborted) return { is: 'open', why: 'stopped', detail: 'not begun' }
  if (!pass.acting.has(step.id) && !(seen.is === 'present' && planned.consents.length === 0)) {
    say('skip', 'left out of this run')
    return { is: 'open', why: 'left-out', detail: 'left out of this run' }
  }
  if (seen.is === 'unknown') return failed(seen.cause, seen.needs, say)
  if (planned.consents.length > 0 && !pass.agreed.has(step.id)) {
    const detail = openConsent(planned)
    say(seen.is === 'differs' ? 'differs' : 'person', detail)
    return { is: 'open', why: 'consent', detail }
  }
  if (planned.isKept || pass.kept?.has(step.id)) return keepAsItIs(planned, pass, say)
  try {
    if (planned.actions.length === 0) return await settled(planned, pass, say, isStale)
    return await carryOut(planned, pass, say)
  } catch (error) {
    if (pass.stop.aborted && error === pass.stop.reason) return { is: 'open', why: 'stopped', detail: 'not begun' }
    if (pass.giveUp.aborted)
      return { is: 'open', why: 'stopped', detail: 'in flight; the next run looks what became of it' }
    if (error instanceof ForPerson) return forPerson(error.action, say)
    return failed(causeOf(error), needOf(error).needs, say)
  }
}

/** It differs and may stay, for as long as it is this very thing. */
function keepAsItIs({ step, seen }: Planned, { engine: { progress, by, clouds } }: Running, say: Say): Outcome {
  const id = seen.is === 'differs' ? seen.keep?.id : undefined
  if (id !== undefined && progress.saved.records[step.id]?.id !== id) {
    const record: StepRecord = { how: 'adopted', id, by, at: clouds.clock.now().toISOString() }
    progress.save({ records: { ...progress.saved.records, [step.id]: record } })
  }
  say('present', 'kept as it is')
  const how = seen.is === 'differs' ? seen.how : []
  return { is: 'done', notes: how.map(({ what, found }) => `${what} was kept as it is: ${found}.`) }
}

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
async function settled(planned: Planned, pass: Running, say: Say, isStale: boolean): Promise<Outcome> {
  const { step } = planned
  const { engine } = pass
  // What it stands for may have come about by the work of the steps before it, or gone by it.
  const isOld = isStale || planned.seen.is === 'missing'
  const seen = isOld ? await see(step, newLook(engine, pass.stop)) : planned.seen
  if (isOld && ownerOf(seen) !== ownerOf(planned.seen)) return changed(say)
  if (seen.is === 'present') {
    keep(step, seen, planned.consents.includes('adopt'), engine)
    say('present', engine.progress.saved.records[step.id]?.how ?? 'present')
    return { is: 'done', notes: notesOf(seen) }
  }
  const ended = await watch(step, seen, { engine, until: pass.stop }, say)
  return concluded(planned, ended, pass, say)
}

async function carryOut(planned: Planned, pass: Running, say: Say): Promise<Outcome> {
  const { step } = planned
  const { engine, stop, giveUp } = pass
  const acting: Acting = { step, engine, giveUp, minted: new Map() }
  const now = planStep(step, await see(step, newLook(engine, stop)), engine.answers, claimOf(step.id, engine))
  if (stop.aborted) return { is: 'open', why: 'stopped', detail: 'not begun' }
  if (!isAgreed(now, planned)) return changed(say)
  // The same to do, and yet of the world as it is now: of a file that another step has edited, the new text.
  for (const action of now.actions) {
    if (stop.aborted) return { is: 'open', why: 'stopped', detail: `before: ${shown(action.does)}` }
    if (action.kind === 'person') return forPerson(action, say)
    say('start', shown(action.does))
    await act(action, acting)
  }
  const look = () => see(step, newLook(engine, giveUp, acting.minted))
  const watching = { engine, until: stop, minted: acting.minted }
  let after = await watch(step, await look(), watching, say)
  // What a lost answer left of ours, or came of it unasked, goes at once.
  for (const action of left(step, after, engine)) {
    say('start', shown(action.does))
    await act(action, acting)
    after = await watch(step, await look(), watching, say)
  }
  return concluded(planned, after, pass, say)
}

function changed(say: Say): Outcome {
  const detail = 'it changed since the plan was agreed to'
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
  { engine, until, minted }: { engine: Engine; until: AbortSignal; minted?: Acting['minted'] },
  say: Say,
): Promise<Seen<unknown>> {
  let seen = first
  let told: string | undefined
  for (let pause = FIRST_PAUSE_MS; seen.is === 'pending' && seen.on !== 'person'; ) {
    if (seen.detail !== told) {
      say('start', seen.detail)
      told = seen.detail
      pause = FIRST_PAUSE_MS
    }
    try {
      await engine.clouds.clock.sleep(pause, until)
      seen = await see(step, newLook(engine, until, minted))
    } catch (error) {
      if (until.aborted) return seen
      throw error
    }
    pause = Math.min(pause * 1.3, LONGEST_PAUSE_MS)
  }
  return seen
}

/** What a step has come to, once nothing more is done for it in this pass. */
function concluded(planned: Planned, seen: Seen<unknown>, { engine, stop, acted }: Running, say: Say): Outcome {
  const { step, actions } = planned
  if (seen.is === 'present') {
    keep(step, seen, planned.consents.includes('adopt'), engine)
    const [only, ...more] = actions
    const one = only ? shown(only.does) : 'what was under way is done'
    acted.add(step.id)
    say('done', more.length === 0 ? one : `all ${actions.length} done`)
    return { is: 'done', notes: notesOf(seen) }
  }
  if (seen.is === 'failed') return failed(seen.cause, undefined, say)
  if (seen.is === 'unknown') return failed(seen.cause, seen.needs, say)
  const person = seen.is === 'pending' && step.actions(engine.answers, seen).find(({ kind }) => kind === 'person')
  if (person && person.kind === 'person') return forPerson(person, say)
  if (seen.is === 'pending' && stop.aborted) return { is: 'open', why: 'stopped', detail: `under way: ${seen.detail}` }
  // Something else is to be done now: that is for the next plan.
  if (actions.length === 0) return changed(say)
  throw notProven(step, actions, seen)
}

/** Is it still the same thing, with the same to do and to allow? */
const isAgreed = (now: Planned, agreed: Planned): boolean =>
  sameActions(now.actions, agreed.actions) &&
  now.consents.join() === agreed.consents.join() &&
  ownerOf(now.seen) === ownerOf(agreed.seen)

const ownerOf = (seen: Seen<unknown>) => ('owned' in seen ? `${seen.owned?.id} ${seen.owned?.owner}` : undefined)

const notesOf = (seen: Seen<unknown>): readonly string[] => (seen.is === 'present' && seen.notes) || []

/** Saves what a present step taught and whose it is; its intents are settled with it. One save, and none if nothing is new. */
function keep(step: Step, seen: Seen<unknown>, adopted: boolean, engine: Engine): void {
  if (seen.is !== 'present') return
  const { progress, by, clouds } = engine
  const { records, facts, intents } = progress.saved
  const claim = claimOf(step.id, engine)
  // A record is about one thing: what stands there under another id is not what was recorded.
  const recorded = claim.record?.id === seen.owned?.id ? claim.record?.how : undefined
  const how = adopted ? 'adopted' : (recorded ?? (claim.intents.length > 0 ? 'made' : 'present'))
  const known = claim.record !== undefined && claim.record.id === seen.owned?.id && claim.intents.length === 0
  const taught = Object.entries(seen.learned ?? {}).some(([name, value]) => facts[name] !== value)
  if (known && !adopted && !taught) return
  const record: StepRecord = {
    how,
    ...(seen.owned && { id: seen.owned.id }),
    by,
    at: clouds.clock.now().toISOString(),
  }
  progress.save({
    records: { ...records, [step.id]: record },
    facts: { ...facts, ...seen.learned },
    intents: Object.fromEntries(Object.entries(intents).filter(([, intent]) => intent.step !== step.id)),
  })
}

/** What a person is asked to allow, in words: what is there already, whose it is, and what would be overwritten. */
export function openConsent({ seen, consents }: Planned): string {
  const { owned, how } = { owned: undefined, how: [], ...seen }
  const adopt =
    consents.includes('adopt') && owned
      ? [
          `${owned.what} is there already (${[`owner ${owned.owner}`, ...(owned.since ? [`since ${day(owned.since)}`] : []), access(owned)].join(', ')})${owned.using ? `. ${owned.using}` : ''}`,
        ]
      : []
  const replace = how.map(({ what, expected, found }) => `${what} is ${found}, expected ${expected}`)
  return [...adopt, ...replace].join('; ')
}

const day = (date: Date) => date.toISOString().slice(0, 10)
const access = ({ alsoAccess }: Owned) =>
  alsoAccess.length === 0 ? 'nobody else has access' : `${alsoAccess.join(', ')} can change it too`

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
