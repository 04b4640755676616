import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Secret } from '../../src/clouds/secret.ts'
import { clean } from '../../src/output/clean.ts'
import { inputs } from '../support/inputs.ts'
import { lieIn } from '../support/lies.ts'

describe('Foreign text', () => {
  test.each([
    ['colours', '\u001b[31mred\u001b[0m', 'red'],
    ['a cursor that goes back', 'one\u001b[2K\u001b[1Gtwo', 'onetwo'],
    ['a link', '\u001b]8;;https://example.com\u0007here\u001b]8;;\u0007', 'here'],
    ['a title for the window', '\u001b]0;owned\u0007text', 'text'],
    ['a carriage return, with which a line overwrites itself', 'good\rbad', 'good�bad'],
    ['a bell and a backspace', 'a\u0007b\u0008c', 'a�b�c'],
    ['8-bit controls', 'a\u009bb\u0085c', 'a�b�c'],
    ['another direction of writing', 'user\u202Etxt.exe\u2066x\u2069', 'user�txt.exe�x�'],
    ['characters without room', 'a\u200Bb\u200Dc\uFEFFd\u00ADe\u2060f', 'a�b�c�d�e�f'],
    ['tags that nobody sees', 'a\u{E0041}b', 'a�b'],
    ['ends of lines that are none', 'a\u2028b\u2029c', 'a�b�c'],
    ['fillers that look like a space', 'a\u3164b\u115Fc', 'a�b�c'],
    ['what is not drawn', 'a\u034Fb\uFE0Fc\u180Bd\u17B4e\u2800f', 'a�b�c�d�e�f'],
    ['other spaces', 'a\u00A0b\u3000c\u2003d', 'a�b�c�d'],
    ['a tab', 'a\tb', 'a b'],
  ])('loses %s', (_, text, shown) => {
    expect(clean(text)).toBe(shown)
  })

  test('keeps its lines and its letters', () => {
    const text = 'Grüße, 世界\n“quoted” 👍 ❤\uFE0F 👩\u200D👧\n'
    expect(clean(text)).toBe(text)
  })

  test('has nothing left that could lie, whatever it was', () => {
    const isHonest = (text: string) => void expect(lieIn(clean(text))).toBeUndefined()
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' })), isHonest),
      inputs(100, 50_000),
    )
  })

  test('is cleaned once and for all', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), text => void expect(clean(clean(text))).toBe(clean(text))),
      inputs(100, 50_000),
    )
  })

  test('has no secret in it, nor one that escape sequences break up', () => {
    expect(String(new Secret('s3cret-of-the-vendor'))).toBe('••••')
    expect(clean('bad s3cret-of-the-vendor!')).toBe('bad ••••!')
    expect(clean('bad s3cret-\u001b[1mof-the-vendor!')).toBe('bad ••••!')
  })

  test('is not endless', () => {
    expect(clean('x'.repeat(100_000))).toBe(`${'x'.repeat(2_000)}…`)
  })
})
