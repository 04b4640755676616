import { describe, expect, test } from 'vitest'
import { type Json, textAt } from '../../src/clouds/json.ts'
import { rehearse } from './client.ts'
import { accessOf, furnish, furnishAcme, registryToken, signIn } from './docker-hub-client.ts'

const PATH = '/v2/access-tokens'
const write = { token_label: 'CI', scopes: ['repo:write'] }
const tokenIn = (body: Json) => textAt(body, 'token') ?? ''
const pathOf = (body: Json) => `${PATH}/${textAt(body, 'uuid')}`

describe('a personal token', () => {
  test('is shown when it is made, and never again', async () => {
    const hub = await signIn(await rehearse())
    const made = await hub('POST', PATH, write)
    expect(made).toMatchObject({ status: 201, body: { ...write, is_active: true, expires_at: null } })
    expect(tokenIn(made.body)).toMatch(/^dckr_pat_[\w-]{27}$/)
    expect((await hub('GET', pathOf(made.body))).body).toMatchObject({ token_label: 'CI', token: '' })
    expect((await hub('GET', PATH)).body).toMatchObject({ count: 1, active_count: 1, results: [{ token: '' }] })
  })

  test.each([
    [{ ...write, token_label: '' }, 'token_label'],
    [{ ...write, token_label: 'x'.repeat(101) }, 'token_label'],
    [{ ...write, scopes: ['repo:delete'] }, 'scopes'],
    [{ ...write, expires_at: 'tomorrow' }, 'expires_at'],
    [{ scopes: ['repo:write'] }, 'token_label'],
  ])('is not made from %j', async (given, field) => {
    const refused = await (await signIn(await rehearse()))('POST', PATH, given)
    expect(refused).toMatchObject({
      status: 400,
      body: { fields: { [field]: [expect.any(String)] }, text: expect.any(String) },
    })
  })

  test('of several scopes has the widest', async () => {
    const hub = await signIn(await rehearse())
    const made = await hub('POST', PATH, { ...write, scopes: ['repo:read', 'repo:write'] })
    expect(made.body).toMatchObject({ scopes: ['repo:write'] })
  })

  test('can be renamed and switched off, but its expiry stays', async () => {
    const rehearsal = await rehearse()
    const hub = await signIn(rehearsal)
    const made = await hub('POST', PATH, { ...write, expires_at: '2099-01-01T00:00:00Z' })
    const change = { token_label: 'old', is_active: false, expires_at: '2100-01-01T00:00:00Z' }
    const changed = await hub('PATCH', pathOf(made.body), change)
    expect(changed.body).toMatchObject({ token_label: 'old', is_active: false, expires_at: '2099-01-01T00:00:00Z' })
    await expect(signIn(rehearsal, 'yourname', tokenIn(made.body))).rejects.toThrow('401')
    expect((await hub('GET', PATH)).body).toMatchObject({ count: 1, active_count: 0 })
  })

  test('ends at its expiry', async () => {
    let now = new Date('2026-11-22T10:00:00Z')
    const rehearsal = await rehearse(undefined, { now: () => now })
    const made = await (await signIn(rehearsal))('POST', PATH, { ...write, expires_at: '2026-11-22T11:00:00Z' })
    await expect(signIn(rehearsal, 'yourname', tokenIn(made.body))).resolves.toBeTypeOf('function')
    now = new Date('2026-11-22T11:00:00Z')
    await expect(signIn(rehearsal, 'yourname', tokenIn(made.body))).rejects.toThrow('401')
  })

  test('ends with its deletion, and so does the login that it gave', async () => {
    const rehearsal = await rehearse()
    const hub = await signIn(rehearsal)
    const made = await hub('POST', PATH, write)
    const bot = await signIn(rehearsal, 'yourname', tokenIn(made.body))
    expect(await hub('DELETE', pathOf(made.body))).toMatchObject({ status: 204, body: null })
    expect((await bot('GET', '/v2/user/orgs/')).status).toBe(401)
    expect(await hub('DELETE', pathOf(made.body))).toMatchObject({
      status: 404,
      body: { detail: expect.any(String), message: expect.any(String) },
    })
  })

  test("of somebody else's is unknown, and needs the name of its owner", async () => {
    const rehearsal = await rehearse(({ dockerHub }) => furnish(dockerHub, { users: [{ username: 'thebot' }] }))
    const made = await (await signIn(rehearsal, 'thebot'))('POST', PATH, write)
    expect((await (await signIn(rehearsal))('GET', pathOf(made.body))).status).toBe(404)
    await expect(signIn(rehearsal, 'yourname', tokenIn(made.body))).rejects.toThrow('401')
  })

  test('makes no token', async () => {
    const rehearsal = await rehearse()
    const made = await (await signIn(rehearsal))('POST', PATH, { ...write, scopes: ['repo:admin'] })
    const byToken = await signIn(rehearsal, 'yourname', tokenIn(made.body))
    expect((await byToken('POST', PATH, write)).status).toBe(403)
  })
})

