import { describe, expect, test } from 'vitest'
import { type Json, textAt } from '../../src/clouds/json.ts'
import { newPrivateKey } from '../../src/rehearsal/private-key.ts'
import { signRs256 } from '../../src/rehearsal/rs256.ts'
import type { Rehearsal } from '../../src/rehearsal/server.ts'
import { type Client, rehearse } from './client.ts'
import {
  accessOf,
  claimsOf,
  furnish,
  furnishAcme,
  hubClient,
  PASSWORD,
  registryToken,
  signIn,
} from './docker-hub-client.ts'

const manifest = { schemaVersion: 2, config: { digest: 'sha256:1' } }
const mine = ({ world }: Rehearsal) => ['yourname', world.dockerHub.users[0]?.password ?? ''] as const

async function registry(
  rehearsal: Rehearsal,
  repository: string,
  login?: readonly [string, string],
  actions?: string,
): Promise<Client> {
  const { body } = await registryToken(rehearsal, repository, login, actions)
  return hubClient(rehearsal, `Bearer ${textAt(body, 'token')}`)
}

describe('auth.docker.io', () => {
  test('answers as the registry expects, on the same port', async () => {
    const answer = await registryToken(await rehearse(), 'library/alpine', undefined, 'pull')
    expect(answer).toMatchObject({ status: 200, body: { expires_in: 300, issued_at: expect.any(String) } })
    expect(textAt(answer.body, 'access_token')).toBe(textAt(answer.body, 'token'))
    expect(answer.body).not.toHaveProperty('refresh_token')
  })

  test('grants the subset that there is a right to, and refuses nothing', async () => {
    const rehearsal = await rehearse()
    expect(accessOf(await registryToken(rehearsal, 'library/alpine'))).toEqual([
      { type: 'repository', name: 'library/alpine', actions: ['pull'] },
    ])
    expect(accessOf(await registryToken(rehearsal, 'library/nothing'))).toEqual([])
    expect(accessOf(await registryToken(rehearsal, 'library/alpine', undefined, 'push'))).toEqual([])
  })

  test('refuses wrong credentials', async () => {
    const rehearsal = await rehearse()
    for (const login of [
      ['yourname', 'wrong'],
      ['nosuchuser', PASSWORD],
    ] as const) {
      expect((await registryToken(rehearsal, 'library/alpine', login)).status).toBe(401)
    }
    expect((await hubClient(rehearsal, 'Basic !')('GET', '/token?service=registry.docker.io')).status).toBe(401)
  })

  test('grants a push to what is not there in the own namespace, and nowhere else', async () => {
    const rehearsal = await rehearse(({ dockerHub }) => furnishAcme(dockerHub))
    const login = mine(rehearsal)
    for (const name of ['yourname/new', 'acme/new']) {
      expect(accessOf(await registryToken(rehearsal, name, login))).toMatchObject([{ actions: ['pull', 'push'] }])
    }
    expect(accessOf(await registryToken(rehearsal, 'member/new', login))).toEqual([])
    expect(accessOf(await registryToken(rehearsal, 'acme/new', ['member', PASSWORD]))).toEqual([])
  })

  test('gives a token that does not decode where the world says so; it serves as well', async () => {
    const rehearsal = await rehearse(({ dockerHub: { rules } }) => {
      rules.opaqueRegistryTokens = true
    })
    const { body } = await registryToken(rehearsal, 'library/alpine')
    expect(textAt(body, 'token')).toMatch(/^[\w-]+$/)
    const client = await registry(rehearsal, 'library/alpine')
    expect((await client('HEAD', '/v2/library/alpine/manifests/latest')).status).toBe(200)
  })

  test('signs its tokens, as a real registry checks them; none that another key signed, or that has expired, is taken', async () => {
    const rehearsal = await rehearse()
    const reply = await registryToken(rehearsal, 'library/alpine', undefined, 'pull')
    const token = textAt(reply.body, 'token') ?? ''
    const header = JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString()) as Json
    expect(header).toEqual({ alg: 'RS256', typ: 'JWT', kid: expect.stringMatching(/^([A-Z2-7]{4}:){11}[A-Z2-7]{4}$/) })
    const claims = claimsOf(reply) as { readonly [key: string]: Json }
    expect(claims).toMatchObject({ iss: 'auth.docker.io', aud: 'registry.docker.io', jti: expect.any(String) })
    const status = async (one: string) =>
      (await hubClient(rehearsal, `Bearer ${one}`)('HEAD', '/v2/library/alpine/manifests/latest')).status
    const ours = rehearsal.world.dockerHub.privateKey ?? ''
    expect(await status(token)).toBe(200)
    expect(await status(signRs256(newPrivateKey(), claims))).toBe(401)
    expect(await status(signRs256(ours, { ...claims, exp: 1 }))).toBe(401)
    expect(await status(signRs256(ours, { ...claims, aud: 'elsewhere' }))).toBe(401)
  })

  test('gives a refresh token where the world says so', async () => {
    const rehearsal = await rehearse(({ dockerHub: { rules } }) => {
      rules.refreshTokens = true
    })
    const path = '/token?service=registry.docker.io&offline_token=true'
    expect((await hubClient(rehearsal)('GET', path)).body).toHaveProperty('refresh_token')
  })

  test('knows one registry', async () => {
    expect((await hubClient(await rehearse())('GET', '/token?service=ghcr.io')).status).toBe(400)
  })
})

