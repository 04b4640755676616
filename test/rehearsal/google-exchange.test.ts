import { describe, expect, test } from 'vitest'
import { type Json, textAt } from '../../src/clouds/json.ts'
import { issuerOf, type JobIdentity, jobTokens, signed } from '../../src/rehearsal/circleci/oidc.ts'
import { googleWorld, newPool, newProvider } from '../../src/rehearsal/google/world.ts'
import { newPrivateKey } from '../../src/rehearsal/private-key.ts'
import type { World } from '../../src/rehearsal/world.ts'
import { acme, E, googleClient, NUMBER, P, saying } from './google-client.ts'

const NOW = new Date('2026-11-22T10:00:00.000Z')
const ORGANIZATION = '11111111-1111-4111-8111-111111111111'
const JOB: JobIdentity = {
  organization: ORGANIZATION,
  project: '22222222-2222-4222-8222-222222222222',
  user: '33333333-3333-4333-8333-333333333333',
  origin: 'github.com/acme/it',
  branch: 'main',
  contexts: [],
  pipeline: '66666666-6666-4666-8666-666666666666',
  workflow: '77777777-7777-4777-8777-777777777777',
  job: '88888888-8888-4888-8888-888888888888',
  ssh: false,
}
const KEY = newPrivateKey()
const POOL = `projects/${NUMBER}/locations/global/workloadIdentityPools/circleci-it`
const PROVIDER = `//iam.googleapis.com/${POOL}/providers/circleci`
const PRINCIPAL = `principal://iam.googleapis.com/${POOL}/subject/${JOB.project}`
const SET = `principalSet://iam.googleapis.com/${POOL}`
const MAY_SPEAK = 'roles/iam.workloadIdentityUser'

const SOUND = {
  id: 'circleci',
  issuer: issuerOf(ORGANIZATION),
  audiences: [ORGANIZATION],
  mapping: { 'google.subject': "assertion['oidc.circleci.com/project-id']" },
  condition: `assertion['oidc.circleci.com/project-id'] == '${JOB.project}' && assertion['oidc.circleci.com/vcs-origin'] == '${JOB.origin}'`,
}

interface Options {
  readonly provider?: object
  readonly pool?: object
  /** Who may speak as the account. */
  readonly members?: readonly string[]
  readonly change?: (world: World) => void
  readonly now?: Date
}

async function setUp({ provider = {}, pool = {}, members = [PRINCIPAL], change, now = NOW }: Options = {}) {
  const rehearsal = await acme(
    world => {
      world.circleci.privateKey = KEY
      for (const { policy } of world.google.accounts) {
        policy.bindings.push({ role: MAY_SPEAK, members: [...members] })
      }
      const providers = [newProvider({ ...SOUND, ...provider })]
      world.google.identityPools.push(newPool({ project: P, id: 'circleci-it', providers, ...pool }))
      change?.(world)
    },
    { now: () => now },
  )
  const tokenOf = (job: Partial<JobIdentity> = {}, at = NOW, variable = 'CIRCLE_OIDC_TOKEN') =>
    jobTokens(rehearsal.world.circleci, { ...JOB, ...job }, at)[variable] ?? ''
  const exchange = async (token = tokenOf(), more: Record<string, Json> = {}) =>
    googleClient(rehearsal, null)('POST', '/v1/token', {
      grantType: 'urn:ietf:params:oauth:grant-type:token-exchange',
      audience: PROVIDER,
      scope: 'https://www.googleapis.com/auth/cloud-platform',
      requestedTokenType: 'urn:ietf:params:oauth:token-type:access_token',
      subjectToken: token,
      subjectTokenType: 'urn:ietf:params:oauth:token-type:jwt',
      ...more,
    })
  return {
    rehearsal,
    tokenOf,
    exchange,
    /** What is said to who brings the token; nothing where that one is let in. */
    refusal: async (token?: string) => {
      const { body } = await exchange(token)
      return textAt(body, 'access_token') === undefined
        ? `${textAt(body, 'error')}: ${textAt(body, 'error_description')}`
        : undefined
    },
    /** What is said to who wants to speak as the account. */
    speaks: async (token?: string) => {
      const client = googleClient(rehearsal, textAt((await exchange(token)).body, 'access_token') ?? null)
      const reply = await client('POST', `/v1/projects/-/serviceAccounts/${E}:generateAccessToken`, { scope: ['any'] })
      return reply.status === 200 ? 'yes' : saying(reply)
    },
  }
}

