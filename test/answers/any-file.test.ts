import fc from 'fast-check'
import { expect, onTestFinished, test } from 'vitest'
import { stringify } from 'yaml'
import { given } from '../../src/answers/given.ts'
import { ANSWER_KEYS, faultOf, isAnswerKey } from '../../src/answers/schema.ts'
import { SetupError } from '../../src/clouds/cause.ts'
import { inputs } from '../support/inputs.ts'

const CANARY = 'HRKU-AAcanary0123456789'
const OF_EVERY_OBJECT = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'prototype', '<<']

const key = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...ANSWER_KEYS) },
  fc.constantFrom(...OF_EVERY_OBJECT, '', CANARY),
  fc.string({ unit: 'binary', maxLength: 80 }),
)
const value = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom('acme-dummy', 'main', 'documented', 'gh/acme/dummyapp', '', CANARY) },
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.jsonValue(),
  fc.constantFrom(1e308, -0, 2 ** 53, null, true),
)
/** In pairs, since a file may name a key twice. */
const members = fc.array(fc.tuple(key, value), { maxLength: 6 })
const asJson = members.map(
  all => `{${all.map(([name, one]) => `${JSON.stringify(name)}: ${JSON.stringify(one)}`).join(', ')}}`,
)
const asYaml = members.map(all => all.map(member => stringify(Object.fromEntries([member]))).join(''))

/** What YAML can do beside saying things plainly. */
const TRICKS = [
  '&a ',
  '*a',
  '!!binary ',
  '!!timestamp ',
  '!!js/function ',
  '!x ',
  '!!str ',
  '? ',
  ': ',
  '- ',
  '<<: *a\n',
  '%YAML 1.1\n---\n',
  '---\n',
  '...\n',
  '|2-\n',
  '>+\n',
  '2001-12-14t21:59:43.10-05:00',
  '0x7fffffffffffffffff',
  '.inf',
  '.nan',
  '1e999',
  '0o17',
  '{',
  '}',
  '[',
  ']',
  '"',
  "'",
  '#',
  '\t',
  '\r\n',
  '\0',
  '\ufeff',
  '\u001b[2J',
  '\u202e',
  '__proto__: ',
  `${CANARY}: `,
  `*${CANARY}`,
]
/** A good one in which pieces were cut out and others put in. */
const mutated = fc
  .tuple(
    fc.oneof(asJson, asYaml),
    fc.array(fc.tuple(fc.nat(400), fc.nat(6), fc.oneof(fc.constantFrom(...TRICKS), fc.string({ maxLength: 5 }))), {
      maxLength: 5,
    }),
  )
  .map(([text, changes]) =>
    changes.reduce((now, [at, cut, put]) => {
      const place = at % (now.length + 1)
      return now.slice(0, place) + put + now.slice(place + cut)
    }, text),
  )
const bytes = fc.uint8Array({ maxLength: 300 })

test('Whatever an answers file holds, it is taken as good answers or refused in words (exit 2), at once and without its secrets', async () => {
  const name = 'answers.yml'
  const warnings: Error[] = []
  const warned = (warning: Error) => void warnings.push(warning)
  process.on('warning', warned)
  onTestFinished(() => void process.off('warning', warned))

  const isJudged = (content: string | Uint8Array) => {
    const text = Buffer.from(content).toString('utf8')
    const began = performance.now()
    try {
      for (const { key, value } of given({ set: [], answers: { name, text } })) {
        expect(isAnswerKey(key)).toBe(true)
        expect(value === '' ? undefined : faultOf(key, value)).toBeUndefined()
      }
    } catch (error) {
      if (!(error instanceof SetupError)) throw error
      expect(error.exit).toBe(2)
      const { code, said = '', means, next } = error.cause
      expect(['answers', 'bad-answer']).toContain(code)
      expect(code === 'answers' ? means : `${name}: ${means}`).toContain(name)
      // Which answer, and what is wanted of it.
      expect(means).toMatch(/must be|must hold|there is no answer|looks like a credential|neither JSON nor YAML/)
      expect(next).not.toBe('')
      expect(said + means + next).not.toContain('HRKU-')
      expect(said + means + next).not.toContain(' at Object.')
    }
    expect(performance.now() - began).toBeLessThan(2_000)
  }
  fc.assert(fc.property(fc.oneof(asJson, asYaml, mutated, mutated, bytes), isJudged), inputs(200, 20_000))
  expect(Object.keys(Object.prototype)).toEqual([])
  // Warnings come a turn later.
  await new Promise(setImmediate)
  expect(warnings).toEqual([])
})
