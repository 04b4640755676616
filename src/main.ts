import { CommanderError } from 'commander'
import { exitCode, program } from './cli.ts'
import { EXIT, type Exit } from './clouds/cause.ts'
import { assertNoCredential } from './commands/arguments.ts'
import { notWritten } from './not-written.ts'

for (const [stream, name] of [
  [process.stdout, 'Standard output'],
  [process.stderr, 'Standard error'],
] as const) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    const told = notWritten(name, error)
    if (told === undefined) return
    // Where nothing can be said any more, the exit code does.
    if (stream === process.stdout) process.stderr.write(told)
    process.exit(EXIT.failed)
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
