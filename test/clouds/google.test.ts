import { describe, expect, test } from 'vitest'
import { GOOGLE, GOOGLE_PROJECTS, reasonOf } from '../../src/clouds/google.ts'
import { readOperation } from '../../src/clouds/google-operations.ts'
import { GOOGLE_REFUSALS } from '../../src/clouds/google-refusals.ts'
import type { HostId } from '../../src/clouds/hosts.ts'
import { at, type Json, textAt } from '../../src/clouds/json.ts'
import { Secret } from '../../src/clouds/secret.ts'
import type { VendorReply } from '../../src/clouds/vendor.ts'
import { hostNames } from '../../src/commands/sign-in.ts'
import type { World } from '../../src/rehearsal/world.ts'
import { acme, E, furnish, ME, P } from '../rehearsal/google-client.ts'
import { makeEngine } from '../support/engine.ts'

const PROJECT = `/v1/projects/${P}`
const ACCOUNT = `${PROJECT}/serviceAccounts/${E}`
const REPOSITORIES = `${PROJECT}/locations/us/repositories`

/** The simulated Google, asked as its owner through the transport. */
async function simulated(change?: (world: World) => void) {
  const rehearsal = await acme(change)
  const { clouds } = makeEngine({ rehearsal })
  const send = (host: HostId, method: string, path: string, body?: Json, headers = {}) =>
    clouds.send(host, { method, path, headers, repeat: 'never', ...(body !== undefined && { body }) })
  return { rehearsal, clouds, send }
}

/** The answer of a Google that says this. */
const literal = (status: number, error: Json): VendorReply => ({
  status,
  body: { error },
  headers: {},
  asked: 'POST iam.googleapis.com/v1/x',
})

const google = (change: (google: World['google']) => void) => (world: World) => change(world.google)
const withoutService = (name: string) =>
  google(({ projects }) => {
    for (const one of projects) one.services = one.services.filter(service => !service.name.startsWith(`${name}.`))
  })
const inOrganization = google(world => {
  furnish(world, { organizations: [{ id: '111', domain: 'example.com', createdAt: '2026-01-01T00:00:00Z' }] })
  for (const one of world.projects) one.parent = 'organizations/111'
})
/** The policy of the organization that was met. */
const onlyManaged = google(world => {
  for (const one of world.organizations) {
    one.orgPolicies = [{ constraint: 'iam.managed.disableServiceAccountKeyCreation', enforced: true }]
  }
})
const both = (one: (world: World) => void, other: (world: World) => void) => (world: World) => {
  one(world)
  other(world)
}
const tenKeys = (keyLimit: World['google']['rules']['keyLimit']) =>
  google(({ rules, accounts }) => {
    rules.keyLimit = keyLimit
    const [key] = accounts[0]?.keys ?? []
    if (key) accounts[0]?.keys.push(...Array.from({ length: 9 }, (_, index) => ({ ...key, id: `${index}` })))
  })
const aPolicy = (member: string) => ({ policy: { bindings: [{ role: 'roles/viewer', members: [member, ME] }] } })
const ownedStill = (member: string) => ({
  policy: {
    bindings: [
      { role: 'roles/owner', members: [ME] },
      { role: 'roles/viewer', members: [member] },
    ],
  },
})

/** Codes that were met in this file. */
const met = new Set<string>()
function meaning(reply: VendorReply) {
  const cause = GOOGLE.means(reply)
  met.add(cause.code)
  return cause
}

