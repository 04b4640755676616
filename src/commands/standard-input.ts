import { addAbortSignal } from 'node:stream'
import { STDIN } from '../answers/given.ts'
import { EXIT, SetupError } from '../clouds/cause.ts'
import type { Options } from './options.ts'

/** Far more than answers or a set-up take, in bytes. */
export const LONGEST = 256 * 1024

/**
 * What standard input has, where an option takes it from there by `-`; else ''. No more of it than one byte over the
 * longest: it may have no end.
 * @param stop ends the waiting, with an AbortError
 * @throws SetupError (exit 2) where it is a terminal, which nobody was told to type into, or where two options want it
 */
export async function standardInput(
  { answers, takeOver }: Pick<Options, 'answers' | 'takeOver'>,
  stop?: AbortSignal,
): Promise<string> {
  const wanted = Object.entries({ '--answers': answers, '--take-over': takeOver }).filter(([, file]) => file === STDIN)
  if (wanted.length === 0) return ''
  const asked = wanted.map(([option]) => `${option} ${STDIN}`).join(' ')
  if (wanted.length > 1) {
    throw refused(asked, 'Standard input can be read once, by one of the two.', 'Name a file for the other one.')
  }
  const { stdin } = process
  if (stdin.isTTY) {
    throw refused(
      asked,
      'Standard input is a terminal: nothing stands there to be read.',
      `Name a file, or pipe it in.`,
    )
  }
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of stop ? addAbortSignal(stop, stdin) : stdin) {
    chunks.push(chunk)
    length += chunk.length
    if (length > LONGEST) break
  }
  return Buffer.concat(chunks)
    .subarray(0, LONGEST + 1)
    .toString('utf8')
}

const refused = (asked: string, means: string, next: string) =>
  new SetupError({ code: 'standard-input', asked, means, next }, EXIT.input)
