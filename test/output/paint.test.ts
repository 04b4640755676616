import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createPaint, forTerminal } from '../../src/output/paint.ts'
import { LIE, lieIn } from '../support/lies.ts'

const { red, bold, dim } = createPaint(true)

describe('A styled text', () => {
  test('has the style, and those inside go on where an inner one ends', () => {
    expect(forTerminal(bold(`a ${red('b')} ${dim('c')} d`))).toBe(
      '\u001b[1ma \u001b[31mb\u001b[39m \u001b[2mc\u001b[1m d\u001b[22m',
    )
  })

  test('has none that came with the text, not even the same', () => {
    expect(forTerminal(red('a\u001b[31mb\u001b[39mc'))).toBe('\u001b[31mabc\u001b[39m')
    expect(
      forTerminal(`\u001b[31ma${red(LIE)}`)
        .replaceAll('\u001b[31m', '')
        .replace('\u001b[39m', ''),
    ).toMatch(/^aFAKE/)
  })

  test('is the bare text without colours, whatever it was', () => {
    const bare = createPaint(false)
    const isHonest = (text: string) => void expect(lieIn(forTerminal(bare.red(text)))).toBeUndefined()
    fc.assert(fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.constant(LIE)), isHonest))
  })
})