describe('A refusal of the simulated Google', () => {
  type Asked = readonly [
    host: HostId,
    method: string,
    path: string,
    body?: Json | undefined,
    headers?: Record<string, string>,
  ]
  const REFUSED: readonly (readonly [code: string, said: string, change: (world: World) => void, asked: Asked])[] = [
    [
      'service-disabled',
      '403 SERVICE_DISABLED: Identity and Access Management',
      withoutService('iam'),
      ['google-iam', 'GET', `${PROJECT}/serviceAccounts`],
    ],
    [
      'quota-project',
      '403 SERVICE_DISABLED: Artifact Registry API has not been used in project 32555940559',
      google(({ rules }) => {
        rules.clientProjectApis = ['cloudresourcemanager']
      }),
      ['google-registry', 'GET', REPOSITORIES],
    ],
    [
      'user-project',
      '403 USER_PROJECT_DENIED: ',
      () => {},
      ['google-registry', 'GET', REPOSITORIES, undefined, { 'x-goog-user-project': 'someone-elses' }],
    ],
    [
      'terms',
      '403 TOS: Callers must accept Terms of Service',
      google(({ rules, users }) => {
        rules.termsRefusal = 'request'
        for (const user of users) user.acceptedTerms = false
      }),
      ['google', 'POST', '/v1/projects', { projectId: 'dummy-1' }],
    ],
    [
      'billing-quota',
      '400 FAILED_PRECONDITION: Precondition check failed. Cloud billing quota exceeded: https://',
      google(({ projects, billingAccounts }) => {
        for (const one of billingAccounts) one.projectQuota = 0
        for (const one of projects) one.billingAccount = null
      }),
      ['google-billing', 'PUT', `${PROJECT}/billingInfo`, { billingAccountName: 'OPEN' }],
    ],
    [
      'no-billing',
      '400 UREQ_PROJECT_BILLING_NOT_FOUND: Billing account for project',
      both(
        withoutService('artifactregistry'),
        google(({ projects }) => {
          for (const one of projects) one.billingAccount = null
        }),
      ),
      ['google-services', 'POST', `${PROJECT}/services/artifactregistry.googleapis.com:enable`, {}],
    ],
    [
      'keys-forbidden',
      '400 constraints/iam.disableServiceAccountKeyCreation: Key creation is not allowed',
      inOrganization,
      ['google-iam', 'POST', `${ACCOUNT}/keys`, {}],
    ],
    [
      'keys-forbidden',
      '400 constraints/iam.managed.disableServiceAccountKeyCreation: Key creation is not allowed',
      both(inOrganization, onlyManaged),
      ['google-iam', 'POST', `${ACCOUNT}/keys`, {}],
    ],
    [
      'member-domain',
      '400 constraints/iam.allowedPolicyMemberDomains: One or more users named in the policy do not belong to a permitted customer. User other@elsewhere.example is not in permitted organization.',
      both(
        inOrganization,
        google(world => furnish(world, { users: [{ email: 'other@elsewhere.example' }] })),
      ),
      ['google', 'POST', `${PROJECT}:setIamPolicy`, ownedStill('user:other@elsewhere.example')],
    ],
    [
      'concurrent',
      '409 ABORTED: There were concurrent policy changes.',
      () => {},
      ['google', 'POST', `${PROJECT}:setIamPolicy`, { policy: { ...aPolicy(ME).policy, etag: 'BwAAAAAAAAA=' } }],
    ],
    [
      'key-limit',
      '400 FAILED_PRECONDITION: Precondition check failed.',
      tenKeys('FAILED_PRECONDITION'),
      ['google-iam', 'POST', `${ACCOUNT}/keys`, {}],
    ],
    [
      'key-limit',
      '429 RESOURCE_EXHAUSTED: Maximum number of keys on account reached.',
      tenKeys('RESOURCE_EXHAUSTED'),
      ['google-iam', 'POST', `${ACCOUNT}/keys`, {}],
    ],
    [
      'account-not-there',
      `400 INVALID_ARGUMENT: Service account no@${P}.iam.gserviceaccount.com does not exist.`,
      () => {},
      ['google', 'POST', `${PROJECT}:setIamPolicy`, ownedStill(`serviceAccount:no@${P}.iam.gserviceaccount.com`)],
    ],
    [
      'deleted',
      '403 PERMISSION_DENIED: Project #',
      google(({ projects }) => {
        for (const one of projects) one.deletedAt = new Date().toISOString()
      }),
      ['google-iam', 'GET', `${PROJECT}/serviceAccounts`],
    ],
    [
      'forbidden',
      '403 PERMISSION_DENIED: The caller does not have permission',
      () => {},
      ['google', 'GET', '/v1/projects/no-such-one'],
    ],
    [
      'forbidden',
      '403 IAM_PERMISSION_DENIED: Permission ',
      () => {},
      ['google-iam', 'GET', `/v1/projects/-/serviceAccounts/no@${P}.iam.gserviceaccount.com`],
    ],
    [
      'not_found',
      '404 NOT_FOUND: Requested entity was not found.',
      () => {},
      ['google-registry', 'GET', `${REPOSITORIES}/none`],
    ],
    [
      'exists',
      '409 ALREADY_EXISTS: Requested entity already exists',
      () => {},
      ['google', 'POST', '/v1/projects', { projectId: P }],
    ],
    [
      'precondition',
      '400 FAILED_PRECONDITION: ',
      google(({ projects }) => {
        for (const one of projects) one.deletedAt = new Date().toISOString()
      }),
      ['google', 'DELETE', PROJECT],
    ],
    ['invalid', '400 INVALID_ARGUMENT: ', () => {}, ['google', 'POST', '/v1/projects', { projectId: 'short' }]],
  ]

  test.each(REFUSED)('is told as %s: %s', async (code, said, change, [host, method, path, body, headers]) => {
    const { rehearsal, send } = await simulated(change)
    const [open] = rehearsal.world.google.billingAccounts
    const given = JSON.parse(JSON.stringify(body ?? null).replace('OPEN', `billingAccounts/${open?.id}`)) as Json
    const reply = await send(host, method, path, given ?? undefined, headers)
    const cause = meaning(reply)
    expect(cause).toMatchObject({ code, asked: `${method} ${new URL(rehearsal.origins.google).host}${path}` })
    expect(cause.said?.startsWith(said), cause.said).toBe(true)
  })

  test('of an API that does not answer names it', async () => {
    const { send } = await simulated(withoutService('iam'))
    expect(reasonOf(await send('google-iam', 'GET', ACCOUNT))).toBe('SERVICE_DISABLED')
    expect(reasonOf(await send('google', 'GET', '/v1/nothing'))).toBeUndefined()
  })

  test.each([
    [
      'expired',
      '401 ACCESS_TOKEN_EXPIRED',
      'old-token',
      'CLOUDSDK_AUTH_ACCESS_TOKEN',
      /unset CLOUDSDK_AUTH_ACCESS_TOKEN;/,
    ],
    ['unauthorized', '401 ACCESS_TOKEN_TYPE_UNSUPPORTED', 'nonsense', undefined, /gcloud auth login/],
    [
      'unauthorized',
      '401 ACCESS_TOKEN_TYPE_UNSUPPORTED',
      'nonsense',
      'gcloud auth print-access-token',
      /gcloud auth login/,
    ],
    [
      'unauthorized',
      '401 ACCESS_TOKEN_TYPE_UNSUPPORTED',
      'nonsense',
      'CLOUDSDK_AUTH_ACCESS_TOKEN_FILE (/run/token)',
      /unset CLOUDSDK_AUTH_ACCESS_TOKEN_FILE;/,
    ],
  ])(
    'to let somebody in is told as %s, by %s and where the token came from',
    async (code, said, token, source, next) => {
      const { clouds, send } = await simulated(
        google(({ users }) => void users[0]?.tokens.push({ token: 'old-token', expiresAt: '2026-01-01T00:00:00Z' })),
      )
      clouds.credentials.set('google', { secret: new Secret(token), ...(source !== undefined && { source }) })
      const cause = meaning(await send('google', 'GET', PROJECT))
      expect(cause).toMatchObject({ code, said: expect.stringContaining(said), next: expect.stringMatching(next) })
      expect(cause.means.endsWith(source ? ` It came from ${source}.` : '.')).toBe(true)
      clouds.credentials.delete('google')
      expect(meaning(await send('google', 'GET', PROJECT)).said).toContain('401 CREDENTIALS_MISSING')
    },
  )

  test('because Google has trouble is none of the person’s doing', async () => {
    const { rehearsal, send } = await simulated()
    rehearsal.faults.push({
      do: { status: 503, body: { error: { code: 503, status: 'UNAVAILABLE', message: 'later' } } },
    })
    expect(meaning(await send('google', 'GET', PROJECT))).toMatchObject({
      code: 'unavailable',
      said: '503 UNAVAILABLE: later',
    })
  })
})

