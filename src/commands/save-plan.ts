import { writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Asker } from '../answers/prompts.ts'
import type { Answers } from '../answers/schema.ts'
import { EXIT, SetupError, wordsOf } from '../clouds/cause.ts'
import { jsonDocument } from '../clouds/json-text.ts'
import { quote } from '../clouds/quote.ts'
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
 * Writes a plan; what stands there already is overwritten only where that was asked for.
 * @returns false when something stands there
 * @throws SetupError (exit 2) when it cannot be written
 */
export function writePlan(file: string, text: string, overwrite: boolean): boolean {
  try {
    writeFileSync(file, text, { flag: overwrite ? 'w' : 'wx' })
    return true
  } catch (error) {
    if (!overwrite && (error as NodeJS.ErrnoException).code === 'EEXIST') return false
    const said = wordsOf(error)
    throw new SetupError(
      { code: 'out', asked: quote(file), said, means: 'The plan cannot be written there.', next: 'Name another file.' },
      EXIT.input,
    )
  }
}

/** Asks where to, and saves the plan there; what goes wrong is said, and the walk goes on. */
export async function savePlan(text: string, asker: Asker, printer: Printer): Promise<void> {
  const typed = await asker.text('Save it as', {
    byDefault: USUAL_NAME,
    faultOf: name => (name.trim() === '' ? 'Name a file.' : undefined),
  })
  const file = resolve(typed.trim())
  try {
    let saved = writePlan(file, text, false)
    if (!saved) {
      printer.line(`  There is one already: ${quote(file)}`)
      saved = (await asker.yes('Overwrite it?', false)) && writePlan(file, text, true)
    }
    printer.line(saved ? `  Saved: ${quote(file)}` : '  Not saved.')
  } catch (error) {
    if (!(error instanceof SetupError)) throw error
    sayCause(error.cause, printer)
  }
}
