import { PassThrough, Writable } from 'node:stream'
import { onTestFinished } from 'vitest'
import type { Asker } from '../../src/answers/asker.ts'
import { createPlainAsker } from '../../src/answers/plain.ts'

/**
 * Somebody who answers every question with the next of these lines, and leaves when there are none left; '' is Enter alone.
 * The questions are asked as --plain asks them.
 */
export function typing(...lines: readonly string[]): { readonly asker: Asker; shown(): string } {
  const input = new PassThrough()
  const left = [...lines]
  let shown = ''
  const output = new Writable({
    write(text: Buffer, _, done) {
      shown += text
      done()
      // Once the question is open.
      if (String(text).startsWith('? ')) setImmediate(() => answer(left.shift()))
    },
  })
  const answer = (line: string | undefined) => (line === undefined ? input.end() : input.write(`${line}\n`))
  const stop = new AbortController()
  onTestFinished(() => stop.abort())
  const asker = createPlainAsker({ stop: stop.signal, terminal: { input, output } as never })
  return { asker, shown: () => shown }
}
