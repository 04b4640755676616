import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { holds, isExpression } from '../../src/rehearsal/circleci/expression.ts'

const VALUES = new Map<string, string | number | boolean>([
  ['pipeline.git.branch', 'main'],
  ['pipeline.number', 7],
  ['job.ssh.enabled', false],
])

describe('an expression', () => {
  test.each([
    ['pipeline.git.branch == "main"', true],
    ['pipeline.git.branch != "main"', false],
    ['pipeline.git.branch == "main" and not job.ssh.enabled', true],
    ['pipeline.git.branch == "main" and job.ssh.enabled', false],
    ['pipeline.git.branch == "other" or pipeline.number >= 7', true],
    ['pipeline.number > 7 or pipeline.number < 7', false],
    ['pipeline.number <= 7', true],
    ['not (pipeline.git.branch starts-with "ma")', false],
    // `and` binds tighter than `or`, `not` tighter than both.
    ['true or false and false', true],
    ['(true or false) and false', false],
    ['not false or true', true],
    ['not (false or true)', false],
  ])('%s is %s', (text, is) => {
    expect(isExpression(text)).toBe(true)
    expect(holds(text, VALUES)).toBe(is)
  })

  test.each([
    'no.such.variable == "main"',
    'not (no.such.variable == "main")',
    'no.such.variable == no.other.variable',
    'true or no.such.variable',
    'not (pipeline.number == "7")',
    'not (pipeline.git.branch > 3)',
    'pipeline.git.branch',
    'not pipeline.git.branch',
    'pipeline.number starts-with "7"',
    'pipeline.parameters.deploy == true',
    'not pipeline.parameters.deploy',
  ])('%s is taken and never true', text => {
    expect(isExpression(text)).toBe(true)
    expect(holds(text, VALUES)).toBe(false)
  })

  test('of any text is judged without a mishap, and what is none does not hold', () => {
    const part = fc.constantFrom(
      'pipeline.number',
      '7',
      '"x"',
      '==',
      'and',
      'or',
      'not',
      '(',
      ')',
      ' ',
      'true',
      '\n',
      '!',
    )
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(part).map(parts => parts.join(' ')),
        ),
        text => {
          expect(isExpression(text) || !holds(text, VALUES)).toBe(true)
        },
      ),
    )
  })
})