describe('a scope', () => {
  const cases = [
    { scope: 'repo:admin', right: { read: true, write: true, admin: true }, actions: ['pull', 'push'] },
    { scope: 'repo:write', right: { read: true, write: true, admin: false }, actions: ['pull', 'push'] },
    { scope: 'repo:read', right: { read: true, write: false, admin: false }, actions: ['pull'] },
  ]
  test.each(cases)('$scope narrows what its owner may', async ({ scope, right, actions }) => {
    const rehearsal = await rehearse(({ dockerHub }) => furnishAcme(dockerHub))
    const made = await (await signIn(rehearsal))('POST', PATH, { token_label: 'CI', scopes: [scope] })
    const hub = await signIn(rehearsal, 'yourname', tokenIn(made.body))
    expect((await hub('GET', '/v2/namespaces/acme/repositories/app')).body).toMatchObject({ permissions: right })
    const granted = await registryToken(rehearsal, 'acme/app', ['yourname', tokenIn(made.body)])
    expect(accessOf(granted)).toEqual([{ type: 'repository', name: 'acme/app', actions }])
  })

  test('repo:public_read sees nothing private', async () => {
    const rehearsal = await rehearse(({ dockerHub }) => furnishAcme(dockerHub))
    const made = await (await signIn(rehearsal))('POST', PATH, { token_label: 'CI', scopes: ['repo:public_read'] })
    const hub = await signIn(rehearsal, 'yourname', tokenIn(made.body))
    expect((await hub('GET', '/v2/namespaces/acme/repositories/app')).status).toBe(404)
    expect((await hub('GET', '/v2/namespaces/library/repositories/golang')).status).toBe(200)
  })

  test('repo:write reaches every repository of its owner, but makes none by request', async () => {
    const rehearsal = await rehearse(({ dockerHub }) => {
      furnish(dockerHub, { repositories: ['one', 'two'].map(name => ({ namespace: 'yourname', name })) })
    })
    const { body } = await (await signIn(rehearsal))('POST', PATH, write)
    for (const name of ['yourname/one', 'yourname/two', 'yourname/new']) {
      const granted = await registryToken(rehearsal, name, ['yourname', tokenIn(body)])
      expect(accessOf(granted)).toMatchObject([{ name, actions: ['pull', 'push'] }])
    }
    const hub = await signIn(rehearsal, 'yourname', tokenIn(body))
    const given = { namespace: 'yourname', name: 'new' }
    expect((await hub('POST', '/v2/namespaces/yourname/repositories', given)).status).toBe(403)
  })

  test('gives no more than its owner has', async () => {
    const rehearsal = await rehearse(({ dockerHub }) => furnishAcme(dockerHub))
    const made = await (await signIn(rehearsal, 'member'))('POST', PATH, { token_label: 'CI', scopes: ['repo:admin'] })
    expect(accessOf(await registryToken(rehearsal, 'acme/app', ['member', tokenIn(made.body)]))).toEqual([])
  })
})

describe("an editor's token", () => {
  test('of repo:admin makes and deletes repositories and gives teams their permission; it manages no team', async () => {
    const rehearsal = await rehearse(({ dockerHub }) => {
      const uuid = '6ba7b810-9dad-41d1-80b4-00c04fd430c8'
      furnishAcme(dockerHub, { teams: [{ id: 7, uuid, name: 'pushers', description: '', members: [] }] })
    })
    const made = await (await signIn(rehearsal, 'editor'))('POST', PATH, { token_label: 'CI', scopes: ['repo:admin'] })
    const hub = await signIn(rehearsal, 'editor', tokenIn(made.body))
    const given = { namespace: 'acme', name: 'new' }
    expect((await hub('POST', '/v2/namespaces/acme/repositories', given)).status).toBe(201)
    const permission = { group_id: 7, permission: 'write' }
    expect((await hub('POST', '/v2/repositories/acme/new/groups', permission)).status).toBe(200)
    expect((await hub('DELETE', '/v2/repositories/acme/new/')).status).toBe(202)
    expect((await hub('GET', '/v2/orgs/acme/groups')).status).toBe(200)
    expect((await hub('POST', '/v2/orgs/acme/groups', { name: 'others' })).status).toBe(403)
    expect((await hub('POST', '/v2/orgs/acme/groups/pushers/members', { member: 'member' })).status).toBe(403)
    expect((await hub('POST', '/v2/invites/bulk', { org: 'acme', invitees: ['stranger'] })).status).toBe(403)
  })
})
