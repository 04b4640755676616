import { supportsColor, supportsColorStderr } from 'chalk'
import { redact } from '../clouds/secret.ts'
import { broken, widthOf } from './columns.ts'
import { createPaint, forTerminal, keepOurs, type Paint } from './paint.ts'

/** Where words for people go. With --json that is standard error, since standard output is for events alone. */
export interface Printer {
  readonly paint: Paint
  /** Columns to write in. */
  readonly width: number
  readonly stream: NodeJS.WriteStream
  /** Whatever the text is, no secret gets out, no control sequence but those of `paint`, and no character that could lie. */
  line(text?: string): void
}

/** NO_COLOR is honoured here, since chalk knows only FORCE_COLOR (facts/peers.md 0.7). */
export function createPrinter(stream: NodeJS.WriteStream, env: NodeJS.ProcessEnv): Printer {
  const support = stream === process.stderr ? supportsColorStderr : supportsColor
  return {
    paint: createPaint(!env.NO_COLOR && !!support),
    width: Math.min(stream.columns || 100, 120),
    stream,
    line: (text = '') => stream.write(`${redact(forTerminal(text))}\n`),
  }
}

/** The least room for a text beside what leads it; with less, it goes on near the left edge. */
const LEAST_ROOM = 24

/** A line's end with the blanks around it; where colours go on over it, their codes stand between. */
const BREAK = / *((?:\u001b\[[\d;]*m)*)\n((?:\u001b\[[\d;]*m)*) */g

/** Wraps to a width; every line after the first is indented as far as `lead` is wide, where there is room for that. */
export function wrap(lead: string, text: string, width: number): string {
  const wide = widthOf(lead)
  const hang = width - wide < LEAST_ROOM ? Math.min(wide, 4) : wide
  // The first row's room is taken by a lead of its own width, which is cut off again.
  const taken = wide > hang ? `${'x'.repeat(wide - hang - 1)} ` : ''
  const rows = broken(taken + keepOurs(text), width - hang)
  return lead + rows.slice(taken.length).replaceAll(BREAK, `$1\n${' '.repeat(hang)}$2`)
}
