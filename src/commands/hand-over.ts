import { EXIT, type Exit, SetupError, wordsOf } from '../clouds/cause.ts'
import { realClock } from '../clouds/clock.ts'
import { removeLeftFolders } from '../clouds/private-folder.ts'
import { quote } from '../clouds/quote.ts'
import { stateFolderOf } from '../clouds/state-folder.ts'
import { writeWhole } from '../clouds/write-file.ts'
import { handOverText } from '../engine/handed-over.ts'
import { lock } from '../engine/lock.ts'
import { readProgress } from '../engine/saved.ts'
import { createPrinter, type Printer, wrap } from '../output/printer.ts'
import { program } from '../output/program.ts'
import { type Options, STEP_IDS } from './options.ts'
import { openCheckout } from './repository.ts'
import { OWN_ANSWERS } from './take-over.ts'
import { whoRuns } from './who-runs.ts'

const STDOUT = '-'

/** `hand-over FILE`: writes what is known of a set-up for another machine; `-` is standard output. No run may be at work on it. */
export async function handOver(file: string, options: Options): Promise<Exit> {
  const { env } = process
  removeLeftFolders(env)
  const checkout = await openCheckout(options.repo, env)
  const place = stateFolderOf(options.stateDir, 'real', checkout.project, env)
  if (readProgress(place) === undefined) throw nothingSaved()
  const clock = realClock()
  const unlock = await lock(place.folder, ms => clock.sleep(ms))
  try {
    const saved = readProgress(place)
    if (saved === undefined) throw nothingSaved()
    const text = handOverText(saved, { by: whoRuns(), at: clock.now(), steps: STEP_IDS, left: OWN_ANSWERS })
    if (file === STDOUT) process.stdout.write(text)
    else writePrivately(file, text, options.yes)
  } finally {
    unlock()
  }
  sayNext(file, createPrinter(file === STDOUT ? process.stderr : process.stdout, env))
  return EXIT.done
}

function sayNext(file: string, { line, width, paint }: Printer): void {
  const named = file === STDOUT ? 'FILE' : quote(file)
  line(wrap('', 'Handed over: the answers, and what was learned, made and begun; no secret.', width))
  line(wrap('  here   ', 'Run it no more: two who go on at once would do the same twice.', width))
  line(wrap('  there  ', 'In a checkout of the same project, with a sign-in of their own to every cloud:', width))
  line(`         ${paint.bold(`${program()} --take-over ${named}`)}`)
  line(wrap('         ', 'It believes nothing: it looks, and asks before it uses what is there already.', width))
}

/** Readable for oneself alone. */
function writePrivately(file: string, text: string, overwrite: boolean): void {
  let isWritten: boolean
  try {
    isWritten = writeWhole(file, text, { overwrite })
  } catch (error) {
    throw notWritten(file, 'It cannot be written there.', 'Name another file.', wordsOf(error))
  }
  if (!isWritten) throw notWritten(file, 'There is one already.', 'Name another one, or add --yes to overwrite it.')
}

const notWritten = (file: string, means: string, next: string, said?: string) =>
  new SetupError(
    { code: 'hand-over-file', asked: quote(file), ...(said !== undefined && { said }), means, next },
    EXIT.input,
  )

const nothingSaved = () =>
  new SetupError(
    {
      code: 'nothing-saved',
      means: 'Nothing was saved here for this project, so there is nothing to hand over.',
      next: 'Run it in the checkout, or with the --state-dir, of the set-up that was begun. Or begin: dummyapp-setup',
    },
    EXIT.input,
  )