describe('A refusal of the real Google', () => {
  test.each<readonly [string, string, number, Json]>([
    [
      'rate_limit',
      '429 RESOURCE_EXHAUSTED: Quota exceeded for quota metric',
      429,
      { code: 429, status: 'RESOURCE_EXHAUSTED', message: 'Quota exceeded for quota metric' },
    ],
    [
      'concurrent',
      '412 At least one of the pre-conditions you specified did not hold.',
      412,
      { code: 412, message: 'At least one of the pre-conditions you specified did not hold.' },
    ],
    [
      'scope',
      '403 PERMISSION_DENIED: Request had insufficient authentication scopes.',
      403,
      { code: 403, status: 'PERMISSION_DENIED', message: 'Request had insufficient authentication scopes.' },
    ],
    [
      'keys-forbidden',
      '400 FAILED_PRECONDITION: Operation denied by org policy: [constraints/iam.managed.disableServiceAccountKeyCreation]',
      400,
      {
        status: 'FAILED_PRECONDITION',
        message: 'Operation denied by org policy: [constraints/iam.managed.disableServiceAccountKeyCreation]',
      },
    ],
    [
      'organization-policy',
      '400 constraints/iam.workloadIdentityPoolProviders: no',
      400,
      {
        status: 'FAILED_PRECONDITION',
        message: 'no',
        details: [{ violations: [{ type: 'constraints/iam.workloadIdentityPoolProviders' }] }],
      },
    ],
    [
      'service-perimeter',
      '403 SECURITY_POLICY_VIOLATED: Request is prohibited by organization',
      403,
      {
        code: 403,
        status: 'PERMISSION_DENIED',
        message: "Request is prohibited by organization's policy. vpcServiceControlsUniqueIdentifier: 5zG7nOAhb-1",
        details: [{ reason: 'SECURITY_POLICY_VIOLATED', domain: 'googleapis.com', metadata: { uid: '5zG7nOAhb-1' } }],
      },
    ],
    [
      'service-perimeter',
      '403 Request is prohibited by organization',
      403,
      {
        code: 403,
        message: "Request is prohibited by organization's policy. vpcServiceControlsUniqueIdentifier: 5zG7nOAhb-1",
      },
    ],
    [
      'deleted-member',
      '400 INVALID_ARGUMENT: Inconsistent representation of deleted member',
      400,
      {
        code: 400,
        status: 'INVALID_ARGUMENT',
        message: `Inconsistent representation of deleted member: 'deleted:serviceAccount:${E}?uid=1' and 'serviceAccount:${E}'`,
      },
    ],
    ['unexpected', '418', 418, {}],
  ])('is told as %s: %s', (code, said, status, error) => {
    expect(meaning(literal(status, error))).toMatchObject({ code, said: expect.stringMatching(`^${escaped(said)}`) })
  })

  test('that is no JSON of Google’s keeps its words', () => {
    const reply = { ...literal(502, null), body: { message: '<html>Bad Gateway' } }
    expect(meaning(reply)).toMatchObject({ code: 'unavailable', said: '502 <html>Bad Gateway' })
  })
})

