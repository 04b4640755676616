import { STEPS } from '../../steps/index.ts'
import { EXIT, type Exit } from '../clouds/cause.ts'
import { stateFolderOf } from '../clouds/state-folder.ts'
import { readProgress, type Saved } from '../engine/saved.ts'
import type { StepId } from '../engine/step.ts'
import { clean } from '../output/clean.ts'
import { jsonText } from '../output/json.ts'
import { createPrinter, type Printer, wrap } from '../output/printer.ts'
import { program } from '../output/program.ts'
import { titleOf } from './headline.ts'
import type { Options } from './options.ts'
import { openCheckout } from './repository.ts'
import { sayWhatStands } from './stands.ts'

/** `status`: what is done and what is open, as it was saved; with --live, as it is. */
export async function status(options: Options): Promise<Exit> {
  return options.live ? (await import('./status-live.ts')).statusLive(options) : fromProgress(options)
}

async function fromProgress(options: Options): Promise<Exit> {
  const { env } = process
  const checkout = await openCheckout(options.repo, env)
  const saved = readProgress(stateFolderOf(options.stateDir, 'real', checkout.project, env))
  if (options.json) {
    process.stdout.write(`${jsonText(asJson(saved))}\n`)
    return EXIT.done
  }
  const printer = createPrinter(process.stdout, env)
  printer.line(printer.paint.bold(`${titleOf(checkout)} · status as it was saved`))
  if (saved === undefined) printer.line(`Nothing was saved here: the walk has not begun. Begin: ${program()}`)
  else {
    for (const { id } of STEPS) sayStep(id, saved, printer)
    sayWhatStands(saved, printer)
  }
  return EXIT.done
}

function sayStep(id: StepId, { records, intents }: Saved, { line, paint, width }: Printer): void {
  const record = records[id]
  const open = Object.values(intents).find(({ step }) => step === id)
  const text = open
    ? `begun ${open.at}, its end is not known: the next run looks first`
    : record
      ? `${record.how} by ${record.by}, ${record.at}`
      : 'open'
  const sign = open ? paint.yellow('?') : record ? paint.green('✔') : paint.dim('☐')
  line(wrap(`  ${sign} ${id}  `, clean(text), width))
}

const asJson = (saved: Saved | undefined) => ({
  version: 1,
  answers: saved?.answers ?? {},
  steps: STEPS.map(({ id }) => ({
    id,
    record: saved?.records[id] ?? null,
    open: Object.values(saved?.intents ?? {}).some(({ step }) => step === id),
  })),
})
