import { createPrivateKey } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { at, type Json, textAt } from '../../src/clouds/json.ts'
import { readKeyFile } from '../../src/rehearsal/google/key-file.ts'
import type { World } from '../../src/rehearsal/world.ts'
import { rehearse } from './client.ts'
import { acme, E, furnish, googleClient, ME, NUMBER, P, PUSHER, saying, stoppedClock } from './google-client.ts'

const ACCOUNTS = `/v1/projects/${P}/serviceAccounts`
const ACCOUNT = `/v1/projects/-/serviceAccounts/${E}`
const KEYS = `${ACCOUNT}/keys`
const SCOPE = { scope: ['https://www.googleapis.com/auth/cloud-platform'] }

describe('an account', () => {
  test('is made at once, found by e-mail and number, and listed', async () => {
    const client = googleClient(await acme())
    const serviceAccount = { displayName: 'circleci-dummyapp-image-builder', description: 'pushes' }
    const { status, body } = await client('POST', ACCOUNTS, { accountId: 'image-build', serviceAccount })
    const email = `image-build@${P}.iam.gserviceaccount.com`
    expect(status).toBe(200)
    expect(body).toMatchObject({
      ...serviceAccount,
      name: `projects/${P}/serviceAccounts/${email}`,
      email,
      uniqueId: expect.stringMatching(/^\d{21}$/),
    })
    for (const name of [email, textAt(body, 'uniqueId')]) {
      expect((await client('GET', `${ACCOUNTS}/${name}`)).body).toEqual(body)
    }
    expect((await client('GET', ACCOUNTS)).body).toMatchObject({ accounts: [{ email: E }, { email }] })
    expect((await client('GET', `${ACCOUNTS}?pageSize=1`)).body).toMatchObject({ nextPageToken: expect.any(String) })
  })

  test('has a name of 6 to 30 letters: the document’s own is one too long', async () => {
    const client = googleClient(await acme())
    for (const accountId of ['circleci-dummyapp-image-builder', 'short', 'Capital-letter', 'ends-with-']) {
      expect(saying(await client('POST', ACCOUNTS, { accountId }))).toContain('400 INVALID_ARGUMENT')
    }
    const long = { displayName: 'ü'.repeat(51) }
    expect((await client('POST', ACCOUNTS, { accountId: 'image-build', serviceAccount: long })).status).toBe(400)
    expect((await client('POST', ACCOUNTS, { accountId: 'circleci-dummyapp-image-build' })).status).toBe(200)
  })

  test('is made once', async () => {
    const answer = await googleClient(await acme())('POST', ACCOUNTS, { accountId: 'ci-pusher' })
    expect(saying(answer)).toBe(`409 ALREADY_EXISTS: Service account ID already exists within project projects/${P}.`)
  })

  test('that is missing is forbidden behind a dash, and not found behind its project', async () => {
    const client = googleClient(await acme())
    const nobody = `nobody@${P}.iam.gserviceaccount.com`
    expect(saying(await client('GET', `/v1/projects/-/serviceAccounts/${nobody}`))).toBe(
      "403 PERMISSION_DENIED: Permission 'iam.serviceAccounts.get' denied on resource (or it may not exist).",
    )
    expect((await client('GET', `${ACCOUNTS}/${nobody}`)).status).toBe(404)
    expect((await client('GET', `/v1/projects/${NUMBER}/serviceAccounts/${E}`)).status).toBe(200)
    expect((await client('GET', `/v1/projects/other-1/serviceAccounts/${E}`)).status).toBe(403)
  })

  test('is kept for 30 days after it was deleted, for its number alone', async () => {
    const client = googleClient(await acme())
    const undelete = (name: string) => client('POST', `/v1/projects/-/serviceAccounts/${name}:undelete`)
    await client('DELETE', ACCOUNT)
    expect((await client('GET', ACCOUNTS)).body).toEqual({})
    expect((await client('GET', KEYS)).status).toBe(403)
    expect((await undelete(E)).status).toBe(403)
    const { body } = await client('POST', ACCOUNTS, { accountId: 'ci-pusher' })
    expect(textAt(body, 'uniqueId')).not.toBe('100000000000000000001')
    expect(saying(await undelete('100000000000000000001'))).toContain('400 FAILED_PRECONDITION')
    await client('DELETE', ACCOUNT)
    expect((await undelete('100000000000000000001')).status).toBe(200)
    expect((await client('GET', `${KEYS}?keyTypes=USER_MANAGED`)).body).toMatchObject({
      keys: [{ name: expect.stringMatching(/\/keys\/[\da-f]{40}$/) }],
    })
  })

  test('can be disabled and enabled', async () => {
    const client = googleClient(await acme())
    await client('POST', `${ACCOUNT}:disable`)
    expect((await client('GET', ACCOUNT)).body).toMatchObject({ disabled: true })
    await client('POST', `${ACCOUNT}:enable`)
    expect((await client('GET', ACCOUNT)).body).not.toHaveProperty('disabled')
  })

  test('is out of reach for strangers', async () => {
    const rehearsal = await acme(({ google }) =>
      furnish(google, {
        users: [{ email: 'other@example.com', tokens: [{ token: 'other', expiresAt: '2099-01-01T00:00:00Z' }] }],
      }),
    )
    const other = googleClient(rehearsal, 'other')
    for (const [method, path] of [
      ['GET', ACCOUNTS],
      ['POST', ACCOUNTS],
      ['GET', ACCOUNT],
      ['DELETE', ACCOUNT],
      ['POST', KEYS],
      ['GET', KEYS],
      ['POST', `${ACCOUNT}:getIamPolicy`],
      ['POST', `${ACCOUNT}:setIamPolicy`],
      ['POST', `${ACCOUNT}:disable`],
    ] as const) {
      expect((await other(method, path, method === 'POST' ? {} : undefined)).status).toBe(403)
    }
  })
})

