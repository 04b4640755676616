import { describe, expect, test } from 'vitest'
import { textAt } from '../../src/clouds/json.ts'
import { addPublicImage, emptyDockerHub } from '../../src/rehearsal/docker-hub/world.ts'
import { mintOf } from '../../src/rehearsal/mint.ts'
import { NOTHING } from '../support/nothing.ts'
import { rehearse } from './client.ts'
import { furnish, furnishAcme, hubClient, signIn } from './docker-hub-client.ts'

const PATH = '/v2/namespaces/yourname/repositories'
const given = { namespace: 'yourname', name: 'dummyapp' }
const APP = '/v2/namespaces/acme/repositories/app'

describe('a public repository', () => {
  test.each([
    ['pennocktech', 'ci', ['latest', 'purple']],
    ['philpennock', 'poetry', ['latest']],
    ['library', 'golang', ['latest', '1.25', '1.14.3', '1.14.6', 'alpine']],
    ['library', 'alpine', ['latest']],
    ['google', 'cloud-sdk', ['latest']],
  ])('%s/%s is read with its tags by nobody', async (namespace, name, tags) => {
    const nobody = hubClient(await rehearse())
    const path = `/v2/namespaces/${namespace}/repositories/${name}`
    expect(await nobody('GET', path)).toMatchObject({
      status: 200,
      body: { name, namespace, is_private: false, permissions: { read: true, write: false, admin: false } },
    })
    expect((await nobody('GET', `${path}/tags`)).body).toMatchObject({
      count: tags.length,
      results: tags.map(tag => ({ name: tag, digest: expect.stringMatching(/^sha256:[\da-f]{64}$/) })),
    })
    expect(await nobody('HEAD', `${path}/tags/${tags.at(-1)}`)).toMatchObject({ status: 200, body: null })
    expect(await nobody('GET', `${path}/tags/unheard-of`)).toMatchObject({
      status: 404,
      body: { detail: expect.any(String), message: expect.any(String) },
    })
  })

  test('that is not there is said so with an errinfo', async () => {
    expect(await hubClient(await rehearse())('GET', '/v2/namespaces/library/repositories/nothing')).toMatchObject({
      status: 404,
      body: { errinfo: NOTHING, detail: 'object not found', message: 'object not found' },
    })
  })
})

describe('a private repository', () => {
  test('is not there for strangers, nor for members without a team', async () => {
    const rehearsal = await rehearse(({ dockerHub }) => furnishAcme(dockerHub))
    for (const hub of [hubClient(rehearsal), await signIn(rehearsal, 'stranger'), await signIn(rehearsal, 'member')]) {
      expect((await hub('GET', APP)).status).toBe(404)
      expect((await hub('GET', `${APP}/tags`)).status).toBe(404)
    }
    expect((await (await signIn(rehearsal, 'editor'))('GET', APP)).status).toBe(200)
  })

  test('is one on the personal plan', async () => {
    const hub = await signIn(await rehearse())
    expect((await hub('POST', PATH, { ...given, is_private: true })).status).toBe(201)
    const second = { ...given, name: 'second' }
    expect((await hub('POST', PATH, { ...second, is_private: true })).status).toBe(403)
    expect((await hub('POST', PATH, second)).status).toBe(201)
    const privacy = '/v2/repositories/yourname/second/privacy'
    expect((await hub('POST', privacy, { is_private: true })).status).toBe(403)
    expect((await hub('POST', '/v2/repositories/yourname/dummyapp/privacy', { is_private: false })).status).toBe(200)
    expect(await hub('POST', privacy, { is_private: true })).toMatchObject({ status: 200, body: { is_private: true } })
  })
})

