import { describe, expect, test } from 'vitest'
import { foreignLetters, inSmallLetters, LYING, withCodes } from '../../src/clouds/letters.ts'

describe('Behind a name stands which of its letters are not of ASCII:', () => {
  test.each([
    ['PennоckTech', 'PennоckTech (о is U+043E)'],
    ['ｐt-dummy-app', 'ｐt-dummy-app (ｐ is U+FF50)'],
    ['\u212A', '\u212A (\u212A is U+212A)'],
    ['github.com∕acme', 'github.com∕acme (∕ is U+2215)'],
    ['a\u200Bb', 'a\u200Bb (\u200B is U+200B)'],
    ['𝐚cme', '𝐚cme (𝐚 is U+1D41A)'],
    ['größe', 'größe (ö is U+00F6, ß is U+00DF)'],
    ['большой', 'большой (б is U+0431, о is U+043E, л is U+043B, …)'],
  ])('%s', (name, shown) => expect(withCodes(name)).toBe(shown))

  test('and nothing where all are, nor for the signs of our own sentences', () => {
    const plain = 'you@example.com_- ~!"$'
    expect(withCodes(plain)).toBe(plain)
    expect(foreignLetters('the app’s owner is “x” · y → z…')).toBe('')
  })
})

test('Small letters are made of ASCII’s capitals alone', () => {
  expect(inSmallLetters('GitHub.COM/PennocKTech')).toBe('github.com/pennocktech')
  expect(inSmallLetters('\u212A\u0130Ｐ')).toBe('\u212A\u0130Ｐ')
})

describe('What a text could lie with is known by its properties:', () => {
  const isLying = (text: string) => text.search(LYING) !== -1

  test.each([
    ...[0x2800, 0x034f, 0xfe0f, 0xfe00, 0x180b, 0x180e, 0x17b4, 0x17b5, 0x115f, 0x3164, 0xffa0, 0xad, 0x61c, 0xfeff],
    ...[0x200b, 0x200d, 0x2060, 0x2065, 0x206a, 0xfff0, 0xe0001, 0xe0100, 0xe0fff, 0x1d159, 0x1d173, 0x1bca0],
    ...[0xa0, 0x1680, 0x2003, 0x2028, 0x2029, 0x202f, 0x205f, 0x3000, 0x7f, 0x85, 0x9b, 0, 0xd],
  ])('U+%s', code => {
    expect(isLying(`a${String.fromCodePoint(code)}b`)).toBe(true)
  })

  test('and letters, digits, signs and the usual space are none of it, in whatever script', () => {
    const drawn = /[\p{L}\p{N}\p{P}\p{S}\p{Mc}]/u
    const exceptions = [0x115f, 0x1160, 0x2800, 0x3164, 0xffa0, 0x13441, 0x13442, 0x1d159]
    const taken: number[] = []
    for (let code = 0; code <= 0x10ffff; code += 1) {
      const sign = String.fromCodePoint(code)
      if (drawn.test(sign) && isLying(sign)) taken.push(code)
    }
    expect(taken).toEqual(exceptions)
    expect(isLying('a b\tc\n')).toBe(false)
  })

  test('the parts of an emoji are left in it, and are lies elsewhere', () => {
    for (const emoji of ['❤\uFE0F', '👩\u200D👩\u200D👧', '👩🏽\u200D💻', '🏳\uFE0F\u200D🌈', '👍🏽'])
      expect(isLying(`a ${emoji} b`), emoji).toBe(false)
    for (const text of [
      'a\uFE0F',
      '1\uFE0F',
      '👩\u200D',
      '\u200D👩',
      'a\u200D👩',
      '❤\uFE0F\uFE0F',
      '👩\u200Da',
      ' \uFE0F',
    ])
      expect(isLying(text), JSON.stringify(text)).toBe(true)
  })
})
