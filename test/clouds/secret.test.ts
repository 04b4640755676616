import { format, inspect } from 'node:util'
import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import { BLANK } from '../../src/clouds/readings.ts'
import { inputs } from '../support/inputs.ts'

/** A module of its own: the redactor knows only what the test at hand registered. */
async function fresh() {
  vi.resetModules()
  return import('../../src/clouds/secret.ts')
}

const MASK = '••••'
const anyText = fc.oneof(fc.string(), fc.string({ unit: 'grapheme' }), fc.string({ unit: 'binary' }))
/** Blanks alone are none. */
const secretText = fc
  .oneof(
    fc.string({ minLength: 4 }),
    fc.string({ unit: 'grapheme', minLength: 4 }),
    fc.string({ unit: 'binary', minLength: 4 }),
    fc.base64String({ minLength: 16, maxLength: 64 }),
  )
  .filter(text => text.replace(BLANK, '').length >= 4)
const wellFormed = (text: string) => Buffer.from(text).toString()

describe('a secret', () => {
  test('prints as dots in every way of printing, and comes out by reveal alone', async () => {
    const { Secret } = await fresh()
    const secret = new Secret('hunter2-hunter2')
    const shown = [
      String(secret),
      `${secret}`,
      `${secret}`.concat(''),
      JSON.parse(JSON.stringify({ secret })).secret,
      inspect(secret),
      format('%s', secret),
      format('%o', secret),
      inspect({ deep: [secret] }, { showHidden: true }),
      Object.values(secret).join(),
    ].join('\n')
    expect(shown).not.toContain('hunter2')
    expect(shown.split(MASK).length).toBe(9)
    expect(Number(secret)).toBeNaN()
    expect(secret.reveal()).toBe('hunter2-hunter2')
  })

  test('for a header loses the white space around it, nothing else', async () => {
    const { Secret } = await fresh()
    expect(Secret.of('HRKU-1234\r\n').reveal()).toBe('HRKU-1234')
    expect(Secret.of(' a\tb ü \n').reveal()).toBe('a\tb ü')
  })

  test.each(['', ' \n', 'top\nsecret', 'top\0secret', 'top\u{1f511}secret'])(
    'for a header refuses %j without showing it',
    async text => {
      const { Secret } = await fresh()
      const thrown = await Promise.resolve(text)
        .then(Secret.of)
        .catch((error: unknown) => error)
      expect(thrown).toBeInstanceOf(TypeError)
      expect(String(thrown)).not.toContain('top')
    },
  )
})

