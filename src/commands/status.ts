import { EXIT, type Exit } from '../clouds/cause.ts'
import { jsonDocument } from '../clouds/json-text.ts'
import { stateFolderOf } from '../clouds/state-folder.ts'
import { savedProgress } from '../engine/saved-progress.ts'
import { createPrinter } from '../output/printer.ts'
import { program } from '../output/program.ts'
import { titleOf } from './headline.ts'
import type { Options } from './options.ts'
import { findRepository } from './repository.ts'

/** `status`: what is done and what is open, as it was saved; with --live, as it is. */
export async function status(options: Options): Promise<Exit> {
  return options.live ? (await import('./status-live.ts')).statusLive(options) : fromProgress(options)
}

async function fromProgress(options: Options): Promise<Exit> {
  const { env } = process
  const repository = await findRepository(options.repo, env)
  const saved = await savedProgress(stateFolderOf(options.stateDir, 'real', repository.project, env))
  if (options.json) {
    const { statusAsJson } = await import('./status-saved.ts')
    process.stdout.write(`${jsonDocument(statusAsJson(saved))}\n`)
    return EXIT.done
  }
  const printer = createPrinter(process.stdout, env)
  printer.line(printer.paint.bold(`${titleOf(repository)} · status as it was saved`))
  if (saved === undefined) printer.line(`Nothing was saved here: the walk has not begun. Begin: ${program()}`)
  else await (await import('./status-saved.ts')).sayStatus(saved, printer)
  return EXIT.done
}
