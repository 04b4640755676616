import { PassThrough } from 'node:stream'
import { stripVTControlCharacters } from 'node:util'
import { Chalk } from 'chalk'
import fc from 'fast-check'
import stringWidth from 'string-width'
import { describe, expect, test } from 'vitest'
import { Secret } from '../../src/clouds/secret.ts'
import { createPrinter, wrap } from '../../src/output/printer.ts'

/** A printer on a stream that keeps what was written. */
function printing(columns: number | undefined, env: NodeJS.ProcessEnv = {}) {
  const stream = new PassThrough({ encoding: 'utf8' })
  const printer = createPrinter(Object.assign(stream, { columns }) as unknown as NodeJS.WriteStream, env)
  return { printer, said: (): string => stream.read() ?? '' }
}

describe('A printer', () => {
  test('writes lines', () => {
    const { printer, said } = printing(80)
    printer.line('one')
    printer.line()
    expect(said()).toBe('one\n\n')
  })

  test('writes no secret, in no form', () => {
    const secret = new Secret('s3cret for the printer')
    const { printer, said } = printing(80)
    printer.line(`${secret} ${secret.reveal()} ${encodeURIComponent(secret.reveal())} ${btoa(secret.reveal())}`)
    expect(said()).toBe('•••• •••• •••• ••••\n')
  })

  test('has no colours where NO_COLOR is set', () => {
    const { printer } = printing(80, { NO_COLOR: '1' })
    expect(printer.paint.red('red')).toBe('red')
  })

  test.each([
    [undefined, 100],
    [0, 100],
    [40, 40],
    [500, 120],
  ])('writes in a width that can be read: %j columns → %i', (columns, width) => {
    expect(printing(columns).printer.width).toBe(width)
  })
})

describe('Wrapped text', () => {
  test('is indented as far as its lead is wide', () => {
    const rows = wrap('  ☐ ', 'one two three four five six seven eight nine', 36).split('\n')
    expect(rows.map(row => row.trimEnd())).toEqual(['  ☐ one two three four five six', '    seven eight nine'])
  })

  test('fits its width, and has lost nothing', () => {
    const words = fc.array(fc.stringMatching(/^[\w世é👍-]{1,30}$/u), { maxLength: 30 })
    const fits = (all: readonly string[], width: number) => {
      const wrapped = wrap('  > ', all.join(' '), width)
      for (const line of wrapped.split('\n')) expect(stringWidth(line)).toBeLessThanOrEqual(width)
      expect(wrapped.slice(4).replace(/\s/g, '')).toBe(all.join(''))
    }
    fc.assert(fc.property(words, fc.integer({ min: 24, max: 120 }), fits))
  })

  test('has no blanks at the ends of its lines, in colour either', () => {
    const { red } = new Chalk({ level: 1 })
    const rows = wrap('- ', red('one two three four five six seven eight nine ten'), 36).split('\n')
    expect(rows.map(row => stripVTControlCharacters(row))).toEqual([
      '- one two three four five six seven',
      '  eight nine ten',
    ])
  })

  test('keeps the lines that it had', () => {
    expect(wrap('- ', 'one\ntwo', 80)).toBe('- one\n  two')
  })
})
