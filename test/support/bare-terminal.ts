import { createRequire } from 'node:module'
import type { ReadStream } from 'node:tty'
import { onTestFinished } from 'vitest'

/** What node-pty has besides what its types tell. Its result has a `destroy` that must not be called: it signals all processes. */
interface Opener {
  open(size: { readonly cols: number; readonly rows: number }): {
    readonly master: ReadStream
    readonly slave: ReadStream
  }
}

export interface BareTerminal {
  /** What a program reads from, and writes to. */
  readonly terminal: { readonly input: ReadStream; readonly output: ReadStream }
  /** All that stands on it: what was written, and what it echoes of what was typed. */
  shown(): string
  /** Types as a keyboard does, once the terminal shows the text. */
  type(text: string, after?: string): Promise<void>
  /** Ends once the terminal shows the text. */
  until(text: string): Promise<void>
}

/** Far longer than a text ever takes to appear, far shorter than a test may. */
const PATIENCE_MS = 5_000

/** A real terminal without a program in it: the system echoes what is typed, unless it is told not to. */
export function openBareTerminal(): BareTerminal {
  const { open } = createRequire(import.meta.url)('@lydell/node-pty') as Opener
  const { master, slave } = open({ cols: 80, rows: 24 })
  slave.pause()
  onTestFinished(() => {
    master.destroy()
    slave.destroy()
  })
  let shown = ''
  let look = () => {}
  master.on('data', text => {
    shown += text
    look()
  })
  const until = (text: string) =>
    new Promise<void>((resolve, reject) => {
      const tooLong = setTimeout(
        () => reject(new Error(`it does not show ${JSON.stringify(text)}:\n${shown}`)),
        PATIENCE_MS,
      )
      look = () => {
        if (!shown.includes(text)) return
        clearTimeout(tooLong)
        resolve()
      }
      look()
    })
  return {
    terminal: { input: slave, output: slave },
    shown: () => shown,
    until,
    async type(text, after = '') {
      await until(after)
      master.write(text)
    },
  }
}