const without = (api: string) => (world: World) => {
  for (const project of world.google.projects) {
    project.services = project.services.filter(({ name }) => name !== `${api}.googleapis.com`)
  }
}

describe('The exchange of a signed token', () => {
  test('lets this project’s job in, as itself, and it may speak as the account', async () => {
    const place = await setUp()
    for (const variable of ['CIRCLE_OIDC_TOKEN', 'CIRCLE_OIDC_TOKEN_V2']) {
      const token = place.tokenOf({}, NOW, variable)
      expect(await place.refusal(token)).toBeUndefined()
      expect(await place.speaks(token)).toBe('yes')
      expect(place.rehearsal.log.at(-1)?.who).toBe(PRINCIPAL)
    }
    expect(JSON.stringify(place.rehearsal.log)).not.toContain(place.tokenOf().slice(-20))
  })

  test.each<[string, Partial<JobIdentity>, string]>([
    ['another project’s', { project: '44444444-4444-4444-8444-444444444444' }, 'rejected by the attribute condition'],
    ['a fork’s', { origin: 'github.com/mallory/it' }, 'rejected by the attribute condition'],
    ['another organization’s', { organization: '55555555-5555-4555-8555-555555555555' }, 'issuer in ID Token'],
  ])('refuses %s', async (_, job, said) => {
    const place = await setUp()
    expect(await place.refusal(place.tokenOf(job))).toContain(said)
  })

  test('refuses one of another branch, where one is named', async () => {
    const condition = `${SOUND.condition} && assertion['oidc.circleci.com/vcs-ref'] == 'refs/heads/main'`
    const place = await setUp({ provider: { condition } })
    expect(await place.refusal()).toBeUndefined()
    expect(await place.refusal(place.tokenOf({ branch: 'other' }))).toContain('condition')
  })

  test.each<[string, Options, string]>([
    ['for another audience', { provider: { audiences: ['somebody'] } }, 'audience'],
    ['that is not for the provider, which names no audience', { provider: { audiences: [] } }, 'audience'],
    ['of another issuer than it has', { provider: { issuer: 'https://issuer.example.com' } }, 'issuer'],
    ['where the provider is disabled', { provider: { disabled: true } }, 'invalid_target'],
    ['where the provider was deleted', { provider: { deletedAt: NOW.toISOString() } }, 'invalid_target'],
    ['where the pool is disabled', { pool: { disabled: true } }, 'invalid_target'],
    ['where the pool was deleted', { pool: { deletedAt: NOW.toISOString() } }, 'invalid_target'],
    [
      'of whom a condition does not know what it asks',
      { provider: { condition: "assertion.nothing.startsWith('')" } },
      'rejected by the attribute condition',
    ],
    [
      'whose mapped subject is missing',
      { provider: { mapping: { 'google.subject': 'assertion.nothing' } } },
      'google.subject',
    ],
    [
      'of whom too much is mapped',
      { provider: { mapping: { ...SOUND.mapping, 'attribute.all': `'${'a'.repeat(8192 - 35)}'` } } },
      '8192 bytes limit',
    ],
    ['whose mapped subject is empty', { provider: { mapping: { 'google.subject': "''" } } }, 'google.subject'],
    [
      'whose mapped attribute is missing',
      { provider: { mapping: { ...SOUND.mapping, 'attribute.ref': 'assertion.nothing' } } },
      'attribute.ref',
    ],
    [
      'whose groups are none',
      { provider: { mapping: { ...SOUND.mapping, 'google.groups': 'assertion.aud' } } },
      'google.groups',
    ],
  ])('refuses one %s', async (_, options, said) => {
    expect(await (await setUp(options)).refusal()).toContain(said)
  })

  test.each(['', 'https:'])(
    'takes one for the provider’s own name, which names no audience, with “%s” before it',
    async scheme => {
      const place = await setUp({ provider: { audiences: [], condition: '' } })
      // A job's own is for its organization; a custom one can be asked for (facts/circleci.md 9).
      const tokenFor = (...aud: string[]) => {
        const claims = { iss: SOUND.issuer, 'oidc.circleci.com/project-id': JOB.project }
        return signed(place.rehearsal.world.circleci, { ...claims, aud: aud.length === 1 ? (aud[0] ?? '') : aud }, NOW)
      }
      expect(await place.refusal(tokenFor(`${scheme}${PROVIDER}`))).toBeUndefined()
      expect(await place.refusal(tokenFor('another', `${scheme}${PROVIDER}`))).toBeUndefined()
      expect(await place.refusal(tokenFor(`http:${PROVIDER}`))).toContain('audience')
      expect(await place.refusal(tokenFor(ORGANIZATION))).toContain('audience')
    },
  )

  test('takes a subject of 127 bytes, and no longer one', async () => {
    const place = await setUp({ provider: { mapping: { 'google.subject': 'assertion.sub' } } })
    expect(await place.refusal()).toBeUndefined()
    expect(await place.refusal(place.tokenOf({}, NOW, 'CIRCLE_OIDC_TOKEN_V2'))).toContain('exceeds the 127 bytes limit')
  })

  test('refuses what is no longer valid, was changed, or signed by somebody else', async () => {
    const place = await setUp()
    const token = place.tokenOf()
    const [head, body = '', signature] = token.split('.')
    const claims = JSON.parse(Buffer.from(body, 'base64url').toString())
    const forged = Buffer.from(JSON.stringify({ ...claims, aud: 'x' })).toString('base64url')
    expect(await place.refusal(place.tokenOf({}, new Date(NOW.getTime() - 3_600_000)))).toContain('expired')
    expect(await place.refusal(`${head}.${forged}.${signature}`)).toContain('signature')
    expect(await place.refusal(`${head}.${body}.`)).toContain('signature')
    place.rehearsal.world.circleci.privateKey = newPrivateKey()
    expect(await place.refusal(token)).toContain('signature')
  })

  test('gives what lives no longer than what was given for it', async () => {
    const place = await setUp()
    const token = place.tokenOf({}, new Date(NOW.getTime() - 3_000_000))
    expect((await place.exchange(token)).body).toMatchObject({ token_type: 'Bearer', expires_in: 600 })
  })

  test.each([
    { grantType: 'password' },
    { requestedTokenType: 'urn:ietf:params:oauth:token-type:id_token' },
    { subjectTokenType: 'urn:ietf:params:aws:token-type:aws4_request' },
    { scope: '' },
  ])('is asked for as it is, and not otherwise: %j', async more => {
    expect((await (await setUp()).exchange(undefined, more)).status).toBe(400)
  })
})

