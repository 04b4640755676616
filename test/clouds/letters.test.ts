import { describe, expect, test } from 'vitest'
import { foreignLetters, inSmallLetters, withCodes } from '../../src/clouds/letters.ts'

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
