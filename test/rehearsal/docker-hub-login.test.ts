import { describe, expect, test } from 'vitest'
import { at, textAt } from '../../src/clouds/json.ts'
import type { PersonalToken } from '../../src/rehearsal/docker-hub/world.ts'
import { rehearse } from './client.ts'
import { claimsOf, furnish, furnishAcme, hubClient, PASSWORD, registryToken, signIn } from './docker-hub-client.ts'

const TOKEN: PersonalToken = {
  id: '6ba7b810-9dad-41d1-80b4-00c04fd430c8',
  label: 'CI',
  scope: 'repo:write',
  token: 'dckr_pat_x',
  active: true,
  expiresAt: null,
  createdAt: '2026-01-01T00:00:00.000Z',
}

const withSecondFactor = () =>
  rehearse(({ dockerHub }) => {
    furnish(dockerHub, { users: [{ username: 'careful', twoFactorCode: '123456' }] })
  })

describe('a login', () => {
  test('lasts ten minutes', async () => {
    let now = new Date('2026-11-22T10:00:00Z')
    const rehearsal = await rehearse(undefined, { now: () => now })
    const [me] = rehearsal.world.dockerHub.users
    const given = { identifier: 'yourname', secret: me?.password ?? '' }
    const login = await hubClient(rehearsal)('POST', '/v2/auth/token', given)
    expect(login.status).toBe(200)
    expect(Number(at(claimsOf(login, 'access_token'), 'exp')) * 1000 - now.getTime()).toBe(600_000)
    const hub = hubClient(rehearsal, `Bearer ${textAt(login.body, 'access_token')}`)
    now = new Date('2026-11-22T10:09:59Z')
    expect((await hub('GET', '/v2/user/orgs/')).status).toBe(200)
    now = new Date('2026-11-22T10:10:00Z')
    expect(await hub('GET', '/v2/user/orgs/')).toMatchObject({ status: 401, body: { detail: 'unauthorized' } })
  })

  test.each([
    ['detail', { detail: 'Incorrect authentication credentials' }],
    ['message', { message: 'Incorrect authentication credentials' }],
    ['errinfo', { errinfo: { reason: 'Incorrect authentication credentials' } }],
  ] as const)('that is refused says so in %s', async (loginRefusal, body) => {
    const rehearsal = await rehearse(({ dockerHub: { rules } }) => {
      rules.loginRefusal = loginRefusal
    })
    const hub = hubClient(rehearsal)
    const refused = await hub('POST', '/v2/auth/token', { identifier: 'yourname', secret: 'wrong' })
    expect(refused).toMatchObject({ status: 401 })
    expect(refused.body).toEqual(body)
  })

  test('knows the name as it is written, in small letters', async () => {
    await expect(signIn(await rehearse(), 'YourName', PASSWORD)).rejects.toThrow('401')
  })

  test.each(['nonsense', 'a.b.c', 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ5b3VybmFtZSJ9.AAAA'])(
    'cannot be made up (%s), even where nobody need sign in',
    async token => {
      const hub = hubClient(await rehearse(), `Bearer ${token}`)
      expect((await hub('GET', '/v2/namespaces/library/repositories/alpine')).status).toBe(401)
    },
  )

  test('takes a token of the registry for none', async () => {
    const rehearsal = await rehearse()
    const login = ['yourname', rehearsal.world.dockerHub.users[0]?.password ?? ''] as const
    const token = textAt((await registryToken(rehearsal, 'library/alpine', login)).body, 'token')
    expect((await hubClient(rehearsal, `Bearer ${token}`)('GET', '/v2/user/orgs/')).status).toBe(401)
  })

  test('leaves neither password nor token in the log', async () => {
    const rehearsal = await rehearse()
    const password = rehearsal.world.dockerHub.users[0]?.password ?? ''
    await signIn(rehearsal)
    await hubClient(rehearsal)('POST', '/v2/users/login', { username: 'yourname', password })
    expect(rehearsal.log).toMatchObject([
      { vendor: 'docker-hub', body: { identifier: 'yourname', secret: '••••' }, effect: false },
      { body: { username: 'yourname', password: '••••' }, effect: false },
    ])
    expect(JSON.stringify(rehearsal.log)).not.toContain(password)
  })
})

describe('a second factor', () => {
  test('cannot be given to POST /v2/auth/token, nor to the registry', async () => {
    const rehearsal = await withSecondFactor()
    await expect(signIn(rehearsal, 'careful')).rejects.toThrow('401')
    expect((await registryToken(rehearsal, 'library/alpine', ['careful', PASSWORD])).status).toBe(401)
  })

  test('is asked for by the old login, and completes it', async () => {
    const rehearsal = await withSecondFactor()
    const nobody = hubClient(rehearsal)
    const halfway = await nobody('POST', '/v2/users/login', { username: 'careful', password: PASSWORD })
    expect(halfway).toMatchObject({
      status: 401,
      body: { detail: 'Require secondary authentication on MFA enabled account' },
    })
    const login_2fa_token = textAt(halfway.body, 'login_2fa_token') ?? ''
    const early = hubClient(rehearsal, `Bearer ${login_2fa_token}`)
    expect((await early('GET', '/v2/access-tokens')).status).toBe(401)
    const wrong = await nobody('POST', '/v2/users/2fa-login', { login_2fa_token, code: '654321' })
    expect(wrong).toMatchObject({ status: 401, body: { detail: 'Incorrect authentication credentials' } })
    const done = await nobody('POST', '/v2/users/2fa-login/', { login_2fa_token, code: '123456' })
    const hub = hubClient(rehearsal, `Bearer ${textAt(done.body, 'token')}`)
    expect((await hub('GET', '/v2/access-tokens')).status).toBe(200)
    expect(JSON.stringify(rehearsal.log)).not.toMatch(/123456|654321|correct horse|eyJ/)
  })

  test('is not asked for beside a personal token', async () => {
    const rehearsal = await rehearse(({ dockerHub }) => {
      furnish(dockerHub, { users: [{ username: 'careful', twoFactorCode: '123456', tokens: [TOKEN] }] })
    })
    expect((await (await signIn(rehearsal, 'careful', 'dckr_pat_x'))('GET', '/v2/user/orgs')).status).toBe(200)
  })

  test('is no way in for who has none', async () => {
    const nobody = hubClient(await rehearse())
    const given = { login_2fa_token: 'nonsense', code: '' }
    expect((await nobody('POST', '/v2/users/2fa-login', given)).status).toBe(401)
  })
})

test('an organization that enforces SSO accepts no password of its members', async () => {
  const rehearsal = await rehearse(({ dockerHub }) => furnishAcme(dockerHub, { ssoEnforced: true }))
  await expect(signIn(rehearsal, 'member')).rejects.toThrow('401')
  const given = { username: 'member', password: PASSWORD }
  expect((await hubClient(rehearsal)('POST', '/v2/users/login', given)).status).toBe(401)
  await expect(signIn(rehearsal, 'stranger')).resolves.toBeTypeOf('function')
})
