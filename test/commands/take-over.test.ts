import { describe, expect, test } from 'vitest'
import { takeOver } from '../../src/commands/take-over.ts'
import type { HandedOver } from '../../src/engine/handed-over.ts'
import { NOTHING_SAID } from '../support/hand-over.ts'
import { refusal } from '../support/refusal.ts'

const SET_UP = { folder: '', project: NOTHING_SAID.project, clouds: 'real' } as const
const taken = (said: Partial<HandedOver>) =>
  takeOver({ name: 'FILE', text: JSON.stringify({ ...NOTHING_SAID, ...said }) }, SET_UP)

describe('What was handed over', () => {
  test('gives answers that each need a yes', () => {
    const { answers } = taken({
      answers: { herokuTokenScopes: 'global', dockerHubBot: 'another', contextExpression: '' },
    })
    const told = { from: 'handed over by ann@laptop', proposed: 'handed-over' }
    expect(answers).toEqual([
      { key: 'herokuTokenScopes', value: 'global', ...told },
      { key: 'dockerHubBot', value: 'another', ...told },
      { key: 'contextExpression', value: '', ...told },
    ])
  })

  test('does not decide whether credentials may be put where others can read them', () => {
    const { answers } = taken({ answers: { secretsUntilRestricted: 'open-context', herokuApp: 'acme-dummy' } })
    expect(answers.map(({ key }) => key)).toEqual(['herokuApp'])
  })

  test.each([
    ['value of a fact', { facts: { 'heroku.create-app:id': 'HRKU-AAabcdefghijklmnopq' } }],
    ['name of a fact', { facts: { 'heroku.create-app:HRKU-AAabcdefghijklmnopq': '1' } }],
    ['answer', { answers: { herokuApp: 'HRKU-AAabcdefghijklmnopq' } }],
  ])('is refused with a credential as the %s, which is not repeated (exit 2)', (_, said) => {
    const { exit, cause, message } = refusal(() => taken(said))
    expect(exit).toBe(2)
    expect(JSON.stringify(cause) + message).not.toContain('AAabc')
  })
})
