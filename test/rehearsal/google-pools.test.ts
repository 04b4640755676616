import { describe, expect, test } from 'vitest'
import { at, type Json, textAt } from '../../src/clouds/json.ts'
import type { World } from '../../src/rehearsal/world.ts'
import type { Reply } from './client.ts'
import { acme, done, furnish, googleClient, NUMBER, P, saying, stoppedClock } from './google-client.ts'

const POOLS = `/v1/projects/${P}/locations/global/workloadIdentityPools`
const POOL = `${POOLS}/circleci`
const PROVIDERS = `${POOL}/providers`
const PROVIDER = `${PROVIDERS}/circleci`
const NAME = `projects/${NUMBER}/locations/global/workloadIdentityPools/circleci`
const DAY = 86_400_000

const OIDC = { issuerUri: 'https://issuer.example.com/org', allowedAudiences: ['somebody'] }
const BODY = { oidc: OIDC, attributeMapping: { 'google.subject': 'assertion.sub' } }

async function setUp(change?: (world: World) => void) {
  const clock = stoppedClock()
  const rehearsal = await acme(change, clock)
  const client = googleClient(rehearsal)
  return {
    rehearsal,
    clock,
    client,
    pool: (id = 'circleci') => client('POST', `${POOLS}?workloadIdentityPoolId=${id}`, { displayName: id }),
    provider: (more: object = {}, id = 'circleci') =>
      client('POST', `${PROVIDERS}?workloadIdentityPoolProviderId=${id}`, { ...BODY, ...more } as Json),
  }
}

/** With the pool and its provider. */
async function furnished(change?: (world: World) => void) {
  const place = await setUp(change)
  expect((await place.pool()).status).toBe(200)
  expect((await place.provider()).status).toBe(200)
  return place
}

const statuses = (replies: readonly Reply[]) =>
  replies.map(({ status, body }) => `${status} ${textAt(body, 'error', 'status')}`)

describe('What was deleted', () => {
  test('can be seen and brought back, and not changed', async () => {
    const { client } = await furnished()
    await client('DELETE', PROVIDER)
    const change = () => client('PATCH', `${PROVIDER}?updateMask=disabled`, { disabled: true })
    expect(saying(await change())).toContain('400 FAILED_PRECONDITION')
    expect((await client('GET', PROVIDER)).body).toMatchObject({ state: 'DELETED' })
    await client('POST', `${PROVIDER}:undelete`, {})
    expect((await change()).status).toBe(200)
  })

  test('a pool is not changed, nor what is in it', async () => {
    const { client, provider } = await furnished()
    await client('DELETE', POOL)
    const tried = [
      await client('PATCH', `${POOL}?updateMask=disabled`, { disabled: true }),
      await provider({}, 'another'),
      await client('PATCH', `${PROVIDER}?updateMask=disabled`, { disabled: true }),
      await client('DELETE', PROVIDER),
      await client('POST', `${PROVIDER}:undelete`, {}),
    ]
    expect(new Set(statuses(tried))).toEqual(new Set(['400 FAILED_PRECONDITION']))
    expect((await client('GET', PROVIDER)).body).toMatchObject({ name: `${NAME}/providers/circleci`, state: 'ACTIVE' })
  })

  test('keeps its id for 30 days, and not longer', async () => {
    const { client, clock, pool, provider } = await furnished()
    await client('DELETE', PROVIDER)
    clock.pass(30 * DAY - 1)
    expect(saying(await provider())).toContain('409 ALREADY_EXISTS')
    clock.pass(1)
    expect((await client('GET', PROVIDER)).status).toBe(404)
    expect((await provider()).status).toBe(200)
    expect((await client('GET', PROVIDER)).body).toMatchObject({ state: 'ACTIVE' })
    await client('DELETE', POOL)
    clock.pass(30 * DAY - 1)
    expect(saying(await pool())).toContain('409 ALREADY_EXISTS')
    clock.pass(1)
    expect((await pool()).status).toBe(200)
    expect(at((await client('GET', POOLS)).body, 'workloadIdentityPools')).toMatchObject([{ state: 'ACTIVE' }])
    // A new one of the name has nothing of the old.
    expect((await client('GET', PROVIDERS)).body).toEqual({})
  })
})

