import { addAbortSignal } from 'node:stream'
import { type Named, STDIN } from '../answers/given.ts'
import { EXIT, SetupError, wordsOf } from '../clouds/cause.ts'
import { readNamed } from '../clouds/named-file.ts'
import { quote } from '../clouds/quote.ts'
import type { Options } from './options.ts'

/** Far more than answers or a set-up take, in bytes. */
const LONGEST = 256 * 1024

/** What options name to be read. */
export interface Inputs {
  readonly answers?: Named
  readonly takeOver?: Named
}

const FLAGS = { answers: '--answers', takeOver: '--take-over' } as const

/**
 * Reads what --answers and --take-over name: files, what other processes write into pipes, and standard input for `-`.
 * @param stop ends the waiting, with an AbortError
 * @throws SetupError (exit 2) where one cannot be read or is too long; where standard input is a terminal, which nobody
 * was told to type into; or where both want it
 */
export async function readInputs(options: Pick<Options, 'answers' | 'takeOver'>, stop?: AbortSignal): Promise<Inputs> {
  const { answers, takeOver } = options
  const asked = Object.entries(FLAGS).flatMap(([option, flag]) =>
    options[option as keyof Inputs] === STDIN ? [`${flag} ${STDIN}`] : [],
  )
  if (asked.length > 1) {
    const means = 'Standard input can be read once, by one of the two.'
    throw refused(asked.join(' '), means, 'Name a file for the other one.')
  }
  if (asked.length > 0 && process.stdin.isTTY) {
    const means = 'Standard input is a terminal: nothing stands there to be read.'
    throw refused(asked.join(' '), means, 'Name a file, or pipe it in.')
  }
  // One after the other: what is wrong is told of the first.
  return {
    ...(answers !== undefined && { answers: await named(answers, stop) }),
    ...(takeOver !== undefined && { takeOver: await named(takeOver, stop) }),
  }
}

async function named(file: string, stop: AbortSignal | undefined): Promise<Named> {
  if (file === STDIN) return { name: 'standard input', text: await standardInput(stop) }
  const name = quote(file)
  try {
    return { name, text: (await readNamed(file, LONGEST, stop)).toString('utf8') }
  } catch (error) {
    if (stop?.aborted) throw error
    throw unreadable(name, wordsOf(error))
  }
}

/** No more of it than one byte over the longest: it may have no end. However late it comes, it is waited for. */
async function standardInput(stop: AbortSignal | undefined): Promise<string> {
  const { stdin } = process
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of stop ? addAbortSignal(stop, stdin) : stdin) {
    chunks.push(chunk)
    length += chunk.length
    if (length > LONGEST) throw unreadable('standard input', `it is longer than ${LONGEST / 1024} KiB`)
  }
  return Buffer.concat(chunks).toString('utf8')
}

const unreadable = (name: string, said: string) =>
  new SetupError(
    {
      code: 'unreadable-input',
      asked: name,
      said,
      means: `${name} cannot be read.`,
      next: 'Check that it is the right file and that you can read it, and run again.',
    },
    EXIT.input,
  )

const refused = (asked: string, means: string, next: string) =>
  new SetupError({ code: 'standard-input', asked, means, next }, EXIT.input)
