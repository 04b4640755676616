import fc from 'fast-check'
import { expect, test } from 'vitest'
import { hole, shown, t } from '../../../src/engine/text.ts'
import { attributeCondition } from '../../../src/rehearsal/google/expression.ts'
import { celText } from '../../../steps/google/cel.ts'
import { inputs } from '../../support/inputs.ts'

test('Whatever a text is, a condition compares with that text and nothing else', () => {
  const text = fc.oneof(fc.string(), fc.constantFrom("x' || true || 'x' == 'x", '\\', "\\' || true || '", '"'))
  fc.assert(
    fc.property(text, value => {
      const lets = attributeCondition(`assertion['a'] == ${shown(celText(value))}`)
      expect(lets({ assertion: { a: value } })).toBe(true)
      expect(lets({ assertion: { a: `${value}x` } })).toBe(false)
    }),
    inputs(100, 5_000),
  )
})

test('A hole stands in it as it is, and a control character is refused', () => {
  expect(shown(celText(t`it’s ${hole('a.b:id')}'s`))).toBe("'it’s <a.b:id>\\'s'")
  expect(() => celText('a\nb')).toThrow('control character')
})

test('A build that was run again with SSH is told from one that was not', () => {
  const lets = attributeCondition("assertion['oidc.circleci.com/ssh-rerun'] == false")
  const said = (ssh: boolean) => lets({ assertion: { 'oidc.circleci.com/ssh-rerun': ssh } })
  expect([said(false), said(true)]).toEqual([true, false])
})