const escaped = (text: string) => text.replace(/[[\].*+?^${}()|\\]/g, '\\$&')

/** Why an operation failed, where it did. */
function operationFailure(reply: VendorReply) {
  const operation = readOperation(reply)
  return operation?.is === 'refused' ? GOOGLE.means(operation.reply) : undefined
}

describe('The error of an operation', () => {
  /** What became of a project that is to be made. */
  async function made(change: (world: World) => void) {
    const { send } = await simulated(change)
    const begun = await send('google', 'POST', '/v1/projects', { projectId: 'dummy-1' })
    return send('google', 'GET', `/v1/${textAt(begun.body, 'name')}`)
  }

  test.each<readonly [string, string, (world: World) => void]>([
    [
      'project-quota',
      '429 RESOURCE_EXHAUSTED: The project cannot be created because you have exceeded your allotted project quota.',
      google(({ users }) => {
        for (const user of users) user.projectQuota = 1
      }),
    ],
    [
      'terms',
      '400 TOS: Callers must accept Terms of Service',
      google(({ users }) => {
        for (const user of users) user.acceptedTerms = false
      }),
    ],
  ])('of the simulated Google is told as %s: %s', async (code, said, change) => {
    const cause = operationFailure(await made(change))
    met.add(cause?.code ?? '')
    expect(cause).toMatchObject({ code, said, asked: expect.stringContaining('/v1/operations/') })
  })

  test.each([
    [3, 'invalid'],
    [5, 'not_found'],
    [6, 'exists'],
    [7, 'forbidden'],
    [8, 'rate_limit'],
    [9, 'precondition'],
    [10, 'concurrent'],
    [13, 'unavailable'],
    [14, 'unavailable'],
    [2, 'unavailable'],
  ])('by its code %i goes through the same table: %s', (code, expected) => {
    const body = { name: 'operations/1', done: true, error: { code, message: 'no' } }
    const operation = { ...literal(200, {}), body, asked: 'GET x/operations/1' }
    const cause = operationFailure(operation)
    expect(cause?.code).toBe(expected)
    expect(cause?.said).toMatch(/^\d{3} ([A-Z_]+: )?no$/)
  })

  test('is none while it goes on, where it went well, and where it cannot be read', async () => {
    const done = await made(() => {})
    expect(at(done.body, 'done')).toBe(true)
    expect(readOperation(done)).toEqual({ is: 'done' })
    expect(readOperation({ ...done, body: { name: 'operations/1' } })).toEqual({ is: 'under-way' })
    expect(readOperation(literal(403, { code: 403 }))).toBeUndefined()
  })
})

