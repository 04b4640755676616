import type { Identity } from './identity.ts'
import { quote } from './quote.ts'

/** Why something did not work, in the five parts that every message has: code, what was asked, what was said, what it means, what goes on. */
export interface Cause {
  /** Short and stable, for events and scripts: `taken`, `unauthorized`, `silence`. */
  readonly code: string
  /** The request or command that met it. */
  readonly asked?: string
  /** The vendor's or tool's own words. */
  readonly said?: string
  /** What that means, in plain words. */
  readonly means: string
  /** The command or act that goes on. */
  readonly next: string
}

/** The exit codes of shared contract cli.md. */
export const EXIT = { done: 0, failed: 1, input: 2, person: 3, differs: 4, locked: 5, interrupted: 130 } as const
export type Exit = (typeof EXIT)[keyof typeof EXIT]

/** An error that a person is meant to read: the top level prints its cause, not its stack. */
export class SetupError extends Error {
  override readonly name: string = 'SetupError'
  override readonly cause: Cause
  readonly exit: Exit
  constructor(cause: Cause, exit: Exit = EXIT.failed) {
    super(cause.means)
    this.cause = cause
    this.exit = exit
  }
}

/** Only a person knows it, and it is asked for between two passes: the password of somebody who is not signed in, or a one-time code. */
export class NeedsSecret extends SetupError {
  override readonly name = 'NeedsSecret'
  readonly identity: Identity
  readonly what: 'password' | 'code'
  constructor(identity: Identity, what: NeedsSecret['what'], cause: Cause) {
    super(cause, EXIT.input)
    this.identity = identity
    this.what = what
  }
}

/** What a thrown thing says, whatever it is; the paths in an error of the file system are quoted. */
export function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const { message, path, dest } = error as Error & { readonly path?: unknown; readonly dest?: unknown }
  // Node puts the paths there as they are.
  const paths = [path, dest].filter(one => typeof one === 'string')
  return paths.reduce((words, one) => words.replaceAll(`'${one}'`, () => quote(one)), message)
}
