import { expect, test } from 'vitest'
import type { Seen } from '../../../src/engine/step.ts'
import { shown } from '../../../src/engine/text.ts'
import { strip } from '../../../steps/google/strip.ts'
import { ANSWERS } from '../../support/engine.ts'

/** As gcloud reads a list: by the sign that it begins with, else by commas (`gcloud topic escaping`). */
function readByGcloud(value: string): readonly string[] {
  const [, sign = ',', list = value] = /^\^(.+?)\^(.*)$/s.exec(value) ?? []
  return list.split(sign)
}

test.each([
  ['until', 'request.time < timestamp("2099-01-01T00:00:00Z")'],
  ['a, expression=true', 'resource.name in ["a", "b"]'],
  ['a;b', 'x == "," || y == "|"'],
])('By hand, a role is given back with just the condition that it had: %s', (title, expression) => {
  const bindings = [{ role: 'roles/viewer', members: [], condition: { title, expression } }]
  const seen: Seen<unknown> = {
    is: 'differs',
    state: { to: 'give-back', bindings },
    how: [{ what: '', expected: '', found: '' }],
  }
  const answers = { ...ANSWERS, googleProject: 'acme-1', googleServiceAccountId: 'ci-pusher' }
  const [action] = strip.actions(answers, seen)
  const [command] = action?.kind === 'policy' ? action.byHand : []
  const flag = command?.argv.map(shown).find(one => one.startsWith('--condition=')) ?? ''
  expect(readByGcloud(flag.slice('--condition='.length))).toEqual([`title=${title}`, `expression=${expression}`])
})