describe('Who was let in', () => {
  test.each<[string, (world: World) => unknown, string]>([
    [
      'still is, where the provider is disabled or deleted',
      ({ google }) =>
        Object.assign(google.identityPools[0]?.providers[0] ?? {}, { disabled: true, deletedAt: NOW.toISOString() }),
      '200',
    ],
    [
      'is not, while the pool is disabled',
      ({ google }) => Object.assign(google.identityPools[0] ?? {}, { disabled: true }),
      '401',
    ],
    [
      'is not, while the pool is deleted',
      ({ google }) => Object.assign(google.identityPools[0] ?? {}, { deletedAt: NOW.toISOString() }),
      '401',
    ],
    ['is not, where IAM Service Account Credentials is not enabled', without('iamcredentials'), '403'],
  ])('%s', async (_, change, status) => {
    const place = await setUp()
    const client = googleClient(place.rehearsal, textAt((await place.exchange()).body, 'access_token') ?? null)
    change(place.rehearsal.world)
    const path = `/v1/projects/-/serviceAccounts/${E}:generateAccessToken`
    expect(saying(await client('POST', path, { scope: ['any'] }))).toContain(status)
  })
})

describe('A condition on what was mapped', () => {
  test.each([
    [`google.subject == '${JOB.project}' && attribute.ref == 'refs/heads/main'`, true],
    ["attribute.ref.startsWith('refs/tags/')", false],
    ["attribute.other != 'x'", false],
  ])('%s: %s', async (condition, isIn) => {
    const mapping = { ...SOUND.mapping, 'attribute.ref': "assertion['oidc.circleci.com/vcs-ref']" }
    expect((await (await setUp({ provider: { mapping, condition } })).refusal()) === undefined).toBe(isIn)
  })
})

