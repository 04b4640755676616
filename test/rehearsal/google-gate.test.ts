import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { textAt } from '../../src/clouds/json.ts'
import { emptyWorld, loadWorld } from '../../src/rehearsal/world.ts'
import {
  acme,
  asPusher,
  E,
  furnish,
  googleClient,
  ME,
  NUMBER,
  P,
  PUSHER,
  regrant,
  saying,
  stoppedClock,
} from './google-client.ts'

test('the empty world has one owner with a token of a year and an open billing account, and no project', () => {
  const { google } = emptyWorld(new Date('2026-11-22T10:00:00Z'))
  expect(google).toMatchObject({
    users: [{ email: 'you@example.com', tokens: [{ expiresAt: '2027-11-22T10:00:00.000Z' }] }],
    billingAccounts: [{ open: true, users: ['you@example.com'] }],
    organizations: [],
    projects: [],
    accounts: [],
    repositories: [],
    privateKey: null,
  })
})

describe('a request', () => {
  test.each([
    ['without a token', null, 'CREDENTIALS_MISSING'],
    ['with a wrong one', 'nonsense', 'ACCESS_TOKEN_TYPE_UNSUPPORTED'],
    ['with one that has expired', 'expired', 'ACCESS_TOKEN_EXPIRED'],
  ])('%s is refused', async (_, token, reason) => {
    const rehearsal = await acme(({ google }) => {
      google.users[0]?.tokens.push({ token: 'expired', expiresAt: '2026-01-01T00:00:00Z' })
    })
    const answer = await googleClient(rehearsal, token)('GET', `/v1/projects/${P}`)
    expect(answer).toMatchObject({
      status: 401,
      body: { error: { code: 401, status: 'UNAUTHENTICATED', details: [{ reason, domain: 'googleapis.com' }] } },
    })
    expect(answer.body).toMatchObject({ error: { details: [{ '@type': 'type.googleapis.com/google.rpc.ErrorInfo' }] } })
  })

  test.each([
    ['GET', `/v1/projects/${P}?view=FULL`, 'view'],
    ['GET', '/v1/projects?pageSize=1&orderBy=name', 'orderBy'],
    ['POST', `/v1/projects/${P}:getIamPolicy?options.requestedPolicyVersion=3`, 'options.requestedPolicyVersion'],
    ['GET', '/v1/billingAccounts?showDeleted=true', 'showDeleted'],
    ['GET', `/v1/projects/${P}/services?view=FULL`, 'view'],
    ['GET', `/v1/projects/${P}/serviceAccounts?filter=x`, 'filter'],
    ['POST', `/v1/projects/${P}/serviceAccounts?accountId=x`, 'accountId'],
    ['GET', `/v1/projects/${P}/serviceAccounts/${E}/keys?pageSize=2`, 'pageSize'],
    ['POST', `/v1/projects/${P}/locations/global/workloadIdentityPools?poolId=x`, 'poolId'],
    ['POST', `/v1/projects/${P}/locations/us/repositories?repository_id=x`, 'repository_id'],
    ['GET', '/v1/roles/viewer?view=FULL', 'view'],
    ['POST', '/v1/token?audience=x', 'audience'],
  ])('%s %s is refused for a parameter that is in no description', async (method, path, name) => {
    const answer = await googleClient(await acme())(method, path)
    expect(saying(answer)).toContain(`400 INVALID_ARGUMENT: Invalid JSON payload received. Unknown name "${name}"`)
    const known = await googleClient(await acme())(method, path.replace(/\?.*/, '?prettyPrint=false&alt=json'))
    expect(saying(known)).not.toContain('Cannot bind query parameter')
  })

  test('to Cloud Storage as well, in its own words', async () => {
    const answer = await googleClient(await acme())('GET', '/storage/v1/b/any/iam?requestedPolicyVersion=3')
    expect(saying(answer)).toContain('Unknown query parameter: requestedPolicyVersion')
  })

  test('for nothing that is there, or with a body that is not JSON, is refused', async () => {
    const rehearsal = await acme()
    const client = googleClient(rehearsal)
    expect((await client('GET', '/v1/nothing')).status).toBe(404)
    expect((await client('GET', `/v1/projects/${P}:getIamPolicy`)).status).toBe(404)
    const type = { 'content-type': 'text/plain' }
    expect(saying(await client('POST', `/v1/projects/${P}:setIamPolicy`, {}, type))).toContain('400 INVALID_ARGUMENT')
    expect(saying(await client('POST', '/v1/projects', { projectId: 'other-1', unknown: 1 }))).toContain('400')
  })

  test('is logged with who asked, and whether it changed anything', async () => {
    const rehearsal = await acme()
    const client = googleClient(rehearsal)
    await client('GET', `/v1/projects/${P}`)
    await client('POST', `/v1/projects/${P}/services/cloudasset.googleapis.com:enable`, {})
    await client('POST', `/v1/projects/${P}/services/cloudasset.googleapis.com:enable`, {})
    await googleClient(rehearsal, null)('GET', `/v1/projects/${P}`)
    expect(rehearsal.log.map(({ effect, who }) => [effect, who])).toEqual([
      [false, 'you@example.com'],
      [true, 'you@example.com'],
      [false, 'you@example.com'],
      [false, undefined],
    ])
  })
})

