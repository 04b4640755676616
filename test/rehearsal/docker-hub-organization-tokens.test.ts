import { describe, expect, test } from 'vitest'
import { type Json, textAt } from '../../src/clouds/json.ts'
import type { Rehearsal } from '../../src/rehearsal/server.ts'
import type { World } from '../../src/rehearsal/world.ts'
import { rehearse } from './client.ts'
import { accessOf, furnish, furnishAcme, hubClient, registryToken, signIn } from './docker-hub-client.ts'

const PATH = '/v2/orgs/acme/access-tokens'
const onApp = (...scopes: string[]) => ({ type: 'TYPE_REPO', path: 'acme/app', scopes })
const onAcme = (...scopes: string[]) => ({ type: 'TYPE_ORG', path: 'acme', scopes })
const push = { label: 'CI', resources: [onApp('scope-image-push')] }
const tokenIn = (body: Json) => textAt(body, 'token') ?? ''
const pathOf = (body: Json) => `${PATH}/${textAt(body, 'id')}`

const acme = (change?: (world: World) => void) =>
  rehearse(world => {
    furnishAcme(world.dockerHub)
    furnish(world.dockerHub, { repositories: [{ namespace: 'acme', name: 'other', private: true }] })
    change?.(world)
  })

async function tokenWith(rehearsal: Rehearsal, ...resources: Json[]): Promise<string> {
  const made = await (await signIn(rehearsal))('POST', PATH, { label: 'CI', resources })
  expect(made.status).toBe(201)
  return tokenIn(made.body)
}