describe('a key', () => {
  const fileOf = (body: Json) =>
    JSON.parse(Buffer.from(textAt(body, 'privateKeyData') ?? '', 'base64').toString()) as { [key: string]: string }

  test('is a file with a real private key, had once', async () => {
    const rehearsal = await rehearse(world => {
      furnish(world.google, {
        projects: [
          {
            id: P,
            number: NUMBER,
            services: [{ name: 'iam.googleapis.com' }],
            policy: { bindings: [{ role: 'roles/owner', members: [ME] }] },
          },
        ],
        accounts: [{ project: P, id: 'ci-pusher', uniqueId: '100000000000000000001' }],
      })
    })
    const client = googleClient(rehearsal)
    const { body } = await client('POST', KEYS, { privateKeyType: 'TYPE_GOOGLE_CREDENTIALS_FILE' })
    const file = fileOf(body)
    const id = file.private_key_id ?? ''
    expect(id).toMatch(/^[\da-f]{40}$/)
    expect(textAt(body, 'name')).toBe(`projects/${P}/serviceAccounts/${E}/keys/${id}`)
    expect(file).toMatchObject({
      type: 'service_account',
      project_id: P,
      client_email: E,
      client_id: '100000000000000000001',
    })
    const key = createPrivateKey(file.private_key ?? '')
    expect([key.asymmetricKeyType, key.asymmetricKeyDetails?.modulusLength]).toEqual(['rsa', 2048])
    expect(textAt(body, 'privateKeyData')).not.toContain('\n')
    const shown = (await client('GET', `${KEYS}/${id}`)).body
    expect(shown).toMatchObject({ keyType: 'USER_MANAGED', validBeforeTime: '9999-12-31T23:59:59Z' })
    expect(JSON.stringify(shown)).not.toContain('privateKey')
    expect(fileOf((await client('POST', KEYS, {})).body).private_key_id).not.toBe(id)
  })

  test('is listed beside Google’s own, unless only those of people are asked for', async () => {
    const client = googleClient(await acme())
    const types = async (query = '') =>
      (at((await client('GET', `${KEYS}${query}`)).body, 'keys') as { keyType: string }[]).map(({ keyType }) => keyType)
    expect(await types()).toEqual(['USER_MANAGED', 'SYSTEM_MANAGED'])
    expect(await types('?keyTypes=USER_MANAGED')).toEqual(['USER_MANAGED'])
    await client('DELETE', `${KEYS}/${'a'.repeat(40)}`)
    expect((await client('GET', `${KEYS}?keyTypes=USER_MANAGED`)).body).toEqual({})
    expect((await client('DELETE', `${KEYS}/${'a'.repeat(40)}`)).status).toBe(404)
  })

  test('that was disabled says so', async () => {
    const client = googleClient(await acme())
    await client('POST', `${KEYS}/${'a'.repeat(40)}:disable`)
    expect((await client('GET', KEYS)).body).toMatchObject({
      keys: [{ disabled: true, disableReason: expect.any(String) }, { name: expect.any(String) }],
    })
  })

  test.each(['NOT_FOUND', 'PERMISSION_DENIED'] as const)(
    'is not to be had in the first seconds of its account: %s',
    async refusal => {
      const clock = stoppedClock()
      const rehearsal = await acme(({ google }) => {
        Object.assign(google.rules, { newAccountMs: 5_000, newAccountKeys: refusal })
      }, clock)
      const client = googleClient(rehearsal)
      await client('POST', ACCOUNTS, { accountId: 'image-build' })
      const keys = `${ACCOUNTS}/image-build@${P}.iam.gserviceaccount.com/keys`
      for (const method of ['GET', 'POST']) {
        expect(saying(await client(method, keys, method === 'POST' ? {} : undefined))).toContain(refusal)
      }
      clock.pass(5_000)
      expect((await client('POST', keys, {})).status).toBe(200)
    },
  )

  test.each([
    ['FAILED_PRECONDITION', '400 FAILED_PRECONDITION: Precondition check failed.'],
    ['RESOURCE_EXHAUSTED', '429 RESOURCE_EXHAUSTED: Maximum number of keys on account reached.'],
  ] as const)('is one of ten at most: %s', async (keyLimit, words) => {
    const rehearsal = await acme(({ google }) => {
      google.rules.keyLimit = keyLimit
    })
    const client = googleClient(rehearsal)
    for (let count = 2; count <= 10; count += 1) expect((await client('POST', KEYS, {})).status).toBe(200)
    const refused = await client('POST', KEYS, {})
    expect(saying(refused)).toBe(words)
    expect(at(refused.body, 'error')).not.toHaveProperty('details')
    await client('DELETE', `${KEYS}/${'a'.repeat(40)}`)
    expect((await client('POST', KEYS, {})).status).toBe(200)
  })
})

