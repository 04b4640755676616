import { confirm, input, select } from '@inquirer/prompts'
import wrapAnsi from 'wrap-ansi'
import type { Asker } from './asker.ts'
import { askHidden } from './hidden.ts'
import { CTRL_D } from './plain.ts'

/**
 * Asks with a moving cursor.
 * @param stop ends an open question
 */
export function createInquirer(stop: AbortSignal): Asker {
  return {
    yes: (message, byDefault) => leavable([stop], context => confirm({ message, default: byDefault }, context)),
    choose: async (message, choices, until) => {
      // Boxed, since a list takes no undefined for its default.
      const boxed = choices.map(({ name, value, description }) => ({
        name,
        value: { value },
        ...(description && { description }),
      }))
      const asked = { message, choices: boxed, ...(boxed[0] && { default: boxed[0].value }) }
      const signals = until ? [stop, until] : [stop]
      const { value } = await leavable(signals, context => select({ ...asked, loop: false }, context))
      return value
    },
    text: (message, { byDefault, faultOf }) =>
      leavable([stop], context =>
        input(
          {
            message,
            ...(byDefault !== undefined && { default: byDefault }),
            validate: value => inWords(faultOf(value)) ?? true,
          },
          context,
        ),
      ),
    secret: message => askHidden(message, stop),
  }
}

/** Asks with a question of @inquirer's that Ctrl-D ends as Ctrl-C does: by itself, it would stand there and hear nothing more. */
async function leavable<Value>(
  signals: readonly AbortSignal[],
  ask: (context: { readonly signal: AbortSignal; readonly clearPromptOnDone: false }) => Promise<Value>,
): Promise<Value> {
  const left = new AbortController()
  const onData = (data: Buffer | string) => {
    if (data.toString().includes(CTRL_D)) left.abort()
  }
  process.stdin.on('data', onData)
  try {
    return await ask({ signal: AbortSignal.any([...signals, left.signal]), clearPromptOnDone: false })
  } finally {
    process.stdin.off('data', onData)
  }
}

/** @inquirer breaks lines inside words. */
const inWords = (text: string | undefined): string | undefined =>
  text && wrapAnsi(text, (process.stdout.columns || 80) - 2, { hard: true }).replaceAll('\n', '\n  ')