describe('the registry', () => {
  test('challenges who brings no token', async () => {
    const rehearsal = await rehearse()
    const origin = rehearsal.origins['docker-hub']
    const { status, headers, body } = await hubClient(rehearsal)('GET', '/v2/')
    expect(status).toBe(401)
    expect(headers.get('www-authenticate')).toBe(`Bearer realm="${origin}/token",service="registry.docker.io"`)
    expect(body).toMatchObject({ errors: [{ code: 'UNAUTHORIZED' }] })
    expect((await (await registry(rehearsal, 'library/alpine'))('GET', '/v2/')).status).toBe(200)
  })

  test('lets an upload be begun and dropped by who may push and pull', async () => {
    const rehearsal = await rehearse()
    const client = await registry(rehearsal, 'yourname/new', mine(rehearsal))
    const begun = await client('POST', '/v2/yourname/new/blobs/uploads/')
    expect(begun.status).toBe(202)
    const location = begun.headers.get('location') ?? ''
    expect((await client('DELETE', location)).status).toBe(204)
    expect(await client('DELETE', location)).toMatchObject({ status: 404 })
    expect(rehearsal.world.dockerHub).toMatchObject({ uploads: [] })
  })

  test.each(['push', 'pull'])('has one opaque message for a token to %s alone', async actions => {
    const rehearsal = await rehearse()
    const client = await registry(rehearsal, 'yourname/new', mine(rehearsal), actions)
    const refused = await client('POST', '/v2/yourname/new/blobs/uploads/')
    expect(refused).toMatchObject({
      status: 401,
      body: { errors: [{ code: 'DENIED', message: 'requested access to the resource is denied' }] },
    })
    expect(refused.headers.get('www-authenticate')).toContain('error="insufficient_scope"')
  })

  test('knows no uploads where the world says so', async () => {
    const rehearsal = await rehearse(({ dockerHub: { rules } }) => {
      rules.uploads = false
    })
    const client = await registry(rehearsal, 'yourname/new', mine(rehearsal))
    expect((await client('POST', '/v2/yourname/new/blobs/uploads/')).status).toBe(405)
  })

  test('makes a repository with the first push, as private as its namespace makes them', async () => {
    const rehearsal = await rehearse(({ dockerHub: { users } }) => {
      for (const user of users) user.defaultPrivacy = 'private'
    })
    const client = await registry(rehearsal, 'yourname/new', mine(rehearsal))
    const pushed = await client('PUT', '/v2/yourname/new/manifests/latest', manifest)
    expect(pushed.status).toBe(201)
    const hub = await signIn(rehearsal)
    const path = '/v2/namespaces/yourname/repositories/new'
    expect((await hub('GET', path)).body).toMatchObject({ is_private: true })
    expect((await hub('GET', `${path}/tags/latest`)).body).toMatchObject({
      digest: pushed.headers.get('docker-content-digest'),
      last_updater_username: 'yourname',
    })
    expect((await client('PUT', '/v2/yourname/new/manifests/latest', manifest)).status).toBe(201)
    expect((await hub('GET', `${path}/tags`)).body).toMatchObject({ count: 1 })
    expect((await client('HEAD', '/v2/yourname/new/manifests/unheard-of')).status).toBe(404)
    expect((await client('PUT', '/v2/yourname/new/manifests/latest')).status).toBe(400)
  })

  test('grants no push where the plan covers no more private repositories', async () => {
    const rehearsal = await rehearse(({ dockerHub }) => {
      for (const user of dockerHub.users) user.defaultPrivacy = 'private'
      furnish(dockerHub, { repositories: [{ namespace: 'yourname', name: 'one', private: true }] })
    })
    const login = mine(rehearsal)
    expect(accessOf(await registryToken(rehearsal, 'yourname/new', login))).toEqual([])
    expect(accessOf(await registryToken(rehearsal, 'yourname/one', login))).toMatchObject([
      { actions: ['pull', 'push'] },
    ])
    furnish(rehearsal.world.dockerHub, { repositories: [{ namespace: 'yourname', name: 'two', private: true }] })
    expect(accessOf(await registryToken(rehearsal, 'yourname/one', login))).toMatchObject([{ actions: ['pull'] }])
  })

  test.each([
    { rules: ['v.*'], latest: 201, 'v1.0.0': 400 },
    { rules: [], latest: 400, 'v1.0.0': 400 },
  ])('takes no second push of a tag that $rules makes immutable', async ({ rules, ...statuses }) => {
    const rehearsal = await rehearse(({ dockerHub }) => {
      const immutableTags = { enabled: true, rules }
      furnish(dockerHub, { repositories: [{ namespace: 'yourname', name: 'app', immutableTags }] })
    })
    const client = await registry(rehearsal, 'yourname/app', mine(rehearsal))
    for (const [tag, status] of Object.entries(statuses)) {
      const path = `/v2/yourname/app/manifests/${tag}`
      expect((await client('PUT', path, manifest)).status).toBe(201)
      expect((await client('PUT', path, manifest)).status).toBe(status)
    }
  })
})

