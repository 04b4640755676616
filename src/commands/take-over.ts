import type { Candidate } from '../answers/candidate.ts'
import { handedOverAnswers, type Named } from '../answers/given.ts'
import type { AnswerKey } from '../answers/schema.ts'
import { EXIT, SetupError } from '../clouds/cause.ts'
import { isMarkedAsCredential } from '../clouds/credential-shapes.ts'
import { type HandedOver, readHandOver } from '../engine/handed-over.ts'
import { saveable } from '../engine/saveable.ts'
import type { StateFolder } from '../engine/saved.ts'
import { type Printer, wrap } from '../output/printer.ts'
import { STEP_IDS } from './options.ts'

/** Who else may read the credentials is decided by whoever runs it, and not handed over. */
export const OWN_ANSWERS: ReadonlySet<AnswerKey> = new Set(['secretsUntilRestricted'])

/** A set-up that is taken over: what is said of it, and the answers. */
export interface TakenOver {
  readonly handedOver: HandedOver
  readonly answers: readonly Candidate[]
}

/**
 * Judges what was handed over. Anybody could have written it: it is judged as such, and nothing is saved of it here. Facts
 * that are not of the shape of an id, a time or a mark are left out.
 * @throws SetupError (exit 2) where it is none, is about another set-up, or has a bad answer
 */
export function takeOver({ name: file, text }: Named, state: StateFolder): TakenOver {
  const handedOver = readHandOver(file, text, state, STEP_IDS)
  const { by, facts, answers } = handedOver
  const secret = Object.keys(facts).find(key => isMarkedAsCredential(key) || isMarkedAsCredential(facts[key] ?? ''))
  if (secret !== undefined) throw holdsSecret(file)
  const meant = Object.fromEntries(Object.entries(answers).filter(([key]) => !OWN_ANSWERS.has(key as AnswerKey)))
  return { handedOver: saveable(handedOver), answers: handedOverAnswers(meant, `handed over by ${by}`) }
}

/** Says what is gone by, and what it is worth. */
export function sayTakenOver({ handedOver: { by, at, records } }: TakenOver, { line, width }: Printer): void {
  const steps = Object.keys(records).length
  const what = `Handed over by ${by} on ${at.slice(0, 10)}: answers, and what is said of ${steps} steps.`
  line(wrap('', `${what} It is not believed: all is looked at, and what is there is used with your consent.`, width))
}

const holdsSecret = (file: string) =>
  new SetupError(
    {
      code: 'secret-handed-over',
      asked: file,
      means: 'There is something in it that looks like a credential (it is not shown here). A hand-over has none.',
      next: 'Do not use it; revoke what is in it. Have it written anew on the other machine: dummyapp-setup hand-over FILE',
    },
    EXIT.input,
  )
