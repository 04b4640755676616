import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { answersSchema } from '../../src/answers/json-schema.ts'
import { ANSWER_KEYS, faultOf, isAnswerKey } from '../../src/answers/schema.ts'
import { githubProjects, herokuApps, herokuTeams } from '../support/names.ts'

const anything = fc.oneof(fc.string({ unit: 'grapheme', maxLength: 60 }), fc.string({ maxLength: 60 }))
const suggestionIn = (fault: string | undefined) => / Try (.*)\.$/.exec(fault ?? '')?.[1]

describe('Names', () => {
  test.each([
    ['herokuApp', herokuApps],
    ['herokuTeam', herokuTeams],
    ['githubProject', githubProjects],
  ] as const)('that are good are taken: %s', (key, names) => {
    fc.assert(fc.property(names, name => void expect(faultOf(key, name)).toBeUndefined()))
  })

  test.each(ANSWER_KEYS)('that are suggested are good: %s', key => {
    const isGood = (bad: string) => {
      const better = suggestionIn(faultOf(key, bad))
      if (better !== undefined) expect(faultOf(key, better)).toBeUndefined()
    }
    fc.assert(fc.property(anything, isGood))
  })

  test.each([
    ['herokuApp', 'Pt_Dummy', 'pt-dummy'],
    ['herokuApp', '9-lives', 'lives'],
    ['herokuApp', 'acme-', 'acme'],
    ['herokuApp', 'acme/dummyapp', 'acme-dummyapp'],
    ['herokuApp', ' acme ', 'acme'],
    ['herokuApp', 'acmé app', 'acm-app'],
    ['herokuApp', 'x'.repeat(31), 'x'.repeat(30)],
    ['herokuApp', `${'x'.repeat(29)}-y-z`, 'x'.repeat(29)],
    ['herokuTeam', 'Acme Team', 'acme-team'],
  ] as const)('that are bad get the nearest good one: %s %j → %s', (key, bad, better) => {
    expect(suggestionIn(faultOf(key, bad))).toBe(better)
  })

  test.each([
    ['herokuApp', 'ab'],
    ['herokuApp', ''],
    ['herokuApp', '42'],
    ['herokuApp', 'good-name\n'],
    ['herokuApp', 'gööd'],
    ['herokuApp', 'a$(rm)b'],
    ['herokuTeam', ''],
    ['herokuTeam', 'a/b'],
    ['githubProject', 'dummyapp'],
    ['githubProject', 'a/b/c'],
    ['githubProject', '-a/b'],
    ['githubProject', 'a--b/c'],
    ['githubProject', `${'a'.repeat(40)}/b`],
    ['githubProject', 'a/..'],
    ['githubProject', 'a/b c'],
    ['githubProject', 'ſ/b'],
  ] as const)('that break the rule are refused: %s %j', (key, bad) => {
    expect(faultOf(key, bad)).toMatch(new RegExp(`^${key} must be .+ is not[.:]`))
  })

  test('that are bad are quoted, so that no control character gets out', () => {
    expect(faultOf('herokuApp', '\u001b[31mred')).toContain('"\\u001b[31mred" is not.')
  })
})

test('Only answers are answers', () => {
  expect(isAnswerKey('herokuApp')).toBe(true)
  expect(['constructor', '__proto__', 'toString', 'herokuapp', ''].filter(isAnswerKey)).toEqual([])
})

test('The JSON Schema of an answers file names every answer, asks for none and takes no other', () => {
  const { properties, required = [], additionalProperties } = answersSchema()
  expect(Object.keys(properties ?? {}).toSorted()).toEqual([...ANSWER_KEYS].toSorted())
  expect({ required, additionalProperties }).toEqual({ required: [], additionalProperties: false })
})
