import { SetupError } from '../clouds/cause.ts'
import { VendorTrouble } from '../clouds/clouds.ts'
import { textAt } from '../clouds/json.ts'
import { replaceInside } from '../clouds/repo.ts'
import type { VendorReply } from '../clouds/vendor.ts'
import { VENDORS } from '../clouds/vendors.ts'
import { bound, boundPath, type Engine, newLook, refusal, see } from './engine.ts'
import { sameActions } from './plan.ts'
import type { Action, PersonAction, RequestAction, RunAction, Step } from './step.ts'
import { fill, fillBody, shown } from './text.ts'

/** How often an effect is tried whose answer was lost, each time after a look. */
const TRIES = 3

/** What the wizard does itself; the rest is for people. */
export type Effect = Exclude<Action, PersonAction>

/**
 * Carries one action out. The intent is saved first, so that whatever happens next, the following run knows.
 * @param giveUp ends even a request in flight; its intent stands
 * @throws SetupError; the reason of `giveUp`
 */
export async function act(step: Step, action: Effect, engine: Engine, giveUp: AbortSignal): Promise<void> {
  const withdraw = saveIntent(step, action, engine)
  if (action.kind === 'run') await runCommand(step, action, engine)
  else if (action.kind === 'edit') replaceInside(engine.repo, action.file, action.from, action.to)
  else await sendRequest(step, action, engine, giveUp, withdraw)
}

/** @returns what takes it back, for an effect that certainly did not happen; an intent of an earlier run stands */
function saveIntent(step: Step, action: Effect, { clouds, progress }: Engine): () => void {
  const at = action.kind === 'request' ? clouds.vendorTime(action.vendor) : clouds.clock.now()
  const intent = { step: step.id, at: at.toISOString() }
  const name = `${step.id}/${action.key}`
  const earlier = progress.saved.intents[name]
  progress.save({ intents: { ...progress.saved.intents, [name]: intent } })
  return () => {
    const { [name]: _, ...others } = progress.saved.intents
    progress.save({ intents: earlier === undefined ? others : { ...others, [name]: earlier } })
  }
}

async function runCommand(step: Step, action: RunAction, { clouds, progress, repo }: Engine): Promise<void> {
  const argv = action.argv.map(part => fill(part, ({ hole }) => bound(hole, progress.saved.facts)))
  const { code, stderr } = await clouds.run({ argv, cwd: repo })
  if ((action.okExit ?? [0]).includes(code)) return
  throw new SetupError({
    code: 'command-failed',
    asked: action.argv.map(shown).join(' '),
    said: `exit ${code}${stderr && `: ${stderr.trim()}`}`,
    means: `A command of ${step.id} failed.`,
    next: 'Put right what it says above, and run again; what is done already is not done twice.',
  })
}

async function sendRequest(
  step: Step,
  action: RequestAction,
  engine: Engine,
  giveUp: AbortSignal,
  withdraw: () => void,
): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    const reply = await sendOnce(action, engine, giveUp)
    if (!('lost' in reply)) {
      if (attempt === 1 && isRefused(action, reply)) withdraw()
      return settle(step, action, reply, engine)
    }
    if (await hasHappened(step, action, engine, giveUp)) return
    if (attempt === TRIES) throw lostTooOften(step, action, reply)
  }
}

/** What the vendor said instead of a clear answer: the request may or may not have had its effect. */
interface Lost {
  readonly lost: string
}

/** Sends once. */
async function sendOnce(action: RequestAction, engine: Engine, giveUp: AbortSignal): Promise<VendorReply | Lost> {
  const { facts } = engine.progress.saved
  const path = boundPath(action.path, facts)
  const body = action.body && { body: fillBody(action.body, ({ hole }) => bound(hole, facts)) }
  const repeat = action.again === 'safe' ? 'safe' : 'never'
  try {
    const reply = await engine.clouds.send(action.vendor, { method: action.method, path, ...body, repeat }, giveUp)
    return reply.status >= 500 ? { lost: VENDORS[action.vendor].means(reply).said ?? '' } : reply
  } catch (error) {
    if (error instanceof VendorTrouble && error.effect === 'unknown') return { lost: error.cause.said ?? '' }
    throw error
  }
}

const isRefused = ({ okStatus }: RequestAction, { status }: VendorReply): boolean =>
  status >= 300 && !okStatus?.includes(status)

function settle(step: Step, action: RequestAction, reply: VendorReply, { answers, progress }: Engine): void {
  if (isRefused(action, reply)) {
    throw new SetupError(refusal(step, action.vendor, reply, answers))
  }
  const learned = Object.entries(action.learn ?? {}).flatMap(([fact, keys]) => {
    const value = textAt(reply.body, ...keys)
    return value === undefined ? [] : [[`${step.id}:${fact}`, value]]
  })
  if (learned.length > 0) progress.save({ facts: { ...progress.saved.facts, ...Object.fromEntries(learned) } })
}

/** Looks whether an effect whose answer was lost is there all the same: the step no longer asks for this action. */
async function hasHappened(step: Step, action: Action, engine: Engine, giveUp: AbortSignal): Promise<boolean> {
  const { progress } = engine
  const seen = await see(step, newLook(engine, giveUp))
  if (seen.is === 'unknown') throw new SetupError(seen.cause)
  if (seen.is === 'present') {
    progress.save({ facts: { ...progress.saved.facts, ...seen.learned } })
    return true
  }
  return !step.actions(engine.answers, seen).some(still => sameActions([still], [action]))
}

function lostTooOften(step: Step, action: RequestAction, { lost }: Lost): SetupError {
  return new SetupError({
    code: 'lost-answer',
    asked: `${action.method} ${shown(action.path)}`,
    said: `${lost} (${TRIES} times)`,
    means: `No clear answer came to a request of ${step.id}, and a look shows that it changed nothing.`,
    next: 'Run again in a few minutes; what exists is looked at first, so nothing is made twice.',
  })
}
