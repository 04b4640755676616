import { ciNotes } from '../../steps/ci-notes.ts'
import type { Candidate } from '../answers/candidate.ts'
import { CI_CONFIG } from '../answers/forms/ci-config.ts'
import { ANSWER_KEYS, type AnswerKey, definitionOf, type Known } from '../answers/schema.ts'
import { type Exit, SetupError } from '../clouds/cause.ts'
import { quote } from '../clouds/quote.ts'
import { readInside } from '../clouds/repo.ts'
import type { Engine } from '../engine/engine.ts'
import { lock } from '../engine/lock.ts'
import { lookAtAll, type Outcome, type Pass, runPass } from '../engine/pass.ts'
import type { Planned } from '../engine/plan.ts'
import { openProgress, type Progress } from '../engine/progress.ts'
import type { Action, StepId } from '../engine/step.ts'
import type { Place } from '../output/checklist/model.ts'
import { clean } from '../output/clean.ts'
import { standsStill } from '../output/plan.ts'
import { type Printer, wrap } from '../output/printer.ts'
import { agree } from './agree.ts'
import { choicesIn, obtainChoices } from './choices.ts'
import { sayEnd, sayStopped } from './end.ts'
import { type Entered, enter } from './enter.ts'
import type { Ground } from './ground.ts'
import type { Options } from './options.ts'
import { awaitedIn, awaitPeople } from './people.ts'
import { sayWaiting } from './say-waiting.ts'
import type { Screen } from './screen.ts'
import { neededToGoOn, neededToLook, obtainSecrets } from './secrets.ts'
import { type Settled, settleAnswers } from './settle.ts'
import type { Choice } from './single-choices.ts'
import { whoRuns } from './who-runs.ts'

/** A world that changes at every look is not run after for ever. */
const MOST_CHANGES = 5

/** Walks through the set-up, pass after pass, until all is done or only people can go on. */
export async function conduct(ground: Ground, options: Options, screen: Screen): Promise<Exit> {
  const { clock, state } = ground
  const unlock = await lock(state.folder, ms => clock.sleep(ms))
  try {
    const progress = openProgress(state, clock.now())
    if (progress.setAside) {
      const kept = `The saved progress was damaged; it is kept as ${quote(progress.setAside)}, and reality is asked afresh.`
      screen.printer.line(kept)
    }
    return await enter(ground, options, screen, progress, async entered => {
      const engine = { ...entered.viewer, progress, by: whoRuns() }
      await saveAnswers({ ...entered, answers: engine.answers }, progress)
      return passes(entered, engine, ground, options, screen)
    })
  } catch (error) {
    return sayStopped(error, ground, screen)
  } finally {
    unlock()
  }
}

async function passes(
  entered: Pick<Entered, 'selection' | 'candidates'>,
  entrant: Engine,
  ground: Ground,
  options: Options,
  screen: Screen,
): Promise<Exit> {
  const { printer, asker, interrupt } = screen
  const { steps, acting, answers: used } = entered.selection
  const place: Place = { bases: ground.bases, checkout: ground.checkout.folder }
  let { candidates } = entered
  let engine = entrant
  const agreedTo = new Map<StepId, readonly Action[]>()
  const said = new Map<string, Choice>()
  const played = new Set<string>()
  const take = async (chosen: readonly Candidate[]) => {
    candidates = [...chosen, ...candidates]
    engine = { ...engine, answers: { ...engine.answers, ...valuesOf(chosen) } }
    await saveAnswers({ answers: engine.answers, candidates }, engine.progress)
  }
  const sayLeftOut = () => {
    const notes = ciNotes(engine.answers, readInside(engine.repo, CI_CONFIG), used)
    for (const note of notes) printer.line(wrap('  ! ', clean(note), printer.width))
  }
  sayLeftOut()
  for (let changes = 0, looks = 1; ; looks += 1) {
    if (asker === undefined && looks > MOST_LOOKS) throw noEnd()
    const began = performance.now()
    const looked = await lookAtAll(steps, engine, interrupt.stop, { tell: waiting => sayWaiting(waiting, printer) })
    if (await obtainSecrets(neededToLook(looked, acting), engine, ground, screen)) continue
    const chosen = await obtainChoices(choicesIn(looked, acting), ground, options, screen)
    if (chosen.length > 0) {
      await take(chosen)
      continue
    }
    sayLook(looked, performance.now() - began, printer)
    const { decision, plan, agreed, kept, renamed } = await agree(looked, {
      acting,
      asker,
      printer,
      options,
      place,
      answers: engine.answers,
      agreedTo,
      said,
    })
    if (renamed !== undefined) await take(renamed)
    if (decision === 'look-again') continue
    if (decision === 'change-answers') {
      const settled = await settleAnswers(candidates, used, { ...screen, takeProposed: ground.takeProposed })
      await saveAnswers(settled, engine.progress)
      candidates = settled.candidates
      engine = { ...engine, answers: settled.answers }
      sayLeftOut()
      continue
    }
    if (decision === 'leave')
      return sayEnd({ plan, acting, outcomes: new Map(), engine, ground, options, screen, declined: true })
    for (const { step, actions } of plan) agreedTo.set(step.id, actions)
    const since = asker === undefined || options.yes ? 0 : engine.clouds.moment()
    const outcomes = await draw({ plan, acting, agreed, kept, since }, engine, options, screen)
    if (await obtainSecrets(neededToGoOn(outcomes), engine, ground, screen)) continue
    const changed = [...outcomes.values()].some(outcome => outcome.is === 'open' && outcome.why === 'changed')
    if (changed) changes += 1
    const next = !changed
      ? await waits(plan, outcomes, engine, ground, screen, played)
      : changes < MOST_CHANGES
        ? 'again'
        : 'left'
    if (next === 'left' || interrupt.stop.aborted) {
      return sayEnd({ plan, acting, outcomes, engine, ground, options, screen, declined: false })
    }
    if (next !== 'again') await take([next])
  }
}