describe('making a repository', () => {
  test('answers with what was made, and the right to it', async () => {
    const rehearsal = await rehearse()
    const hub = await signIn(rehearsal)
    const made = await hub('POST', PATH, { ...given, description: 'a test', registry: 'docker.io' })
    expect(made).toMatchObject({
      status: 201,
      body: {
        ...given,
        description: 'a test',
        is_private: false,
        permissions: { admin: true },
        immutable_tags_settings: { enabled: false, rules: [] },
      },
    })
    expect((await hub('GET', `${PATH}/dummyapp`)).body).toEqual(made.body)
    expect(rehearsal.log.map(({ effect }) => effect)).toEqual([false, true, false])
  })

  test.each([400, 409] as const)('that exists is refused with %s', async status => {
    const rehearsal = await rehearse(({ dockerHub }) => {
      furnish(dockerHub, { repositories: [given] })
      dockerHub.rules.repositoryClash = status
    })
    expect(await (await signIn(rehearsal))('POST', PATH, given)).toMatchObject({
      status,
      body: { fields: { name: [expect.any(String)] } },
    })
  })

  test.each([
    { name: 'x' },
    { name: 'Dummyapp' },
    { name: 'dummy..app' },
    { name: 'x'.repeat(256) },
    { description: 'x'.repeat(101) },
    { full_description: 'x'.repeat(25_001) },
    { namespace: 'acme' },
    { is_private: 'yes' },
  ])('is refused for %j', async wrong => {
    const refused = await (await signIn(await rehearse()))('POST', PATH, { ...given, ...wrong })
    expect(refused).toMatchObject({
      status: 400,
      body: { fields: { [Object.keys(wrong)[0] ?? '']: [expect.any(String)] }, text: expect.any(String) },
    })
  })

  test('needs JSON', async () => {
    const rehearsal = await rehearse()
    const hub = await signIn(rehearsal)
    const refused = await hub('POST', PATH, given, { 'content-type': 'text/plain' })
    expect(refused).toMatchObject({ status: 400, body: { message: 'bad request' } })
  })

  test.each([
    ['yourname', 201],
    ['editor', 201],
    ['member', 403],
    ['stranger', 403],
  ])('in an organization: %s gets %s', async (name, status) => {
    const rehearsal = await rehearse(({ dockerHub }) => furnishAcme(dockerHub))
    const body = { namespace: 'acme', name: 'new' }
    const hub = await signIn(rehearsal, name)
    expect((await hub('POST', '/v2/namespaces/acme/repositories', body)).status).toBe(status)
  })

  test('nobody does, nor in a namespace that is not there', async () => {
    const rehearsal = await rehearse()
    expect((await hubClient(rehearsal)('POST', PATH, given)).status).toBe(401)
    const hub = await signIn(rehearsal)
    const body = { namespace: 'nowhere', name: 'new' }
    expect((await hub('POST', '/v2/namespaces/nowhere/repositories', body)).status).toBe(404)
  })
})

describe('a list of repositories', () => {
  const furnished = () =>
    rehearse(({ dockerHub }) => {
      const names = Array.from({ length: 125 }, (_, i) => `app-${String(i).padStart(3, '0')}`)
      furnish(dockerHub, { repositories: names.map(name => ({ namespace: 'yourname', name })) })
    })

  test('comes in pages, each with the address of the next', async () => {
    const rehearsal = await furnished()
    const hub = await signIn(rehearsal)
    const names: unknown[] = []
    for (let next: string | undefined = `${PATH}?ordering=name`; next !== undefined; ) {
      const { body } = await hub('GET', next)
      expect(body).toMatchObject({ count: 125 })
      names.push(...(body as { results: { name: string }[] }).results.map(({ name }) => name))
      next = textAt(body, 'next')
    }
    expect(names).toHaveLength(125)
    expect(new Set(names).size).toBe(125)
    expect(rehearsal.log.filter(({ method }) => method === 'GET')).toHaveLength(13)
  })

  test('is cut at a hundred, ends where it ends, and goes back', async () => {
    const hub = await signIn(await furnished())
    const all = await hub('GET', `${PATH}?page_size=1000`)
    expect(all.body).toMatchObject({ next: expect.stringMatching(/page_size=100&page=2$/), previous: null })
    const second = await hub('GET', `${PATH}?page=2&page_size=100`)
    expect(second.body).toMatchObject({ next: null, previous: expect.stringMatching(/\?page=1&page_size=100$/) })
    expect((await hub('GET', `${PATH}?page=14`)).status).toBe(404)
    expect((await hub('GET', `${PATH}?page=0`)).status).toBe(400)
  })

  test('is filtered and ordered', async () => {
    const hub = await signIn(await furnished())
    expect((await hub('GET', `${PATH}?name=p-11&ordering=-name`)).body).toMatchObject({
      count: 10,
      results: Array.from({ length: 10 }, (_, nth) => ({ name: `app-${119 - nth}` })),
    })
    expect(await hub('GET', `${PATH}?ordering=size`)).toMatchObject({
      status: 400,
      body: { fields: { ordering: [expect.any(String)] } },
    })
    expect((await hub('GET', '/v2/namespaces/nowhere/repositories')).status).toBe(404)
  })
})

