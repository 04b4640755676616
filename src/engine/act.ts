import { type Cause, NeedsSecret, SetupError } from '../clouds/cause.ts'
import { VendorTrouble } from '../clouds/clouds.ts'
import type { Identity } from '../clouds/identity.ts'
import { at, type Json } from '../clouds/json.ts'
import { jsonText } from '../clouds/json-text.ts'
import { changePolicy, type Grant, isAboutCondition, NEVER, until } from '../clouds/policy.ts'
import { replaceInside } from '../clouds/repo.ts'
import { Secret } from '../clouds/secret.ts'
import type { Credential, VendorReply } from '../clouds/vendor.ts'
import { bound, boundHeaders, boundPath, type Engine, type Minted, newLook, refusal, see } from './engine.ts'
import { sameActions } from './plan.ts'
import type {
  Action,
  EditAction,
  PersonAction,
  PolicyAction,
  RequestAction,
  Role,
  RunAction,
  Seen,
  Step,
} from './step.ts'
import { fill, fillBody, type Hole, type Str, shown } from './text.ts'

/** How often an effect is tried whose answer was lost, each time after a look. */
const TRIES = 3

/** What the wizard does itself; the rest is for people. */
export type Effect = Exclude<Action, PersonAction>

/** What one step's actions work with. */
export interface Acting {
  readonly step: Step
  readonly engine: Engine
  readonly minted: Minted
  /** Ends even a request in flight; its intent stands. */
  readonly giveUp: AbortSignal
}

/** The vendor says that a person must do it: who, and what. */
export class ForPerson extends Error {
  readonly action: PersonAction
  constructor(action: PersonAction) {
    super(action.key)
    this.action = action
  }
}

/** Its answer came, or was lost: then the vendor may still be at it, or may never have heard of it. */
type Answered = 'clear' | 'lost'

/**
 * Carries one action out. The intent is saved first, so that whatever happens next, the following run knows.
 * @throws SetupError; ForPerson; the reason of `giveUp`
 */
export async function act(action: Effect, acting: Acting): Promise<Answered> {
  const withdraw = await saveIntent(action, acting)
  const { engine } = acting
  if (action.kind === 'request') return sendRequest(action, acting, withdraw)
  if (action.kind === 'run') await runCommand(action, acting)
  else if (action.kind === 'edit') editFile(action, engine)
  else await writePolicy(action, acting, withdraw)
  return 'clear'
}

/** An action that changes nothing, and only learns what the next one needs. */
export const isQuestion = (action: Action): boolean => action.kind === 'request' && action.method === 'GET'

const intentOf = ({ key }: Action, { step }: Pick<Acting, 'step'>): string => `${step.id}/${key}`

type Withdraw = () => Promise<void>

/**
 * Ends when it is on disk.
 * @returns what takes it back, for an effect that certainly did not happen; an intent of an earlier run stands
 */
async function saveIntent(action: Effect, { step, engine: { clouds, progress } }: Acting): Promise<Withdraw> {
  if (isQuestion(action)) return async () => {}
  const at = 'host' in action ? clouds.timeAt(action.host) : clouds.clock.now()
  const name = intentOf(action, { step })
  const earlier = progress.saved.intents[name]
  const first = earlier && { first: earlier.first ?? earlier.at }
  const intent = { step: step.id, at: at.toISOString(), ...first }
  await progress.save({ intents: { [name]: intent } })
  return () => progress.save({ intents: { [name]: earlier } })
}

/** Its holes are bound as those of commands are. */
function editFile({ file, from, to }: EditAction, { progress, repo }: Engine): void {
  const text = (value: Str) => fill(value, ({ hole }) => bound(hole, progress.saved.facts))
  replaceInside(repo, file, text(from), text(to))
}

