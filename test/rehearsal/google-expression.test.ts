import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { attributeCondition, attributeMapping, EvaluationError } from '../../src/rehearsal/google/expression.ts'

const SCOPE = {
  assertion: { a: 'x', 'b/c': 'y', flag: true, list: ['x'], number: 1 },
  google: { subject: 'me' },
  attribute: { ref: 'main' },
}

describe('A condition', () => {
  test.each([
    ["assertion.a == 'x'", true],
    ['assertion["b/c"] == "y" && assertion.a != "y"', true],
    ["(assertion.a == 'y' || assertion.a == 'x') && assertion.a.startsWith('x')", true],
    ["'xy'.startsWith(assertion.a)", true],
    ["assertion.a == 'y'", false],
    ['assertion.flag', true],
    ["google.subject == 'me' && attribute.ref == 'main' && attribute['ref'] != google.subject", true],
    ["google.subject.startsWith('you')", false],
    // Either side may decide alone, even where the other has no value.
    ["assertion.a == 'x' || assertion.nothing == 'x'", true],
    ["assertion.nothing == 'x' || assertion.a == 'x'", true],
    ["assertion.nothing == 'x' && assertion.a == 'y'", false],
  ])('%s is %s', (text, value) => {
    expect(attributeCondition(text)(SCOPE)).toBe(value)
  })

  test.each([
    'assertion.nothing',
    "assertion.nothing != 'x'",
    "assertion.nothing.startsWith('')",
    "assertion.toString.startsWith('')",
    'assertion.a',
    "assertion.a == 'x' && assertion.nothing == 'x'",
    "assertion.a == 'y' || assertion.nothing == 'x'",
    "assertion.list == 'x'",
    "assertion.list.startsWith('')",
    "assertion.number != 'x'",
    "assertion.flag != 'x'",
    "attribute.nothing != 'x'",
    "google.groups != 'x'",
  ])('that comes to nothing is an error, which is never taken for a yes: %s', text => {
    expect(() => attributeCondition(text)(SCOPE)).toThrow(EvaluationError)
  })

  test.each([
    '',
    'true',
    "'x'",
    '"x".startsWith',
    'assertion',
    'assertion.',
    "assertion.''",
    'assertion.a.b',
    "assertion.('a')",
    "assertion.a == 'x' &&",
    "assertion.a == 'x' 'y'",
    "assertion.a == 'x' && 'y'",
    "assertion.a == 'x' == 'y'",
    "(assertion.a == 'x') == 'y'",
    "(assertion.a == 'x').startsWith('y')",
    'assertion.a in ["x"]',
    'request.time',
    "assertion['a'",
    "assertion.a == '\\x'",
    'a == 1',
  ])('that is not understood, or is none, is refused: %s', text => {
    expect(() => attributeCondition(text)).toThrow()
  })

  test('says of any claim and any text what it says', () => {
    const quoted = (text: string) => `'${text.replaceAll(/['\\]/g, '\\$&')}'`
    const line = fc.string().filter(text => !/[\r\n]/.test(text))
    fc.assert(
      fc.property(line, line, line, (name, one, other) => {
        const claim = `assertion[${quoted(name)}]`
        const scope = { assertion: Object.fromEntries([[name, one]]) }
        expect(attributeCondition(`${claim} == ${quoted(other)}`)(scope)).toBe(one === other)
        expect(attributeCondition(`${claim}.startsWith(${quoted(other)})`)(scope)).toBe(one.startsWith(other))
      }),
    )
  })
})

describe('A mapping', () => {
  test.each([
    ['assertion.a', 'x'],
    ["'x'", 'x'],
    ['assertion.list', ['x']],
  ])('%s is %j', (text, value) => {
    expect(attributeMapping(text)(SCOPE.assertion)).toEqual(value)
  })

  test.each(['google.subject', 'attribute.ref', "assertion.a == 'x'", "assertion.a.startsWith('x')"])(
    'speaks of the assertion alone, and is no question: %s',
    text => {
      expect(() => attributeMapping(text)).toThrow()
    },
  )
})
