import { describe, expect, test } from 'vitest'
import type { Json } from '../../src/clouds/json.ts'
import { admit, herokuClient, rehearse } from './client.ts'

const SCHEMA_2 = 'application/vnd.docker.distribution.manifest.v2+json'
const MANIFEST = '/v2/pt-dummy-app/web/manifests/latest'
const manifest = (digit: string, mediaType = SCHEMA_2): Json => ({
  schemaVersion: 2,
  mediaType,
  config: { digest: `sha256:${digit.repeat(64)}` },
})

/** The simulated registry with the app in front of it; speaks with `user:token`. */
async function withApp() {
  const rehearsal = await rehearse()
  const heroku = herokuClient(rehearsal)
  await heroku('POST', '/apps', { name: 'pt-dummy-app', stack: 'container' })
  const token = rehearsal.world.heroku.authorizations[0]?.token ?? ''
  const registry = async (method: string, path: string, body?: Json, options: { as?: string; type?: string } = {}) => {
    const { as = `_:${token}`, type = SCHEMA_2 } = options
    const response = await fetch(rehearsal.origins.heroku + path, {
      method,
      headers: {
        authorization: `Basic ${Buffer.from(as).toString('base64')}`,
        ...(body === undefined ? {} : { 'content-type': type }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    return { status: response.status, headers: response.headers, body: text ? (JSON.parse(text) as Json) : undefined }
  }
  return { rehearsal, heroku, token, registry }
}

describe('The registry', () => {
  test('gives back what was pushed, with or without the name that docker uses', async () => {
    const { rehearsal, registry, token } = await withApp()
    expect(await registry('PUT', MANIFEST, manifest('a'))).toMatchObject({ status: 201 })
    expect(rehearsal.log.at(-1)).toMatchObject({ effect: true, who: 'you@example.com' })
    for (const as of [`_:${token}`, `:${token}`]) {
      const read = await registry('GET', MANIFEST, undefined, { as })
      expect(read).toMatchObject({ status: 200, body: manifest('a') })
      expect(read.headers.get('content-type')).toBe(SCHEMA_2)
    }
  })

  test('takes the same image again without an effect, and another one in its place', async () => {
    const { rehearsal, registry } = await withApp()
    for (const [digit, effect] of [
      ['a', true],
      ['a', false],
      ['b', true],
    ] as const) {
      await registry('PUT', MANIFEST, manifest(digit))
      expect(rehearsal.log.at(-1)).toMatchObject({ status: 201, effect })
    }
    expect(rehearsal.world.heroku.apps[0]?.images).toMatchObject([{ manifest: manifest('b') }])
  })

  test('releases nothing by a push', async () => {
    const { rehearsal, registry, heroku } = await withApp()
    await registry('PUT', MANIFEST, manifest('a'))
    expect((await heroku('GET', '/apps/pt-dummy-app/formation')).body).toEqual([])
    expect(rehearsal.world.heroku.apps[0]?.releases).toHaveLength(1)
  })

  test.each([
    ['an OCI manifest', 'application/vnd.oci.image.manifest.v1+json'],
    ['what attestations make of it', 'application/vnd.oci.image.index.v1+json'],
    ['a list of platforms', 'application/vnd.docker.distribution.manifest.list.v2+json'],
  ])('refuses %s, unless the world says otherwise', async (_, type) => {
    const { rehearsal, registry } = await withApp()
    expect((await registry('PUT', MANIFEST, manifest('a', type), { type })).status).toBe(405)
    expect(rehearsal.world.heroku.apps[0]?.images).toEqual([])
    rehearsal.world.heroku.rules.ociManifests = true
    expect((await registry('PUT', MANIFEST, manifest('a', type), { type })).status).toBe(201)
  })

  test('refuses a manifest that says to be another', async () => {
    const { registry } = await withApp()
    const body = manifest('a', 'application/vnd.oci.image.manifest.v1+json')
    expect((await registry('PUT', MANIFEST, body)).status).toBe(400)
  })

  test.each([
    ['nothing was pushed', MANIFEST, {}, 404],
    ['the token is none', MANIFEST, { as: '_:nonsense' }, 401],
    ['the name is another than docker uses', MANIFEST, { as: 'you@example.com' }, 401],
    ['there is no such app', '/v2/other-app/web/manifests/latest', {}, 403],
  ])('says no where %s', async (_, path, options, status) => {
    const { registry } = await withApp()
    const reply = await registry('GET', path, undefined, options)
    expect(reply).toMatchObject({ status, body: { errors: [{ code: expect.any(String) }] } })
    if (status === 401) expect(reply.headers.get('www-authenticate')).toMatch(/^Basic /)
  })

  test('lets nobody in who has no part in the app, and no token that may only read push', async () => {
    const { rehearsal, registry } = await withApp()
    const stranger = admit(rehearsal.world, 'stranger@example.com')
    expect((await registry('GET', MANIFEST, undefined, { as: `_:${stranger}` })).status).toBe(403)
    const reader = admit(rehearsal.world, 'you@example.com', { scope: ['read'] })
    expect((await registry('PUT', MANIFEST, manifest('a'), { as: `_:${reader}` })).status).toBe(403)
    expect((await registry('GET', MANIFEST, undefined, { as: `_:${reader}` })).status).toBe(404)
  })
})

test('The formation tells the image only in the variant of the API that knows images', async () => {
  const { heroku } = await withApp()
  const accept = 'application/vnd.heroku+json; version=3.docker-releases'
  const id = `sha256:${'a'.repeat(64)}`
  await heroku('PATCH', '/apps/pt-dummy-app/formation', { updates: [{ type: 'web', docker_image: id }] }, { accept })
  const plain = await heroku('GET', '/apps/pt-dummy-app/formation')
  expect(plain).toMatchObject({ status: 200, body: [{ type: 'web', quantity: 1 }] })
  expect(JSON.stringify(plain.body)).not.toContain('docker_image')
  const known = await heroku('GET', '/apps/pt-dummy-app/formation', undefined, { accept })
  expect(known.body).toMatchObject([{ docker_image: { id } }])
})