describe('an organization’s policy on keys', () => {
  const under =
    (createdAt: string, more: object = {}) =>
    ({ google }: World) => {
      furnish(google, { organizations: [{ id: '111', domain: 'example.com', createdAt, ...more }] })
      for (const project of google.projects) project.parent = 'organizations/111'
    }
  const NO_KEYS = 'iam.disableServiceAccountKeyCreation'
  const MANAGED = 'iam.managed.disableServiceAccountKeyCreation'

  test.each([
    ['by default since 2024-05-03', under('2024-05-03T00:00:00Z'), NO_KEYS],
    [
      'by its managed twin',
      under('2020-01-01T00:00:00Z', { orgPolicies: [{ constraint: MANAGED, enforced: true }] }),
      MANAGED,
    ],
  ])('forbids them %s', async (_, change, constraint) => {
    const rehearsal = await acme(change)
    const answer = await googleClient(rehearsal)('POST', KEYS, {})
    expect(saying(answer)).toBe('400 FAILED_PRECONDITION: Key creation is not allowed on this service account.')
    expect(answer.body).toMatchObject({
      error: {
        details: [
          {
            '@type': 'type.googleapis.com/google.rpc.PreconditionFailure',
            violations: [
              {
                type: `constraints/${constraint}`,
                subject: expect.stringContaining(`projects/${P}/serviceAccounts/${E}?configvalue=`),
                description: 'Key creation is not allowed on this service account.',
              },
            ],
          },
        ],
      },
    })
    expect(rehearsal.world.google.accounts[0]?.keys).toHaveLength(1)
  })

  test('is looked up as it comes down to the project, which may have its own', async () => {
    const rehearsal = await acme(under('2024-05-03T00:00:00Z'))
    const client = googleClient(rehearsal)
    const constraint = `constraints/${NO_KEYS}`
    const v1 = async () => (await client('POST', `/v1/projects/${P}:getEffectiveOrgPolicy`, { constraint })).body
    const paid = { 'x-goog-user-project': P }
    const v2 = async () =>
      (await client('GET', `/v2/projects/${P}/policies/${NO_KEYS}:getEffectivePolicy`, undefined, paid)).body
    expect(await v1()).toEqual({ constraint, booleanPolicy: { enforced: true } })
    expect(await v2()).toEqual({
      name: `projects/${NUMBER}/policies/${NO_KEYS}`,
      spec: { rules: [{ enforce: true }] },
    })
    expect((await client('GET', `/v2/projects/${P}/policies/${NO_KEYS}`, undefined, paid)).status).toBe(404)
    for (const project of rehearsal.world.google.projects)
      project.orgPolicies = [{ constraint: NO_KEYS, enforced: false }]
    expect(await v1()).toEqual({ constraint, booleanPolicy: {} })
    expect(await v2()).toMatchObject({ spec: { rules: [{ enforce: false }] } })
    expect((await client('POST', KEYS, {})).status).toBe(200)
  })

  test('is looked up above the project as well, before there is one', async () => {
    const rehearsal = await acme(({ google }) => {
      const policy = { bindings: [{ role: 'roles/resourcemanager.organizationAdmin', members: [ME] }] }
      furnish(google, {
        organizations: [{ id: '111', domain: 'example.com', createdAt: '2024-05-03T00:00:00Z', policy }],
        folders: [
          { id: '222', parent: 'organizations/111', orgPolicies: [{ constraint: NO_KEYS, enforced: false }] },
          { id: '333', parent: 'folders/222' },
        ],
      })
    })
    const constraint = `constraints/${NO_KEYS}`
    const ask = (place: string, token?: string) =>
      googleClient(rehearsal, token)('POST', `/v1/${place}:getEffectiveOrgPolicy`, { constraint })
    expect((await ask('organizations/111')).body).toEqual({ constraint, booleanPolicy: { enforced: true } })
    for (const folder of ['folders/222', 'folders/333']) {
      expect((await ask(folder)).body).toEqual({ constraint, booleanPolicy: {} })
    }
    expect((await ask('folders/444')).status).toBe(403)
    for (const one of rehearsal.world.google.organizations) one.policy.bindings = []
    expect((await ask('organizations/111')).status).toBe(403)
  })

  test('of the managed kind is not told of by Resource Manager, unless it is', async () => {
    const rehearsal = await acme(
      under('2020-01-01T00:00:00Z', { orgPolicies: [{ constraint: MANAGED, enforced: true }] }),
    )
    const constraint = `constraints/${MANAGED}`
    const ask = () => googleClient(rehearsal)('POST', `/v1/projects/${P}:getEffectiveOrgPolicy`, { constraint })
    expect((await ask()).status).toBe(400)
    rehearsal.world.google.rules.v1KnowsManaged = true
    expect((await ask()).body).toEqual({ constraint, booleanPolicy: { enforced: true } })
  })

  test('may give them an end, after which they open nothing', async () => {
    const clock = stoppedClock()
    const orgPolicies = [{ constraint: 'iam.serviceAccountKeyExpiryHours', enforced: true, values: ['24h'] }]
    const rehearsal = await acme(under('2020-01-01T00:00:00Z', { orgPolicies }), clock)
    const client = googleClient(rehearsal)
    const { body } = await client('POST', KEYS, {})
    expect(body).toMatchObject({ validBeforeTime: '2026-11-23T10:00:00Z' })
    const text = Buffer.from(textAt(body, 'privateKeyData') ?? '', 'base64').toString()
    const day = (days: number) => new Date(Date.parse('2026-11-22T10:00:00Z') + days * 86_400_000)
    expect(readKeyFile(rehearsal.world.google, text, day(0.9))).toHaveProperty('account')
    expect(readKeyFile(rehearsal.world.google, text, day(1))).toEqual({
      fault: 'invalid_grant: Invalid JWT Signature.',
    })
    const constraint = 'constraints/iam.serviceAccountKeyExpiryHours'
    expect((await client('POST', `/v1/projects/${P}:getEffectiveOrgPolicy`, { constraint })).body).toEqual({
      constraint,
      listPolicy: { allowedValues: ['24h'] },
    })
  })

  test('is none without an organization, nor in an old one', async () => {
    for (const change of [undefined, under('2024-05-02T00:00:00Z')]) {
      const client = googleClient(await acme(change))
      const constraint = `constraints/${NO_KEYS}`
      expect((await client('POST', `/v1/projects/${P}:getEffectiveOrgPolicy`, { constraint })).body).toEqual({
        constraint,
        booleanPolicy: {},
      })
      expect((await client('POST', KEYS, {})).status).toBe(200)
    }
  })

  test('may be hidden from the owner, and needs its API in v2', async () => {
    const rehearsal = await acme(({ google }) => {
      google.rules.ownerReadsOrgPolicy = false
    })
    const client = googleClient(rehearsal)
    const constraint = `constraints/${NO_KEYS}`
    expect((await client('POST', `/v1/projects/${P}:getEffectiveOrgPolicy`, { constraint })).status).toBe(403)
    const v2 = `/v2/projects/${P}/policies/${NO_KEYS}:getEffectivePolicy`
    expect(saying(await client('GET', v2))).toContain(
      'Organization Policy API has not been used in project 32555940559',
    )
  })
})

