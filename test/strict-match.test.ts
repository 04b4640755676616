import { expect, test } from 'vitest'
import { NOTHING } from './support/nothing.ts'

test.each([
  ['at its top', {}, 'its top'],
  ['as a value', { ...{ a: 1 }, saved: { intents: {} } }, 'saved.intents'],
  ['in a list', { keys: [{ id: 1 }, {}] }, 'keys.1'],
])('An assertion that cannot fail is refused: toMatchObject with an empty object %s', (_, expected, place) => {
  expect(() => expect(expected).toMatchObject(expected)).toThrow(`the empty object at ${place} matches everything`)
  expect(() => expect({ other: 1 }).not.toMatchObject(expected)).toThrow('matches everything')
})

test('NOTHING matches the empty object alone, and all else matches as ever', () => {
  expect({ intents: {}, more: 1 }).toMatchObject({ intents: NOTHING })
  expect({ at: new Date(0), list: [], said: 'abc' }).toMatchObject({ list: [], said: expect.stringContaining('b') })
  for (const intents of [{ a: 1 }, [], undefined, null, '']) {
    expect(() => expect({ intents }).toMatchObject({ intents: NOTHING }), JSON.stringify(intents)).toThrow()
  }
  expect(() => expect({ a: 1 }).toMatchObject({ a: 2 })).toThrow('to match object')
})
