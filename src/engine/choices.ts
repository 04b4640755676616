import { createHash } from 'node:crypto'
import type { StepRecord } from './saved.ts'
import type { Difference, Seen, Step, StepId } from './step.ts'

/*
 * Single differences: each is mended by one action, and a person takes or leaves it by itself. What was left is recorded
 * as `step/action`, for as long as it is this very value; the same name allows it.
 */

/** A difference that is decided on by itself. */
export type Single = Difference & { readonly action: string }

/** What a person allowed, and what stays as it is by choice: steps, and single differences by their names. */
export interface Decisions {
  readonly agreed: ReadonlySet<string>
  readonly kept?: ReadonlySet<string>
}

/** What single differences have come to, by the keys of their actions. */
export interface Choices {
  readonly kept: ReadonlySet<string>
  /** Nobody has decided on these yet. */
  readonly open: ReadonlySet<string>
}

export const choiceName = (id: StepId, { action }: Single): string => `${id}/${action}`

/** The differences of what was seen that are decided on one by one, if that is how it is with this step. */
export const singlesOf = (seen: Seen<unknown>): readonly Single[] =>
  seen.is === 'differs' ? seen.how.filter((one): one is Single => one.action !== undefined) : []

/** What must still be so for a choice to hold; as a digest, since what was found is somebody else's text. */
const whatStands = ({ expected, found }: Single): string =>
  createHash('sha256').update(`${found} → ${expected}`).digest('hex')

/** What single differences have come to by what was recorded; undefined where there are none. */
export function choicesOf(
  id: StepId,
  seen: Seen<unknown>,
  records: Readonly<Record<string, StepRecord>> = {},
): Choices | undefined {
  const singles = singlesOf(seen)
  const isKept = (one: Single) => records[choiceName(id, one)]?.id === whatStands(one)
  if (singles.length === 0) return undefined
  return { kept: keysOf(singles.filter(isKept)), open: keysOf(singles.filter(one => !isKept(one))) }
}

/** The records that these decisions change, undefined for those that go; none where they say the same already. */
export function choiceRecords(
  plan: readonly { readonly step: Pick<Step, 'id'>; readonly seen: Seen<unknown> }[],
  { agreed, kept }: Decisions,
  records: Readonly<Record<string, StepRecord>>,
  { by, at }: Pick<StepRecord, 'by' | 'at'>,
): Readonly<Record<string, StepRecord | undefined>> {
  const next: Record<string, StepRecord | undefined> = {}
  for (const { step, seen } of plan) {
    for (const one of singlesOf(seen)) {
      const name = choiceName(step.id, one)
      if (agreed.has(name)) next[name] = undefined
      else if (kept?.has(name)) next[name] = { how: 'adopted', id: whatStands(one), by, at }
    }
  }
  return Object.fromEntries(Object.entries(next).filter(([name, record]) => records[name]?.id !== record?.id))
}

/** The keys of their actions. */
export const keysOf = (singles: readonly Single[]): ReadonlySet<string> => new Set(singles.map(({ action }) => action))
