import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { SetupError } from '../../src/clouds/cause.ts'
import { realClock } from '../../src/clouds/clock.ts'
import { createTools } from '../../src/clouds/exec.ts'
import { Secret } from '../../src/clouds/secret.ts'
import { findSignIn, isFound, noSignIn, takeSecrets, whoIsSignedIn } from '../../src/clouds/sign-in.ts'
import { temporaryFolder } from '../support/folder.ts'

/** Tools with nothing but a heroku command that does what the script says, and what it needs. */
function toolsWith(script?: string) {
  const folder = temporaryFolder()
  if (script !== undefined) {
    writeFileSync(join(folder, 'heroku'), `#!/bin/sh\n${script}\n`)
    chmodSync(join(folder, 'heroku'), 0o755)
  }
  return createTools({ repo: temporaryFolder(), env: { PATH: folder } })
}

/** What is found where the waits are that much shorter. */
const find = (taken: ReadonlyMap<string, Secret>, script?: string, scale = 1) =>
  findSignIn('heroku', taken, toolsWith(script), realClock(scale))

const reply = (status: number, body: object) => async () => ({
  status,
  headers: {},
  body: { ...body },
  asked: 'GET vendor.test/account',
})

describe('Credentials in the environment', () => {
  test('are taken out of it, and do not print', () => {
    const env = { HEROKU_API_KEY: 'HRKU-one\n', PATH: '/bin' }
    const taken = takeSecrets(env)
    expect(env).toEqual({ PATH: '/bin' })
    expect(taken.get('HEROKU_API_KEY')?.reveal()).toBe('HRKU-one')
    expect(inspect(taken)).not.toContain('HRKU-one')
  })

  test.each(['', '  \n'])('are none where they are empty: %j', value => {
    const env = { HEROKU_API_KEY: value }
    expect(takeSecrets(env).size).toBe(0)
    expect(env).toEqual({})
  })

  test('are refused by name alone where they cannot be one (exit 2)', () => {
    const env = { HEROKU_API_KEY: 'HRKU-t\u0000wo' }
    try {
      takeSecrets(env)
      expect.unreachable()
    } catch (error) {
      expect(error).toMatchObject({ exit: 2, cause: { code: 'bad-token' } })
      expect(inspect(error)).not.toContain('HRKU')
    }
    expect(env).toEqual({})
  })
})

describe('A sign-in is', () => {
  const taken = new Map([['HEROKU_API_KEY', new Secret('from-the-environment')]])

  test('first the variable’s', async () => {
    const found = await find(taken, 'echo from-the-tool')
    expect(isFound(found) && found.secret.reveal()).toBe('from-the-environment')
    expect(found).toMatchObject({ source: 'HEROKU_API_KEY' })
  })

  test('else the tool’s', async () => {
    const found = await find(new Map(), 'test "$*" = auth:token && echo from-the-tool')
    expect(isFound(found) && found.secret.reveal()).toBe('from-the-tool')
    expect(found).toMatchObject({ source: 'heroku auth:token' })
  })

  const TOOL = 'heroku auth:token'
  test.each([
    ['there is no tool', undefined, undefined, undefined],
    ['the tool is not signed in', 'echo not logged in >&2; exit 2', TOOL, 'exit 2: not logged in'],
    ['the tool fails, whatever it prints', 'echo half-a-token; exit 1', TOOL, 'exit 1: no token'],
    ['the tool prints nothing', 'echo', TOOL, 'exit 0: no token'],
  ])('none where %s, and its words are kept', async (_, script, asked, said) => {
    expect(await find(new Map(), script)).toEqual({ vendor: 'heroku', ...(asked && { asked, said }) })
  })

  test('none where the tool hangs', async () => {
    const none = await find(new Map(), 'exec /bin/sleep 600', 0.01)
    expect(none).toMatchObject({ asked: TOOL, said: expect.stringContaining('timed out') })
  })

  test('refused where the tool prints more than a token', async () => {
    const outcome = await find(new Map(), 'echo warning; echo token-x').catch((error: unknown) => error)
    expect(outcome).toBeInstanceOf(SetupError)
    expect(outcome).toMatchObject({ exit: 2, cause: { code: 'bad-token' } })
    expect(inspect(outcome)).not.toContain('token-x')
  })
})

describe('Who is signed in', () => {
  test('is who the vendor says', async () => {
    const account = await whoIsSignedIn('heroku', reply(200, { id: 'id', email: 'me@example.com', verified: true }))
    expect(account).toMatchObject({ id: 'id', name: 'me@example.com' })
  })

  test('is nobody where the vendor does not take the token (exit 2)', async () => {
    const read = reply(401, { id: 'unauthorized', message: 'Invalid credentials provided.' })
    const outcome = await whoIsSignedIn('heroku', read).catch((error: unknown) => error)
    expect(outcome).toMatchObject({
      exit: 2,
      cause: { code: 'unauthorized', asked: expect.stringMatching(/^GET .*\/account$/) },
    })
  })

  test('is not known where the answer does not say', async () => {
    const outcome = await whoIsSignedIn('heroku', reply(200, { id: 'id' })).catch((error: unknown) => error)
    expect(outcome).toMatchObject({ cause: { code: 'unexpected' } })
  })
})

test.each([
  [{}, 'and the command heroku is not in PATH.', /^Install heroku and sign in with heroku login, or /],
  [
    { asked: 'heroku auth:token', said: 'exit 2' },
    'and heroku auth:token gives no token.',
    /^Sign in with heroku login, or /,
  ],
])('Where nobody can be asked, it is said what was tried and how to sign in (exit 2): %j', (tried, why, how) => {
  const { cause, exit } = noSignIn([{ vendor: 'heroku', ...tried }])
  expect(exit).toBe(2)
  expect(cause).toMatchObject({ ...tried, means: `No sign-in for Heroku was found: HEROKU_API_KEY is not set, ${why}` })
  expect(cause.next).toMatch(how)
  expect(cause.next).toMatch(/https:\/\/dashboard\.heroku\.com\/account.*HEROKU_API_KEY.*least right/)
})