describe('the old routes', () => {
  const furnished = () => rehearse(({ dockerHub }) => furnish(dockerHub, { repositories: [given] }))

  test('describe a repository', async () => {
    const hub = await signIn(await furnished())
    const changed = await hub('PATCH', '/v2/repositories/yourname/dummyapp/', { full_description: 'more' })
    expect(changed).toMatchObject({ status: 200, body: { full_description: 'more', description: '' } })
  })

  test.each([202, 204] as const)('delete it with %s', async status => {
    const rehearsal = await furnished()
    rehearsal.world.dockerHub.rules.repositoryDeletion = status
    const hub = await signIn(rehearsal)
    expect((await hub('DELETE', '/v2/repositories/yourname/dummyapp/')).status).toBe(status)
    expect(await hub('DELETE', '/v2/repositories/yourname/dummyapp/')).toMatchObject({
      status: 404,
      body: { detail: 'object not found' },
    })
  })

  test('are not for who may only read', async () => {
    const rehearsal = await rehearse(({ dockerHub }) => furnish(dockerHub, { users: [{ username: 'stranger' }] }))
    const hub = await signIn(rehearsal, 'stranger')
    const refused = await hub('DELETE', '/v2/repositories/library/alpine/')
    expect(refused).toMatchObject({ status: 403 })
    expect(refused.body).toEqual({ detail: expect.any(String) })
  })
})

describe('immutable tags', () => {
  test('are set by an admin, and tried before', async () => {
    const rehearsal = await rehearse(({ dockerHub }) => {
      furnishAcme(dockerHub)
      const tags = ['latest', 'v1.0.0'].map(name => ({
        name,
        digest: 'sha256:1',
        pushedBy: 'editor',
        pushedAt: LONG_AGO,
      }))
      furnish(dockerHub, { repositories: [{ namespace: 'acme', name: 'tagged', tags }] })
    })
    const path = '/v2/namespaces/acme/repositories/tagged/immutabletags'
    const hub = await signIn(rehearsal, 'editor')
    const settings = { immutable_tags: true, immutable_tags_rules: ['v.*'] }
    expect((await hub('POST', `${path}/verify`, { regex: 'v.*' })).body).toEqual({ tags: ['v1.0.0'] })
    expect((await hub('POST', `${path}/verify`, { regex: '(' })).status).toBe(400)
    expect((await hub('PATCH', path, settings)).body).toMatchObject({
      immutable_tags_settings: { enabled: true, rules: ['v.*'] },
    })
    expect((await (await signIn(rehearsal, 'stranger'))('PATCH', path, settings)).status).toBe(403)
  })
})

const LONG_AGO = '2026-01-01T00:00:00.000Z'

test.each([
  ['GET', '/nowhere'],
  ['PUT', PATH],
])('%s %s is no endpoint', async (method, path) => {
  expect((await (await signIn(await rehearse()))(method, path)).status).toBe(404)
})

test('A public image of somebody else’s is added with its tag, once', () => {
  const world = emptyDockerHub(new Date(), mintOf({ counter: 0 }))
  for (const tag of ['9.9', '9.9', '10']) addPublicImage(world, { namespace: 'library', name: 'golang', tag })
  addPublicImage(world, { namespace: 'acme', name: 'tools', tag: '1' })
  const tags = (name: string) => world.repositories.find(one => one.name === name)?.tags.map(one => one.name)
  expect(tags('golang')?.slice(-2)).toEqual(['9.9', '10'])
  expect(tags('golang')?.filter(tag => tag === '9.9')).toHaveLength(1)
  expect(tags('tools')).toEqual(['1'])
})
