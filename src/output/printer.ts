import { Chalk, type ChalkInstance, type ColorSupportLevel, supportsColor, supportsColorStderr } from 'chalk'
import stringWidth from 'string-width'
import wrapAnsi from 'wrap-ansi'
import { redact } from '../clouds/secret.ts'

/** Where words for people go. With --json that is standard error, since standard output is for events alone. */
export interface Printer {
  readonly paint: ChalkInstance
  /** Columns to write in. */
  readonly width: number
  readonly stream: NodeJS.WriteStream
  line(text?: string): void
}

/** NO_COLOR is honoured here, since chalk knows only FORCE_COLOR (facts/peers.md 0.7). */
export function createPrinter(stream: NodeJS.WriteStream, env: NodeJS.ProcessEnv): Printer {
  const support = stream === process.stderr ? supportsColorStderr : supportsColor
  const level: ColorSupportLevel = env.NO_COLOR || !support ? 0 : support.level
  return {
    paint: new Chalk({ level }),
    width: Math.min(stream.columns || 100, 120),
    stream,
    line: (text = '') => stream.write(`${redact(text)}\n`),
  }
}

/** Wraps to a width; every line after the first is indented as far as `lead` is wide. */
export function wrap(lead: string, text: string, width: number): string {
  const room = Math.max(20, width - stringWidth(lead))
  const indent = ' '.repeat(stringWidth(lead))
  return lead + wrapAnsi(text, room, { trim: true, hard: true }).replaceAll('\n', `\n${indent}`)
}
