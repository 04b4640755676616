import type { Cause } from '../src/clouds/cause.ts'
import { contextNamed, readVariables } from '../src/clouds/circleci.ts'
import { at, textAt } from '../src/clouds/json.ts'
import type { VendorReply } from '../src/clouds/vendor.ts'
import type { Action, Look, RequestAction, Seen, StepId } from '../src/engine/step.ts'
import { type Hole, hole, type Str, shown, t } from '../src/engine/text.ts'

/*
 * How a credential reaches CI: made, put into a context and proven within one step. The context never shows a value, so
 * what stands there is ours by the time of its writing, and proven by its last characters while the secret is at hand.
 */

/** A context, and the step that makes it. */
export interface Target {
  readonly name: Str
  readonly madeBy: StepId
}

/** One variable of it: a secret that the step makes, or a text. */
export interface Value<Name extends Str = string> {
  readonly variable: Name
  readonly value: Str
}

/** The key of `closed`: what its answer means, `openToAll` says. */
export const CLOSED = 'closed'

/** Asks, before anything is made for it, whether the context is closed to other projects; `isNo` judges by `openToAll`. */
export const closed = ({ name, madeBy }: Target): RequestAction => ({
  kind: 'request',
  key: CLOSED,
  does: t`see that the context ${name} is closed to other projects`,
  host: 'circleci',
  method: 'GET',
  path: t`/api/v2/context/${hole(`${madeBy}:id`)}/restrictions`,
  again: 'safe',
})

/** Why nothing may be written to a context: every project of the organization can use it (facts/circleci.md 5). */
export function openToAll({ body }: VendorReply, context: string): Cause | undefined {
  const items = at(body, 'items')
  const isClosed = Array.isArray(items) && items.some(item => textAt(item, 'restriction_type') === 'project')
  if (isClosed) return undefined
  return {
    code: 'open-context',
    means: `Every project of the organization can use the context ${context}, so nothing secret is made for it yet.`,
    next: 'Have an admin of the organization restrict it to the project (circleci.restrict), and run again.',
  }
}

/** Puts a value into the context. A wrong key would be taken and store nothing (facts/circleci.md 5), so what stands there is proven. */
export const deliver = ({ name, madeBy }: Target, { variable, value }: Value<Str>): RequestAction => ({
  kind: 'request',
  key: `deliver-${shown(variable)}`,
  does: t`put ${variable} into the context ${name}`,
  host: 'circleci',
  method: 'PUT',
  path: t`/api/v2/context/${hole(`${madeBy}:id`)}/environment-variable/${variable}`,
  body: { value },
  again: 'safe',
})

/** A look, whatever answers it is for. */
type Questions = Omit<Look, 'answers'>

/**
 * When that was written what is to be overwritten, by fact. Two credentials may end alike, as Google's key files do; so a
 * write of ours is proven by its time as well.
 */
type Stood = Readonly<Record<string, string>>

/** What stands in the context. */
export type Delivery =
  | { readonly is: 'no-context' }
  /** Somebody else wrote these, and when. */
  | {
      readonly is: 'foreign'
      readonly variables: readonly { readonly name: string; readonly writtenAt: string }[]
      readonly stood?: Stood
    }
  /** Not all there, or ours and not proven; CI may use what an interrupted run of ours wrote. */
  | { readonly is: 'open'; readonly mayBeUsed: boolean; readonly stood?: Stood }
  /** All there and ours: by what was recorded, or by the secret at hand. */
  | { readonly is: 'proven'; readonly by: 'record' | 'hand'; readonly learned: Readonly<Record<string, string>> }

/** Looks what stands in the context of what a step delivers. Throws SetupError where CircleCI does not tell. */
export async function lookAtDelivery(
  look: Questions,
  step: StepId,
  { organization, name }: { readonly organization: string; readonly name: string },
  values: readonly Value[],
): Promise<Delivery> {
  const context = await contextNamed(path => look.read('circleci', path), organization, name)
  if (context === undefined) return { is: 'no-context' }
  const there = await readVariables(path => look.read('circleci', path), context.id)
  const stands = values.map(({ variable, value }) => {
    const found = there.find(one => one.name === variable)
    if (found === undefined) return { is: 'absent' } as const
    const fact = `${step}:delivered-${variable}`
    const learned = { [fact]: found.updatedAt }
    if (look.fact(fact) === found.updatedAt) return { is: 'record', learned } as const
    const stood = { [`${step}:stood-${variable}`]: found.updatedAt }
    const isOld = look.fact(`${step}:stood-${variable}`) === found.updatedAt
    const isProven = endsIn(value, found.tail, look) && !(isSecret(value) && isOld)
    const intent = `${step}/deliver-${variable}`
    if (!isByUs(look.begunAt(intent, 'first'), look.begunAt(intent), { at: found.updatedAt, isProven })) {
      return { is: 'foreign', name: variable, writtenAt: found.updatedAt, stood } as const
    }
    if (!isProven) return { is: 'unproven', stood } as const
    // Whose credential stands there, a text that is the same for all of them does not tell.
    return { is: isSecret(value) ? 'hand' : 'text', learned } as const
  })
  const stood: Stood = Object.assign({}, ...stands.map(one => ('stood' in one ? one.stood : {})))
  const foreign = stands.flatMap(one => (one.is === 'foreign' ? [{ name: one.name, writtenAt: one.writtenAt }] : []))
  if (foreign.length > 0) return { is: 'foreign', variables: foreign, stood }
  const secrets = new Set(values.flatMap(({ value }, index) => (isSecret(value) ? (stands[index]?.is ?? []) : [])))
  if (stands.some(({ is }) => is === 'absent' || is === 'unproven') || secrets.size > 1) {
    return { is: 'open', mayBeUsed: secrets.has('unproven') || secrets.has('hand'), stood }
  }
  const learned = Object.assign({}, ...stands.map(one => ('learned' in one ? one.learned : {})))
  return { is: 'proven', by: secrets.has('hand') ? 'hand' : 'record', learned }
}

