import { diffLines } from 'diff'
import type { Answers } from '../answers/schema.ts'
import { type Choices, choiceName, choicesOf, type Decisions, keysOf, type Single, singlesOf } from './choices.ts'
import type { Intent, Saved, StepRecord } from './saved.ts'
import type { Action, Owned, Seen, Step, StepId } from './step.ts'
import { fill } from './text.ts'
import { isInTime, isSince } from './tries.ts'

/** What a person must allow before a step may act. */
export type Consent = 'adopt' | 'replace'

/** One step of a plan: what was seen, and what follows from it. */
export interface Planned {
  readonly step: Step
  readonly seen: Seen<unknown>
  /** Empty where nothing is to be done, or nothing can be. */
  readonly actions: readonly Action[]
  readonly consents: readonly Consent[]
  /** It differs, and a person chose that it stays as it is. */
  readonly isKept?: true
  /** What its single differences have come to, where they are decided on one by one. */
  readonly choices?: Choices
  /** Who handed it over says that this set-up made it. */
  readonly vouchedBy?: string
  /** It is planned by what somebody says; with consent, that is taken for true. */
  readonly byWord?: ByWord
}

/** What is said by whoever handed a set-up over, and proven by nothing here. */
export interface ByWord extends Pick<Saved, 'facts' | 'intents'> {
  readonly by: string
}

/**
 * What is to be done with what was seen.
 * A thing with an owner needs consent to be adopted, unless it is ours by record or by an open intent; what must be
 * overwritten needs consent to be replaced.
 */
export function planStep(step: Step, seen: Seen<unknown>, answers: Answers, claim: Claim): Planned {
  const { record } = claim
  if (seen.is === 'differs' && seen.keep && record?.how === 'adopted' && record.id === seen.keep.id) {
    return { step, seen, actions: [], consents: [], isKept: true }
  }
  const choices = choicesOf(step.id, seen, claim.records)
  if (choices?.open.size === 0) return { step, seen, actions: [], consents: [], isKept: true, choices }
  const actions = isLeftAlone(seen) ? [] : step.actions(answers, seen, choices?.kept)
  const consents: Consent[] = []
  if ('owned' in seen && seen.owned !== undefined && ownership(seen.owned, claim) === 'stranger') consents.push('adopt')
  if (seen.is === 'differs') consents.push('replace')
  return { step, seen, actions, consents, ...(choices && { choices }) }
}

/** The step as it is planned once its single differences are decided on: what stays, or is open, is not acted on. */
export function decided(planned: Planned, answers: Answers, { agreed, kept }: Decisions): Planned {
  const { step, seen, choices } = planned
  if (choices === undefined) return planned
  const singles = singlesOf(seen)
  const isKept = (one: Single) => choices.kept.has(one.action) || !!kept?.has(choiceName(step.id, one))
  const isTaken = (one: Single) => agreed.has(choiceName(step.id, one)) || (agreed.has(step.id) && !isKept(one))
  const left = singles.filter(one => !isTaken(one))
  const now = { kept: keysOf(left.filter(isKept)), open: keysOf(left.filter(one => !isKept(one))) }
  if (now.kept.size === singles.length) return { step, seen, choices: now, actions: [], consents: [], isKept: true }
  const actions = step.actions(answers, seen, keysOf(left))
  return { step, seen, choices: now, actions, consents: planned.isKept ? ['replace'] : planned.consents }
}

/** May it act: were its consents given, or, where it takes no other, that of a single difference? */
export function isAllowed({ step, seen, consents }: Planned, agreed: ReadonlySet<string>): boolean {
  if (consents.length === 0 || agreed.has(step.id)) return true
  return consents.every(one => one === 'replace') && singlesOf(seen).some(one => agreed.has(choiceName(step.id, one)))
}

/** Nothing is to be done: it is there, it cannot be seen, or the vendor or CI is at it. */
export const isLeftAlone = (seen: Seen<unknown>): boolean =>
  seen.is === 'present' || seen.is === 'unknown' || (seen.is === 'pending' && seen.on !== 'person')

