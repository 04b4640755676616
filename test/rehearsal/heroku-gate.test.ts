import { describe, expect, test } from 'vitest'
import type { Scope } from '../../src/rehearsal/heroku/world.ts'
import { admit, herokuClient, rehearse } from './client.ts'

const SCOPE_WORDS = {
  id: 'forbidden',
  message: 'The scope of this OAuth authorization does not allow access to this resource.',
}

describe('a token', () => {
  test.each(['nonsense', 'HRKU-AA**********'])('that is not one (%s) is refused', async token => {
    const heroku = herokuClient(await rehearse(), token)
    expect(await heroku('GET', '/account')).toMatchObject({
      status: 401,
      body: { id: 'unauthorized', message: 'Invalid credentials provided.' },
    })
  })

  test('that has expired is refused', async () => {
    let now = new Date('2026-11-22T10:00:00Z')
    let token = ''
    const rehearsal = await rehearse(
      world => {
        token = admit(world, 'you@example.com', { expiresAt: '2026-11-22T11:00:00.000Z' })
      },
      { now: () => now },
    )
    const heroku = herokuClient(rehearsal, token)
    expect((await heroku('GET', '/account')).status).toBe(200)
    now = new Date('2026-11-22T11:00:00Z')
    expect((await heroku('GET', '/account')).status).toBe(401)
  })
})

describe('a scope', () => {
  const REQUESTS = {
    account: ['GET', '/account'],
    apps: ['GET', '/apps'],
    write: ['PATCH', '/apps/unknown-app'],
    authorizations: ['GET', '/oauth/authorizations'],
    labs: ['GET', '/account/features/runtime-heroku-metrics'],
    teams: ['GET', '/teams'],
  } as const
  const cases: { scope: Scope[]; may: (keyof typeof REQUESTS)[] }[] = [
    { scope: ['global'], may: ['account', 'apps', 'write', 'authorizations', 'labs', 'teams'] },
    { scope: ['identity'], may: ['account'] },
    { scope: ['read'], may: ['apps'] },
    { scope: ['write'], may: ['write'] },
    { scope: ['read-protected', 'write-protected'], may: ['apps', 'write'] },
    { scope: ['identity', 'read', 'write'], may: ['account', 'apps', 'write'] },
  ]
  test.each(cases)('$scope reaches $may and nothing else', async ({ scope, may }) => {
    let token = ''
    const rehearsal = await rehearse(world => {
      token = admit(world, 'you@example.com', { scope })
    })
    const heroku = herokuClient(rehearsal, token)
    for (const [what, [method, path]] of Object.entries(REQUESTS)) {
      const { status, body } = await heroku(method, path, method === 'PATCH' ? {} : undefined)
      if (may.some(one => one === what)) expect(status).not.toBe(403)
      else expect({ status, body }).toEqual({ status: 403, body: SCOPE_WORDS })
    }
  })
})

test('a second factor is asked for on every request, until it comes', async () => {
  const rehearsal = await rehearse(({ heroku: { accounts } }) => {
    for (const account of accounts) account.twoFactorCode = '123456'
  })
  const heroku = herokuClient(rehearsal)
  expect(await heroku('GET', '/account')).toMatchObject({ status: 403, body: { id: 'two_factor' } })
  const wrong = await heroku('GET', '/account', undefined, { 'Heroku-Two-Factor-Code': '654321' })
  expect(wrong.status).toBe(403)
  const right = await heroku('GET', '/account', undefined, { 'Heroku-Two-Factor-Code': '123456' })
  expect(right).toMatchObject({ status: 200, body: { two_factor_authentication: true } })
})

test('the rate limit is counted down, and ends it', async () => {
  const rehearsal = await rehearse(({ heroku: { accounts } }) => {
    for (const account of accounts) account.rateLimitRemaining = 1
  })
  const heroku = herokuClient(rehearsal)
  expect((await heroku('GET', '/account')).headers.get('ratelimit-remaining')).toBe('0')
  const { status, headers, body } = await heroku('GET', '/account')
  expect(status).toBe(429)
  expect(headers.get('ratelimit-remaining')).toBe('0')
  expect(body).toEqual({
    id: 'rate_limit',
    message: 'Your account reached the API rate limit',
    url: 'https://devcenter.heroku.com/articles/platform-api-reference#rate-limits',
  })
})

describe('a request that makes no sense', () => {
  test.each([
    ['GET', '/nowhere'],
    ['PUT', '/apps'],
    ['GET', '/apps/a/b/c'],
    ['DELETE', '/account'],
  ])('%s %s is no endpoint', async (method, path) => {
    const { status, body } = await herokuClient(await rehearse())(method, path)
    expect(status).toBe(404)
    expect(body).toMatchObject({ id: 'not_found', message: expect.stringContaining('API endpoint was not found') })
  })

  test.each([
    ['application/json', '{"name":'],
    ['application/x-www-form-urlencoded', '{"name":"pt-dummy-app"}'],
  ])('a body of %s that reads %s is bad', async (type, body) => {
    const { origins, world } = await rehearse()
    const authorization = `Bearer ${world.heroku.authorizations[0]?.token}`
    const headers = { authorization, 'content-type': type }
    const response = await fetch(`${origins.heroku}/apps`, { method: 'POST', headers, body })
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ id: 'bad_request' })
    expect(world.heroku.apps).toEqual([])
  })

  test.each([
    ['a list', [], 400, 'bad_request'],
    ['an unknown key', { nam: 'pt-dummy-app' }, 422, 'Unknown params: nam.'],
    ['a wrong type', { name: 7 }, 422, 'Invalid type for key "name": expected 7 to be ["string"].'],
    ['null', { name: null }, 422, 'Invalid type for key "name": expected null to be ["string"].'],
  ])('%s in place of an app is refused', async (_, body, status, words) => {
    const refused = await herokuClient(await rehearse())('POST', '/apps', body)
    expect(refused.status).toBe(status)
    expect(JSON.stringify(refused.body).replaceAll('\\"', '"')).toContain(words)
  })
})

test('the version of the API must be asked for where the world says so', async () => {
  const rehearsal = await rehearse(world => {
    world.heroku.rules.versionRequired = true
  })
  const heroku = herokuClient(rehearsal)
  expect((await heroku('GET', '/account')).status).toBe(200)
  const refused = await heroku('GET', '/account', undefined, { accept: 'application/json' })
  expect(refused).toMatchObject({ status: 400, body: { id: 'missing_version' } })
})