describe('an API', () => {
  const AR = `/v1/projects/${P}/locations/us/repositories`
  const disable = (name: string) => (world: { google: Parameters<typeof furnish>[0] }) => {
    for (const one of world.google.projects) one.services = one.services.filter(service => service.name !== name)
  }

  test.each([
    ['iam', `/v1/projects/${P}/serviceAccounts`, 'Identity and Access Management (IAM) API'],
    ['iam', `/v1/projects/-/serviceAccounts/${E}`, 'Identity and Access Management (IAM) API'],
    ['artifactregistry', AR, 'Artifact Registry API'],
    ['artifactregistry', `${AR}/us.gcr.io`, 'Artifact Registry API'],
  ])('that is not enabled does not answer: %s, %s', async (api, path, title) => {
    const service = `${api}.googleapis.com`
    const answer = await googleClient(await acme(disable(service)))('GET', path)
    expect(saying(answer)).toContain(
      `403 PERMISSION_DENIED: ${title} has not been used in project ${NUMBER} before or it is disabled. Enable it by visiting https://console.developers.google.com/apis/api/${service}/overview?project=${NUMBER}`,
    )
    expect(answer.body).toMatchObject({
      error: { details: [{ reason: 'SERVICE_DISABLED', metadata: { service, consumer: `projects/${NUMBER}` } }] },
    })
  })

  test('answers some time after it was enabled', async () => {
    const { now, pass } = stoppedClock()
    const rehearsal = await acme(
      world => {
        disable('iam.googleapis.com')(world)
        world.google.rules.activationMs = 60_000
      },
      { now },
    )
    const client = googleClient(rehearsal)
    await client('POST', `/v1/projects/${P}/services/iam.googleapis.com:enable`, {})
    expect((await client('GET', `/v1/projects/${P}/services/iam.googleapis.com`)).body).toMatchObject({
      state: 'ENABLED',
    })
    const accounts = async () => (await client('GET', `/v1/projects/${P}/serviceAccounts`)).status
    expect(await accounts()).toBe(403)
    pass(59_000)
    expect(await accounts()).toBe(403)
    pass(1_000)
    expect(await accounts()).toBe(200)
  })

  test('is paid for by gcloud’s project, unless its service is none of those', async () => {
    const rehearsal = await acme(disable('cloudresourcemanager.googleapis.com'))
    const client = googleClient(rehearsal)
    expect((await client('GET', `/v1/projects/${P}`)).status).toBe(200)
    expect((await client('GET', AR)).status).toBe(200)
    rehearsal.world.google.rules.clientProjectApis = ['cloudresourcemanager']
    expect(saying(await client('GET', AR))).toContain('in project 32555940559 before')
    expect((await client('GET', AR, undefined, { 'x-goog-user-project': P })).status).toBe(200)
  })

  test('is paid for by the project that the header names, where it is enabled and the caller may use it', async () => {
    const rehearsal = await acme(world => {
      disable('cloudresourcemanager.googleapis.com')(world)
      furnish(world.google, { projects: [{ id: 'someone-else', number: '999999999999' }] })
    })
    const client = googleClient(rehearsal)
    const paidBy = (project: string) =>
      client('GET', `/v1/projects/${P}`, undefined, { 'x-goog-user-project': project })
    expect(saying(await paidBy(P))).toContain(`in project ${NUMBER} before`)
    for (const project of ['someone-else', 'no-such-project']) {
      expect(await paidBy(project)).toMatchObject({
        status: 403,
        body: { error: { details: [{ reason: 'USER_PROJECT_DENIED' }] } },
      })
    }
  })

  test('that an account asks is paid for by its own project', async () => {
    const rehearsal = await acme(world => {
      disable('cloudresourcemanager.googleapis.com')(world)
      world.google.projects[0]?.policy.bindings.push({ role: 'roles/viewer', members: [PUSHER] })
    })
    const client = asPusher(rehearsal)
    expect(saying(await client('GET', `/v1/projects/${P}`))).toContain(`in project ${NUMBER} before`)
    expect((await client('GET', `/v1/projects/${P}/serviceAccounts`)).status).toBe(200)
  })
})

