import { describe, expect, test } from 'vitest'
import type { Asker } from '../../src/answers/asker.ts'
import { Secret } from '../../src/clouds/secret.ts'
import { askCleanly } from '../../src/output/asking.ts'
import { typing } from '../support/asker.ts'

const SECRET = 'canary-in-a-question'
new Secret(SECRET)
/** A line that would come over the one before, a letter that turns the direction, a secret. */
const FOREIGN = `a\u001b[2K\rb\u202ec ${SECRET}`
const HARMLESS = /^[^\p{Cc}\p{Cf}]*$/u

/** What stands on the terminal where it is asked so, and these lines are typed. */
async function shownOf(ask: (asker: Asker) => Promise<unknown>, ...lines: readonly string[]): Promise<string> {
  const person = typing(...lines)
  await ask(askCleanly(person.asker))
  return person.shown().replaceAll('\n', ' ')
}

describe('Foreign text can neither lie nor tell a secret', () => {
  const choices = [{ name: FOREIGN, value: 1, description: FOREIGN }]
  const faultOf = (value: string) => (value === 'bad' ? FOREIGN : undefined)

  test.each<[string, (asker: Asker) => Promise<unknown>, readonly string[]]>([
    ['a question for a yes', asker => asker.yes(FOREIGN, false), ['']],
    ['a question with choices', asker => asker.choose(FOREIGN, [...choices, ...choices]), ['']],
    ['a question for a text, and in what is wrong with it', asker => asker.text(FOREIGN, { faultOf }), ['bad', 'good']],
    ['a question for a secret', asker => asker.secret(FOREIGN), ['HRKU-typed']],
  ])('in %s', async (_, ask, lines) => {
    const shown = await shownOf(ask, ...lines)
    expect(shown).toMatch(/a.*b.*c ••••/)
    expect(shown).toMatch(HARMLESS)
    expect(shown).not.toContain(SECRET)
  })

  test('in the description of a choice', async () => {
    const described: unknown[] = []
    const choose: Asker['choose'] = async (_, given) => {
      described.push(...given.map(({ description }) => description))
      return given[0]?.value as never
    }
    await askCleanly({ choose } as Asker).choose('x', choices)
    expect(described).toEqual([expect.stringMatching(/^a.*b.*c ••••$/)])
  })
})

test('Enter gives only what is shown: a default that would be shown otherwise is none', async () => {
  const given = (byDefault: string) =>
    askCleanly(typing('').asker).text('name', { byDefault, faultOf: () => undefined })
  expect(await given('plain')).toBe('plain')
  for (const byDefault of [FOREIGN, SECRET, 'x\u200b']) expect(await given(byDefault)).toBe('')
})