describe('an organization token', () => {
  test('is shown when it is made, and never again; nobody is said to have made it', async () => {
    const hub = await signIn(await acme())
    const made = await hub('POST', PATH, { ...push, description: 'of the wizard' })
    expect(made).toMatchObject({ status: 201, body: { ...push, is_active: true, expires_at: null } })
    expect(tokenIn(made.body)).toMatch(/^dckr_oat_[\w-]{32}$/)
    expect(made.body).not.toHaveProperty('created_by')
    const info = await hub('GET', pathOf(made.body))
    expect(info.body).toMatchObject(push)
    const list = await hub('GET', PATH)
    expect(list.body).toEqual({ total: 1, results: [expect.objectContaining({ label: 'CI' })] })
    expect(JSON.stringify([info.body, list.body])).not.toContain('dckr_oat')
  })

  test('pushes to its repository alone, with the name of the organization', async () => {
    const rehearsal = await acme()
    const token = await tokenWith(rehearsal, onApp('scope-image-push'))
    expect(accessOf(await registryToken(rehearsal, 'acme/app', ['acme', token]))).toMatchObject([
      { actions: ['pull', 'push'] },
    ])
    expect(accessOf(await registryToken(rehearsal, 'acme/other', ['acme', token]))).toEqual([])
    expect((await registryToken(rehearsal, 'acme/app', ['yourname', token])).status).toBe(401)
    const hub = await signIn(rehearsal, 'acme', token)
    expect((await hub('GET', '/v2/namespaces/acme/repositories/app')).body).toMatchObject({
      permissions: { read: true, write: true, admin: false },
    })
  })

  test('pulls with the scope to pull, and every repository with acme/*', async () => {
    const rehearsal = await acme()
    const token = await tokenWith(rehearsal, { type: 'TYPE_REPO', path: 'acme/*', scopes: ['scope-image-pull'] })
    for (const name of ['acme/app', 'acme/other']) {
      expect(accessOf(await registryToken(rehearsal, name, ['acme', token]))).toMatchObject([{ actions: ['pull'] }])
    }
    expect(accessOf(await registryToken(rehearsal, 'acme/new', ['acme', token]))).toEqual([])
  })

  test('pushes to nothing of others with the path of all that is public', async () => {
    const rehearsal = await acme()
    const scopes = ['scope-image-push']
    const token = await tokenWith(rehearsal, { type: 'TYPE_REPO', path: '*/*/public', scopes })
    const granted = await registryToken(rehearsal, 'library/alpine', ['acme', token])
    expect(accessOf(granted)).toMatchObject([{ actions: ['pull'] }])
  })

  test('makes no repository by a push', async () => {
    const rehearsal = await acme()
    const all = { type: 'TYPE_REPO', path: 'acme/*', scopes: ['scope-image-push'] }
    const token = await tokenWith(rehearsal, all, onAcme('scope-repository-create'))
    expect(accessOf(await registryToken(rehearsal, 'acme/new', ['acme', token]))).toEqual([])
  })

  test('is none for the old login of users', async () => {
    const rehearsal = await acme()
    const password = await tokenWith(rehearsal, onApp('scope-image-push'))
    const login = await hubClient(rehearsal)('POST', '/v2/users/login', { username: 'acme', password })
    expect(login).toMatchObject({ status: 401, body: { detail: 'Incorrect authentication credentials' } })
  })

  test.each([
    ['a repository that is not there', { ...onApp('scope-image-push'), path: 'acme/new' }],
    ["another's repository", { ...onApp('scope-image-pull'), path: 'library/golang' }],
    ['another organization', { ...onAcme('scope-group-read'), path: 'library' }],
    ['the scope that documents once showed', onApp('repo-pull')],
    ['a scope of the other type', onApp('scope-group-read')],
  ])('is not made for %s', async (_, resource) => {
    const rehearsal = await acme()
    const refused = await (await signIn(rehearsal))('POST', PATH, { label: 'CI', resources: [resource] })
    expect(refused).toMatchObject({ status: 400, body: { fields: { resources: [expect.any(String)] } } })
    expect(rehearsal.world.dockerHub.organizations[0]?.tokens).toEqual([])
  })

  test('is for fifty repositories at the most', async () => {
    const hub = await signIn(await acme())
    const resources = (count: number) => Array.from({ length: count }, () => onApp('scope-image-pull'))
    expect((await hub('POST', PATH, { label: 'CI', resources: resources(51) })).status).toBe(400)
    expect((await hub('POST', PATH, { label: 'CI', resources: resources(50) })).status).toBe(201)
  })

  test('is one of ten on the Team plan, those switched off included', async () => {
    const hub = await signIn(await acme())
    for (let i = 0; i < 10; i++) {
      const made = await hub('POST', PATH, push)
      expect(made.status).toBe(201)
      await hub('PATCH', pathOf(made.body), { is_active: false })
    }
    expect(await hub('POST', PATH, push)).toMatchObject({ status: 403, body: { message: expect.any(String) } })
    const list = await hub('GET', PATH)
    expect(list.body).toMatchObject({ total: 10 })
    expect(list.body).not.toHaveProperty('next')
  })

  test('can be changed, but its expiry stays', async () => {
    const rehearsal = await acme()
    const hub = await signIn(rehearsal)
    const made = await hub('POST', PATH, { ...push, expires_at: '2099-01-01T00:00:00Z' })
    const resources = [onApp('scope-image-pull')]
    const changed = await hub('PATCH', pathOf(made.body), { label: 'old', resources, expires_at: null })
    expect(changed.body).toMatchObject({ label: 'old', resources, expires_at: '2099-01-01T00:00:00Z' })
    const granted = await registryToken(rehearsal, 'acme/app', ['acme', tokenIn(made.body)])
    expect(accessOf(granted)).toMatchObject([{ actions: ['pull'] }])
  })

  test('ends with its deletion', async () => {
    const rehearsal = await acme()
    const hub = await signIn(rehearsal)
    const made = await hub('POST', PATH, push)
    expect((await hub('DELETE', pathOf(made.body))).status).toBe(204)
    expect((await hub('GET', pathOf(made.body))).status).toBe(404)
    expect((await registryToken(rehearsal, 'acme/app', ['acme', tokenIn(made.body)])).status).toBe(401)
  })

  test.each(['editor', 'member', 'stranger'])('is not made by %s', async name => {
    expect((await (await signIn(await acme(), name))('POST', PATH, push)).status).toBe(403)
  })

  test('is not made with any token', async () => {
    const rehearsal = await acme()
    const given = { token_label: 'mine', scopes: ['repo:admin'] }
    const personal = await (await signIn(rehearsal))('POST', '/v2/access-tokens', given)
    expect((await (await signIn(rehearsal, 'yourname', tokenIn(personal.body)))('POST', PATH, push)).status).toBe(403)
    const token = await tokenWith(rehearsal, onApp('scope-image-push'))
    expect((await (await signIn(rehearsal, 'acme', token))('GET', PATH)).status).toBe(403)
  })

  test('is not had without a paid plan', async () => {
    const rehearsal = await rehearse(({ dockerHub }) => furnishAcme(dockerHub, { plan: 'free' }))
    expect((await (await signIn(rehearsal))('POST', PATH, push)).status).toBe(403)
  })
})