describe('the pull limit', () => {
  const PREVIEW = '/v2/ratelimitpreview/test/manifests/latest'

  test('is told by HEAD, which is free of it', async () => {
    const client = await registry(await rehearse(), 'ratelimitpreview/test')
    for (let i = 0; i < 2; i++) {
      const { headers } = await client('HEAD', PREVIEW)
      expect(headers.get('ratelimit-limit')).toBe('100;w=21600')
      expect(headers.get('ratelimit-remaining')).toBe('100;w=21600')
      expect(headers.get('docker-ratelimit-source')).toBe('127.0.0.1')
    }
  })

  test('is larger for who signs in, and counted down by pulls', async () => {
    const rehearsal = await rehearse()
    const client = await registry(rehearsal, 'ratelimitpreview/test', mine(rehearsal))
    const { headers } = await client('GET', PREVIEW)
    expect(headers.get('ratelimit-limit')).toBe('200;w=21600')
    expect(headers.get('ratelimit-remaining')).toBe('199;w=21600')
    expect(rehearsal.log.some(({ effect }) => effect)).toBe(false)
  })

  test('ends pulls with words of its own, and is what the world says', async () => {
    const rehearsal = await rehearse(({ dockerHub: { rules } }) => {
      rules.pullLimits.anonymous = { pulls: 1, seconds: 3600 }
    })
    const client = await registry(rehearsal, 'ratelimitpreview/test')
    expect((await client('GET', PREVIEW)).headers.get('ratelimit-limit')).toBe('1;w=3600')
    const refused = await client('GET', PREVIEW)
    expect(refused.status).toBe(429)
    expect(JSON.stringify(refused.body)).toContain('You have reached your pull rate limit')
    expect((await client('HEAD', PREVIEW)).headers.get('ratelimit-remaining')).toBe('0;w=3600')
  })

  test.each([
    [null, null],
    [{ pulls: 5000, seconds: 86_400 }, '5000;w=86400'],
  ])('of a paid seat is %j', async (paidPullLimit, shown) => {
    const rehearsal = await rehearse(({ dockerHub }) => {
      furnishAcme(dockerHub)
      dockerHub.rules.paidPullLimit = paidPullLimit
    })
    const client = await registry(rehearsal, 'ratelimitpreview/test', ['member', PASSWORD])
    expect((await client('GET', PREVIEW)).headers.get('ratelimit-limit')).toBe(shown)
  })
})
