import { describe, expect, test } from 'vitest'
import { given } from '../../src/answers/given.ts'
import { makeCheckout } from '../support/checkout.ts'
import { runCli } from '../support/cli.ts'
import { temporaryFolder } from '../support/folder.ts'
import { refusal } from '../support/refusal.ts'

const set = (...pairs: readonly string[]) => given({ set: pairs })
const inFile = (text: string) => given({ set: [], answers: { name: 'answers.yml', text } })
const pairs = (candidates: ReturnType<typeof given>) => candidates.map(({ key, value }) => `${key}=${value}`)

describe('What is given', () => {
  test('with --set counts before the file, and of two the later one', () => {
    const candidates = given({
      set: ['herokuApp=first', 'herokuApp=second'],
      answers: { name: 'answers.yml', text: 'herokuApp: in-file' },
    })
    expect(candidates).toEqual([
      { key: 'herokuApp', value: 'second', from: '--set' },
      { key: 'herokuApp', value: 'first', from: '--set' },
      { key: 'herokuApp', value: 'in-file', from: 'answers.yml' },
    ])
  })

  test.each([
    ['JSON', '{"githubProject": "acme/dummyapp", "herokuApp": "acme-dummy"}'],
    ['YAML', '# ours\ngithubProject: acme/dummyapp\nherokuApp: "acme-dummy"\n'],
  ])('in a file may be %s', (_, text) => {
    expect(pairs(inFile(text))).toEqual(['githubProject=acme/dummyapp', 'herokuApp=acme-dummy'])
  })

  test.each(['{"herokuApp": "acme-dummy"}', 'herokuApp: acme-dummy'])('on standard input is read: %s', async input => {
    const { code, stdout } = await runCli(['checklist', '--format', 'json', '--answers', '-'], {
      cwd: makeCheckout(),
      home: temporaryFolder(),
      input,
    })
    expect(code).toBe(0)
    expect(JSON.parse(stdout).answers.herokuApp).toBe('acme-dummy')
  })
})

describe('It is refused (exit 2)', () => {
  test.each([
    ['no answer at all', ['herokuApp'], '--set takes KEY=VALUE.'],
    ['no key', ['=x'], '--set takes KEY=VALUE.'],
    ['a key that is near another', ['heroku_app=x'], 'there is no answer "heroku_app".'],
    ['a key of every object', ['constructor=x'], 'there is no answer "constructor".'],
  ])('with %s', (_, pairs, words) => {
    const { cause, exit } = refusal(() => set(...pairs))
    expect(exit).toBe(2)
    expect(cause.means).toContain(words)
  })

  test('with the nearest known name, or with all of them', () => {
    expect(refusal(() => set('herokuap=x')).cause.next).toBe('Did you mean herokuApp? Correct it, and run again.')
    expect(refusal(() => set('zzzzzzzzzzzz=x')).cause.next).toMatch(/^Take one of these: githubProject, .*herokuApp/)
  })

  test.each([
    ['a list', '- herokuApp', 'must hold answers by name'],
    ['one word', 'herokuApp', 'must hold answers by name'],
    ['nothing', '', 'must hold answers by name'],
    ['a number', 'herokuApp: 5', 'herokuApp must be a text.'],
    ['no value', 'herokuApp:', 'herokuApp must be a text.'],
    ['a list of values', 'herokuApp: [a, b]', 'herokuApp must be a text.'],
    ['an answer twice', 'herokuApp: a\nherokuApp: b', 'is neither JSON nor YAML.'],
    ['an answer twice, as JSON', '{"herokuApp": "a", "herokuApp": "b"}', 'is neither JSON nor YAML.'],
    ['a brace too few', '{"herokuApp": "a"', 'is neither JSON nor YAML.'],
    ['two documents', 'herokuApp: a\n---\nherokuApp: b', 'is neither JSON nor YAML.'],
    ['an answer that there is not', 'herokuapp: a', 'there is no answer "herokuapp".'],
  ])('as a file with %s', (_, text, words) => {
    const { cause, exit } = refusal(() => inFile(text))
    expect(exit).toBe(2)
    expect(cause.means).toContain(words)
  })

  test('with a bad value for a route that is not taken', () => {
    expect(refusal(() => set('googleBranch=a b')).cause.means).toContain('googleBranch must be a branch')
  })

  test('as a small file that would become a large one', () => {
    const levels = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i']
    const lines = levels.map((name, index) => {
      const before = levels[index - 1]
      return `${name}: &${name} [${Array(9)
        .fill(before ? `*${before}` : 'x')
        .join(', ')}]`
    })
    expect(refusal(() => inFile(lines.join('\n'))).cause.means).toContain('is neither JSON nor YAML.')
  })
})

describe('A credential among the answers', () => {
  test('is not repeated in the place of a key either, whatever its value is', () => {
    for (const text of ['HRKU-AAabcdefghijklmnopq:', '{"HRKU-AAabcdefghijklmnopq": 5}'])
      expect(refusal(() => inFile(text)).cause.means).toContain('a key looks like a credential (it is not shown here)')
  })
})
