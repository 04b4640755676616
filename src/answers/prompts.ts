import { confirm, input, password, rawlist, select } from '@inquirer/prompts'
import { Secret } from '../clouds/secret.ts'

interface Choice<Value> {
  readonly name: string
  readonly value: Value
  /** Shown below the list while the cursor stands on it. */
  readonly description?: string
}

/** The only way to ask. There is none without a terminal, so a forgotten guard cannot hang (facts/peers.md 0.3). */
export interface Asker {
  yes(message: string, byDefault: boolean): Promise<boolean>
  /** `until` ends the question, too. */
  choose<Value>(message: string, choices: readonly Choice<Value>[], until?: AbortSignal): Promise<Value>
  text(
    message: string,
    options: { readonly byDefault?: string; faultOf(value: string): string | undefined },
  ): Promise<string>
  secret(message: string): Promise<Secret>
}

/**
 * @param stop ends an open question
 * @param plain numbered lists instead of a moving cursor, for screen readers and dumb terminals
 */
export function createAsker({ stop, plain }: { readonly stop: AbortSignal; readonly plain: boolean }): Asker {
  const context = { signal: stop, clearPromptOnDone: false }
  return {
    yes: (message, byDefault) => confirm({ message, default: byDefault }, context),
    choose: async (message, choices, until) => {
      const within = until ? { ...context, signal: AbortSignal.any([stop, until]) } : context
      // Boxed, since rawlist takes no undefined for its default.
      const boxed = choices.map(({ name, value, description }) => ({
        name,
        value: { value },
        ...(description && { description }),
      }))
      // Enter takes the first in both.
      const asked = { message, choices: boxed, ...(boxed[0] && { default: boxed[0].value }) }
      const { value } = await (plain ? rawlist(asked, within) : select({ ...asked, loop: false }, within))
      return value
    },
    text: (message, { byDefault, faultOf }) =>
      input(
        { message, ...(byDefault !== undefined && { default: byDefault }), validate: value => faultOf(value) ?? true },
        context,
      ),
    secret: async message => {
      // Without toggleMask: false, ctrl-t would show it (facts/peers.md 0.6).
      const typed = await password(
        { message, mask: '•', toggleMask: false, validate: value => canBeSecret(value) },
        context,
      )
      return Secret.of(typed)
    },
  }
}

function canBeSecret(value: string): true | string {
  try {
    Secret.of(value)
    return true
  } catch {
    return 'That cannot be a token; paste it again.'
  }
}

/** Did the person leave a question with Ctrl-C, or did a signal end it? */
export const isInterruption = (error: unknown): boolean =>
  error instanceof Error && (error.name === 'ExitPromptError' || error.name === 'AbortPromptError')
