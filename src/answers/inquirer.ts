import { confirm, input, password, select } from '@inquirer/prompts'
import wrapAnsi from 'wrap-ansi'
import { Secret } from '../clouds/secret.ts'
import type { Asker } from './asker.ts'
import { asSecret, NO_TOKEN } from './plain.ts'

/**
 * Asks with a moving cursor.
 * @param stop ends an open question
 */
export function createInquirer(stop: AbortSignal): Asker {
  const context = { signal: stop, clearPromptOnDone: false }
  return {
    yes: (message, byDefault) => confirm({ message, default: byDefault }, context),
    choose: async (message, choices, until) => {
      const within = until ? { ...context, signal: AbortSignal.any([stop, until]) } : context
      // Boxed, since a list takes no undefined for its default.
      const boxed = choices.map(({ name, value, description }) => ({
        name,
        value: { value },
        ...(description && { description }),
      }))
      const asked = { message, choices: boxed, ...(boxed[0] && { default: boxed[0].value }) }
      const { value } = await select({ ...asked, loop: false }, within)
      return value
    },
    text: (message, { byDefault, faultOf }) =>
      input(
        {
          message,
          ...(byDefault !== undefined && { default: byDefault }),
          validate: value => inWords(faultOf(value)) ?? true,
        },
        context,
      ),
    secret: async message => {
      // Without toggleMask: false, ctrl-t would show it (facts/peers.md 0.6).
      const typed = await password(
        { message, mask: '•', toggleMask: false, validate: value => asSecret(value) !== undefined || NO_TOKEN },
        context,
      )
      return Secret.of(typed)
    },
  }
}

/** @inquirer breaks lines inside words. */
const inWords = (text: string | undefined): string | undefined =>
  text && wrapAnsi(text, (process.stdout.columns || 80) - 2, { hard: true }).replaceAll('\n', '\n  ')
