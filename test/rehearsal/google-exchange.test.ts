import { describe, expect, test } from 'vitest'
import { issuerOf, type JobIdentity, jobTokens } from '../../src/rehearsal/circleci/oidc.ts'
import { exchanged, tokenAs } from '../../src/rehearsal/google/exchange.ts'
import { expression } from '../../src/rehearsal/google/expression.ts'
import { googleWorld } from '../../src/rehearsal/google/world.ts'
import { newPrivateKey } from '../../src/rehearsal/private-key.ts'
import { emptyWorld } from '../../src/rehearsal/world.ts'
import { E, NUMBER, P } from './google-client.ts'

const NOW = new Date('2026-11-22T10:00:00.000Z')
const ORGANIZATION = '11111111-1111-4111-8111-111111111111'
const JOB: JobIdentity = {
  organization: ORGANIZATION,
  project: '22222222-2222-4222-8222-222222222222',
  user: '33333333-3333-4333-8333-333333333333',
  origin: 'github.com/acme/it',
  branch: 'main',
  contexts: [],
}
const KEY = newPrivateKey()
const POOL = `projects/${NUMBER}/locations/global/workloadIdentityPools/circleci-it`
const AUDIENCE = `//iam.googleapis.com/${POOL}/providers/circleci`
const PRINCIPAL = `principal://iam.googleapis.com/${POOL}/subject/${JOB.project}`

const SOUND = {
  id: 'circleci',
  issuer: issuerOf(ORGANIZATION),
  audiences: [ORGANIZATION],
  mapping: { 'google.subject': "assertion['oidc.circleci.com/project-id']" },
  condition: `assertion['oidc.circleci.com/project-id'] == '${JOB.project}' && assertion['oidc.circleci.com/vcs-origin'] == '${JOB.origin}'`,
}

function setUp(provider: object = {}, pool: object = {}) {
  const world = emptyWorld(NOW)
  world.circleci.privateKey = KEY
  world.google = googleWorld.parse({
    projects: [{ id: P, number: NUMBER }],
    accounts: [
      {
        project: P,
        id: E.split('@')[0],
        uniqueId: '123',
        policy: { bindings: [{ role: 'roles/iam.workloadIdentityUser', members: [PRINCIPAL] }] },
      },
    ],
    identityPools: [{ project: P, id: 'circleci-it', providers: [{ ...SOUND, ...provider }], ...pool }],
  })
  return world
}

const tokenOf = (
  world: ReturnType<typeof setUp>,
  job: Partial<JobIdentity> = {},
  now = NOW,
  variable = 'CIRCLE_OIDC_TOKEN',
) => jobTokens(world.circleci, { ...JOB, ...job }, now)[variable] ?? ''

