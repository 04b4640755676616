import { resolve } from 'node:path'
import type { Asker } from '../answers/prompts.ts'
import type { Answers } from '../answers/schema.ts'
import { EXIT, SetupError, wordsOf } from '../clouds/cause.ts'
import { jsonDocument } from '../clouds/json-text.ts'
import { quote } from '../clouds/quote.ts'
import { isTaken, writeWhole } from '../clouds/write-file.ts'
import type { Planned } from '../engine/plan.ts'
import { type Place, planAsJson } from '../output/checklist/model.ts'
import type { Printer } from '../output/printer.ts'
import { sayCause } from './end.ts'

const USUAL_NAME = 'dummyapp-setup-plan.json'

/** The plan as --out and --json give it. */
export const planText = (
  plan: readonly Planned[],
  answers: Answers,
  place: Place,
  notes: readonly string[] = [],
): string => `${jsonDocument(planAsJson(plan, answers, place, notes), 2)}\n`

/**
 * Writes a plan.
 * @throws SetupError (exit 2) where it cannot be written, or a file is there and was not to be replaced
 */
export function writePlan(file: string, text: string, overwrite: boolean): void {
  if (!write(file, text, overwrite)) throw isThere(file)
}

/**
 * Before all that goes into a plan is looked at.
 * @throws SetupError (exit 2) where writePlan would throw it
 */
export function assertPlace(file: string, overwrite: boolean): void {
  if (attempt(file, () => isTaken(file)) && !overwrite) throw isThere(file)
}

/** @returns false where a file is there that was not to be replaced */
const write = (file: string, text: string, overwrite: boolean): boolean =>
  attempt(file, () => writeWhole(file, text, { overwrite, mode: 0o666 }))

function attempt(file: string, work: () => boolean): boolean {
  try {
    return work()
  } catch (error) {
    throw refused(file, 'The plan cannot be written there.', 'Name another file.', wordsOf(error))
  }
}

const isThere = (file: string) =>
  refused(file, 'There is one already.', 'Name another file, or add --yes to overwrite it.')

const refused = (file: string, means: string, next: string, said?: string) =>
  new SetupError({ code: 'out', asked: quote(file), ...(said !== undefined && { said }), means, next }, EXIT.input)

/** Asks where to, and saves the plan there; what goes wrong is said, and the walk goes on. */
export async function savePlan(text: string, asker: Asker, printer: Printer): Promise<void> {
  const typed = await asker.text('Save it as', {
    byDefault: USUAL_NAME,
    faultOf: name => (name.trim() === '' ? 'Name a file.' : undefined),
  })
  const file = resolve(typed.trim())
  try {
    let saved = write(file, text, false)
    if (!saved) {
      printer.line(`  There is one already: ${quote(file)}`)
      saved = (await asker.yes('Overwrite it?', false)) && write(file, text, true)
    }
    printer.line(saved ? `  Saved: ${quote(file)}` : '  Not saved.')
  } catch (error) {
    if (!(error instanceof SetupError)) throw error
    sayCause(error.cause, printer)
  }
}
