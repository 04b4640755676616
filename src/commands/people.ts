import { isInterruption } from '../answers/prompts.ts'
import { type Engine, newLook, see } from '../engine/engine.ts'
import type { Outcome } from '../engine/pass.ts'
import type { Planned } from '../engine/plan.ts'
import type { PersonAction, StepId } from '../engine/step.ts'
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

/** Between two looks at what a person does, in milliseconds: soon at first, then less and less often. */
const FIRST_PAUSE_MS = 3_000
const LONGEST_PAUSE_MS = 30_000

/**
 * Waits for people: the rehearsal plays them; otherwise they are asked, while reality is watched.
 * @returns whether it is worth another pass; false where nobody is here, or it was left for later
 */
export async function awaitPeople(
  awaited: readonly Awaited[],
  engine: Engine,
  ground: Ground,
  { asker, printer, interrupt }: Screen,
): Promise<boolean> {
  printer.line()
  for (const one of awaited) sayAwaited(one, printer)
  if (ground.play !== undefined) return play(awaited, ground.play, engine, printer)
  if (asker === undefined) return false
  const seen = new AbortController()
  const answered = new AbortController()
  const watching = watch(awaited, engine, AbortSignal.any([interrupt.stop, answered.signal])).then(there => {
    if (there) seen.abort()
  })
  try {
    const choices = [
      { name: 'look again now', value: true },
      { name: 'leave it for later', value: false },
    ]
    return await asker.choose('Waiting for it; it goes on by itself.', choices, seen.signal)
  } catch (error) {
    if (isInterruption(error) && seen.signal.aborted && !interrupt.stop.aborted) return true
    throw error
  } finally {
    answered.abort()
    await watching
  }
}

async function play(
  awaited: readonly Awaited[],
  perform: NonNullable<Ground['play']>,
  { answers }: Engine,
  { line }: Printer,
): Promise<boolean> {
  for (const { planned, action } of awaited) {
    line(`  the rehearsal plays ${action.who}`)
    await perform(action, planned.step.id, answers)
  }
  return true
}

/** Looks again and again until one of the steps is there; false when it was ended before. */
async function watch(awaited: readonly Awaited[], engine: Engine, end: AbortSignal): Promise<boolean> {
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 1.5, LONGEST_PAUSE_MS)) {
    try {
      await engine.clouds.clock.sleep(pause, end)
      const look = newLook(engine, end)
      for (const { planned } of awaited) if ((await see(planned.step, look)).is === 'present') return true
    } catch {
      // Ended, or a look that failed: the next pass tells why.
      if (end.aborted) return false
    }
  }
}

/** Who must do what, where, and by which commands. */
export function sayAwaited({ planned, action }: Awaited, { line, paint, width }: Printer): void {
  line(wrap(`  ${paint.yellow('●')} ${action.who}  `, `${shown(action.does)}  ${paint.dim(planned.step.id)}`, width))
  for (const text of action.instructions) line(wrap('      ', clean(shown(text)), width))
  if (action.url !== undefined) line(`      ${shown(action.url)}`)
  for (const command of action.byHand ?? []) line(paint.cyan(`      $ ${readableLine(command)}`))
}