test('neither keys nor access tokens are in the log', async () => {
  const rehearsal = await acme(({ google }) => {
    const [account] = google.accounts
    account?.policy.bindings.push({ role: 'roles/iam.serviceAccountTokenCreator', members: [ME] })
    account?.policy.bindings.push({ role: 'roles/iam.serviceAccountUser', members: [ME] })
  })
  const client = googleClient(rehearsal)
  const key =
    textAt((await client('POST', `/v1/projects/-/serviceAccounts/${E}/keys`, {})).body, 'privateKeyData') ?? ''
  const scope = ['https://www.googleapis.com/auth/cloud-platform']
  const { body } = await client('POST', `/v1/projects/-/serviceAccounts/${E}:generateAccessToken`, { scope })
  const token = textAt(body, 'accessToken') ?? ''
  await googleClient(rehearsal, token)('GET', `/v1/projects/${P}?access_token=${token}`)
  const file = Buffer.from(key, 'base64').toString()
  const basic = Buffer.from(`_json_key:${file}`).toString('base64')
  await fetch(`${rehearsal.origins.google}/v2/token`, { headers: { authorization: `Basic ${basic}` } })
  expect(rehearsal.log.map(({ status }) => status)).toEqual([200, 200, 403, 200])
  const text = JSON.stringify(rehearsal.log)
  const mine = rehearsal.world.google.users[0]?.tokens[0]?.token ?? ''
  for (const secret of [key, token, mine, basic, 'PRIVATE KEY']) {
    expect(secret.length).toBeGreaterThan(10)
    expect(text).not.toContain(secret)
  }
})

test('a world file brings the clouds back as they were', async () => {
  const file = join(mkdtempSync(join(tmpdir(), 'world-')), 'world.json')
  const rehearsal = await acme(
    ({ google }) => furnish(google, { organizations: [{ id: '111', domain: 'example.com' }] }),
    { file },
  )
  const client = googleClient(rehearsal)
  await client('POST', `/v1/projects/-/serviceAccounts/${E}/keys`, {})
  await client('POST', '/v1/projects', { projectId: 'dummy-1' })
  await regrant(client, `/v1/projects/${P}`, all => [...all, { role: 'roles/viewer', members: [PUSHER] }])
  expect(loadWorld(file)).toEqual(rehearsal.world)
  expect(rehearsal.world.google.organizations[0]?.orgPolicies).toHaveLength(3)
})
