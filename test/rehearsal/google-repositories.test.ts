import { describe, expect, test } from 'vitest'
import { at, type Json, textAt } from '../../src/clouds/json.ts'
import type { World } from '../../src/rehearsal/world.ts'
import { rehearse } from './client.ts'
import {
  acme,
  asPusher,
  done,
  E,
  furnish,
  furnishAcme,
  googleClient,
  P,
  PUSHER,
  regrant,
  saying,
  stoppedClock,
} from './google-client.ts'

const REPOSITORIES = `/v1/projects/${P}/locations/us/repositories`
const GCR = `${REPOSITORIES}/us.gcr.io`
const DOCKER = { format: 'DOCKER', mode: 'MODE_UNSPECIFIED' }
const MANIFEST = { schemaVersion: 2, mediaType: 'application/vnd.docker.distribution.manifest.v2+json', config: {} }

const repository =
  (more: object = {}) =>
  ({ google }: World) =>
    furnish(google, { repositories: [{ project: P, location: 'us', id: 'us.gcr.io', ...more }] })

describe('a repository', () => {
  test('is made by an operation, and found when that is done', async () => {
    const { now, pass } = stoppedClock()
    const rehearsal = await acme(
      ({ google }) => {
        google.rules.operationMs = 1_000
      },
      { now },
    )
    const client = googleClient(rehearsal)
    const { status, body } = await client('POST', `${REPOSITORIES}?repositoryId=us.gcr.io`, DOCKER)
    expect(status).toBe(200)
    expect(textAt(body, 'name')).toMatch(new RegExp(`^projects/${P}/locations/us/operations/[\\da-f-]+$`))
    expect((await client('GET', GCR)).status).toBe(404)
    expect((await client('GET', REPOSITORIES)).body).toEqual({})
    expect(await done(client, body)).not.toHaveProperty('done')
    pass(1_000)
    expect(await done(client, body)).toMatchObject({ done: true, response: { format: 'DOCKER' } })
    const shown = {
      name: `projects/${P}/locations/us/repositories/us.gcr.io`,
      format: 'DOCKER',
      mode: 'STANDARD_REPOSITORY',
      registryUri: `us.gcr.io/${P}`,
      sizeBytes: '0',
    }
    expect((await client('GET', GCR)).body).toMatchObject(shown)
    expect((await client('GET', REPOSITORIES)).body).toMatchObject({ repositories: [shown] })
  })

  test('may keep its tags where they are', async () => {
    const client = googleClient(await acme())
    await client('POST', `${REPOSITORIES}?repositoryId=us.gcr.io`, { ...DOCKER, dockerConfig: { immutableTags: true } })
    expect((await client('GET', GCR)).body).toMatchObject({ dockerConfig: { immutableTags: true } })
  })

  test('is made once', async () => {
    const client = googleClient(await acme(repository()))
    expect(saying(await client('POST', `${REPOSITORIES}?repositoryId=us.gcr.io`, DOCKER))).toContain(
      '409 ALREADY_EXISTS',
    )
  })

  test.each([
    ['us.gcr.io', 'us', 'DOCKER', 200],
    ['gcr.io', 'us', 'DOCKER', 200],
    ['eu.gcr.io', 'europe', 'DOCKER', 200],
    ['asia.gcr.io', 'asia', 'DOCKER', 200],
    ['images', 'europe-west1', 'NPM', 200],
    ['us.gcr.io', 'europe', 'DOCKER', 400],
    ['eu.gcr.io', 'us', 'DOCKER', 400],
    ['us.gcr.io', 'us', 'NPM', 400],
    ['dotted.name', 'us', 'DOCKER', 400],
    ['Capital', 'us', 'DOCKER', 400],
    ['a'.repeat(64), 'us', 'DOCKER', 400],
    ['', 'us', 'DOCKER', 400],
  ])('named %s in %s for %s: %i', async (id, location, format, status) => {
    const path = `/v1/projects/${P}/locations/${location}/repositories?repositoryId=${id}`
    expect((await googleClient(await acme())('POST', path, { format })).status).toBe(status)
  })

  test('that is missing is told to those who might see it', async () => {
    const rehearsal = await acme(world => {
      repository()(world)
    })
    expect(saying(await googleClient(rehearsal)('GET', `${REPOSITORIES}/none`))).toBe(
      '404 NOT_FOUND: Requested entity was not found.',
    )
    const pusher = asPusher(rehearsal)
    for (const path of [`${REPOSITORIES}/none`, GCR, REPOSITORIES, `${GCR}:getIamPolicy`, `${GCR}/dockerImages`]) {
      expect(saying(await pusher('GET', path))).toMatch(/^403 PERMISSION_DENIED: Permission 'artifactregistry/)
    }
    const asked = { permissions: ['artifactregistry.repositories.get'] }
    expect((await pusher('POST', `${REPOSITORIES}/none:testIamPermissions`, asked)).status).toBe(403)
    expect((await googleClient(rehearsal)('GET', '/v1/projects/no-such-one/locations/us/repositories/x')).status).toBe(
      403,
    )
  })

  test('is deleted', async () => {
    const client = googleClient(await acme(repository()))
    expect((await client('DELETE', GCR)).status).toBe(200)
    expect((await client('GET', GCR)).status).toBe(404)
  })

  test('tells what its account may do with it: push, and nothing more', async () => {
    const rehearsal = await acme(world => {
      repository()(world)
    })
    const pusher = asPusher(rehearsal)
    const permissions = [
      'artifactregistry.repositories.uploadArtifacts',
      'artifactregistry.repositories.deleteArtifacts',
      'artifactregistry.repositories.setIamPolicy',
      'artifactregistry.tags.delete',
      'artifactregistry.versions.delete',
    ]
    const may = async () => (await pusher('POST', `${GCR}:testIamPermissions`, { permissions })).body
    expect((await pusher('POST', `${GCR}:testIamPermissions`, { permissions })).status).toBe(200)
    expect(await may()).toEqual({})
    const role = 'roles/artifactregistry.writer'
    const grant = await regrant(googleClient(rehearsal), GCR, all => [...all, { role, members: [PUSHER] }], 'GET')
    expect(grant.body).toMatchObject({ version: 1, bindings: [{ role, members: [PUSHER] }] })
    expect(await may()).toEqual({ permissions: [permissions[0]] })
    expect((await pusher('POST', `${GCR}:testIamPermissions`, { permissions: ['*'] })).status).toBe(400)
  })
})

describe('a role', () => {
  const permissionsOf = async (name: string): Promise<readonly Json[]> => {
    const { body } = await googleClient(await acme())('GET', `/v1/roles/${name}`)
    return at(body, 'includedPermissions') as readonly Json[]
  }

  test('that writes can neither delete, nor change policies, nor create by pushing', async () => {
    const all = await permissionsOf('artifactregistry.writer')
    expect(all).toContain('artifactregistry.repositories.uploadArtifacts')
    expect(all).toContain('artifactregistry.tags.update')
    expect(all.filter(one => /delete|setIamPolicy|createOnPush/.test(String(one)))).toEqual([])
  })

  test.each([
    ['artifactregistry.createOnPushWriter', 'artifactregistry.repositories.createOnPush', /delete/],
    ['artifactregistry.repoAdmin', 'artifactregistry.tags.delete', /createOnPush|setIamPolicy/],
    ['artifactregistry.reader', 'artifactregistry.repositories.downloadArtifacts', /upload|create|update|delete/],
    ['artifactregistry.admin', 'artifactregistry.repositories.setIamPolicy', /createOnPush/],
    ['storage.admin', 'storage.buckets.setIamPolicy', /artifactregistry/],
    ['owner', 'iam.serviceAccounts.setIamPolicy', /getAccessToken/],
  ])('%s holds %s and nothing like %s', async (name, has, hasNot) => {
    const all = await permissionsOf(name)
    expect(all).toContain(has)
    expect(all.filter(one => hasNot.test(String(one)))).toEqual([])
  })

  test('that is unknown is not there', async () => {
    expect(saying(await googleClient(await acme())('GET', '/v1/roles/nothing'))).toBe(
      '404 NOT_FOUND: The role named roles/nothing was not found.',
    )
  })
})

describe('docker', () => {
  const basic = (user: string, password: string) => `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`

  /** The clouds, and the key of an account that may write to us.gcr.io. */
  async function docker(change?: (world: World) => void) {
    let encoded = ''
    const rehearsal = await rehearse(world => {
      encoded = furnishAcme(world)
      const policy = { bindings: [{ role: 'roles/artifactregistry.writer', members: [PUSHER] }] }
      repository({ policy })(world)
      change?.(world)
    })
    const nobody = googleClient(rehearsal, null)
    const login = (user: string, password: string) =>
      nobody('GET', `/v2/token?service=us.gcr.io&scope=repository:${P}/dummyapp:push,pull`, undefined, {
        authorization: basic(user, password),
      })
    const file = Buffer.from(encoded, 'base64').toString()
    const push = async (tag: string, manifest: Json = MANIFEST) => {
      const token = textAt((await login('_json_key', file)).body, 'token')
      return googleClient(rehearsal, token)('PUT', `/v2/${P}/dummyapp/manifests/${tag}`, manifest)
    }
    return { rehearsal, encoded, file, login, push }
  }

  test('signs in with a key, in base64 or not, or with an access token', async () => {
    const { rehearsal, encoded, file, login } = await docker()
    const mine = rehearsal.world.google.users[0]?.tokens[0]?.token ?? ''
    expect((await login('_json_key', file)).status).toBe(200)
    expect((await login('_json_key_base64', encoded)).status).toBe(200)
    expect((await login('oauth2accesstoken', mine)).status).toBe(200)
    expect(rehearsal.log.map(({ who }) => who)).toEqual([E, E, 'you@example.com'])
    for (const [user, password] of [
      ['_json_key', encoded],
      ['_json_key', file.replace('private_key_id": "a', 'private_key_id": "b')],
      ['_json_key_base64', file],
      ['oauth2accesstoken', file],
      ['you', mine],
    ] as const) {
      expect((await login(user, password)).status).toBe(401)
    }
    rehearsal.world.google.rules.base64Login = false
    expect((await login('_json_key_base64', encoded)).status).toBe(401)
  })

  test('leaves an image, whose tag moves with the next push', async () => {
    const { rehearsal, push } = await docker()
    const pushed = await push('latest')
    expect(pushed.status).toBe(201)
    expect(rehearsal.log.at(-1)).toMatchObject({ effect: true, who: E })
    const digest = pushed.headers.get('docker-content-digest')
    const images = async () => at((await googleClient(rehearsal)('GET', `${GCR}/dockerImages`)).body, 'dockerImages')
    expect(await images()).toMatchObject([
      { uri: `us.gcr.io/${P}/dummyapp@${digest}`, tags: ['latest'], uploadTime: expect.any(String) },
    ])
    await push('latest', { ...MANIFEST, config: { other: true } })
    await push('v1', { ...MANIFEST, config: { other: true } })
    const [first, second] = (await images()) as { tags?: string[] }[]
    expect([first?.tags, second?.tags]).toEqual([undefined, ['latest', 'v1']])
  })

  test('is refused with the permission that is missing', async () => {
    const { push, rehearsal } = await docker()
    for (const one of rehearsal.world.google.repositories) one.policy.bindings = []
    const { status, body } = await push('latest')
    expect({ status, body }).toMatchObject({
      status: 403,
      body: { errors: [{ code: 'DENIED', message: expect.stringContaining('uploadArtifacts') }] },
    })
  })

  test('needs a token of its own, and a manifest', async () => {
    const { rehearsal, file, login } = await docker()
    const mine = rehearsal.world.google.users[0]?.tokens[0]?.token
    const path = `/v2/${P}/dummyapp/manifests/latest`
    expect((await googleClient(rehearsal, mine)('PUT', path, MANIFEST)).status).toBe(401)
    expect((await googleClient(rehearsal, null)('PUT', path, MANIFEST)).status).toBe(401)
    const own = googleClient(rehearsal, textAt((await login('_json_key', file)).body, 'token'))
    expect((await own('PUT', path)).status).toBe(400)
    expect((await own('GET', path)).status).toBe(405)
    expect((await own('PUT', '/v2/other-1/none/manifests/latest', MANIFEST)).status).toBe(403)
    expect((await own('GET', `/v1/projects/${P}`)).status).toBe(401)
  })

  test('tells whether gcr.io is served from here', async () => {
    const { rehearsal } = await docker()
    expect((await googleClient(rehearsal)('GET', `/v1/projects/${P}/projectSettings`)).body).toEqual({
      name: `projects/${P}/projectSettings`,
      legacyRedirectionState: 'REDIRECTION_FROM_GCR_IO_FINALIZED',
    })
  })
})