async function runCommand(
  action: RunAction,
  { step, giveUp, engine: { clouds, progress, repo } }: Acting,
): Promise<void> {
  const value = (text: RunAction['argv'][number]) => fill(text, ({ hole }) => bound(hole, progress.saved.facts))
  const env = Object.fromEntries(Object.entries(action.env ?? {}).map(([name, text]) => [name, value(text)]))
  const { ofCheckout, timeoutMs, registry, buildsBy } = action
  const secret = registry && clouds.credentials.get(registry.as)?.secret
  // Without it docker would push as whoever the person is signed in as.
  if (registry && !secret) throw new NeedsSecret(registry.as, 'password', nobodyAt(registry))
  const { code, stderr } = await clouds.run({
    argv: action.argv.map(value),
    cwd: repo,
    env,
    signal: giveUp,
    ...(ofCheckout && { ofCheckout }),
    ...(buildsBy !== undefined && { buildsBy }),
    ...(timeoutMs !== undefined && { timeoutMs }),
    ...(registry && secret && { registry: { host: registry.host, user: registry.user, secret } }),
  })
  if ((action.okExit ?? [0]).includes(code)) return
  throw new SetupError({
    code: 'command-failed',
    asked: action.argv.map(shown).join(' '),
    said: `exit ${code}${stderr && `: ${lastLines(stderr)}`}`,
    means: `A command of ${step.id} failed.`,
    next: 'Put right what it says above, and run again; what is done already is not done twice.',
  })
}

const nobodyAt = ({ host, user }: NonNullable<RunAction['registry']>): Cause => ({
  code: 'no-sign-in',
  means: `Nobody is signed in to ${host} as ${user}.`,
  next: 'Run it in a terminal, where the password is asked for.',
})

/** Of a build's many lines the last ones tell why it failed. */
const lastLines = (text: string): string => text.trim().split('\n').slice(-12).join('\n')

async function sendRequest(action: RequestAction, acting: Acting, withdraw: Withdraw): Promise<Answered> {
  for (let attempt = 1; ; attempt += 1) {
    const reply = await sendOnce(action, acting).catch(async error => {
      if (attempt === 1 && isUnsent(error)) await withdraw()
      throw error
    })
    if (!('lost' in reply)) {
      if (attempt === 1 && (isRefused(action, reply) || noTo(action, reply, acting))) await withdraw()
      await settle(action, reply, acting)
      return 'clear'
    }
    if (await hasHappened(action, acting)) return 'lost'
    if (attempt === TRIES) throw lostTooOften(acting.step, action, reply)
    // What comes of it now is told by its time from what the lost one may have left.
    await saveIntent(action, acting)
  }
}

/**
 * Changes one member's roles. What it loses by that is saved first, in the fact `STEP:removed`, so that it can be given
 * back; and so is the time, in `STEP:changed`, as the change takes minutes to count everywhere.
 */
async function writePolicy(action: PolicyAction, acting: Acting, withdraw: Withdraw): Promise<void> {
  const { step, engine, giveUp } = acting
  const { clouds, progress } = engine
  const { host, reads, only = false } = action
  const { facts } = progress.saved
  const headers = action.headers && { headers: boundHeaders(action.headers, facts) }
  const place = { path: boundPath(action.path, facts), reads, ...headers }
  const member = fill(action.member, ({ hole }) => bound(hole, facts))
  const end = (ms: number) => new Date(clouds.timeAt(host).getTime() + clouds.clock.timeout(ms)).toISOString()
  let isSent = false
  const write = (grants: readonly Grant[], learned: Readonly<Record<string, string>>) =>
    changePolicy(
      place,
      { member, grants, only },
      {
        sleep: ms => clouds.clock.sleep(ms, giveUp),
        beforeWrite: removed => {
          isSent = true
          const lost = removed.length === 0 ? {} : { [`${step.id}:removed`]: jsonText(removed) }
          const changed = { [`${step.id}:changed`]: clouds.timeAt(host).toISOString(), ...action.saves }
          return progress.save({ facts: { ...changed, ...learned, ...lost } })
        },
        recall: request => clear(clouds.ask(host, request, { signal: giveUp })),
        send: request =>
          clear(
            request.repeat === 'safe'
              ? clouds.ask(host, request, { signal: giveUp, since: clouds.moment() })
              : clouds.send(host, request, { signal: giveUp }),
          ),
      },
    )
  const timed = action.roles.map(role => ending(role, end))
  const ends: Readonly<Record<string, string>> = Object.assign({}, ...timed.map(one => one.learned))
  let written = await write(
    timed.map(({ grant }) => grant),
    ends,
  )
  if (written.is === 'refused' && isAboutCondition(written.reply) && Object.keys(ends).length > 0) {
    const endless = Object.fromEntries(Object.keys(ends).map(fact => [fact, NEVER]))
    written = await write(
      action.roles.map(({ ends: _, ...grant }) => grant),
      endless,
    )
  }
  if (written.is === 'done') return
  if (written.is === 'lost')
    throw lostTooOften(step, action, { lost: written.reply === undefined ? 'no answer' : `${written.reply.status}` })
  if (!isSent) await withdraw()
  throw new SetupError(refusal(step, host, written.reply, engine.answers))
}