describe('speaking as an account', () => {
  const GENERATE = `${ACCOUNT}:generateAccessToken`
  const letIn = ({ google }: World) =>
    google.accounts[0]?.policy.bindings.push({ role: 'roles/iam.serviceAccountTokenCreator', members: [ME] })

  test('is not in the rights of an owner', async () => {
    const answer = await googleClient(await acme())('POST', GENERATE, SCOPE)
    expect(saying(answer)).toContain("403 PERMISSION_DENIED: Permission 'iam.serviceAccounts.getAccessToken' denied")
  })

  test('gives a token of an hour that has the account’s rights and no other', async () => {
    const rehearsal = await acme(world => {
      letIn(world)
      world.google.projects[0]?.policy.bindings.push({ role: 'roles/artifactregistry.writer', members: [PUSHER] })
    })
    const { body } = await googleClient(rehearsal)('POST', GENERATE, { ...SCOPE, delegates: null, lifetime: '3600s' })
    expect(textAt(body, 'expireTime')).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)
    const own = googleClient(rehearsal, textAt(body, 'accessToken'))
    const permissions = ['artifactregistry.tags.update', 'artifactregistry.tags.delete', 'resourcemanager.projects.get']
    expect((await own('POST', `/v1/projects/${P}:testIamPermissions`, { permissions })).body).toEqual({
      permissions: ['artifactregistry.tags.update'],
    })
    expect(rehearsal.log.map(({ effect, who }) => [effect, who])).toEqual([
      [false, 'you@example.com'],
      [false, E],
    ])
    expect((await own('GET', `/v1/projects/${P}`)).status).toBe(403)
  })

  test('needs a scope, lasts an hour at most, and needs its API', async () => {
    const rehearsal = await acme(letIn)
    const client = googleClient(rehearsal)
    expect((await client('POST', GENERATE, {})).status).toBe(400)
    expect((await client('POST', GENERATE, { ...SCOPE, lifetime: '3601s' })).status).toBe(400)
    for (const project of rehearsal.world.google.projects) project.services = []
    expect(saying(await client('POST', GENERATE, SCOPE))).toContain(
      'IAM Service Account Credentials API has not been used',
    )
  })

  test('ends with its time', async () => {
    const { now, pass } = stoppedClock()
    const rehearsal = await acme(letIn, { now })
    const { body } = await googleClient(rehearsal)('POST', GENERATE, { ...SCOPE, lifetime: '60s' })
    const own = googleClient(rehearsal, textAt(body, 'accessToken'))
    const status = async () => (await own('POST', `/v1/projects/${P}:testIamPermissions`, { permissions: [] })).status
    pass(59_000)
    expect(await status()).toBe(200)
    pass(1_000)
    expect(await status()).toBe(401)
  })

  test('ends with the account', async () => {
    const rehearsal = await acme(letIn)
    const client = googleClient(rehearsal)
    const own = googleClient(rehearsal, textAt((await client('POST', GENERATE, SCOPE)).body, 'accessToken'))
    const path = `/v1/projects/${P}:testIamPermissions`
    expect((await own('POST', path, { permissions: [] })).status).toBe(200)
    await client('POST', `${ACCOUNT}:disable`)
    expect((await own('POST', path, { permissions: [] })).status).toBe(401)
  })
})
