import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { asStarted } from '../src/output/program.ts'
import { CLI } from './support/cli.ts'
import { collectMessages } from './support/messages.ts'

const messages = collectMessages()
const sources = ['src', 'steps'].flatMap(folder =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter(name => name.endsWith('.ts'))
    .map(name => join(folder, name)),
)

/** The words that stand right behind the property in the sources, up to what is filled in: found without a parser. */
function wordsBehind(property: 'means' | 'next'): readonly { file: string; words: string }[] {
  const quoted = new RegExp(`\\b${property}:\\s*(?:\\w+ =>\\s*)?(['"\`])((?:(?!\\1|\\$\\{)[^\\\\]){4,})`, 'g')
  return sources.flatMap(file =>
    [...readFileSync(file, 'utf8').matchAll(quoted)].map(([, , words = '']) => ({ file, words })),
  )
}

describe('The collection', () => {
  test.each(['means', 'next'] as const)('has all that the sources say with `%s`', property => {
    const said = wordsBehind(property)
    expect(said.length).toBeGreaterThan(30)
    const lost = said.filter(
      ({ file, words }) => !messages.some(one => one.at.startsWith(file) && one[property].join('\n').includes(words)),
    )
    expect(lost).toEqual([])
  })

  test('reaches tables, functions, and the calls of functions that make messages', () => {
    expect(messages.length).toBeGreaterThan(65)
    expect(new Set(messages.map(({ at }) => at.split(':')[0])).size).toBeGreaterThan(20)
    const find = (code: string) => messages.filter(one => one.code === code)
    expect(find('unknown-host')).toMatchObject([{ area: 'transport', means: [expect.stringContaining('‹host› ')] }])
    expect(find('rate_limit').map(({ at }) => at)).toContainEqual(expect.stringContaining('clouds/heroku.ts:'))
    const ofApp = find('another-owner').filter(({ at }) => at.includes('create-app'))
    expect(ofApp).toMatchObject([{ means: { length: 2 }, next: { length: 2 } }])
    expect(find('repository').map(({ exit }) => exit)).toEqual([2, 2, 2, 2, 2, 2, 2])
    expect(find('locked')).toMatchObject([{ exit: 5, next: { length: 2 } }])
    const atStart = find('no-sign-in').filter(({ at }) => at.includes('clouds/sign-in'))
    expect(atStart).toMatchObject([{ means: { length: 6 }, next: { length: 4 } }])
  })
})

/** How an instruction begins, and what a person can type. */
const ACT =
  /^(add|agree|ask|change|check|choose|correct|delete|do|free|give|install|look|make|move|name|paste|print|put|run|see|set|sign in|start|take|type|unset|use|wait)\b/i
const COMMAND = /(^|\s|\()(--[a-z]+|git \w+|rm|npx|chmod|heroku login|dummyapp-setup) /

/** The texts, with their places, that do not pass; what is handed on from elsewhere is judged there. */
function failing(property: 'means' | 'next', passes: (text: string) => boolean): readonly string[] {
  const texts = messages.flatMap(message => message[property].map(text => ({ text, at: message.at })))
  return texts.flatMap(({ text, at }) => (/^‹[^›]*›$/.test(text) || passes(text) ? [] : [`${at} ${text}`]))
}

describe('Every message', () => {
  test('has a code for scripts', () => {
    const codes = messages.map(({ code }) => code?.replaceAll(/‹[^›]*›/g, 'x'))
    expect(codes.filter(code => !code || !/^[a-z]+([-_][a-z]+)*$/.test(code))).toEqual([])
  })

  test('has words for both what it means and what goes on', () => {
    expect(messages.filter(({ means, next }) => means.length === 0 || next.length === 0)).toEqual([])
    expect([...failing('means', text => text !== ''), ...failing('next', text => text !== '')]).toEqual([])
  })

  test('has no blank at an end', () => {
    const isTrim = (text: string) => text === text.trim()
    expect([...failing('means', isTrim), ...failing('next', isTrim)]).toEqual([])
  })

  test('says what it means, to the full stop', () => {
    expect(failing('means', text => /[.?!…›)]$/.test(text))).toEqual([])
  })

  test('says an act or a command that goes on', () => {
    const clauses = (text: string) => text.split(/[.?:;,]\s+(?:and |or |then |else )?/)
    expect(failing('next', text => clauses(text).some(one => ACT.test(one)) || COMMAND.test(text))).toEqual([])
  })
})

const help = execFileSync(process.execPath, [CLI, '--help'], { encoding: 'utf8' })
const commands = [...help.slice(help.indexOf('Commands:')).matchAll(/^ {2}([a-z]\S*)/gm)].map(([, name]) => name)
const pages = ['README.md', 'SECURITY.md', 'CONTRIBUTING.md', 'CHANGELOG.md'].map(file => ({
  at: file,
  text: readFileSync(file, 'utf8'),
}))

/** Texts in the sources: what stands in quotes, where no comment is; the rehearsal plays others. */
const quoted = sources
  .filter(file => !file.includes('rehearsal'))
  .flatMap(file =>
    readFileSync(file, 'utf8')
      .split('\n')
      .filter(line => !/^\s*(\/?\*|\/\/)/.test(line))
      .flatMap(line => [...line.matchAll(/(['"`])((?:(?!\1).)*)\1/g)].map(([, , text = '']) => ({ at: file, text }))),
  )

describe('A command that a person is told of', () => {
  const told = messages.flatMap(({ at, means, next }) => [...means, ...next].map(text => ({ at, text })))

  test('is there', () => {
    expect(commands).toContain('hand-over')
    const named = [...told, ...pages].flatMap(({ at, text }) =>
      [...text.matchAll(/(?::\s|[(`]|npx )dummyapp-setup(?:@[\w.]+)? ([a-z][\w-]*)/g)].map(([, name = '']) => ({
        at,
        name,
      })),
    )
    expect(named.length).toBeGreaterThan(8)
    expect(named.filter(({ name }) => !commands.includes(name))).toEqual([])
  })

  test('is none of those that are still to come', () => {
    const missing = ['undo', 'verify', 'rotate'].filter(name => !commands.includes(name))
    const names = new RegExp(`(?<![-\\w])(${missing.join('|') || '(?!)'})(?![-\\w])`)
    expect([...quoted, ...pages].filter(({ text }) => names.test(text))).toEqual([])
  })

  test('is found, and so named as it was started', () => {
    vi.stubEnv('npm_command', 'exec')
    onTestFinished(() => void vi.unstubAllEnvs())
    const left = new RegExp(`dummyapp-setup( --| (${commands.join('|')})\\b|$)`, 'm')
    expect(told.filter(({ text }) => left.test(text)).length).toBeGreaterThan(5)
    expect(told.filter(({ text }) => left.test(asStarted(text)))).toEqual([])
  })
})
