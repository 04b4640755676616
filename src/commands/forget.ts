import { rmSync } from 'node:fs'
import { EXIT, type Exit, SetupError } from '../clouds/cause.ts'
import { realClock } from '../clouds/clock.ts'
import { quote } from '../clouds/quote.ts'
import { stateFolderOf } from '../clouds/state-folder.ts'
import { lock } from '../engine/lock.ts'
import { fileIn, isThere } from '../engine/saved-file.ts'
import { wrap } from '../output/printer.ts'
import type { Options } from './options.ts'
import { openCheckout } from './repository.ts'
import { createScreen } from './screen.ts'

/** `forget`: drops the saved progress, and nothing else: what was made stays, and is offered for adoption next time. */
export async function forget(options: Options): Promise<Exit> {
  const { printer, asker } = createScreen(options, process.env)
  const checkout = await openCheckout(options.repo, process.env)
  const { folder } = stateFolderOf(options.stateDir, 'real', checkout.project, process.env)
  const file = fileIn(folder)
  if (!isThere(file)) {
    printer.line('Nothing is saved for this checkout.')
    return EXIT.done
  }
  const clock = realClock()
  const unlock = await lock(folder, ms => clock.sleep(ms))
  try {
    if (!options.yes && asker !== undefined) {
      const warning = 'What was made in the clouds stays; what is ours there is then known to nobody.'
      printer.line(wrap('', `${quote(file)}\n${warning}`, printer.width))
    }
    if (!options.yes && !(await asker?.yes('Forget it?', false))) throw notAgreed(file)
    rmSync(file)
    printer.line(`Forgotten: ${quote(file)}`)
    return EXIT.done
  } finally {
    unlock()
  }
}

const notAgreed = (file: string) =>
  new SetupError(
    {
      code: 'no-consent',
      asked: quote(file),
      means: 'Nothing was forgotten: nobody agreed to it.',
      next: 'Run it again and say yes, or agree beforehand with --yes.',
    },
    EXIT.person,
  )