describe('within its scopes an organization token', () => {
  test.each([
    ['GET', '/v2/orgs/acme/groups', undefined, 'scope-group-read'],
    ['POST', '/v2/orgs/acme/groups', { name: 'pushers' }, 'scope-group-edit'],
    ['GET', '/v2/orgs/acme/members', undefined, 'scope-member-read'],
    ['GET', '/v2/orgs/acme/invites', undefined, 'scope-invite-read'],
    ['POST', '/v2/invites/bulk', { org: 'acme', invitees: ['stranger'] }, 'scope-invite-edit'],
    ['POST', '/v2/namespaces/acme/repositories', { namespace: 'acme', name: 'new' }, 'scope-repository-create'],
  ])('may %s %s', async (method, path, body, scope) => {
    const rehearsal = await acme()
    const without = await signIn(rehearsal, 'acme', await tokenWith(rehearsal, onApp('scope-image-push')))
    expect((await without(method, path, body)).status).toBe(403)
    const allowed = await signIn(rehearsal, 'acme', await tokenWith(rehearsal, onAcme(scope)))
    expect((await allowed(method, path, body)).status).toBeLessThan(300)
  })

  test('lists private repositories, which vanish without a word else', async () => {
    const rehearsal = await acme(({ dockerHub }) => {
      furnish(dockerHub, { repositories: [{ namespace: 'acme', name: 'open' }] })
    })
    const path = '/v2/namespaces/acme/repositories?ordering=name'
    const all = { type: 'TYPE_REPO', path: 'acme/*', scopes: ['scope-image-push'] }
    const without = await signIn(rehearsal, 'acme', await tokenWith(rehearsal, all))
    expect((await without('GET', path)).body).toMatchObject({ count: 1, results: [{ name: 'open' }] })
    const lists = await signIn(rehearsal, 'acme', await tokenWith(rehearsal, all, onAcme('scope-repository-list')))
    expect((await lists('GET', path)).body).toMatchObject({ count: 3 })
  })

  test.each([
    ['GET', '/v2/repositories/acme/app/groups'],
    ['DELETE', '/v2/repositories/acme/app/'],
    ['POST', '/v2/users/login'],
    ['GET', '/v2/user/orgs/'],
  ])('may not %s %s, which is an old route', async (method, path) => {
    const rehearsal = await acme()
    const hub = await signIn(rehearsal, 'acme', await tokenWith(rehearsal, onApp('scope-repo-group-edit')))
    const refused = await hub(method, path)
    expect(refused.status).toBe(403)
    expect(textAt(refused.body, 'detail')).toBe('token issued from organization access token is not allowed')
  })

  test('may give a team its permission where the world says so', async () => {
    const rehearsal = await acme(({ dockerHub: { rules } }) => {
      rules.organizationTokenGrants = true
    })
    const group = await (await signIn(rehearsal))('POST', '/v2/orgs/acme/groups', { name: 'pushers' })
    const given = { group_id: (group.body as { id: number }).id, permission: 'write' }
    const path = '/v2/repositories/acme/app/groups'
    const without = await signIn(rehearsal, 'acme', await tokenWith(rehearsal, onApp('scope-image-push')))
    expect((await without('POST', path, given)).status).toBe(403)
    const hub = await signIn(rehearsal, 'acme', await tokenWith(rehearsal, onApp('scope-repo-group-edit')))
    expect(await hub('POST', path, given)).toMatchObject({ status: 200, body: { group_name: 'pushers' } })
  })
})
