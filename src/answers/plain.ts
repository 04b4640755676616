import { createInterface } from 'node:readline'
import type { ReadStream } from 'node:tty'
import { stripVTControlCharacters } from 'node:util'
import { Secret } from '../clouds/secret.ts'
import type { Asker } from './asker.ts'

interface Terminal {
  readonly input: ReadStream
  readonly output: NodeJS.WritableStream
}

/**
 * Asks in lines: numbered lists, nothing drawn over, no control sequence. The terminal itself echoes and edits what is
 * typed; @inquirer moves the cursor even where it only reads a line.
 * @param stop ends an open question
 */
export function createPlainAsker({
  stop,
  terminal,
}: {
  readonly stop: AbortSignal
  readonly terminal: Terminal
}): Asker {
  const { output } = terminal
  /** Asks until what was typed is understood; `read` says what it means, or what is wrong with it. */
  async function ask<Value>(prompt: string, read: (line: string) => Understood<Value>, until = stop): Promise<Value> {
    for (;;) {
      output.write(prompt)
      const understood = read(await readLine(terminal, until))
      if ('value' in understood) return understood.value
      output.write(`> ${understood.fault}\n`)
    }
  }
  return {
    yes: (message, byDefault) =>
      ask(`? ${message} (${byDefault ? 'Y/n' : 'y/N'}) `, line => {
        const typed = line.trim().toLowerCase()
        if (typed === '') return { value: byDefault }
        const is = 'yes'.startsWith(typed)
        return is || 'no'.startsWith(typed) ? { value: is } : { fault: 'Type y or n.' }
      }),
    choose: (message, choices, until) => {
      const list = choices.map(({ name }, index) => `  ${index + 1}) ${name}\n`).join('')
      return ask(
        `? ${message}\n${list}  Number (1): `,
        line => {
          const chosen = choices[Number(line.trim() || '1') - 1]
          return chosen ? { value: chosen.value } : { fault: `Type a number from 1 to ${choices.length}.` }
        },
        until && AbortSignal.any([stop, until]),
      )
    },
    text: (message, { byDefault, faultOf }) =>
      ask(`? ${message}${byDefault === undefined ? '' : ` (${byDefault})`} `, line => {
        const value = line || (byDefault ?? '')
        const fault = faultOf(value)
        return fault === undefined ? { value } : { fault }
      }),
    secret: async message => {
      for (;;) {
        const secret = asSecret(await readHidden(`? ${message} (it is not shown) `, terminal, stop))
        if (secret !== undefined) return secret
        output.write(`> ${NO_TOKEN}\n`)
      }
    },
  }
}

type Understood<Value> = { readonly value: Value } | { readonly fault: string }

/** The next line. Ends like @inquirer's questions: with an error that is known by its name. */
function readLine({ input, output }: Terminal, until: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    const lines = createInterface({ input, terminal: false })
    const end = (settle: () => void) => {
      until.removeEventListener('abort', onAbort)
      lines.removeAllListeners('close')
      lines.close()
      settle()
    }
    const leave = (name: Interruption) => {
      output.write('\n')
      end(() => reject(interruption(name)))
    }
    const onAbort = () => leave('AbortPromptError')
    lines.once('line', line => end(() => resolve(line)))
    lines.once('close', () => leave('ExitPromptError'))
    until.addEventListener('abort', onAbort)
    if (until.aborted) onAbort()
  })
}

/**
 * The next line, without an echo: the terminal must not edit it, so the few keys that do are read here. However much is
 * pasted, what is shown instead is written once for each piece that arrives.
 * @param typing what is shown instead, by how many characters there are; nothing unless told
 */
export function readHidden(
  prompt: string,
  { input, output }: Terminal,
  until: AbortSignal,
  typing?: (length: number) => string,
): Promise<string> {
  return new Promise((resolve, reject) => {
    let typed = ''
    const end = (settle: () => void) => {
      until.removeEventListener('abort', onAbort)
      input.off('data', onData)
      input.off('error', onGone)
      input.off('end', onGone)
      setRawMode(input, false)
      input.pause()
      output.write('\n')
      settle()
    }
    const leave = (name: Interruption) => end(() => reject(interruption(name)))
    const onAbort = () => leave('AbortPromptError')
    const onGone = () => leave('ExitPromptError')
    const onData = (data: Buffer) => {
      for (const sign of stripVTControlCharacters(data.toString('utf8'))) {
        if (sign === '\r' || sign === '\n') return end(() => resolve(typed))
        if (sign === CTRL_C || (sign === CTRL_D && typed === '')) return leave('ExitPromptError')
        // Keys that mean nothing here are no part of a secret.
        typed = ERASERS[sign]?.(typed) ?? (CONTROL.test(sign) ? typed : typed + sign)
      }
      if (typing) output.write(typing(typed.length))
    }
    // Before the prompt: whoever types at once is not echoed either.
    setRawMode(input, true)
    output.write(prompt)
    input.on('data', onData)
    input.on('error', onGone)
    input.on('end', onGone)
    input.resume()
    until.addEventListener('abort', onAbort)
    if (until.aborted) onAbort()
  })
}

const CTRL_C = '\u0003'
const CONTROL = /^[^\P{Cc}\t]$/u

/** A terminal that has closed has no mode any more. */
function setRawMode(input: ReadStream, mode: boolean): void {
  try {
    input.setRawMode(mode)
  } catch {}
}

export const CTRL_D = '\u0004'
const dropLast = (text: string) => [...text].slice(0, -1).join('')
const ERASERS: Readonly<Record<string, (text: string) => string>> = {
  '\u007f': dropLast,
  '\b': dropLast,
  '\u0015': () => '',
}

type Interruption = 'ExitPromptError' | 'AbortPromptError'
const interruption = (name: Interruption) => Object.assign(new Error('The question was left.'), { name })

export const NO_TOKEN = 'That cannot be a token; paste it again.'

/** Undefined for what cannot be a secret; blanks around it do not count. */
export function asSecret(typed: string): Secret | undefined {
  try {
    return Secret.of(typed)
  } catch {
    return undefined
  }
}
