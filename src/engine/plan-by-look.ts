import { see, type Viewer } from './engine.ts'
import type { HandedOver } from './handed-over.ts'
import { type ByWord, claimOf, ownership, type Planned, planStep, sameActions } from './plan.ts'
import type { Saved } from './saved.ts'
import type { Look, Seen, Step } from './step.ts'
import { answeredOf, timeOf } from './tries-saved.ts'

/*
 * What was handed over may be forged, and reality cannot tell: whoever forges it may know every id and every time. So a
 * step is planned by what this machine knows. Where the word of whoever handed it over would change what is done, it is
 * planned by that word instead, and takes a consent of its own. Only then is it saved here, and counts. Records of
 * others never do: whose a thing is, is decided by adoption.
 */

/** Looks at a step, and plans it. */
export async function planByLook(step: Step, look: Look, viewer: Viewer): Promise<Planned> {
  const { answers, handedOver, progress } = viewer
  const claim = claimOf(step.id, progress.saved)
  const plan = (seen: Seen<unknown>) => planStep(step, seen, answers, claim)
  if (handedOver === undefined) return plan(await see(step, look))
  const word = { by: handedOver.by, facts: {}, intents: {} }
  const said = plan(await see(step, believing(look, handedOver, progress.saved, word)))
  const isTaken = Object.keys({ ...word.facts, ...word.intents }).length > 0
  const own = isTaken ? plan(await see(step, look)) : said
  if (sameActions(own.actions, said.actions)) {
    return isVouched(said, handedOver) ? { ...own, vouchedBy: handedOver.by } : own
  }
  // It lets nothing be overwritten that could not be overwritten without it.
  const replaces = said.actions.length > 0 && [own, said].some(({ consents }) => consents.includes('replace'))
  return { ...said, consents: ['adopt', ...(replaces ? (['replace'] as const) : [])], byWord: word }
}

/** The same look, which also goes by what was handed over, where nothing is known here; `word` takes note of what. */
function believing(look: Look, { facts, intents }: HandedOver, saved: Saved, word: ByWord): Look {
  const saidOf = (name: string) => {
    const said = intents[name]
    // The intents of a step are settled with it.
    if (said === undefined || saved.intents[name] || saved.records[said.step]) return undefined
    word.intents[name] = said
    return said
  }
  return {
    ...look,
    fact(name) {
      const said = facts[name]
      if (saved.facts[name] !== undefined || said === undefined) return look.fact(name)
      word.facts[name] = said
      return said
    },
    begunAt(name, which) {
      const said = saidOf(name)
      return said ? timeOf(said, which) : look.begunAt(name, which)
    },
    answered(name) {
      const said = saidOf(name)
      return said ? answeredOf(said) : look.answered(name)
    },
  }
}

/** Did this set-up make what is there, by what was handed over? It is adopted as any other thing is, and that is told. */
function isVouched({ step, seen }: Planned, handedOver: HandedOver): boolean {
  const { record, intents } = claimOf(step.id, handedOver)
  const owned = 'owned' in seen ? seen.owned : undefined
  const made = { intents, record: record?.how === 'made' ? record : undefined }
  return owned !== undefined && ownership(owned, made) !== 'stranger'
}
