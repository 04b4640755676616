import { describe, expect, test } from 'vitest'
import { DOCKER_HUB, grantedIn, readPages } from '../../src/clouds/docker-hub.ts'
import type { Json } from '../../src/clouds/json.ts'
import type { VendorReply } from '../../src/clouds/vendor.ts'

const reply = (status: number, body: Json): VendorReply => ({
  status,
  headers: {},
  body,
  asked: 'GET hub.docker.com/x',
})

describe('A refusal', () => {
  // facts/docker-hub.md 2: every shape that was seen.
  test.each<[number, Json, string, string]>([
    [401, { detail: 'Incorrect authentication credentials' }, 'unauthorized', 'Incorrect authentication credentials'],
    [403, { detail: 'no', message: 'no' }, 'forbidden', 'no'],
    [404, { errinfo: {}, detail: 'object not found', message: 'object not found' }, 'not_found', 'object not found'],
    [401, { errinfo: { reason: 'bad' } }, 'unauthorized', 'bad'],
    [400, { fields: { name: ['too long'] }, text: 'name: too long' }, 'invalid', 'name: too long'],
    [
      400,
      { fields: { name: ['too long', 'bad'], scopes: ['unknown'] } },
      'invalid',
      'name: too long bad; scopes: unknown',
    ],
    [401, { errors: [{ code: 'UNAUTHORIZED', message: 'incorrect' }] }, 'unauthorized', 'incorrect'],
    [403, { detail: 'token issued from organization access token is not allowed' }, 'organization-token', ''],
    [403, { message: 'access token limit reached' }, 'limit', 'access token limit reached'],
    [409, { detail: 'conflict' }, 'conflict', 'conflict'],
    // Plain text, as the transport hands it on.
    [429, { message: 'You have been blocked.' }, 'rate_limit', 'You have been blocked.'],
    [503, '<html>', 'unavailable', ''],
    [418, {}, 'unexpected', ''],
  ])('of %i is told in its words and ours: %j', (status, body, code, said) => {
    const cause = DOCKER_HUB.means(reply(status, body))
    expect(cause).toMatchObject({ code, said: expect.stringMatching(new RegExp(`^${status}`)) })
    expect(cause.said).toContain(said)
    expect(cause.next).not.toBe('')
  })
})

describe('A list', () => {
  const pages = (bodies: readonly Json[]) => {
    const asked: number[] = []
    const read = async (page: number) => {
      asked.push(page)
      return reply(200, bodies[page - 1] ?? {})
    }
    return { asked, read }
  }

  test('is read page by page, whatever its count is called', async () => {
    const { asked, read } = pages([
      { total: 3, next: 'https://hub.docker.com/x?page=2', results: [1, 2] },
      { total: 3, next: null, results: [3] },
    ])
    expect((await readPages(read)).items).toEqual([1, 2, 3])
    expect(asked).toEqual([1, 2])
  })

  test('ends at an empty page, though another is named', async () => {
    const { asked, read } = pages([
      { next: 'x', results: [1] },
      { next: 'x', results: [] },
    ])
    expect((await readPages(read)).items).toEqual([1])
    expect(asked).toEqual([1, 2])
  })
})

describe('What a registry token grants', () => {
  const jwt = (claims: Json) => `e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.x`
  const access = (name: string, actions: readonly string[]): Json => [
    { type: 'repository', name, actions: [...actions] },
  ]

  // facts/docker-hub.md 11: the subset is granted without an error; the token may be no JWT at all.
  test.each<[string, Json, unknown]>([
    ['both', { token: jwt({ access: access('acme/app', ['pull', 'push']) }) }, ['pull', 'push']],
    ['a part of it', { token: jwt({ access: access('acme/app', ['pull']) }) }, ['pull']],
    ['nothing', { token: jwt({ access: [] }) }, []],
    ['something of another repository', { token: jwt({ access: access('acme/other', ['pull', 'push']) }) }, []],
    ['not to be read', { token: 'opaque' }, 'opaque'],
    ['under its other name', { access_token: jwt({ access: access('acme/app', ['pull']) }) }, ['pull']],
  ])('is %s', (_, body, granted) => {
    expect(grantedIn(reply(200, body), 'acme/app')).toEqual(granted)
  })
})
