import { isInterruption } from '../answers/prompts.ts'
import { EXIT, type Exit, SetupError } from '../clouds/cause.ts'
import { clean } from '../output/clean.ts'
import { createPrinter } from '../output/printer.ts'
import { VERSION } from '../version.ts'
import { sayCause } from './end.ts'

/** Says what ended the run, on standard error, and gives the exit code. */
export function sayFailure(error: unknown): Exit {
  const printer = createPrinter(process.stderr, process.env)
  if (process.stdout.isTTY && process.env.TERM !== 'dumb') process.stdout.write('\u001b[?25h')
  if (isInterruption(error)) {
    printer.line('Interrupted. Nothing is in flight; the same command goes on.')
    return EXIT.interrupted
  }
  if (error instanceof SetupError) {
    sayCause(error.cause, printer)
    return error.exit
  }
  printer.line(`This is a mistake in dummyapp-setup ${VERSION}, not yours; the same command goes on where it stopped.`)
  printer.line(`Please report it to its makers, with these lines (Node ${process.version}, ${process.platform}):`)
  // Not the error's cause and properties: a request's headers may be among them.
  printer.line(clean(error instanceof Error ? (error.stack ?? error.message) : String(error)))
  return EXIT.failed
}
