import { CommanderError } from 'commander'
import { exitCode, program } from './cli.ts'
import { EXIT, type Exit } from './clouds/cause.ts'
import { assertNoCredential } from './commands/arguments.ts'

// A reader that has gone (`| head`) is no failure of ours.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE' && error.code !== 'EIO') throw error
  })
}

const sayFailure = async (error: unknown): Promise<Exit> => (await import('./commands/failure.ts')).sayFailure(error)

// Node's own report of a crash would show the error with its causes and properties, whatever secret is in them.
process.on('uncaughtException', error => {
  sayFailure(error).then(process.exit, () => process.exit(EXIT.failed))
})

async function run(): Promise<Exit> {
  try {
    assertNoCredential(process.argv.slice(2))
    await program.parseAsync()
    return exitCode()
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.input
    return sayFailure(error)
  }
}

void run().then(exit => {
  process.exitCode = exit
})
