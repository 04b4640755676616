import { describe, expect, test } from 'vitest'
import { createPlainAsker, readHidden } from '../../src/answers/plain.ts'
import { Secret } from '../../src/clouds/secret.ts'
import { openBareTerminal } from '../support/bare-terminal.ts'

const never = new AbortController().signal

function stand(stop = never) {
  const one = openBareTerminal()
  return { ...one, asker: createPlainAsker({ stop, terminal: one.terminal }) }
}

const anything = () => undefined

describe('In plain lines, a question for a yes', () => {
  test.each([
    ['', false, false],
    ['', true, true],
    ['  ', false, false],
    ['y', false, true],
    ['YES', false, true],
    ['n', true, false],
    ['no', true, false],
  ])('takes %j, where Enter means %s, for %s', async (typed, byDefault, meant) => {
    const { asker, type, shown } = stand()
    const answer = asker.yes('Overwrite it?', byDefault)
    await type(`${typed}\r`, byDefault ? '(Y/n) ' : '(y/N) ')
    expect(await answer).toBe(meant)
    expect(shown()).toContain('? Overwrite it? ')
  })

  test.each(['yeah', 'x', 'ny', '1', 'yes no'])('asks again after %j, which is neither', async typed => {
    const { asker, type, shown } = stand()
    const answer = asker.yes('Overwrite it?', false)
    await type(`${typed}\r`, '(y/N) ')
    await type('\r', 'Type y or n.\r\n? Overwrite it? (y/N) ')
    expect(await answer).toBe(false)
    expect(shown().split('Type y or n.')).toHaveLength(2)
  })
})

describe('In plain lines, a list', () => {
  const CHOICES = [
    { name: 'leave it', value: 'leave' },
    { name: 'overwrite it', value: 'take' },
  ] as const

  test.each([
    ['', 'leave'],
    ['1', 'leave'],
    [' 2 ', 'take'],
  ])('takes %j for %s', async (typed, value) => {
    const { asker, type } = stand()
    const answer = asker.choose('What shall become of it?', CHOICES)
    await type(`${typed}\r`, 'Number (1): ')
    expect(await answer).toBe(value)
  })

  test.each(['0', '3', '-1', '1.5', 'take', '__proto__'])('asks again after %j', async typed => {
    const { asker, type } = stand()
    const answer = asker.choose('What shall become of it?', CHOICES)
    await type(`${typed}\r`, 'Number (1): ')
    await type('2\r', 'from 1 to 2.\r\n')
    expect(await answer).toBe('take')
  })
})

test('In plain lines, Enter gives the default of a text, or nothing; what has a fault is asked for again', async () => {
  const { asker, type } = stand()
  const usual = asker.text('name', { byDefault: 'usual', faultOf: anything })
  await type('\r', '? name (usual) ')
  expect(await usual).toBe('usual')
  const none = asker.text('other', { faultOf: anything })
  await type('\r', '? other ')
  expect(await none).toBe('')
  const good = asker.text('third', { faultOf: value => (value === 'good' ? undefined : 'It is not good.') })
  await type('bad\r', '? third ')
  await type('good\r', '> It is not good.\r\n? third ')
  expect(await good).toBe('good')
})

describe('A secret that is typed', () => {
  test('is not echoed, nor is what is typed too early; afterwards the terminal echoes again', async () => {
    const { asker, type, shown, until } = stand()
    const answer = asker.secret('Token')
    // At once, before the question can be read.
    await type('canary-')
    await type('typed\r', '(it is not shown) ')
    const secret = await answer
    expect(secret).toBeInstanceOf(Secret)
    expect(secret.reveal()).toBe('canary-typed')
    const next = asker.text('Seen', { faultOf: anything })
    await type('visible\r', '? Seen ')
    await next
    await until('visible\r\n')
    expect(shown()).not.toMatch(/canary|typed/)
  })

  test('is not echoed where only its length is shown', async () => {
    const { terminal, type, shown } = stand()
    const answer = readHidden('? ', terminal, never, length => `${length};`)
    await type('canary', '? ')
    await type('\r', '6;')
    expect(await answer).toBe('canary')
    expect(shown()).not.toContain('canary')
  })

  test.each(['\u0003', '\u0004'])('and that is left with %j leaves the terminal echoing', async key => {
    const { asker, type, shown, until } = stand()
    const answer = asker.secret('Token')
    const left = expect(answer).rejects.toThrow('The question was left.')
    await type(key === '\u0003' ? `canary${key}` : key, '(it is not shown) ')
    await left
    await type('visible')
    await until('visible')
    expect(shown()).not.toContain('canary')
  })

  test('is mended with the keys that do, and is never empty', async () => {
    const { asker, type } = stand()
    const answer = asker.secret('Token')
    await type('wrong\u0015canarx\u007fy\r', '(it is not shown) ')
    expect((await answer).reveal()).toBe('canary')
    const again = asker.secret('Other')
    await type('\r', 'Other (it is not shown) ')
    await type('canary\r', 'That cannot be a token; paste it again.\r\n? Other (it is not shown) ')
    expect((await again).reveal()).toBe('canary')
  })
})

test('An open question ends when the run is stopped, and with its terminal', async () => {
  const stop = new AbortController()
  const { asker, until } = stand(stop.signal)
  const answer = asker.yes('Overwrite it?', true)
  const left = expect(answer).rejects.toMatchObject({ name: 'AbortPromptError' })
  await until('(Y/n)')
  stop.abort()
  await left
  await expect(asker.yes('Once more?', true)).rejects.toMatchObject({ name: 'AbortPromptError' })
  const other = stand()
  const closed = expect(other.asker.yes('Overwrite it?', true)).rejects.toMatchObject({ name: 'ExitPromptError' })
  // Ctrl-D on an empty line.
  await other.type('\u0004', '(Y/n)')
  await closed
})
