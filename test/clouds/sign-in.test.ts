import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { SetupError } from '../../src/clouds/cause.ts'
import { createTools } from '../../src/clouds/exec.ts'
import { Secret } from '../../src/clouds/secret.ts'
import { findBot, findSignIn, noSignIn, takeSecrets } from '../../src/clouds/sign-in.ts'
import { VENDORS } from '../../src/clouds/vendors.ts'
import { temporaryFolder } from '../support/folder.ts'

const HOST = 'vendor.test'

/** Tools with nothing but a heroku command that does what the script says, and what it needs. */
function toolsWith(script?: string) {
  const folder = temporaryFolder()
  if (script !== undefined) {
    writeFileSync(join(folder, 'heroku'), `#!/bin/sh\n${script}\n`)
    chmodSync(join(folder, 'heroku'), 0o755)
  }
  return createTools({ repo: temporaryFolder(), env: { PATH: folder } })
}
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
    expect(taken.secrets.get('HEROKU_API_KEY')?.reveal()).toBe('HRKU-one')
    expect(inspect(taken)).not.toContain('HRKU-one')
  })

  test.each(['', '  \n'])('are none where they are empty: %j', value => {
    const env = { HEROKU_API_KEY: value }
    expect(takeSecrets(env).secrets.size).toBe(0)
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
  const taken = { secrets: new Map([['HEROKU_API_KEY', new Secret('from-the-environment')]]), names: new Map() }
  const nothing = { secrets: new Map(), names: new Map() }

  test('first the variable’s', async () => {
    const found = await findSignIn('heroku', taken, toolsWith('echo from-the-tool'), HOST)
    expect(found?.credential.secret.reveal()).toBe('from-the-environment')
    expect(found?.source).toBe('HEROKU_API_KEY')
  })

  test('else the tool’s', async () => {
    const found = await findSignIn('heroku', nothing, toolsWith('test "$*" = auth:token && echo from-the-tool'), HOST)
    expect(found?.credential.secret.reveal()).toBe('from-the-tool')
    expect(found?.source).toBe('heroku auth:token')
  })

  test.each([
    ['there is no tool', undefined],
    ['the tool is not signed in', 'echo not logged in >&2; exit 2'],
    ['the tool fails, whatever it prints', 'echo half-a-token; exit 1'],
    ['the tool prints nothing', 'echo'],
  ])('none where %s', async (_, script) => {
    expect(await findSignIn('heroku', nothing, toolsWith(script), HOST)).toBeUndefined()
  })

  test('refused where the tool prints more than a token', async () => {
    const outcome = await findSignIn('heroku', nothing, toolsWith('echo warning; echo token-x'), HOST).catch(
      error => error,
    )
    expect(outcome).toBeInstanceOf(SetupError)
    expect(outcome).toMatchObject({ exit: 2, cause: { code: 'bad-token' } })
    expect(inspect(outcome)).not.toContain('token-x')
  })
})

describe('A name and a password are a sign-in', () => {
  const env = () => ({ DOCKERHUB_ADMIN_USER: 'acmedev', DOCKERHUB_ADMIN_TOKEN: 'dckr_pat_one' })

  test('where both are set', async () => {
    const found = await findSignIn('docker-hub', takeSecrets(env()), toolsWith(), HOST)
    expect(found).toMatchObject({ identity: 'docker-hub', credential: { user: 'acmedev' } })
    expect(found?.credential.secret.reveal()).toBe('dckr_pat_one')
    expect(found?.source).toBe('DOCKERHUB_ADMIN_USER (acmedev) and DOCKERHUB_ADMIN_TOKEN')
  })

  test('and none where one is missing', async () => {
    const { DOCKERHUB_ADMIN_TOKEN } = env()
    expect(await findSignIn('docker-hub', takeSecrets({ DOCKERHUB_ADMIN_TOKEN }), toolsWith(), HOST)).toBeUndefined()
    expect(findBot(takeSecrets({ DOCKERHUB_BOT_USER: 'acmecibot' }))).toBeUndefined()
  })

  test('of the bot, too', () => {
    const bot = findBot(takeSecrets({ DOCKERHUB_BOT_USER: 'acmecibot', DOCKERHUB_BOT_PASSWORD: 'a long one' }))
    expect(bot).toMatchObject({ identity: 'docker-hub.bot', credential: { user: 'acmecibot' } })
  })
})

describe('A token in a file of the vendor’s tool', () => {
  const read = (text: string, host: string) => VENDORS.circleci.signIn.files?.[1]?.read(text, host)

  test('is for the host that the file names, and for no other', () => {
    const text = 'host: https://circleci.com\nendpoint: graphql-unstable\ntoken: abc123\n'
    expect(read(text, 'circleci.com')).toBe('abc123')
    expect(read(text, '127.0.0.1:80')).toBeUndefined()
    expect(read('host: "https://circle.acme.example/"\ntoken: "x1"', 'circle.acme.example')).toBe('x1')
  })

  test('is for circleci.com where it names none', () => {
    expect(read('token: abc123', 'circleci.com')).toBe('abc123')
    expect(read('token:\n', 'circleci.com')).toBeUndefined()
  })
})

describe('Who is signed in', () => {
  const account = (read: ReturnType<typeof reply>) => VENDORS.heroku.account(read, { secret: new Secret('one') })

  test('is who the vendor says', async () => {
    const who = await account(reply(200, { id: 'id', email: 'me@example.com', verified: true }))
    expect(who).toMatchObject({ id: 'id', name: 'me@example.com' })
  })

  test('is nobody where the vendor does not take the token (exit 2)', async () => {
    const read = reply(401, { id: 'unauthorized', message: 'Invalid credentials provided.' })
    const outcome = await account(read).catch((error: unknown) => error)
    expect(outcome).toMatchObject({
      exit: 2,
      cause: { code: 'unauthorized', asked: expect.stringMatching(/^GET .*\/account$/) },
    })
  })

  test('is not known where the answer does not say', async () => {
    const outcome = await account(reply(200, { id: 'id' })).catch((error: unknown) => error)
    expect(outcome).toMatchObject({ cause: { code: 'unexpected' } })
  })
})

test('Where nobody can be asked, it is said how to sign in, with the page and the least right (exit 2)', () => {
  const { cause, exit } = noSignIn(['heroku'])
  expect(exit).toBe(2)
  expect(cause.means).toBe('No sign-in for Heroku was found.')
  expect(cause.next).toMatch(/heroku login.*https:\/\/dashboard\.heroku\.com\/account.*HEROKU_API_KEY.*least right/)
})
