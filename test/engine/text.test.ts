import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fill, fillBody, hole, path, pieces, shown, t } from '../../src/engine/text.ts'

const app = hole('herokuApp')
const words = fc.string({ unit: 'grapheme', maxLength: 20 })

describe('A text with holes', () => {
  test('prints its holes by name', () => {
    expect(shown(t`https://git.heroku.com/${app}.git`)).toBe('https://git.heroku.com/<herokuApp>.git')
    expect(shown(app)).toBe('<herokuApp>')
    expect(shown('plain')).toBe('plain')
  })

  test('may stand in another text', () => {
    const address = t`${hole('host')}/${app}`
    expect(pieces(t`to ${address}!`)).toEqual(['to ', hole('host'), '/', app, '!'])
  })

  test('has no empty pieces', () => {
    expect(pieces(t`${''}${app}${''}`)).toEqual([app])
  })

  test('is what was put together, whatever that is', () => {
    const together = (one: string, other: string) => void expect(shown(t`${one}/${other}!`)).toBe(`${one}/${other}!`)
    fc.assert(fc.property(words, words, together))
  })

  test('is filled piece by piece: what fills a hole is not changed, what is known is', () => {
    const filled = fill(
      t`a ${app}`,
      () => 'b c',
      part => part.toUpperCase(),
    )
    expect(filled).toBe('A b c')
  })
})

describe('A path', () => {
  test('has its values encoded and its holes left', () => {
    expect(shown(path`/apps/${'a/b c'}/${app}`)).toBe('/apps/a%2Fb%20c/<herokuApp>')
  })

  test('encodes the known parts of a text that is put in', () => {
    expect(shown(path`/apps/${t`x/${app}`}`)).toBe('/apps/x%2F<herokuApp>')
  })

  test('has as many segments as it was written with, and gives every value back', () => {
    const survives = (value: string) => {
      const [, apps, encoded = '', features, ...more] = shown(path`/apps/${value}/features`).split('/')
      expect([apps, decodeURIComponent(encoded), features, more]).toEqual(['apps', value, 'features', []])
      expect(encoded).not.toMatch(/[?#\s]/)
    }
    fc.assert(fc.property(words, survives))
  })
})

describe('A body', () => {
  const filled = (body: Parameters<typeof fillBody>[0]) => fillBody(body, ({ hole }) => `${hole}!`)

  test('is filled at every depth', () => {
    expect(filled({ a: app, b: [t`x ${app}`, { c: app }] })).toEqual({
      a: 'herokuApp!',
      b: ['x herokuApp!', { c: 'herokuApp!' }],
    })
  })

  test('is sent without its undefined members, and with its empty ones', () => {
    expect(filled({ a: undefined, b: null, c: false, d: 0, e: '' })).toEqual({ b: null, c: false, d: 0, e: '' })
  })

  test('without holes stays as it is', () => {
    const json = fc.jsonValue().filter(value => !/"(hole|parts)":/.test(JSON.stringify(value)))
    fc.assert(fc.property(json, value => void expect(filled(value as never)).toEqual(value)))
  })
})
