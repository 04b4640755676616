import { styleText } from 'node:util'
import stringWidth from 'string-width'
import type { Secret } from '../clouds/secret.ts'
import { asSecret, NO_TOKEN, readHidden } from './plain.ts'

/**
 * Asks for a secret. Dots stand for it, as many as there is room for behind the question: the line is written once for each
 * piece that arrives (a library draws it again for each character, which takes minutes for a long paste).
 */
export async function askHidden(message: string, stop: AbortSignal): Promise<Secret> {
  const terminal = { input: process.stdin, output: process.stdout }
  const { output } = terminal
  const columns = output.columns || 80
  const isShort = stringWidth(message) + LEAST_DOTS + 4 <= columns
  const row = (prefix: string, dots: string) => `${prefix} ${styleText('bold', message)} ${dots}`
  const room = isShort ? columns - stringWidth(message) - 4 : columns - 3
  const begin = (prefix: string) => (isShort ? row(prefix, '') : `${row(prefix, '')}\n  `)
  const lead = isShort ? begin(styleText('blue', '?')) : '  '
  const typing = (length: number) => `\r${lead}${'•'.repeat(Math.min(length, room))}${CLEAR_TO_END}`
  for (;;) {
    const secret = asSecret(await readHidden(begin(styleText('blue', '?')), terminal, stop, typing))
    const answered = styleText('green', '✔')
    if (secret !== undefined) {
      if (isShort)
        output.write(`${CURSOR_UP}\r${row(answered, styleText('cyan', '•'.repeat(LEAST_DOTS)))}${CLEAR_TO_END}\n`)
      else output.write(`${row(answered, styleText('cyan', '•'.repeat(LEAST_DOTS)))}\n`)
      return secret
    }
    output.write(`${styleText('red', `> ${NO_TOKEN}`)}\n`)
  }
}

/** So many stand for an answer, whatever its length. */
const LEAST_DOTS = 8
const CURSOR_UP = '\u001b[1A'
const CLEAR_TO_END = '\u001b[K'