/** What the saved progress claims of a step. */
export interface Claim {
  readonly record?: StepRecord | undefined
  readonly intents: readonly Intent[]
  /** All records, as single differences have their own. */
  readonly records?: Readonly<Record<string, StepRecord>>
}

/** What the saved progress claims of a step. */
export const claimOf = (id: StepId, { records, intents }: Pick<Saved, 'records' | 'intents'>): Claim => ({
  record: records[id],
  records,
  intents: intentNames(id, intents).flatMap(name => intents[name] ?? []),
})

/** The names of the intents of one step. */
export function intentNames(id: StepId, intents: Saved['intents']): readonly string[] {
  const names: string[] = []
  // Of a thousand steps all may be open: an array of all intents for each would take most of the time.
  for (const name in intents) if (intents[name]?.step === id) names.push(name)
  return names
}

/**
 * Whose a thing is: `recorded` in the progress under this very id, `made` by a request of ours whose answer was lost
 * (it appeared right after the intent), or a `stranger`'s.
 */
export function ownership(owned: Owned, { record, intents }: Claim): 'recorded' | 'made' | 'stranger' {
  if (record?.id === owned.id) return 'recorded'
  const fits = ({ at }: Intent) => {
    if (owned.since === undefined) return owned.isLabelled === true
    const begun = new Date(at)
    return isSince(owned.since, begun) && isInTime(owned.since, begun)
  }
  return intents.some(fits) ? 'made' : 'stranger'
}

/** What holds a step back, in words, by step; those that nothing holds back are not in it. */
export function heldBack(
  plan: readonly Planned[],
  acting: ReadonlySet<StepId>,
  consented: ReadonlySet<string>,
): ReadonlyMap<StepId, string> {
  const held = new Map<StepId, string>()
  for (const planned of plan) {
    const { step, seen } = planned
    const earlier = step.after?.find(id => acting.has(id) && held.has(id))
    const why = !acting.has(step.id)
      ? 'only looked at'
      : earlier !== undefined
        ? `waits for ${earlier}`
        : seen.is === 'unknown'
          ? 'nothing is done here before that is mended'
          : !isAllowed(planned, consented)
            ? 'left as it is: nobody agreed to it'
            : undefined
    if (why !== undefined) held.set(step.id, why)
  }
  return held
}

/** Are these the actions that were agreed to? Actions are data, so they are compared as data. */
export const sameActions = (one: readonly Action[], other: readonly Action[]): boolean =>
  JSON.stringify(one.map(agreedPart)) === JSON.stringify(other.map(agreedPart))

/** Of an edit, the lines that go and come: another step may have changed the file elsewhere meanwhile. */
function agreedPart(action: Action): unknown {
  if (action.kind !== 'edit') return action
  const { from, to, ...rest } = action
  // No text of a file is taken for a hole: whoever agreed to a hole agreed to what is learned, and to nothing else.
  const [before, after] = [from, to].map(text => fill(text, ({ hole }) => `\0${hole}\0`)) as [string, string]
  const lines = diffLines(before, after).filter(({ added, removed }) => added || removed)
  return { ...rest, lines: lines.map(({ added, value }) => [added, value]) }
}

/**
 * The steps so that each stands after those it comes after, else as listed.
 * @throws Error on an unknown id, a doubled id or a circle: a mistake in the table of contents
 */
export function inOrder(steps: readonly Step[]): readonly Step[] {
  const byId = new Map(steps.map(step => [step.id, step]))
  if (byId.size !== steps.length) throw new Error('two steps have the same id')
  const placed = new Set<StepId>()
  const ordered: Step[] = []
  const place = (step: Step, before: readonly StepId[]) => {
    if (placed.has(step.id)) return
    if (before.includes(step.id)) throw new Error(`steps wait for each other: ${[...before, step.id].join(' → ')}`)
    for (const id of [...(step.after ?? []), ...(step.beside ?? [])]) {
      const earlier = byId.get(id)
      if (earlier === undefined) throw new Error(`${step.id} comes after ${id}, which is no step`)
      place(earlier, [...before, step.id])
    }
    placed.add(step.id)
    ordered.push(step)
  }
  for (const step of steps) place(step, [])
  return ordered
}