describe('The account is spoken as', () => {
  const mapping = {
    ...SOUND.mapping,
    'attribute.origin': "assertion['oidc.circleci.com/vcs-origin']",
    'google.groups': "assertion['oidc.circleci.com/context-ids']",
  }
  const denied = "403 PERMISSION_DENIED: Permission 'iam.serviceAccounts.getAccessToken' denied"

  test.each([
    PRINCIPAL,
    `${SET}/attribute.origin/${JOB.origin}`,
    `${SET}/group/one`,
    `${SET}/group/other`,
    `${SET}/*`,
    'allUsers',
  ])('by whom its policy names: %s', async member => {
    const place = await setUp({ provider: { mapping }, members: [member] })
    expect(await place.speaks(place.tokenOf({ contexts: ['one', 'other'] }))).toBe('yes')
  })

  test.each([
    `${PRINCIPAL}0`,
    `${SET}/attribute.origin/github.com/mallory/it`,
    `${SET}/attribute.other/${JOB.origin}`,
    `${SET}/group/third`,
    `${SET.replace('circleci-it', 'another')}/*`,
    'allAuthenticatedUsers',
    'domain:googleapis.com',
  ])('by nobody else: %s', async member => {
    const place = await setUp({ provider: { mapping }, members: [member] })
    expect(await place.speaks(place.tokenOf({ contexts: ['one', 'other'] }))).toContain(denied)
  })
})

describe('No token comes from a project', () => {
  test('that is pending deletion', async () => {
    const change = (world: World) => {
      for (const project of world.google.projects) project.deletedAt = NOW.toISOString()
    }
    expect(await (await setUp({ change })).refusal()).toContain('invalid_target')
  })

  test('without the Security Token Service', async () => {
    expect(saying(await (await setUp({ change: without('sts') })).exchange())).toContain('Security Token Service API')
  })

  test('without IAM Service Account Credentials', async () => {
    const place = await setUp({ change: without('iamcredentials') })
    expect(await place.refusal()).toBeUndefined()
    expect(await place.speaks()).toContain('IAM Service Account Credentials API')
  })

  test('of the account, that is pending deletion, where the pool is of another', async () => {
    const place = await setUp({
      change: world => {
        world.google.projects.push(...googleWorld.parse({ projects: [{ id: 'other-project', number: '9' }] }).projects)
        for (const account of world.google.accounts) account.project = 'other-project'
        for (const one of world.google.projects) if (one.number === '9') one.deletedAt = NOW.toISOString()
      },
    })
    const client = googleClient(place.rehearsal, textAt((await place.exchange()).body, 'access_token') ?? null)
    const path = `/v1/projects/-/serviceAccounts/${E.replace(P, 'other-project')}:generateAccessToken`
    expect(saying(await client('POST', path, { scope: ['any'] }))).toContain('has been deleted')
  })
})