describe('An operation', () => {
  test('is told of under the name of what it makes, by the project’s number or id', async () => {
    const { client, pool, provider } = await setUp()
    for (const { body } of [await pool(), await provider()]) {
      expect(await done(client, body)).toMatchObject({ name: textAt(body, 'name'), done: true })
      const byId = (textAt(body, 'name') ?? '').replace(NUMBER, P)
      expect((await client('GET', `/v1/${byId}`)).status).toBe(200)
    }
  })

  test('is not told of under another’s', async () => {
    const place = await setUp(world =>
      furnish(world.google, {
        projects: [{ id: 'other-project', number: '9', services: [{ name: 'iam.googleapis.com' }] }],
      }),
    )
    const name = textAt((await place.pool()).body, 'name') ?? ''
    const provider = textAt((await place.provider()).body, 'name') ?? ''
    await place.pool('another')
    const wrong = [
      name.replace('/circleci/', '/another/'),
      name.replace('/operations/', '/providers/circleci/operations/'),
      provider.replace('/providers/circleci/', '/providers/another/'),
      provider.replace('/providers/circleci/', '/'),
    ]
    for (const one of wrong) expect((await place.client('GET', `/v1/${one}`)).status).toBe(404)
    expect((await place.client('GET', `/v1/${name.replace(NUMBER, '9')}`)).status).toBe(403)
    expect((await googleClient(place.rehearsal, null)('GET', `/v1/${name}`)).status).toBe(401)
  })
})

describe('A change', () => {
  test.each<[string, object, object]>([
    ['oidc', { oidc: { issuerUri: 'https://other.example.com' } }, { issuerUri: 'https://other.example.com' }],
    [
      'oidc.issuerUri',
      { oidc: { issuerUri: 'https://other.example.com' } },
      { issuerUri: 'https://other.example.com', allowedAudiences: ['somebody'] },
    ],
    [
      'oidc.allowedAudiences,disabled',
      { oidc: { allowedAudiences: ['other'] } },
      { ...OIDC, allowedAudiences: ['other'] },
    ],
    ['disabled', { oidc: { issuerUri: 'https://other.example.com' }, disabled: true }, OIDC],
  ])('of %s is of that and no more', async (mask, body, oidc) => {
    const { client } = await furnished()
    expect((await client('PATCH', `${PROVIDER}?updateMask=${mask}`, body as Json)).status).toBe(200)
    expect(at((await client('GET', PROVIDER)).body, 'oidc')).toEqual(oidc)
  })

  test.each(['', 'state', 'oidc.jwksJson', 'toString', 'disabled,oidc.'])(
    'of %j is of nothing, and refused',
    async mask => {
      const { client } = await furnished()
      expect((await client('PATCH', `${PROVIDER}?updateMask=${mask}`, BODY)).status).toBe(400)
    },
  )
})