describe('The exchange of a signed token', () => {
  test('lets this project’s job in, as itself, and it may speak as the account', () => {
    const world = setUp()
    for (const variable of ['CIRCLE_OIDC_TOKEN', 'CIRCLE_OIDC_TOKEN_V2']) {
      expect(exchanged(world, AUDIENCE, tokenOf(world, {}, NOW, variable), NOW)).toEqual({ principal: PRINCIPAL })
    }
    expect(tokenAs(world, PRINCIPAL, E, NOW)).toEqual({ token: expect.stringMatching(/^ya29\./) })
  })

  test.each<[string, Partial<JobIdentity>, string]>([
    ['another project’s', { project: '44444444-4444-4444-8444-444444444444' }, 'rejected by the attribute condition'],
    ['a fork’s', { origin: 'github.com/mallory/it' }, 'rejected by the attribute condition'],
    ['another organization’s', { organization: '55555555-5555-4555-8555-555555555555' }, 'issuer in ID Token'],
  ])('refuses %s', (_, job, said) => {
    const world = setUp()
    expect(exchanged(world, AUDIENCE, tokenOf(world, job), NOW)).toEqual({ fault: expect.stringContaining(said) })
  })

  test('refuses one of another branch, where one is named', () => {
    const world = setUp({
      condition: `${SOUND.condition} && assertion['oidc.circleci.com/vcs-ref'] == 'refs/heads/main'`,
    })
    expect(exchanged(world, AUDIENCE, tokenOf(world), NOW)).toEqual({ principal: PRINCIPAL })
    expect(exchanged(world, AUDIENCE, tokenOf(world, { branch: 'other' }), NOW)).toHaveProperty('fault')
  })

  test.each<[string, object, object, string]>([
    ['for another audience', { audiences: ['somebody'] }, {}, 'audience'],
    ['of another issuer than it has', { issuer: 'https://issuer.example.com' }, {}, 'issuer'],
    ['where the provider is disabled', { disabled: true }, {}, 'invalid_target'],
    ['where the provider was deleted', { deletedAt: NOW.toISOString() }, {}, 'invalid_target'],
    ['where the pool is disabled', {}, { disabled: true }, 'invalid_target'],
    ['where the pool was deleted', {}, { deletedAt: NOW.toISOString() }, 'invalid_target'],
    ['whose mapped subject is missing', { mapping: { 'google.subject': 'assertion.nothing' } }, {}, 'google.subject'],
  ])('refuses one %s', (_, provider, pool, said) => {
    const world = setUp(provider, pool)
    expect(exchanged(world, AUDIENCE, tokenOf(world), NOW)).toEqual({ fault: expect.stringContaining(said) })
  })

  test('takes a subject of 127 bytes, and no longer one', () => {
    const world = setUp({ mapping: { 'google.subject': 'assertion.sub' } })
    expect(exchanged(world, AUDIENCE, tokenOf(world), NOW)).toHaveProperty('principal')
    expect(exchanged(world, AUDIENCE, tokenOf(world, {}, NOW, 'CIRCLE_OIDC_TOKEN_V2'), NOW)).toEqual({
      fault: expect.stringContaining('exceeds the 127 bytes limit'),
    })
  })

  test('refuses what is no longer valid, was changed, or signed by somebody else', () => {
    const world = setUp()
    const token = tokenOf(world)
    const [head, body = '', signature] = token.split('.')
    const claims = JSON.parse(Buffer.from(body, 'base64url').toString())
    const forged = Buffer.from(JSON.stringify({ ...claims, aud: 'x' })).toString('base64url')
    expect(exchanged(world, AUDIENCE, token, new Date(NOW.getTime() + 3_600_000))).toHaveProperty('fault')
    expect(exchanged(world, AUDIENCE, `${head}.${forged}.${signature}`, NOW)).toHaveProperty('fault')
    expect(exchanged(world, AUDIENCE, `${head}.${body}.`, NOW)).toHaveProperty('fault')
    world.circleci.privateKey = newPrivateKey()
    expect(exchanged(world, AUDIENCE, token, NOW)).toHaveProperty('fault')
  })

  test('gives no token of an account to whom its policy does not name', () => {
    const world = setUp()
    expect(tokenAs(world, `${PRINCIPAL}0`, E, NOW)).toEqual({ fault: expect.stringContaining('getAccessToken') })
  })
})

describe('An expression', () => {
  test.each([
    ["assertion.a == 'x'", true],
    ['assertion["b/c"] == "y" && assertion.a != "y"', true],
    ["(assertion.a == 'y' || assertion.a == 'x') && assertion.a.startsWith('x')", true],
    ["assertion.nothing != 'x'", false],
    ["assertion.a == 'y'", false],
  ])('%s is %s', (text, value) => {
    expect(expression(text)({ a: 'x', 'b/c': 'y' })).toBe(value)
  })

  test.each(['', 'true', "assertion.a == 'x' &&", 'assertion.a in ["x"]', 'request.time', "assertion['a'", 'a == 1'])(
    'that is not understood is refused: %s',
    text => {
      expect(() => expression(text)).toThrow()
    },
  )
})
