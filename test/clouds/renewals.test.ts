import { chmodSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { realClock } from '../../src/clouds/clock.ts'
import { createTools } from '../../src/clouds/exec.ts'
import { GOOGLE } from '../../src/clouds/google.ts'
import { TYPED } from '../../src/clouds/refusal.ts'
import { Secret } from '../../src/clouds/secret.ts'
import { findSignIn, isFound, type Taken, takeSecrets } from '../../src/clouds/sign-in.ts'
import type { Credential, VendorReply } from '../../src/clouds/vendor.ts'
import { acme, P } from '../rehearsal/google-client.ts'
import { makeEngine } from '../support/engine.ts'
import { temporaryFolder } from '../support/folder.ts'

const HOUR = 3_600_000

/** Google, and a gcloud that prints what lies in its files and counts how often it is asked for a token. */
async function stand(taken: Taken = takeSecrets({})) {
  const folder = temporaryFolder()
  const file = (name: string) => join(folder, name)
  const put = (name: string, text: string) => writeFileSync(file(name), text)
  writeFileSync(
    file('gcloud'),
    `#!/bin/sh
cd ${folder}
if test "$1" = config; then cat account; exit; fi
echo asked >>asks
cat token || { echo 'Reauthentication failed.' >&2; exit 1; }
`,
  )
  chmodSync(file('gcloud'), 0o755)
  put('account', '\tdana@acme.example\n')
  put('token', 'first-token\n')
  put('asks', '')
  let ahead = 0
  const rehearsal = await acme(
    ({ google }) => {
      const tokens = google.users[0]?.tokens
      tokens?.push({ token: 'first-token', expiresAt: new Date(Date.now() + HOUR).toISOString() })
      tokens?.push({ token: 'second-token', expiresAt: new Date(Date.now() + 3 * HOUR).toISOString() })
    },
    { now: () => new Date(Date.now() + ahead) },
  )
  const tools = createTools({ repo: temporaryFolder(), env: { PATH: `${folder}:/usr/bin:/bin` } })
  const found = await findSignIn('google', taken, { tools, host: 'x.googleapis.com', clock: realClock() })
  if (!isFound(found)) throw new Error('no sign-in')
  const { clouds } = makeEngine({ rehearsal })
  clouds.credentials.set('google', found.credential)
  const asks = () => readFileSync(file('asks'), 'utf8').split('\n').length - 1
  const read = () => clouds.send('google', { method: 'GET', path: `/v1/projects/${P}`, repeat: 'safe' })
  const readAll = async (count: number) =>
    (await Promise.all(Array.from({ length: count }, read))).map(({ status }) => status)
  return {
    rehearsal,
    clouds,
    credential: () => clouds.credentials.get('google') as Credential,
    put,
    file,
    asks,
    read,
    readAll,
    pass: (ms: number) => {
      ahead += ms
    },
  }
}

describe('A token that gcloud printed and whose hour is over', () => {
  test('is had anew once for all requests that were refused, which are sent again', async () => {
    const { readAll, asks, put, pass, credential } = await stand()
    expect(await readAll(3)).toEqual([200, 200, 200])
    expect(asks()).toBe(1)
    put('token', 'second-token\n')
    pass(2 * HOUR)
    expect(new Set(await readAll(20))).toEqual(new Set([200]))
    expect(asks()).toBe(2)
    expect(credential()).toMatchObject({ user: 'dana@acme.example', source: expect.stringContaining('gcloud') })
    expect(await readAll(3)).toEqual([200, 200, 200])
    expect(asks()).toBe(2)
  })

  test('is had anew for what must not be sent twice, too, which has its effect once', async () => {
    const { clouds, put, pass, rehearsal } = await stand()
    put('token', 'second-token\n')
    pass(2 * HOUR)
    const request = { method: 'POST', path: '/v1/projects', body: { projectId: 'dummy-1' }, repeat: 'never' } as const
    expect((await clouds.send('google', request)).status).toBe(200)
    expect(rehearsal.log.map(({ status, effect }) => [status, effect])).toEqual([
      [401, false],
      [200, true],
    ])
  })

  test('is had anew again the next hour', async () => {
    const { read, put, pass, rehearsal } = await stand()
    put('token', 'second-token\n')
    pass(2 * HOUR)
    await read()
    const expiresAt = new Date(Date.now() + 9 * HOUR).toISOString()
    rehearsal.world.google.users[0]?.tokens.push({ token: 'third-token', expiresAt })
    put('token', 'third-token\n')
    pass(2 * HOUR)
    expect((await read()).status).toBe(200)
  })

  test.each<readonly [string, (put: (name: string, text: string) => void) => void, string]>([
    ['gives the same one', () => {}, 'still gives the same token'],
    ['is now somebody else’s', put => put('account', 'other@acme.example\n'), 'is now that of another account: other@'],
    ['prints what is no token', put => put('token', 'a\nb\n'), 'holds characters that no token has.'],
  ])('is refused with the reason where gcloud %s', async (_, change, words) => {
    const { read, put, pass } = await stand()
    pass(2 * HOUR)
    change(put)
    const reply = await read()
    expect(reply.status).toBe(401)
    const cause = GOOGLE.means(reply)
    expect(cause).toMatchObject({ code: 'expired', said: expect.stringContaining(words) })
    expect(cause.next).toBe('Sign in anew with gcloud auth login, and run again.')
  })

  test('is refused without a word of gcloud’s sign-in where it was typed', () => {
    const cause = GOOGLE.means({ status: 401, asked: 'GET /v1/projects', body: {}, signIn: TYPED } as VendorReply)
    expect(cause.means).toContain('It is what you typed.')
    expect(cause.next).toMatch(/^Type or paste another one /)
    expect(cause.next).not.toContain('gcloud auth login')
  })

  test('is refused in gcloud’s own words where it cannot, once for all, and had by the next request once it can', async () => {
    const { read, readAll, put, file, asks, pass } = await stand()
    pass(2 * HOUR)
    chmodSync(file('gcloud'), 0o755)
    writeFileSync(
      file('gcloud'),
      `#!/bin/sh\necho asked >>${file('asks')}\necho 'Reauthentication failed.' >&2\nexit 1\n`,
    )
    expect(new Set(await readAll(10))).toEqual(new Set([401]))
    // Once for the token, once for whose it is.
    expect(asks()).toBe(1 + 2)
    expect(GOOGLE.means(await read()).said).toContain(
      'gcloud auth print-access-token: exit 1: Reauthentication failed.',
    )
    put('gcloud', `#!/bin/sh\ntest "$1" = config && echo dana@acme.example || echo second-token\n`)
    expect((await read()).status).toBe(200)
  })

  test('does not go on for ever where Google takes no token at all', async () => {
    const { read, put, asks, rehearsal } = await stand()
    put('token', 'second-token\n')
    rehearsal.faults.push({ do: { status: 401, body: { error: { code: 401, status: 'UNAUTHENTICATED' } } } })
    expect((await read()).status).toBe(401)
    expect(rehearsal.log).toHaveLength(2)
    expect(asks()).toBe(2)
  })

  test('that a person gave anew meanwhile is taken at once', async () => {
    const { clouds, read, asks, pass } = await stand()
    pass(2 * HOUR)
    const refused = read()
    clouds.credentials.set('google', { secret: new Secret('second-token') })
    expect((await refused).status).toBe(200)
    expect(asks()).toBe(1)
  })
})

describe('A token of the environment', () => {
  test('is refused, and it is said where it came from; gcloud is not asked', async () => {
    const { read, pass, asks } = await stand(takeSecrets({ CLOUDSDK_AUTH_ACCESS_TOKEN: 'first-token' }))
    pass(2 * HOUR)
    const cause = GOOGLE.means(await read())
    expect(cause.means).toContain('It came from CLOUDSDK_AUTH_ACCESS_TOKEN.')
    expect(cause.next).toMatch(/^Put a new one there .*, or unset CLOUDSDK_AUTH_ACCESS_TOKEN; then run again\.$/)
    expect(asks()).toBe(0)
  })

  test('in a file is read anew there', async () => {
    const path = join(temporaryFolder(), 'token')
    writeFileSync(path, 'first-token\n')
    const { read, pass, asks } = await stand(takeSecrets({ CLOUDSDK_AUTH_ACCESS_TOKEN_FILE: path }))
    pass(2 * HOUR)
    const reply = await read()
    expect(reply.notRenewed).toBe(`CLOUDSDK_AUTH_ACCESS_TOKEN_FILE (${path}) still gives the same token`)
    writeFileSync(path, 'second-token\n')
    expect((await read()).status).toBe(200)
    expect(asks()).toBe(0)
  })
})
