import fc from 'fast-check'
import stringWidth from 'string-width'
import { describe, expect, test } from 'vitest'
import wrapAnsi from 'wrap-ansi'
import { broken, widthOf } from '../../src/output/columns.ts'
import { createPaint, keepOurs } from '../../src/output/paint.ts'
import { inputs } from '../support/inputs.ts'

const paint = createPaint(true)

/** Mostly what our own texts are made of, and now and then what they are not. */
const word = fc.oneof(
  { weight: 6, arbitrary: fc.stringMatching(/^[!-~]{0,30}$/) },
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      '',
      ' ',
      '  ',
      '\n',
      '\n ',
      ' \n',
      '’',
      '·',
      '…',
      '“a”',
      '•',
      '—',
      '☐',
      '● a',
      '≠',
      '›',
      '→',
      '❯',
      '⏎',
    ),
  },
  { weight: 1, arbitrary: fc.constantFrom('日本語', 'é', 'e\u0301', '⏸', '✔', '👩‍👩‍👧', '🇩🇪', '\t') },
)
const words = fc.array(word, { maxLength: 6 }).map(some => some.join(' '))
const styled = fc.tuple(fc.constantFrom('bold', 'dim', 'red', 'green', 'yellow', 'cyan'), words)
const text = fc
  .array(
    fc.oneof(
      words,
      styled.map(([style, some]) => paint[style as keyof typeof paint](some)),
    ),
    { maxLength: 8 },
  )
  .map(parts => keepOurs(parts.join(' ')))

describe('Columns', () => {
  test('a text is broken as wrap-ansi breaks it', () => {
    fc.assert(
      fc.property(text, fc.integer({ min: 1, max: 120 }), (some, columns) => {
        expect(broken(some, columns)).toBe(wrapAnsi(some, columns, { trim: false, hard: true }))
      }),
      inputs(300, 20_000),
    )
  })

  test('a line is as wide as string-width says', () => {
    fc.assert(
      fc.property(text, some => {
        const line = some.replaceAll('\n', '')
        expect(widthOf(line)).toBe(stringWidth(line))
      }),
      inputs(300, 20_000),
    )
  })
})