/** Where nobody is asked, the same is not looked at and decided on for ever. */
const MOST_LOOKS = 50

const noEnd = (): SetupError =>
  new SetupError({
    code: 'no-end',
    said: `${MOST_LOOKS} times in one run`,
    means: 'Every check led to another one, and nothing came of it.',
    next: 'Run it in a terminal, where you see what is decided, and report this.',
  })

const valuesOf = (chosen: readonly Candidate[]): Partial<Known> =>
  Object.fromEntries(chosen.map(({ key, value }) => [key, value]))

/** Waits for people where only they are awaited; true when another pass is due. */
async function waits(
  plan: readonly Planned[],
  outcomes: ReadonlyMap<StepId, Outcome>,
  engine: Engine,
  ground: Ground,
  screen: Screen,
  played: Set<string>,
): ReturnType<typeof awaitPeople> {
  const awaited = awaitedIn(plan, outcomes)
  const failed = [...outcomes.values()].some(({ is }) => is === 'failed')
  return awaited.length > 0 && !failed ? awaitPeople(awaited, engine, ground, screen, played) : 'left'
}

async function draw(
  agreement: Pick<Pass, 'plan' | 'acting' | 'agreed' | 'kept' | 'since'>,
  engine: Engine,
  options: Options,
  { printer, interrupt, draw }: Screen,
): Promise<ReadonlyMap<StepId, Outcome>> {
  const { kind } = engine.clouds
  printer.line()
  printer.line(printer.paint.bold(`Run · ${kind === 'real' ? 'REAL clouds' : 'REHEARSAL'}`))
  // What stands as it should need not be drawn, but for events.
  const drawn = options.json ? agreement.plan : agreement.plan.filter(planned => !standsStill(planned))
  const ids = new Set(drawn.map(({ step }) => step.id))
  const drawing = await draw(drawn, kind)
  const emit: Pass['emit'] = event => {
    if (ids.has(event.step) || event.event !== 'present') drawing.emit({ ...event, detail: clean(event.detail) })
  }
  const outcomes = await runPass({ ...agreement, engine, emit, ...interrupt })
  await drawing.finished
  return outcomes
}

function sayLook(plan: readonly Planned[], ms: number, { line, width }: Printer): void {
  const words = {
    present: 'present',
    missing: 'missing',
    differs: 'different',
    pending: 'under way',
    failed: 'failed',
    unknown: 'unknown',
  }
  const counts = Object.entries(words).flatMap(([is, word]) => {
    const count = plan.filter(({ seen }) => seen.is === is).length
    return count > 0 ? [`${count} ${word}`] : []
  })
  line()
  const steps = plan.length === 1 ? '1 step' : `${plan.length} steps`
  line(wrap('', `Look: ${steps} probed in ${(ms / 1000).toFixed(1)} s, read-only. ${counts.join(', ')}.`, width))
}

/** Saves the answers; an optional one that was taken back is saved as that, so that the earlier value does not return. */
async function saveAnswers({ answers, candidates }: Settled, progress: Progress): Promise<void> {
  const first = new Map(candidates.toReversed().map(one => [one.key, one]))
  const takenBack = Object.fromEntries([...first].flatMap(([key, { value }]) => (value === '' ? [[key, value]] : [])))
  const isRead = (key: AnswerKey) => definitionOf(key).readAgain && (first.get(key)?.from ?? CI_CONFIG) === CI_CONFIG
  const said = ANSWER_KEYS.flatMap(key => {
    const value = answers[key]
    return value === undefined || isRead(key) ? [] : [[key, value]]
  })
  await progress.save({ answers: { ...takenBack, ...Object.fromEntries(said) } })
}
