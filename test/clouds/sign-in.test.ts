import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { SetupError } from '../../src/clouds/cause.ts'
import { realClock } from '../../src/clouds/clock.ts'
import { createTools } from '../../src/clouds/exec.ts'
import { Secret } from '../../src/clouds/secret.ts'
import { findBot, findSignIn, isFound, noSignIn, type Taken, takeSecrets } from '../../src/clouds/sign-in.ts'
import { VENDORS, type Vendor } from '../../src/clouds/vendors.ts'
import { temporaryFolder } from '../support/folder.ts'

const HOST = 'vendor.test'

/** Tools with nothing but a command that does what the script says, and what it needs. */
function toolsWith(name: string, script?: string, env: NodeJS.ProcessEnv = {}) {
  const folder = temporaryFolder()
  if (script !== undefined) {
    writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`)
    chmodSync(join(folder, name), 0o755)
  }
  return createTools({ repo: temporaryFolder(), env: { ...env, PATH: folder } })
}

/** What is found, where waits are scaled. */
const find = (vendor: Vendor, taken: Taken, script?: string, scale = 1, env: NodeJS.ProcessEnv = {}) => {
  const tool = VENDORS[vendor].signIn.tool?.[0] ?? 'none'
  return findSignIn(vendor, taken, { tools: toolsWith(tool, script, env), host: HOST, clock: realClock(scale) })
}

/** The secret itself, where one was found. */
const revealed = (found: Awaited<ReturnType<typeof find>>) => isFound(found) && found.credential.secret.reveal()

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
    const found = await find('heroku', taken, 'echo from-the-tool')
    expect(revealed(found)).toBe('from-the-environment')
    expect(found).toMatchObject({ credential: { source: 'HEROKU_API_KEY' } })
  })

  test('else the tool’s', async () => {
    const found = await find('heroku', nothing, 'test "$*" = auth:token && echo from-the-tool')
    expect(revealed(found)).toBe('from-the-tool')
    expect(found).toMatchObject({ credential: { source: 'heroku auth:token' } })
  })

  const TOOL = 'heroku auth:token'
  test.each([
    ['there is no tool', undefined, undefined, undefined],
    ['the tool is not signed in', 'echo not logged in >&2; exit 2', TOOL, 'exit 2: not logged in'],
    ['the tool fails, whatever it prints', 'echo half-a-token; exit 1', TOOL, 'exit 1: no token'],
    ['the tool prints nothing', 'echo', TOOL, 'exit 0: no token'],
  ])('none where %s, and its words are kept', async (_, script, asked, said) => {
    expect(await find('heroku', nothing, script)).toEqual({ vendor: 'heroku', ...(asked && { asked, said }) })
  })

  test('none where the tool hangs', async () => {
    const none = await find('heroku', nothing, 'exec /bin/sleep 600', 0.01)
    expect(none).toMatchObject({ asked: TOOL, said: expect.stringContaining('timed out') })
  })

  test('refused where the tool prints more than a token', async () => {
    const outcome = await find('heroku', nothing, 'echo warning; echo token-x').catch((error: unknown) => error)
    expect(outcome).toBeInstanceOf(SetupError)
    expect(outcome).toMatchObject({ exit: 2, cause: { code: 'bad-token' } })
    expect(inspect(outcome)).not.toContain('token-x')
  })
})

describe('A name and a password are a sign-in', () => {
  const env = () => ({ DOCKERHUB_ADMIN_USER: 'acmedev', DOCKERHUB_ADMIN_TOKEN: 'dckr_pat_one' })

  test('where both are set', async () => {
    const found = await find('docker-hub', takeSecrets(env()))
    expect(found).toMatchObject({ identity: 'docker-hub', credential: { user: 'acmedev' } })
    expect(revealed(found)).toBe('dckr_pat_one')
    expect(found).toMatchObject({
      credential: { source: 'DOCKERHUB_ADMIN_USER (acmedev) and DOCKERHUB_ADMIN_TOKEN' },
    })
  })

  test('and none where one is missing', async () => {
    const { DOCKERHUB_ADMIN_TOKEN } = env()
    expect(await find('docker-hub', takeSecrets({ DOCKERHUB_ADMIN_TOKEN }))).toEqual({ vendor: 'docker-hub' })
    expect(findBot(takeSecrets({ DOCKERHUB_BOT_USER: 'acmecibot' }))).toBeUndefined()
  })

  test('of the bot, too', () => {
    const bot = findBot(takeSecrets({ DOCKERHUB_BOT_USER: 'acmecibot', DOCKERHUB_BOT_PASSWORD: 'a long one' }))
    expect(bot).toMatchObject({ identity: 'docker-hub.bot', credential: { user: 'acmecibot' } })
  })
})

describe('The path of a file with a token', () => {
  const VARIABLE = 'CLOUDSDK_AUTH_ACCESS_TOKEN_FILE'
  const fileWith = (text: string) => {
    const path = join(temporaryFolder(), 'token')
    writeFileSync(path, text)
    return path
  }

  test('is taken out of the environment like a token, but not followed before it is needed', () => {
    const env = { [VARIABLE]: '/nowhere/token' }
    const { secrets, names } = takeSecrets(env)
    expect(env).toEqual({})
    expect(secrets.size).toBe(0)
    expect(names.get(VARIABLE)).toBe('/nowhere/token')
  })

  test('leads to the token, and may be shown', async () => {
    const path = fileWith('\nya29.from-the-file \n')
    const found = await find('google', takeSecrets({ [VARIABLE]: path }), 'echo from-the-tool')
    expect(revealed(found)).toBe('ya29.from-the-file')
    expect(found).toMatchObject({ credential: { source: `${VARIABLE} (${path})` } })
    expect(inspect(found)).not.toContain('ya29')
  })

  test('is not followed where the token itself is set', async () => {
    const taken = takeSecrets({ [VARIABLE]: '/nowhere/token', CLOUDSDK_AUTH_ACCESS_TOKEN: 'ya29.one' })
    const found = await find('google', taken)
    expect(revealed(found)).toBe('ya29.one')
    expect(isFound(found) && found.credential.renew).toBeUndefined()
  })

  test.each([
    ['cannot be read', () => '/nowhere/ya29.set-by-mistake', 'unreadable-token', 'ENOENT'],
    ['is a folder', () => temporaryFolder(), 'unreadable-token', 'it is a folder'],
    ['has no end', () => '/dev/zero', 'unreadable-token', 'it is a device'],
    ['is empty', () => fileWith(' \n'), 'no-token', undefined],
    ['holds more than a token', () => fileWith('{\n  "type": "service_account-canary"\n}'), 'bad-token', undefined],
  ])('is refused where it %s, and neither is shown (exit 2)', async (_, path, code, said) => {
    const outcome = await find('google', takeSecrets({ [VARIABLE]: path() })).catch((error: unknown) => error)
    expect(outcome).toMatchObject({ exit: 2, cause: { code, means: expect.stringMatching(`${VARIABLE} names`) } })
    expect((outcome as SetupError).cause.said).toBe(said)
    expect(inspect(outcome)).not.toMatch(/set-by-mistake|canary/)
  })
})

describe('gcloud', () => {
  const nothing = takeSecrets({})
  const named = (account: string) => `test "$1" = config && printf '${account}\\n' || echo ya29.one`

  test.each([
    ['whoever signed in with it', '\\tdana@acme.example', 'dana@acme.example'],
    ['whom that one impersonates', 'ci@p.iam.gserviceaccount.com\\tdana@acme.example', 'ci@p.iam.gserviceaccount.com'],
  ])('names %s', async (_, printed, user) => {
    const found = await find('google', nothing, named(printed))
    const source = `gcloud auth print-access-token, account ${user}`
    expect(found).toMatchObject({ credential: { user, source } })
  })

  test.each([
    ['names nobody', named('\\t')],
    ['cannot say', 'test "$1" = config && exit 1; echo ya29.one'],
  ])('gives a token of whomever it be, where it %s', async (_, script) => {
    const found = await find('google', nothing, script)
    expect(revealed(found)).toBe('ya29.one')
    expect(found).toMatchObject({ credential: { source: 'gcloud auth print-access-token' } })
    expect(isFound(found) && 'user' in found.credential).toBe(false)
  })

  test('is deaf to settings that would silence it, make it ask, or log the token; whose it is stays the person’s choice', async () => {
    const kept = {
      CLOUDSDK_CONFIG: '/config',
      CLOUDSDK_ACTIVE_CONFIG_NAME: 'work',
      CLOUDSDK_CORE_ACCOUNT: 'dana@acme.example',
      CLOUDSDK_AUTH_IMPERSONATE_SERVICE_ACCOUNT: 'ci@p.iam.gserviceaccount.com',
      HTTPS_PROXY: 'http://proxy.test:1',
    }
    const hostile = {
      CLOUDSDK_CORE_USER_OUTPUT_ENABLED: 'false',
      CLOUDSDK_CORE_LOG_HTTP: 'true',
      CLOUDSDK_CORE_PROJECT: 'canary',
      CLOUDSDK_AUTH_ACCESS_TOKEN: 'canary',
    }
    const script = `test "$1" = config || { /usr/bin/env >&2; exit 1; }`
    const none = await find('google', nothing, script, 1, { ...kept, ...hostile })
    const said = 'said' in none ? (none.said ?? '') : ''
    const lines = said.replace('exit 1: ', '').split('\n')
    const { env = {} } = VENDORS.google.signIn
    expect(env).toMatchObject({ CLOUDSDK_CORE_USER_OUTPUT_ENABLED: 'true', CLOUDSDK_CORE_LOG_HTTP: 'false' })
    for (const [name, value] of Object.entries({ ...kept, ...env })) expect(lines).toContain(`${name}=${value}`)
    expect(said).not.toContain('canary')
  })

  test('that gives no token is told in its words', async () => {
    const words = 'You do not currently have an active account selected.'
    expect(await find('google', nothing, `echo '${words}' >&2; exit 1`)).toEqual({
      vendor: 'google',
      asked: 'gcloud auth print-access-token',
      said: `exit 1: ${words}`,
    })
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

test('Where a vendor has several variables and no tool, all are named', () => {
  const { means, next } = noSignIn([{ vendor: 'docker-hub' }]).cause
  expect(means).toMatch(/was found: none of DOCKERHUB_ADMIN_USER with DOCKERHUB_ADMIN_PASSWORD, .* is set\.$/)
  // A token cannot do what is to be done there: it is not asked for.
  expect(next).toMatch(/^Put the Docker ID into DOCKERHUB_ADMIN_USER and its password into DOCKERHUB_ADMIN_PASSWORD/)
})

test('Where Google’s is missing, both variables and gcloud are named', () => {
  const { means, next } = noSignIn([{ vendor: 'google' }]).cause
  expect(means).toBe(
    'No sign-in for Google was found: none of CLOUDSDK_AUTH_ACCESS_TOKEN, CLOUDSDK_AUTH_ACCESS_TOKEN_FILE is set, and the command gcloud is not in PATH.',
  )
  expect(next).toMatch(
    /^Install gcloud and sign in with gcloud auth login, or put a token from https:.*, and run again\.$/,
  )
})
