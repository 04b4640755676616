import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { nearest } from '../../src/answers/nearest.ts'

const KNOWN = ['checklist', 'plan', 'rehearse', 'herokuApp']

describe('The word that was probably meant', () => {
  test.each([
    ['checklst', 'checklist'],
    ['CHECKLIST', 'checklist'],
    ['rehears', 'rehearse'],
    ['reherase', 'rehearse'],
    ['heroku_app', 'herokuApp'],
    ['paln', 'plan'],
  ])('is the nearest one: %s → %s', (word, meant) => {
    expect(nearest(word, KNOWN)).toBe(meant)
  })

  test.each(['unrelated', 'x', 'checking-in', ''])('is not guessed where none is near: %j', word => {
    expect(nearest(word, KNOWN)).toBeUndefined()
  })

  test('is the word itself where it is known', () => {
    const words = fc.uniqueArray(fc.stringMatching(/^[a-z]{3,8}$/), { minLength: 1, maxLength: 6 })
    fc.assert(fc.property(words, all => void expect(all.map(word => nearest(word, all))).toEqual(all)))
  })

  test('is nothing where nothing is known', () => expect(nearest('word', [])).toBeUndefined())
})
