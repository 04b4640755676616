import { closeSync, constants, openSync, readSync } from 'node:fs'
import type { Candidate } from '../answers/candidate.ts'
import { handedOverAnswers, STDIN } from '../answers/given.ts'
import type { AnswerKey } from '../answers/schema.ts'
import { EXIT, SetupError, wordsOf } from '../clouds/cause.ts'
import { isMarkedAsCredential } from '../clouds/credential-shapes.ts'
import { quote } from '../clouds/quote.ts'
import { type HandedOver, readHandOver } from '../engine/handed-over.ts'
import { saveable } from '../engine/saveable.ts'
import type { StateFolder } from '../engine/saved.ts'
import { type Printer, wrap } from '../output/printer.ts'
import { STEP_IDS } from './options.ts'
import { LONGEST } from './standard-input.ts'

/** Who else may read the credentials is decided by whoever runs it, and not handed over. */
export const OWN_ANSWERS: ReadonlySet<AnswerKey> = new Set(['secretsUntilRestricted'])

/** A set-up that is taken over: what is said of it, and the answers. */
export interface TakenOver {
  readonly handedOver: HandedOver
  readonly answers: readonly Candidate[]
}

/**
 * Reads what was handed over. Anybody could have written it: it is judged as such, and nothing is saved of it here. Facts
 * that are not of the shape of an id, a time or a mark are left out.
 * @param input what standard input has, where it is read from there
 * @throws SetupError (exit 2) where it cannot be read, is none, is about another set-up, or has a bad answer
 */
export function takeOver(from: string, state: StateFolder, input = ''): TakenOver {
  const file = from === STDIN ? 'standard input' : quote(from)
  const text = from === STDIN ? Buffer.from(input) : readShort(from)
  if (text.length > LONGEST) throw unreadable(file, `it is longer than ${LONGEST / 1024} KiB`)
  const handedOver = readHandOver(file, text.toString('utf8'), state, STEP_IDS)
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

/** No more than one byte over the longest: a device or a pipe may have no end. */
function readShort(file: string): Buffer {
  const bytes = Buffer.alloc(LONGEST + 1)
  let length = 0
  try {
    // Nor may its opening wait for somebody to write.
    const opened = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK)
    try {
      for (let read = -1; read !== 0 && length < bytes.length; length += read) {
        read = readSync(opened, bytes, length, bytes.length - length, null)
      }
    } finally {
      closeSync(opened)
    }
  } catch (error) {
    throw unreadable(quote(file), wordsOf(error))
  }
  return bytes.subarray(0, length)
}

const unreadable = (file: string, said: string) =>
  new SetupError(
    {
      code: 'take-over',
      asked: file,
      said,
      means: 'What was handed over cannot be read.',
      next: 'Check that it is the right file and that you may read it, and run again.',
    },
    EXIT.input,
  )

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