describe('A provider is not taken', () => {
  const attributes = (count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, i) => [`attribute.a${i}`, 'assertion.sub']))

  test.each<[string, object]>([
    ['without an issuer', { oidc: {} }],
    ...[
      'http://issuer.example.com',
      'https://',
      'https:issuer.example.com',
      'https:///org',
      'https://issuer.example.com/a b',
      ' https://issuer.example.com',
      'https://me@issuer.example.com',
      'https://issuer.example.com?a=b',
      'https://issuer.example.com/#a',
      'https://issuer.example.com:port',
      `https://issuer.example.com/${'a'.repeat(1974)}`,
    ].map((issuerUri): [string, object] => [`of the issuer ${issuerUri.slice(0, 40)}`, { oidc: { issuerUri } }]),
    ['for nobody', { oidc: { ...OIDC, allowedAudiences: [''] } }],
    ['without a subject', { attributeMapping: {} }],
    ['with 51 attributes', { attributeMapping: { ...BODY.attributeMapping, ...attributes(51) } }],
    ['with an unknown attribute', { attributeMapping: { ...BODY.attributeMapping, 'google.email': 'assertion.sub' } }],
    [
      'with an attribute of a bad name',
      { attributeMapping: { ...BODY.attributeMapping, 'attribute.A': 'assertion.sub' } },
    ],
    ['that maps what is no claim', { attributeMapping: { 'google.subject': 'assertion.' } }],
    ['whose condition is a text', { attributeCondition: "'x'" }],
    ['whose condition is a claim of no name', { attributeCondition: 'assertion.' }],
  ])('%s', async (_, more) => {
    const { pool, provider } = await setUp()
    await pool()
    expect(saying(await provider(more))).toContain('400 INVALID_ARGUMENT')
  })

  test('but with all that is permitted', async () => {
    const { pool, provider } = await setUp()
    await pool()
    const attributeMapping = { ...BODY.attributeMapping, 'google.groups': 'assertion.groups', ...attributes(50) }
    const issuerUri = `https://issuer.example.com:443/${'a'.repeat(1969)}`
    expect(
      (await provider({ attributeMapping, oidc: { issuerUri }, attributeCondition: 'assertion.verified' })).status,
    ).toBe(200)
  })
})

describe('The issuers that an organization allows', () => {
  const CONSTRAINT = 'iam.workloadIdentityPoolProviders'
  const allowing = (values: string[]) => (world: World) => {
    for (const one of world.google.projects) one.orgPolicies = [{ constraint: CONSTRAINT, enforced: true, values }]
  }

  test.each([
    [[OIDC.issuerUri], { allowedValues: [OIDC.issuerUri] }, { values: { allowedValues: [OIDC.issuerUri] } }, 200],
    [
      ['https://other.example.com'],
      { allowedValues: ['https://other.example.com'] },
      { values: { allowedValues: ['https://other.example.com'] } },
      400,
    ],
    [[], { allValues: 'DENY' }, { denyAll: true }, 400],
  ])('are a list: %j', async (values, v1, v2, status) => {
    const { client, pool, provider } = await setUp(allowing(values))
    const constraint = `constraints/${CONSTRAINT}`
    const effective = await client('POST', `/v1/projects/${P}:getEffectiveOrgPolicy`, { constraint })
    expect(effective.body).toEqual({ constraint, listPolicy: v1 })
    const headers = { 'x-goog-user-project': P }
    const own = await client('GET', `/v2/projects/${P}/policies/${CONSTRAINT}`, undefined, headers)
    expect(at(own.body, 'spec', 'rules')).toEqual([v2])
    await pool()
    expect((await provider()).status).toBe(status)
  })

  test('are all, unless told', async () => {
    const { client } = await setUp()
    const constraint = `constraints/${CONSTRAINT}`
    expect((await client('POST', `/v1/projects/${P}:getEffectiveOrgPolicy`, { constraint })).body).toEqual({
      constraint,
      listPolicy: { allValues: 'ALLOW' },
    })
  })
})

test.each(['roles/viewer', 'roles/editor', 'roles/iam.workloadIdentityPoolViewer'])(
  '%s may see pools and providers, and not change them',
  async role => {
    const place = await furnished()
    const { google } = place.rehearsal.world
    furnish(google, {
      users: [{ email: 'her@example.com', tokens: [{ token: 'hers', expiresAt: '2030-01-01T00:00:00Z' }] }],
    })
    google.projects[0]?.policy.bindings.push({ role, members: ['user:her@example.com'] })
    const her = googleClient(place.rehearsal, 'hers')
    for (const path of [POOLS, POOL, PROVIDERS, PROVIDER]) expect((await her('GET', path)).status).toBe(200)
    const tried = [
      await her('POST', `${POOLS}?workloadIdentityPoolId=another`, {}),
      await her('PATCH', `${POOL}?updateMask=disabled`, { disabled: true }),
      await her('DELETE', PROVIDER),
    ]
    expect(new Set(statuses(tried))).toEqual(new Set(['403 PERMISSION_DENIED']))
  },
)
