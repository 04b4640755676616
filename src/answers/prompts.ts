import type { Asker } from './asker.ts'
import { createPlainAsker } from './plain.ts'

export type { Asker } from './asker.ts'

/**
 * @param stop ends an open question
 * @param plain lines and numbered lists instead of a moving cursor, for screen readers and dumb terminals
 */
export function createAsker({ stop, plain }: { readonly stop: AbortSignal; readonly plain: boolean }): Asker {
  if (plain) return createPlainAsker({ stop, terminal: { input: process.stdin, output: process.stdout } })
  // Loaded with the first question.
  const asker = async () => (await import('./inquirer.ts')).createInquirer(stop)
  return {
    yes: async (...question) => (await asker()).yes(...question),
    choose: async (...question) => (await asker()).choose(...question),
    text: async (...question) => (await asker()).text(...question),
    secret: async (...question) => (await asker()).secret(...question),
  }
}

/** Did the person leave a question with Ctrl-C, or did a signal end it, or the wait for standard input? */
export const isInterruption = (error: unknown): boolean =>
  error instanceof Error && ['ExitPromptError', 'AbortPromptError', 'AbortError'].includes(error.name)