describe('redact', () => {
  test('leaves no form of a secret standing, whatever stands around it', async () => {
    const forms: Record<string, (text: string) => string> = {
      plain: text => text,
      json: text => JSON.stringify(text).slice(1, -1),
      percent: text => encodeURIComponent(text),
      'percent, small': text => encodeURIComponent(text).replace(/%../g, hex => hex.toLowerCase()),
      form: text => new URLSearchParams({ '': text }).toString().slice(1),
      base64: text => Buffer.from(text).toString('base64'),
      'base64, bare': text => Buffer.from(text).toString('base64').replace(/=+$/, ''),
      'base64, url-safe': text => Buffer.from(text).toString('base64url'),
      'base64, url-safe, padded': text =>
        Buffer.from(text).toString('base64').replaceAll('+', '-').replaceAll('/', '_'),
    }
    await fc.assert(
      fc.asyncProperty(
        secretText.filter(text => !text.includes('•')),
        anyText,
        anyText,
        fc.constantFrom(...Object.keys(forms)),
        async (text, before, after, name) => {
          const { Secret, redact } = await fresh()
          new Secret(text)
          const form = forms[name]?.(wellFormed(text)) ?? ''
          const shown = redact(before + form + after)
          expect(shown).toContain(MASK)
          expect(shown).not.toContain(form)
        },
      ),
      inputs(60, 4_000),
    )
  })

  test('leaves of a longer base64 text only what its neighbours decide', async () => {
    await fc.assert(
      fc.asyncProperty(secretText, anyText, anyText, async (text, before, after) => {
        const { Secret, redact } = await fresh()
        new Secret(text)
        const bytes = (part: string) => Buffer.byteLength(part)
        const whole = Buffer.from([before, text, after].map(wellFormed).join(''))
        for (const encoding of ['base64', 'base64url'] as const) {
          const rest = redact(whole.toString(encoding)).replaceAll(MASK, '').replaceAll('=', '')
          expect(rest.length).toBeLessThanOrEqual(
            Math.ceil((bytes(before) * 4) / 3) + Math.ceil((bytes(after) * 4) / 3) + 1,
          )
        }
      }),
      inputs(60, 4_000),
    )
  })

  test('leaves other text as it is', async () => {
    const greek = fc.string({ unit: fc.constantFrom(...'αβγδ \n"\\%=') })
    await fc.assert(
      fc.asyncProperty(fc.stringMatching(/^[a-z0-9]{4,40}$/), greek, greek, async (text, before, after) => {
        const { Secret, redact } = await fresh()
        expect(redact(before + text + after)).toBe(before + text + after)
        new Secret(text)
        expect(redact(before + text + after)).toBe(before + MASK + after)
        expect(redact(before + after)).toBe(before + after)
      }),
      inputs(60, 4_000),
    )
  })

  describe('knows a token that is', () => {
    const json = (text: string) => JSON.stringify(text).slice(1, -1)
    const percent = (text: string) => encodeURIComponent(text)
    const base64 = (text: string) => Buffer.from(text).toString('base64')
    const entities = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }
    const html = (text: string) => text.replace(/[&<>"']/g, sign => entities[sign as keyof typeof entities])
    const each = (text: string, form: (code: number) => string) =>
      [...text].map(sign => form(sign.charCodeAt(0))).join('')
    const inLines = (text: string, width: number, end: string) =>
      text.replace(RegExp(`(.{${width}})(?=.)`, 'gs'), `$1${end}`)
    const written: Readonly<Record<string, (text: string) => string>> = {
      'in hex': text => Buffer.from(text).toString('hex'),
      'in HEX': text => Buffer.from(text).toString('hex').toUpperCase(),
      'in spaced hex': text => inLines(Buffer.from(text).toString('hex'), 2, ' '),
      'escaped for HTML': html,
      'escaped for HTML by numbers': text => each(text, code => `&#${code};`),
      'escaped for HTML by hex numbers': text => each(text, code => `&#x${code.toString(16)};`),
      'escaped by \\u': text => each(text, code => `\\u${code.toString(16).padStart(4, '0')}`),
      'escaped by \\x': text => each(text, code => `\\x${code.toString(16).padStart(2, '0')}`),
      'percent for each letter': text => each(text, code => `%${code.toString(16).padStart(2, '0')}`),
      'JSON in JSON': text => json(json(text)),
      'JSON in JSON in HTML': text => html(json(json(text))),
      'percent twice': text => percent(percent(text)),
      'JSON of percent': text => json(percent(text)),
      'HTML twice': text => html(html(text)),
      'in capitals': text => text.toUpperCase(),
      'in small letters': text => text.toLowerCase(),
      'broken into lines': text => inLines(text, 7, '\n'),
      'broken into indented lines': text => inLines(text, 19, '\r\n    '),
      'broken into lines, in JSON': text => json(inLines(text, 11, '\n')),
      'letter by letter': text => inLines(text, 1, ' '),
      'parted without being seen': text => inLines(text, 5, '\u200b'),
      'base64 in lines': text => inLines(base64(text), 16, '\r\n'),
      'base64 in lines, in JSON': text => json(inLines(base64(text), 16, '\n')),
      'base64 of JSON in percent': text => percent(base64(text)),
      'cut after 12': text => text.slice(0, 12),
      'cut in base64': text => base64(text).slice(0, 18),
      'cut before its end': text => text.slice(0, -1),
    }
    // What a header takes, without blanks, as tokens are; a Greek surrounding is part of no form.
    const token = fc.stringMatching(/^[\x21-\x7e]{24,80}$/)
    const around = fc.string({ unit: fc.constantFrom(...'αβγδ .,') })
    test.each(Object.keys(written))('%s', async how => {
      const { Secret, redact } = await fresh()
      fc.assert(
        fc.property(token, around, around, (text, before, after) => {
          new Secret(text)
          expect(redact(before + written[how]?.(text) + after)).toBe(before + MASK + after)
        }),
        { numRuns: 20 },
      )
    })
  })

  test('shows the beginning of a short secret, and less than twelve characters of a long one', async () => {
    const { Secret, redact } = await fresh()
    new Secret('pennocktech-2026')
    new Secret('HRKU-AAabcdefghijklmnopqrstuv')
    expect(redact('pennocktech-20, HRKU-AAabcd… HRKU-AAabcde…')).toBe(`pennocktech-20, HRKU-AAabcd… ${MASK}…`)
  })

  test('takes overlapping secrets out whole', async () => {
    const { Secret, redact } = await fresh()
    new Secret('abcdef')
    new Secret('defghi')
    new Secret('cdef')
    expect(redact('<abcdefghi> <cdefghi> <abab>')).toBe(`<${MASK}> <${MASK}> <abab>`)
    new Secret('ababab')
    expect(redact('<abababab>')).toBe(`<${MASK}>`)
  })

  test('knows basic authorization, and what Go makes of a password in JSON', async () => {
    const { Secret, redact } = await fresh()
    new Secret('p&ssw<rd')
    expect(redact(`Basic ${Buffer.from('user:p&ssw<rd').toString('base64')}`)).toMatch(/^Basic dXNlcjp•{4}$/)
    expect(redact(Buffer.from('user:p&ssw<rd').toString('base64url'))).toBe(`dXNlcjp${MASK}`)
    expect(redact('{"password":"p\\u0026ssw\\u003crd"}')).toBe(`{"password":"${MASK}"}`)
  })

  test('knows a secret of quotes and of broken characters', async () => {
    const { Secret, redact } = await fresh()
    new Secret('a"b\\<c')
    new Secret('\ud83dbroken')
    expect(redact(JSON.stringify({ a: 'a"b\\<c' }))).toBe(`{"a":"${MASK}"}`)
    expect(redact('<\ud83dbroken>')).toBe(`<${MASK}>`)
  })

  test('ignores what is too short to be a secret', async () => {
    const { Secret, redact } = await fresh()
    expect(new Secret('abc').reveal()).toBe('abc')
    expect(redact('abcdef')).toBe('abcdef')
  })
})

test('A secret of blanks, as a hostile address may have, is none: nothing is looked for without an end', async () => {
  const { Secret, redact } = await fresh()
  for (const blanks of [' '.repeat(20), '\u200b'.repeat(30), ' '.repeat(4)]) {
    new Secret(blanks)
    expect(redact(`a${blanks}b`)).toBe(`a${blanks}b`)
  }
})