/** Clocks of vendors have whole seconds in headers. */
const WHOLE_SECOND_MS = 1_000
/** How long after its intent a write may land and still be our own, whose answer was lost. */
const LOST_ANSWER_WINDOW_MS = 300_000

/** Was it written by one of our tries? Each of them looked first what the ones before had left. */
function isByUs(
  first: Date | undefined,
  last: Date | undefined,
  written: { readonly at: string; readonly isProven: boolean },
): boolean {
  if (first === undefined || last === undefined) return false
  const at = Date.parse(written.at)
  const isInTime = at <= last.getTime() + LOST_ANSWER_WINDOW_MS
  return at >= first.getTime() - WHOLE_SECOND_MS && (written.isProven || isInTime)
}

const isSecret = (value: Str): value is Hole => typeof value === 'object' && 'hole' in value

const endsIn = (value: Str, tail: string, look: Questions): boolean =>
  isSecret(value) ? !!look.endsIn(value.hole, tail) : tail !== '' && shown(value).endsWith(tail)

/** A credential as the vendor lists it. */
export interface Listed {
  readonly id: string
  readonly madeAt: Date
  /** It carries this set-up's label, or came about as only a request of this set-up's can have made it: a hint, no proof. */
  readonly isLabelled: boolean
  /** It is good for what CI needs: alive, with the right scope. */
  readonly isGood: boolean
}

/** What a step that makes and delivers a credential has come to. */
export interface Standing {
  /** One must be made and delivered. */
  readonly mint: boolean
  /** Ours, and no longer or never delivered. */
  readonly old: readonly string[]
  /** Of these, the ones that were made and certainly never reached CI: they go before anything is made anew. */
  readonly unproven: readonly string[]
}

/** Nothing is there yet. */
export const NOTHING: Standing = { mint: true, old: [], unproven: [] }

/** What is to be done: what CI may use goes last, when the new one is in its place. */
export const renewed = (
  { mint, old, unproven }: Standing,
  make: readonly Action[],
  revoke: (id: string) => Action,
): readonly Action[] => [
  ...unproven.map(revoke),
  ...(mint ? make : []),
  ...old.filter(id => !unproven.includes(id)).map(revoke),
]

/**
 * What a step that makes a credential and delivers it has come to. Ours are the recorded one, the one just made, and
 * those of our label that appeared after the intent to make one. What is delivered is revoked last, so that CI is never
 * without a working value.
 */
export function standing(
  look: Questions,
  step: StepId,
  {
    listed,
    delivery,
    context,
    fresh = look.fact(`${step}:new`),
  }: {
    readonly listed: readonly Listed[]
    readonly delivery: Delivery
    readonly context: string
    /** The one just made, where the answer names it otherwise than the list. */
    readonly fresh?: string | undefined
  },
): Seen<Standing> {
  const recorded = look.fact(`${step}:id`)
  const stood = 'stood' in delivery && delivery.stood ? { learned: delivery.stood } : {}
  // Several runs may have been interrupted since: what the first of them made is ours as well.
  const begun = look.begunAt(`${step}/mint`, 'first')
  const isMade = ({ isLabelled, madeAt }: Listed) =>
    isLabelled && begun !== undefined && madeAt.getTime() >= begun.getTime() - WHOLE_SECOND_MS
  const ours = listed.filter(one => one.id === recorded || one.id === fresh || isMade(one))
  const delivered = delivery.is === 'proven' ? (delivery.by === 'record' ? recorded : fresh) : undefined
  const current = ours.find(({ id, isGood }) => id === delivered && isGood)
  const old = ours.filter(one => one !== current).map(({ id }) => id)
  const mayBeUsed = (id: string) => id === recorded || (delivery.is === 'open' && delivery.mayBeUsed)
  const unproven = old.filter(id => !mayBeUsed(id))
  if (current !== undefined && delivery.is === 'proven') {
    const partly = 'delivered; an older one of ours is still valid'
    if (old.length > 0) return { is: 'missing', partly, state: { mint: false, old, unproven } }
    const learned = { ...delivery.learned, [`${step}:id`]: current.id }
    return { is: 'present', state: { mint: false, old, unproven }, learned }
  }
  const state = { mint: true, old, unproven }
  const partly = delivery.is === 'proven' ? NO_LONGER_GOOD : HALF_MADE
  if (delivery.is !== 'foreign') return { is: 'missing', state, ...stood, ...(old.length > 0 && { partly }) }
  const [first, ...more] = delivery.variables.map(({ name, writtenAt }) => ({
    what: `${name} in the context ${context}`,
    expected: 'a value that this set-up wrote',
    found: `a value written ${writtenAt.slice(0, 10)} that nobody can read`,
  }))
  if (first === undefined) return { is: 'missing', state }
  const keep = { id: delivery.variables.map(({ writtenAt }) => writtenAt).join(' ') }
  return { is: 'differs', state, how: [first, ...more], keep, ...stood }
}

const NO_LONGER_GOOD = 'what was delivered is no longer good for it: it is made anew, and the old one revoked'
const HALF_MADE = 'made by an interrupted run and not provably delivered: it is made anew, and the old one revoked'

/** The label of what this set-up makes for CI. */
export const labelOf = (githubProject: Str, context: Str): Str =>
  t`dummyapp-setup ${githubProject}: CircleCI ${context}`
