import type { Candidate } from '../answers/candidate.ts'
import { isInterruption } from '../answers/prompts.ts'
import { type Engine, newLook, see } from '../engine/engine.ts'
import type { Outcome } from '../engine/pass.ts'
import { type Planned, sameActions } from '../engine/plan.ts'
import type { Instead, Look, PersonAction, StepId } from '../engine/step.ts'
import { shown } from '../engine/text.ts'
import { clean } from '../output/clean.ts'
import { type Printer, wrap } from '../output/printer.ts'
import { readableLine } from '../output/shell.ts'
import type { Ground } from './ground.ts'
import type { Screen } from './screen.ts'

/** A step that a person must do, with what they must do. */
export interface Awaited {
  readonly planned: Planned
  readonly action: PersonAction
}

/** The steps of a pass that wait for people. */
export const awaitedIn = (plan: readonly Planned[], outcomes: ReadonlyMap<StepId, Outcome>): readonly Awaited[] =>
  plan.flatMap(planned => {
    const outcome = outcomes.get(planned.step.id)
    return outcome?.is === 'open' && outcome.why === 'person' ? [{ planned, action: outcome.action }] : []
  })

/** What shows a page in the person's browser, by platform. */
const OPENERS = ['xdg-open', 'open', 'wslview']

/** Between two looks at what a person does, in milliseconds: soon at first, then less and less often. */
const FIRST_PAUSE_MS = 3_000
const LONGEST_PAUSE_MS = 30_000

/**
 * Waits for people: the rehearsal plays them; otherwise they are asked, while reality is watched.
 * @param played what was played already in this run
 * @returns whether it is worth another pass, maybe with an answer by which it goes on without them; `left` where nobody
 *   is here, or it was left for later
 */
export async function awaitPeople(
  awaited: readonly Awaited[],
  engine: Engine,
  ground: Ground,
  { asker, printer, interrupt }: Screen,
  played: Set<string>,
): Promise<'again' | 'left' | Candidate> {
  printer.line()
  for (const one of awaited) sayAwaited(one, printer)
  if (ground.play !== undefined) {
    return (await play(awaited, ground.play, engine, printer, played)) ? 'again' : 'left'
  }
  if (asker === undefined) return 'left'
  const seen = new AbortController()
  const answered = new AbortController()
  const watching = watch(awaited, engine, AbortSignal.any([interrupt.stop, answered.signal])).then(there => {
    if (there) seen.abort()
  })
  const pages = awaited.flatMap(({ action }) => (action.url === undefined ? [] : [shown(action.url)]))
  const opener = OPENERS.find(name => engine.clouds.tools.find(name) !== undefined)
  try {
    for (;;) {
      const choice = await asker.choose<'again' | 'open' | 'left' | Instead>(
        'Waiting for it; it goes on by itself.',
        [
          { name: 'look again now', value: 'again' },
          ...(opener && pages.length > 0 ? [{ name: 'open the page', value: 'open' as const }] : []),
          ...awaited.flatMap(({ action: { instead = [] } }) => instead.map(withoutThem)),
          { name: 'leave it for later', value: 'left' },
        ],
        seen.signal,
      )
      if (typeof choice === 'object') return { key: choice.answer, value: choice.value, from: 'you' }
      if (choice !== 'open' || opener === undefined) return choice === 'again' ? 'again' : 'left'
      for (const page of new Set(pages)) await engine.clouds.run({ argv: [opener, page] })
    }
  } catch (error) {
    if (isInterruption(error) && seen.signal.aborted && !interrupt.stop.aborted) return 'again'
    throw error
  } finally {
    answered.abort()
    await watching
  }
}

const withoutThem = (one: Instead) => ({
  name: `go on without: ${one.value}`,
  value: one,
  description: one.means,
})

async function play(
  awaited: readonly Awaited[],
  perform: NonNullable<Ground['play']>,
  { answers }: Engine,
  { line }: Printer,
  played: Set<string>,
): Promise<boolean> {
  const before = played.size
  for (const { planned, action } of awaited) {
    // What did not help once does not help again.
    const name = JSON.stringify([planned.step.id, action])
    if (played.has(name)) continue
    played.add(name)
    line(`  the rehearsal plays ${action.who}`)
    await perform(action, planned.step.id, answers)
  }
  return played.size > before
}

/** Looks again and again until one of the steps stands otherwise than it did; false when it was ended before. */
async function watch(awaited: readonly Awaited[], engine: Engine, end: AbortSignal): Promise<boolean> {
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 1.5, LONGEST_PAUSE_MS)) {
    try {
      await engine.clouds.clock.sleep(pause, end)
      const look = newLook(engine, end)
      for (const one of awaited) if (await hasMoved(one, engine, look)) return true
    } catch {
      // Ended, or a look that failed: the next pass tells why.
      if (end.aborted) return false
    }
  }
}

/** It is there, or what is to be done for it is something else by now. */
async function hasMoved({ planned, action }: Awaited, { answers }: Engine, look: Look): Promise<boolean> {
  const { step } = planned
  const seen = await see(step, look)
  if (seen.is === 'unknown') return false
  if (seen.is === 'present') return true
  const actions = step.actions(answers, seen)
  const person = actions.find(({ kind }) => kind === 'person')
  // Where the vendor sends to a person, the look itself does not tell it: then the same is to be done as before.
  return person === undefined ? !sameActions(actions, planned.actions) : !sameActions([person], [action])
}

/** Who must do what, where, and by which commands. */
export function sayAwaited({ planned, action }: Awaited, { line, paint, width }: Printer): void {
  line(wrap(`  ${paint.yellow('●')} ${action.who}  `, `${shown(action.does)}  ${paint.dim(planned.step.id)}`, width))
  for (const text of action.instructions) line(wrap('      ', clean(shown(text)), width))
  if (action.forward !== undefined) line(wrap('      to forward  ', `“${clean(shown(action.forward))}”`, width))
  if (action.url !== undefined) line(`      ${shown(action.url)}`)
  for (const command of action.byHand ?? []) line(paint.cyan(`      $ ${readableLine(command)}`))
  for (const { answer, value, means } of action.instead ?? []) {
    line(wrap('      or without  ', `--set ${answer}=${value}  ${paint.dim(means)}`, width))
  }
}
