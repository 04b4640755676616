import * as z from 'zod'
import { EXIT, SetupError } from '../clouds/cause.ts'
import { jsonDocument } from '../clouds/json-text.ts'
import { withCodes } from '../clouds/letters.ts'
import { byNpx } from '../clouds/newer-version.ts'
import { saveable } from './saveable.ts'
import { Intent, Record, type Saved, type StateFolder } from './saved.ts'

/** Who hands over: user@host, and nothing that could be read as more. */
const BY = /^[\p{L}\p{N}._+-]{1,100}@[\p{L}\p{N}._-]{1,255}$/u
const VERSION = 1
const KIND = 'dummyapp-setup hand-over'

const text = (longest: number) => z.string().max(longest)
const Format = z.strictObject({
  kind: z.literal(KIND),
  version: z.literal(VERSION),
  clouds: z.enum(['real', 'rehearsal']),
  project: text(1_000),
  by: z.string().regex(BY),
  at: z.iso.datetime(),
  answers: z.record(text(100), text(1_000)),
  facts: z.record(text(500), text(20_000)),
  records: z.record(text(100), Record),
  intents: z.record(text(500), Intent),
})

/** What somebody else's machine says of a set-up: a claim, which anybody could have written. */
export type HandedOver = Readonly<z.infer<typeof Format>>

/** The steps that a file may speak of. */
type Steps = ReadonlySet<string>

/**
 * The text of a hand-over. What a person chose for themselves is not in it: which differences stay as they are is asked
 * of everybody.
 * @param left the answers that everybody gives for themselves
 */
export function handOverText(
  saved: Saved,
  { by, at, steps, left }: { readonly by: string; readonly at: Date; readonly steps: Steps; readonly left: Steps },
): string {
  const { clouds, project, answers, facts, records, intents } = saveable(saved)
  const format: HandedOver = {
    ...{ kind: KIND, version: VERSION, clouds, project },
    ...{ by: by.replace(/[^\p{L}\p{N}._+@-]/gu, '_'), at: at.toISOString() },
    answers: only(answers, key => !left.has(key)),
    facts: only(facts, key => steps.has(stepIn(key, ':'))),
    records: only(records, key => steps.has(key)),
    intents: only(intents, key => steps.has(stepIn(key, '/'))),
  }
  return `${jsonDocument(format, 2)}\n`
}

/**
 * Reads a hand-over, as foreign text: its form, and that it is about this very set-up.
 * @throws SetupError (exit 2)
 */
export function readHandOver(
  file: string,
  content: string,
  { project, clouds }: StateFolder,
  steps: Steps,
): HandedOver {
  const json = parsed(file, content)
  const named = z.looseObject({ kind: z.literal(KIND), version: z.int() }).safeParse(json)
  if (!named.success) throw notOne(file, 'it does not say that it is one')
  if (named.data.version > VERSION) throw tooNew(file, named.data.version)
  const { data, error } = Format.safeParse(json)
  if (data === undefined) throw notOne(file, said(error.issues[0]))
  const strange = [
    ...Object.keys(data.facts).filter(key => !steps.has(stepIn(key, ':'))),
    ...Object.keys(data.records).filter(key => !steps.has(key)),
    ...Object.entries(data.intents).flatMap(([key, { step }]) =>
      steps.has(step) && stepIn(key, '/') === step ? [] : [key],
    ),
  ]
  if (strange[0] !== undefined) throw notOne(file, `${JSON.stringify(strange[0].slice(0, 60))} is of no step`)
  if (data.project !== project)
    throw ofAnother(file, withCodes(data.project), `the project here is ${withCodes(project)}`)
  if (data.clouds !== clouds) throw ofAnother(file, `the ${data.clouds} clouds`, `these are the ${clouds} ones`)
  return data
}

const stepIn = (name: string, sign: ':' | '/'): string => name.slice(0, Math.max(0, name.indexOf(sign)))

const only = <T>(all: Readonly<{ [key: string]: T }>, is: (key: string) => boolean): { [key: string]: T } =>
  Object.fromEntries(Object.entries(all).filter(([key]) => is(key)))

function parsed(file: string, content: string): unknown {
  try {
    return JSON.parse(content)
  } catch {
    throw notOne(file, 'it is no JSON')
  }
}

const said = (issue: z.core.$ZodIssue | undefined): string =>
  [...(issue?.path ?? []).map(key => `${String(key).slice(0, 60)}:`), issue?.message.slice(0, 200)].join(' ')

const notOne = (file: string, why: string) =>
  new SetupError(
    {
      code: 'no-hand-over',
      asked: file,
      said: why,
      means: 'That is no file that dummyapp-setup has handed over, or it was changed since. Nothing of it was taken.',
      next: 'Have it written anew on the other machine: dummyapp-setup hand-over FILE',
    },
    EXIT.input,
  )

const tooNew = (file: string, version: number) =>
  new SetupError(
    {
      code: 'hand-over-too-new',
      asked: file,
      means: `It was handed over by a newer dummyapp-setup (format ${version}, this one knows ${VERSION}).`,
      next: `Run that version: ${byNpx(' --take-over FILE')}.`,
    },
    EXIT.input,
  )

const ofAnother = (file: string, about: string, here: string) =>
  new SetupError(
    {
      code: 'other-set-up',
      asked: file,
      means: `It is about another set-up (${about}); ${here}. Nothing of it was taken.`,
      next: 'Run in a checkout of that project (--repo DIR), or ask for the file of this one.',
    },
    EXIT.input,
  )