/** The answer, where there is a clear one. */
const clear = (reply: Promise<VendorReply>): Promise<VendorReply | undefined> =>
  reply.catch(error => {
    if (error instanceof VendorTrouble && error.effect === 'unknown') return undefined
    throw error
  })

/** The role with the condition by which it ends, where it is to end, and when that is. */
function ending({ ends, ...grant }: Role, end: (ms: number) => string) {
  if (ends === undefined) return { grant, learned: {} }
  const at = end(ends.afterMs)
  return { grant: { ...grant, condition: until(at) }, learned: { [ends.fact]: at } }
}

/** What certainly never reached the vendor: nobody was let in, or nothing went out. */
const isUnsent = (error: unknown): boolean =>
  error instanceof NeedsSecret || (error instanceof VendorTrouble && error.effect === 'none')

/** What the vendor said instead of a clear answer: the request may or may not have had its effect. */
interface Lost {
  readonly lost: string
}

/** Sends once. */
async function sendOnce(action: RequestAction, acting: Acting): Promise<VendorReply | Lost> {
  const { engine, giveUp } = acting
  const { headers, host, method } = action
  const as = speaker(action, acting)
  const path = boundPath(action.path, engine.progress.saved.facts)
  const body = action.body && { body: filledBody(action.body, acting) }
  const repeat = action.again === 'safe' ? 'safe' : 'never'
  try {
    const given = headers && { headers: boundHeaders(headers, engine.progress.saved.facts) }
    const request = { method, path, ...body, ...given, repeat } as const
    const options = { signal: giveUp, ...(as && { as }) }
    const reply = isQuestion(action)
      ? await engine.clouds.ask(host, request, { ...options, since: engine.clouds.moment() })
      : await engine.clouds.send(host, request, options)
    if (reply.status < 500) return reply
    return { lost: refusal(acting.step, host, reply, engine.answers).said ?? '' }
  } catch (error) {
    if (error instanceof VendorTrouble && error.effect === 'unknown') return { lost: error.cause.said ?? '' }
    throw error
  }
}

/** Who speaks, where it is not whoever signed in. */
function speaker({ as }: RequestAction, acting: Acting): Identity | Credential | undefined {
  if (typeof as !== 'object') return as
  const user = fill(as.user, ({ hole }) => bound(hole, acting.engine.progress.saved.facts))
  return { user, secret: mintedOf(as.secret, acting) }
}

function mintedOf({ hole }: Hole, { minted }: Acting): Secret {
  const value = minted.get(hole)
  if (value === undefined) throw new Error(`the secret ${hole} was not made by this step`)
  return value
}

/** The one place where a secret is put into a body. */
const filledBody = (body: NonNullable<RequestAction['body']>, acting: Acting): Json =>
  fillBody(body, one =>
    one.secret ? mintedOf(one, acting).reveal() : bound(one.hole, acting.engine.progress.saved.facts),
  )

const isRefused = ({ okStatus }: RequestAction, { status }: VendorReply): boolean =>
  status >= 300 && !okStatus?.includes(status)