test('Every row of the table was met', () => {
  const codes = GOOGLE_REFUSALS.map(({ cause }) => cause.code)
  expect(new Set(codes).size).toBe(codes.length)
  expect(codes.filter(code => !met.has(code))).toEqual([])
})

describe('Who is signed in', () => {
  const who = async (credential: { user?: string; source?: string }, change?: (world: World) => void) => {
    const { clouds } = await simulated(change)
    const read = (path: string) => clouds.send('google', { method: 'GET', path, repeat: 'safe' })
    return GOOGLE.account(read, { secret: new Secret('never used here'), ...credential })
  }

  test('is whom gcloud names', async () => {
    expect(await who({ user: 'dana@acme.example', source: 'gcloud auth print-access-token' })).toEqual({
      id: 'dana@acme.example',
      name: 'dana@acme.example',
      lacks: [],
    })
  })

  test.each([
    [undefined, 'whoever the token is of'],
    ['CLOUDSDK_AUTH_ACCESS_TOKEN', 'whoever the token of CLOUDSDK_AUTH_ACCESS_TOKEN is of'],
  ])('is not known, and that is said, where nobody names them: %s', async (source, name) => {
    expect(await who(source === undefined ? {} : { source })).toEqual({ id: '', name, lacks: [] })
  })

  test('is nobody where the token is not taken (exit 2)', async () => {
    const expired = google(({ users }) => {
      for (const user of users) for (const token of user.tokens) token.expiresAt = '2026-01-01T00:00:00Z'
    })
    await expect(who({}, expired)).rejects.toMatchObject({ exit: 2, cause: { code: 'expired' } })
  })
})

describe('The token', () => {
  test('goes as Bearer', () => {
    expect(GOOGLE_PROJECTS.authorization({ secret: new Secret('ya29.one') })).toEqual({
      authorization: 'Bearer ya29.one',
    })
  })

  test.each([
    ['*.googleapis.com', ['https://iam.googleapis.com', 'https://orgpolicy.googleapis.com']],
    ['iam.googleapis.com', ['https://iam.googleapis.com']],
    [
      'iam.googleapis.com, orgpolicy.googleapis.com.example',
      ['https://iam.googleapis.com', 'https://orgpolicy.googleapis.com.example'],
    ],
    ['iam.googleapis.com, xgoogleapis.com', ['https://iam.googleapis.com', 'https://xgoogleapis.com']],
    [
      'iam.googleapis.com, 127.0.0.1:1',
      ['https://iam.googleapis.com', 'http://127.0.0.1:1/a/', 'http://127.0.0.1:1/b/'],
    ],
  ])('is said to go to %s', (said, addresses) => {
    const bases = addresses.map(address => new URL(address))
    expect(hostNames(bases, GOOGLE.domain)).toBe(said)
  })

  test('goes to each host of a vendor that has no domain for all', () => {
    const bases = ['https://api.heroku.com', 'https://registry.heroku.com'].map(address => new URL(address))
    expect(hostNames(bases, undefined)).toBe('api.heroku.com, registry.heroku.com')
  })
})
