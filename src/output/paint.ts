import { randomInt } from 'node:crypto'
import { harmless } from './clean.ts'

/** The SGR codes that begin and end each style. */
const CODES = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  cyan: [36, 39],
} as const
export type Style = keyof typeof CODES

/** Puts a style around a text, in which nothing but our own styles is left. */
export type Paint = Readonly<Record<Style, (text: string) => string>>

const digits = () => String(randomInt(10_000)).padStart(4, '0')
/** Stands before every code of ours: drawn in each process, so that no text from elsewhere has it. No terminal gets to see it. */
const OURS = `\u001b[${digits()};${digits()};${digits()}m`

/** The text with our styles, and with no other control sequence nor a character that could lie. */
export const keepOurs = (text: string): string =>
  text
    .split(OURS)
    .map((part, index) => {
      const code = index === 0 ? '' : (/^\u001b\[\d+m/.exec(part)?.[0] ?? '')
      return (code && OURS + code) + harmless(part.slice(code.length))
    })
    .join('')

/** As a terminal is to get it. */
export const forTerminal = (text: string): string => keepOurs(text).replaceAll(OURS, '')

/** @param hasColors without, a text stays as it is, but for what could lie */
export function createPaint(hasColors: boolean): Paint {
  const painter = ([open, close]: readonly [number, number]) => {
    const [begin, end] = [open, close].map(code => `${OURS}\u001b[${code}m`)
    // Where a style inside ends with the same code, this one goes on.
    return (text: string) => `${begin}${keepOurs(text).replaceAll(end ?? '', begin ?? '')}${end}`
  }
  const styles = Object.entries(CODES).map(([name, codes]) => [name, hasColors ? painter(codes) : keepOurs])
  return Object.fromEntries(styles) as Paint
}