const noTo = ({ key }: RequestAction, reply: VendorReply, { step, engine }: Acting): Cause | undefined =>
  step.isNo?.(key, reply, engine.answers, {
    fact: name => engine.progress.saved.facts[name],
    record: id => engine.progress.saved.records[id]?.how,
  })

async function settle(action: RequestAction, reply: VendorReply, acting: Acting): Promise<void> {
  const { step, engine, minted } = acting
  const { answers, progress } = engine
  if (isRefused(action, reply)) {
    const instead = saidIn(reply, action) ?? (reply.status === 403 ? action.ifForbidden : undefined)
    if (instead !== undefined) throw new ForPerson(instead)
    throw new SetupError(refusal(step, action.host, reply, answers))
  }
  const no = noTo(action, reply, acting)
  if (no !== undefined && action.ifForbidden) throw new ForPerson(action.ifForbidden)
  if (no !== undefined) throw new SetupError({ asked: reply.asked, ...no })
  const found = (wanted: Readonly<Record<string, readonly string[]>> = {}) =>
    Object.entries(wanted).flatMap(([name, keys]) => {
      const value = at(reply.body, ...keys)
      return typeof value === 'string' || typeof value === 'number'
        ? [[`${step.id}:${name}`, String(value)] as const]
        : []
    })
  const secrets = found(action.mint)
  for (const [name, value] of secrets) minted.set(name, new Secret(value))
  // Of a refusal that is an answer nothing is read: its words are the vendor's.
  const isAnswered = reply.status < 300
  const marked = action.marks === undefined ? [] : [[`${step.id}:${action.marks}`, 'yes'] as const]
  const learned = isAnswered ? found({ ...action.learn, ...action.keeps }) : marked
  if (learned.length > 0) {
    const name = intentOf(action, acting)
    const intent = progress.saved.intents[name]
    await progress.save({
      facts: Object.fromEntries(learned),
      ...(intent && { intents: { [name]: { ...intent, answered: true } } }),
    })
  }
  if (secrets.length < Object.keys(action.mint ?? {}).length) throw new SetupError(withoutSecret(reply))
}

/** The person for whom the words of a refusal are. */
function saidIn({ body }: VendorReply, { ifSaid = {} }: RequestAction): PersonAction | undefined {
  const said = JSON.stringify(body)
  return Object.entries(ifSaid).find(([words]) => said.includes(words))?.[1]
}

const withoutSecret = ({ asked, status }: VendorReply): Cause => ({
  code: 'no-secret',
  asked,
  said: `${status}, without the secret`,
  means: 'The vendor says that it made a credential, and does not show it; it never shows it later.',
  next: 'Run again: it is made anew, and the one that nobody knows is revoked.',
})

/** Looks whether an effect whose answer was lost is there all the same: the step no longer asks for this action. */
async function hasHappened(action: Action, { step, engine, minted, giveUp }: Acting): Promise<boolean> {
  const { progress } = engine
  const seen = await see(step, newLook(engine, giveUp, minted))
  if (seen.is === 'unknown') throw new SetupError(seen.cause)
  // The lost answer would have taught what the next action needs.
  if ('learned' in seen && seen.learned) await progress.save({ facts: seen.learned })
  return !stillAsks(step, seen, action, engine)
}

/** Is an action of a step to be done, by what is seen now? */
export const stillAsks = (step: Step, seen: Seen<unknown>, action: Action, { answers }: Engine): boolean =>
  seen.is !== 'present' && step.actions(answers, seen).some(still => sameActions([still], [action]))

function lostTooOften(step: Step, action: RequestAction | PolicyAction, { lost }: Lost): SetupError {
  return new SetupError({
    code: 'lost-answer',
    asked: `${action.kind === 'policy' ? 'setIamPolicy' : action.method} ${shown(action.path)}`,
    said: `${lost} (${TRIES} times)`,
    means: `No clear answer came to a request of ${step.id}, and a look shows that it changed nothing.`,
    next: 'Run again in a few minutes; what exists is looked at first, so nothing is made twice.',
  })
}
