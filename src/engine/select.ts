import { type AnswerKey, definitionOf } from '../answers/schema.ts'
import type { Vendor } from '../clouds/vendors.ts'
import { laneOf, type Step, type StepId } from './step.ts'

/** Which steps a run is about. */
export interface Selection {
  /** Those that may act. */
  readonly acting: ReadonlySet<StepId>
  /** The answers that are read. */
  readonly answers: ReadonlySet<AnswerKey>
  /** The vendors that these need a sign-in for. */
  readonly vendors: ReadonlySet<Vendor>
  /** Those that are looked at: the ones that may act, and the others as far as no further sign-in and no further answer is needed. */
  readonly steps: readonly Step[]
}

/** The steps of some lanes, with those that take in what they deliver; the other lanes are only looked at. */
export function select(
  steps: readonly Step[],
  { only, skip }: { readonly only: readonly string[]; readonly skip: readonly string[] },
): Selection {
  const isChosen = (lane: string) => (only.length === 0 || only.includes(lane)) && !skip.includes(lane)
  // What has nowhere to go is not made.
  const own = steps.filter(
    ({ id, brings = [] }) => isChosen(laneOf(id)) && !brings.some(other => skip.includes(laneOf(other))),
  )
  const brought = new Set(own.flatMap(({ brings = [] }) => brings))
  const chosen = steps.filter(step => own.includes(step) || brought.has(step.id))
  const vendors = new Set(chosen.flatMap(({ needs = [] }) => needs))
  // For an area that is left out no job is set up; `--only circleci` still is about the jobs of all.
  const isLeftOut = (area: string, key: AnswerKey) =>
    !isChosen(area) && (skip.includes(area) || !own.some(({ uses }) => uses.includes(key)))
  const isRead = (key: AnswerKey) => {
    const { area } = definitionOf(key)
    return area === undefined || !isLeftOut(area, key)
  }
  const answers = new Set(chosen.flatMap(({ uses }) => uses.filter(isRead)))
  const isToBeSeen = ({ needs = [], uses }: Step) =>
    needs.every(vendor => vendors.has(vendor)) && uses.every(key => answers.has(key))
  return {
    acting: new Set(chosen.map(({ id }) => id)),
    answers,
    vendors,
    steps: keepInOrder(steps, step => chosen.includes(step) || isToBeSeen(step)),
  }
}

/**
 * The steps that are kept, in the order in which they were: a step that came after one that is left out comes after all
 * that the latter came after.
 * @param steps each behind those that it comes after
 */
export function keepInOrder(steps: readonly Step[], isKept: (step: Step) => boolean): readonly Step[] {
  const heirs = new Map<StepId, readonly StepId[]>()
  const inherited = (ids: readonly StepId[]) => [...new Set(ids.flatMap(id => heirs.get(id) ?? [id]))]
  const kept: Step[] = []
  for (const step of steps) {
    const after = inherited(step.after ?? [])
    if (!isKept(step)) heirs.set(step.id, after)
    else
      kept.push(
        after.length === (step.after ?? []).length && after.every((id, n) => id === step.after?.[n])
          ? step
          : { ...step, after },
      )
  }
  return kept
}
