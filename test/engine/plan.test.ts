import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { inOrder, ownership, planStep, sameActions } from '../../src/engine/plan.ts'
import type { Action, Owned, Seen, Step, StepId } from '../../src/engine/step.ts'
import { hole, type Str, t } from '../../src/engine/text.ts'
import { ANSWERS, fakeStep } from '../support/engine.ts'

const run = (key: string, ...argv: readonly string[]): Action => ({ kind: 'run', key, does: key, argv: [key, ...argv] })
const step = (id: StepId, after: readonly StepId[] = []) => fakeStep(id, { after })
const ids = (steps: readonly Step[]) => steps.map(({ id }) => id)

describe('The order of the steps', () => {
  /** Steps without a circle: each comes after some of those before it. */
  const acyclic = fc
    .array(fc.array(fc.nat(), { maxLength: 3 }), { minLength: 1, maxLength: 12 })
    .map(rows =>
      rows.map((row, index) => step(`lane.s${index}`, index === 0 ? [] : row.map(n => `lane.s${n % index}` as const))),
    )

  test('is the listed one, where that will do', () => {
    fc.assert(fc.property(acyclic, steps => void expect(ids(inOrder(steps))).toEqual(ids(steps))))
  })

  test('has every step once, behind those it comes after, however they are listed', () => {
    const shuffled = acyclic.chain(steps => fc.shuffledSubarray(steps, { minLength: steps.length }))
    const isInOrder = (steps: readonly Step[]) => {
      const ordered = ids(inOrder(steps))
      expect(ordered.toSorted()).toEqual(ids(steps).toSorted())
      for (const { id, after = [] } of steps)
        for (const earlier of after) expect(ordered.indexOf(earlier)).toBeLessThan(ordered.indexOf(id))
    }
    fc.assert(fc.property(shuffled, isInOrder))
  })

  test('moves no step but for one that waits for it', () => {
    const steps = [step('a.one'), step('a.two', ['a.four']), step('a.three'), step('a.four')]
    expect(ids(inOrder(steps))).toEqual(['a.one', 'a.four', 'a.two', 'a.three'])
  })

  test('does not exist where steps wait for each other: they are named', () => {
    const circle = [step('a.one', ['a.three']), step('a.two', ['a.one']), step('a.three', ['a.two'])]
    expect(() => inOrder(circle)).toThrow('a.one → a.three → a.two → a.one')
    expect(() => inOrder([step('a.one', ['a.one'])])).toThrow('a.one → a.one')
  })

  test('does not exist where a step comes after none, or an id is there twice', () => {
    expect(() => inOrder([step('a.one', ['a.no'])])).toThrow('a.one comes after a.no, which is no step')
    expect(() => inOrder([step('a.one'), step('a.one')])).toThrow('two steps have the same id')
  })
})

const NOON = Date.parse('2026-11-22T12:00:00Z')
const owned = (since = NOON): Owned => ({
  id: 'id',
  what: 'a thing',
  owner: 'me',
  since: new Date(since),
  alsoAccess: [],
})
const intent = (at = NOON) => ({ step: 'a.one', at: new Date(at).toISOString() })
const record = (id?: string) => ({
  how: 'made' as const,
  by: 'me',
  at: new Date(NOON).toISOString(),
  ...(id && { id }),
})

describe('A thing that stands there', () => {
  test('is ours where it is recorded under its very id', () => {
    expect(ownership(owned(), { record: record('id'), intents: [] })).toBe('recorded')
    expect(ownership(owned(), { record: record('another'), intents: [] })).toBe('stranger')
    expect(ownership(owned(), { record: record(), intents: [] })).toBe('stranger')
  })

  test.each([
    ['a day before', -86_400_000, 'stranger'],
    ['two seconds before', -2_000, 'stranger'],
    ['in the same second, by a clock of whole seconds,', -999, 'made'],
    ['right after', 500, 'made'],
    ['two minutes after', 120_000, 'made'],
    ['later than a lost request can take', 121_000, 'stranger'],
  ])('that appeared %s what we were about to do is judged by that', (_, after, whose) => {
    expect(ownership(owned(NOON + after), { intents: [intent()] })).toBe(whose)
  })

  test('is a stranger’s where nothing speaks for us', () => {
    expect(ownership(owned(), { intents: [] })).toBe('stranger')
  })
})

describe('What follows from what is seen', () => {
  const one = step('a.one')
  const none = { intents: [] }
  const how = [{ what: 'colour', expected: 'red', found: 'blue' }] as const

  test.each<[string, Seen<unknown>, number, readonly string[]]>([
    ['what is missing is done', { is: 'missing' }, 1, []],
    ['what is present is left', { is: 'present', state: 0 }, 0, []],
    ['what is not known is left', { is: 'unknown', cause: { code: 'x', means: '', next: '' } }, 0, []],
    ['what differs is overwritten with consent', { is: 'differs', state: 0, how }, 1, ['replace']],
    ['a stranger’s thing is used with consent', { is: 'present', state: 0, owned: owned() }, 0, ['adopt']],
    [
      'a stranger’s thing that differs needs both',
      { is: 'differs', state: 0, how, owned: owned() },
      1,
      ['adopt', 'replace'],
    ],
  ])('%s', (_, seen, actions, consents) => {
    const planned = planStep(one, seen, ANSWERS, none)
    expect(planned.actions).toHaveLength(actions)
    expect(planned.consents).toEqual(consents)
  })

  test('what is ours is used without a question', () => {
    const seen = { is: 'present', state: 0, owned: owned() } as const
    expect(planStep(one, seen, ANSWERS, { record: record('id'), intents: [] }).consents).toEqual([])
    expect(planStep(one, seen, ANSWERS, { intents: [intent()] }).consents).toEqual([])
  })
})

test('Actions are the same where their data is', () => {
  expect(sameActions([run('a', 'b')], [run('a', 'b')])).toBe(true)
  expect(sameActions([run('a', 'b')], [run('a', 'c')])).toBe(false)
  expect(sameActions([run('a'), run('b')], [run('b'), run('a')])).toBe(false)
  expect(sameActions([run('a')], [])).toBe(false)
})

test('Edits are the same where they change the same lines, holes and all', () => {
  const edit = (from: Str, to: Str): Action => ({ kind: 'edit', key: 'a', does: 'a', file: 'a', from, to })
  const number = hole('a.b:number')
  const agreed = [edit('one\ntwo\n', t`one\nx ${number}\n`)]
  expect(sameActions(agreed, [edit('# theirs\none\ntwo\n', t`# theirs\none\nx ${number}\n`)])).toBe(true)
  expect(sameActions([edit(t`${number}\ntwo\n`, t`${number}\n2\n`)], [edit('17\ntwo\n', '17\n2\n')])).toBe(true)
  expect(sameActions(agreed, [edit('one\ntwo\n', t`one\nx ${hole('a.b:other')}\n`)])).toBe(false)
  expect(sameActions(agreed, [edit('one\ntwo\n', 'one\nx <a.b:number>\n')])).toBe(false)
})
