import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { at, textAt } from '../../src/clouds/json.ts'
import {
  acme,
  asPusher,
  E,
  furnish,
  googleClient,
  ME,
  P,
  PUSHER,
  regrant,
  saying,
  stoppedClock,
} from './google-client.ts'

const PROJECT = `/v1/projects/${P}`
const VIEWER = { role: 'roles/viewer', members: [PUSHER] }
const OWNER = { role: 'roles/owner', members: [ME] }
const UNTIL = { title: 'until', expression: 'request.time < timestamp("2026-11-22T11:00:00Z")' }
const VERSION_3 = { options: { requestedPolicyVersion: 3 } }

describe('a policy', () => {
  test('is written as a whole, merged and sorted, and then has another etag', async () => {
    const rehearsal = await acme()
    const client = googleClient(rehearsal)
    const before = (await client('POST', `${PROJECT}:getIamPolicy`, {})).body
    const answer = await client('POST', `${PROJECT}:setIamPolicy`, {
      policy: {
        etag: at(before, 'etag') ?? '',
        bindings: [
          OWNER,
          VIEWER,
          { role: 'roles/viewer', members: [ME, PUSHER] },
          { role: 'roles/editor', members: [] },
        ],
      },
    })
    expect(answer.body).toMatchObject({
      version: 1,
      bindings: [OWNER, { role: 'roles/viewer', members: [PUSHER, ME].sort() }],
    })
    expect(at(answer.body, 'etag')).not.toBe(at(before, 'etag'))
    expect((await client('POST', `${PROJECT}:getIamPolicy`, {})).body).toEqual(answer.body)
    expect((await regrant(client, PROJECT, bindings => bindings)).body).toEqual(answer.body)
    expect(rehearsal.log.map(({ effect }) => effect)).toEqual([false, true, false, false, false])
  })

  test('is asked for with the version where its API has it, and nowhere else', async () => {
    const client = googleClient(await acme())
    const account = `/v1/projects/${P}/serviceAccounts/${E}:getIamPolicy`
    const inQuery = 'options.requestedPolicyVersion=3'
    expect(await client('POST', `${account}?${inQuery}`)).toMatchObject({ status: 200 })
    expect(saying(await client('POST', account, VERSION_3))).toBe(
      '400 INVALID_ARGUMENT: Invalid JSON payload received. Unknown name "options": Cannot find field.',
    )
    expect(await client('POST', `${PROJECT}:getIamPolicy`, VERSION_3)).toMatchObject({ status: 200 })
    expect(saying(await client('POST', `${PROJECT}:getIamPolicy?${inQuery}`))).toMatch(
      /^400 INVALID_ARGUMENT: .*Unknown name "options.requestedPolicyVersion": Cannot bind query parameter/,
    )
    const foreign = { options: { requestedPolicyVersion: 3, userIp: 'x' } }
    expect(await client('POST', `${PROJECT}:getIamPolicy`, foreign)).toMatchObject({ status: 400 })
  })

  test('that somebody else changed meanwhile is not overwritten, unless without an etag', async () => {
    const client = googleClient(await acme())
    const etag = textAt((await client('POST', `${PROJECT}:getIamPolicy`, {})).body, 'etag') ?? ''
    await regrant(client, PROJECT, bindings => [...bindings, VIEWER])
    const stale = await client('POST', `${PROJECT}:setIamPolicy`, { policy: { etag, bindings: [OWNER] } })
    expect(saying(stale)).toBe(
      '409 ABORTED: There were concurrent policy changes. Please retry the whole read-modify-write with exponential backoff.',
    )
    const blind = await client('POST', `${PROJECT}:setIamPolicy`, { policy: { bindings: [OWNER] } })
    expect(blind.body).toMatchObject({ bindings: [OWNER] })
  })

  test('with a condition is of version 3: hidden from who asks for less, and not lost by accident', async () => {
    const client = googleClient(await acme())
    const bindings = [OWNER, { ...VIEWER, role: 'roles/artifactregistry.writer', condition: UNTIL }]
    const set = (policy: { [key: string]: never | unknown }) =>
      client('POST', `${PROJECT}:setIamPolicy`, { policy: policy as never })
    expect(saying(await set({ bindings, version: 1 }))).toContain('400 INVALID_ARGUMENT')
    expect((await set({ bindings, version: 3 })).body).toMatchObject({ version: 3, bindings })
    const plain = (await client('POST', `${PROJECT}:getIamPolicy`, {})).body
    expect(plain).toMatchObject({ version: 1, bindings: [OWNER, { members: [PUSHER] }] })
    expect(JSON.stringify(plain)).toMatch(/roles\/artifactregistry\.writer_withcond_[\da-f]{20}/)
    expect(JSON.stringify(plain)).not.toContain('request.time')
    const whole = (await client('POST', `${PROJECT}:getIamPolicy`, VERSION_3)).body
    expect(whole).toMatchObject({ version: 3, bindings })
    expect((await set({ bindings: [OWNER], etag: at(whole, 'etag'), version: 1 })).status).toBe(400)
    expect((await set({ bindings: [OWNER] })).body).toMatchObject({ version: 1, bindings: [OWNER] })
  })

  test.each([
    ['a basic role', 'roles/viewer', UNTIL],
    ['a condition without a title', 'roles/artifactregistry.writer', { ...UNTIL, title: '' }],
    ['a condition that says nothing', 'roles/artifactregistry.writer', { ...UNTIL, expression: ' ' }],
    [
      'a time that is none',
      'roles/artifactregistry.writer',
      { title: 'x', expression: 'request.time < timestamp("tomorrow")' },
    ],
  ])('takes no condition for %s', async (_, role, condition) => {
    const answer = await regrant(googleClient(await acme()), PROJECT, all => [
      ...all,
      { role, members: [PUSHER], condition },
    ])
    expect(saying(answer)).toContain('400 INVALID_ARGUMENT')
  })

  test.each([
    ['project', PROJECT, 'roles/iam.nothing'],
    ['project', PROJECT, 'roles/constructor'],
    ['account', `/v1/projects/-/serviceAccounts/${E}`, 'roles/artifactregistry.writer'],
    ['repository', `${PROJECT}/locations/us/repositories/us.gcr.io`, 'roles/storage.admin'],
  ])('of a %s does not take every role: %s, %s', async (_, path, role) => {
    const rehearsal = await acme(({ google }) =>
      furnish(google, { repositories: [{ project: P, location: 'us', id: 'us.gcr.io' }] }),
    )
    const reads = path.includes('repositories') ? 'GET' : 'POST'
    const answer = await regrant(googleClient(rehearsal), path, all => [...all, { role, members: [ME] }], reads)
    expect(saying(answer)).toBe(`400 INVALID_ARGUMENT: Role ${role} is not supported for this resource.`)
  })

  test.each([
    [
      'serviceAccount:no@acme-images.iam.gserviceaccount.com',
      'Service account no@acme-images.iam.gserviceaccount.com does not exist.',
    ],
    ['user:nobody@example.com', 'User nobody@example.com does not exist.'],
    ['nobody@example.com', 'Invalid member'],
    [`deleted:${PUSHER}?uid=1`, 'Invalid member'],
  ])('does not take the member %s', async (member, words) => {
    const answer = await regrant(googleClient(await acme()), PROJECT, all => [...all, { ...VIEWER, members: [member] }])
    expect(saying(answer)).toContain(`400 INVALID_ARGUMENT: ${words}`)
  })

  test.each(['allUsers', 'allAuthenticatedUsers', 'group:a@example.com', 'domain:example.com', `projectOwner:${P}`])(
    'takes the member %s',
    async member => {
      const answer = await regrant(googleClient(await acme()), PROJECT, all => [
        ...all,
        { ...VIEWER, members: [member] },
      ])
      expect(answer.status).toBe(200)
    },
  )

  test('takes a new account only after a while', async () => {
    const { now, pass } = stoppedClock()
    const rehearsal = await acme(
      ({ google }) => {
        google.rules.newAccountMs = 60_000
      },
      { now },
    )
    const client = googleClient(rehearsal)
    await client('POST', `${PROJECT}/serviceAccounts`, { accountId: 'brand-new' })
    const members = [`serviceAccount:brand-new@${P}.iam.gserviceaccount.com`]
    const grant = () => regrant(client, PROJECT, all => [...all, { ...VIEWER, members }])
    pass(59_999)
    expect(saying(await grant())).toContain(`brand-new@${P}.iam.gserviceaccount.com does not exist.`)
    pass(1)
    expect((await grant()).status).toBe(200)
  })

  test('of an organization that keeps to its own domain takes no foreign member', async () => {
    const rehearsal = await acme(({ google }) => {
      furnish(google, {
        users: [{ email: 'other@elsewhere.example' }],
        organizations: [{ id: '111', domain: 'example.com', createdAt: '2024-05-03T00:00:00Z' }],
      })
      for (const project of google.projects) project.parent = 'organizations/111'
    })
    const client = googleClient(rehearsal)
    const add = (member: string) => regrant(client, PROJECT, all => [...all, { ...VIEWER, members: [member] }])
    const refused = await add('user:other@elsewhere.example')
    expect(saying(refused)).toBe(
      '400 FAILED_PRECONDITION: One or more users named in the policy do not belong to a permitted customer.',
    )
    expect(JSON.stringify(refused.body)).toContain('User other@elsewhere.example is not in permitted organization.')
    expect((await add('allUsers')).status).toBe(400)
    expect((await add(PUSHER)).status).toBe(200)
  })

  test('of nothing is an etag alone', async () => {
    const rehearsal = await acme(({ google }) =>
      furnish(google, { repositories: [{ project: P, location: 'us', id: 'us.gcr.io' }] }),
    )
    const client = googleClient(rehearsal)
    const paths = [`${PROJECT}/locations/us/repositories/us.gcr.io:getIamPolicy`]
    expect((await client('GET', paths[0] ?? '')).body).toEqual({ etag: 'ACAB' })
    expect((await client('POST', `/v1/projects/-/serviceAccounts/${E}:getIamPolicy`)).body).toEqual({ etag: 'ACAB' })
  })
})

describe('a grant', () => {
  const permissions = ['artifactregistry.repositories.uploadArtifacts', 'artifactregistry.tags.delete']
  const WRITER = { role: 'roles/artifactregistry.writer', members: [PUSHER] }

  /** An account that asks what it may do in its project. */
  async function pusher(change: Parameters<typeof acme>[0]) {
    const clock = stoppedClock()
    const rehearsal = await acme(
      world => {
        change?.(world)
      },
      { now: clock.now },
    )
    const may = async () =>
      at(
        (await asPusher(rehearsal, clock.now())('POST', `${PROJECT}:testIamPermissions`, { permissions })).body,
        'permissions',
      )
    return { ...clock, rehearsal, may, client: googleClient(rehearsal) }
  }

  test('counts only when it has spread, and so does taking it back', async () => {
    const { pass, may, client } = await pusher(({ google }) => {
      google.rules.propagationMs = 120_000
    })
    await regrant(client, PROJECT, all => [...all, WRITER])
    pass(119_999)
    expect(await may()).toBeUndefined()
    pass(1)
    expect(await may()).toEqual([permissions[0]])
    await regrant(client, PROJECT, all => all.filter(({ role }) => role !== WRITER.role))
    pass(119_999)
    expect(await may()).toEqual([permissions[0]])
    pass(1)
    expect(await may()).toBeUndefined()
  })

  test('ends with its condition', async () => {
    const { pass, may } = await pusher(({ google }) => {
      google.projects[0]?.policy.bindings.push({ ...WRITER, condition: UNTIL })
    })
    expect(await may()).toEqual([permissions[0]])
    pass(3_600_000 - 1)
    expect(await may()).toEqual([permissions[0]])
    pass(1)
    expect(await may()).toBeUndefined()
  })

  test('by a condition that is not understood grants nothing', async () => {
    const condition = { title: 'x', expression: 'resource.name.startsWith("x")' }
    const { may } = await pusher(({ google }) => {
      google.projects[0]?.policy.bindings.push({ ...WRITER, condition })
    })
    expect(await may()).toBeUndefined()
  })

  test('to a deleted account stays as such, is not the new account’s of its name, and comes back with it', async () => {
    const { may, client } = await pusher(({ google }) => {
      google.projects[0]?.policy.bindings.push(WRITER)
    })
    const account = `/v1/projects/-/serviceAccounts/${E}`
    const members = async () =>
      (at((await client('POST', `${PROJECT}:getIamPolicy`, {})).body, 'bindings') as { members: string[] }[])[1]
        ?.members
    await client('DELETE', account)
    const deleted = `deleted:${PUSHER}?uid=100000000000000000001`
    expect(await members()).toEqual([deleted])
    await client('POST', `${PROJECT}/serviceAccounts`, { accountId: 'ci-pusher' })
    expect(await may()).toBeUndefined()
    expect((await regrant(client, PROJECT, all => [...all, { ...VIEWER, role: 'roles/editor' }])).status).toBe(200)
    expect(await members()).toEqual([deleted])
    await client('DELETE', account)
    expect((await client('POST', '/v1/projects/-/serviceAccounts/100000000000000000001:undelete')).body).toMatchObject({
      restoredAccount: { email: E },
    })
    expect(await members()).toEqual([PUSHER])
  })

  test('is listed once whatever is written, and a stale etag never wins', async () => {
    const roles = ['roles/viewer', 'roles/editor', 'roles/artifactregistry.writer']
    const binding = fc.record({
      role: fc.constantFrom(...roles),
      members: fc.array(fc.constantFrom(ME, PUSHER, 'allUsers'), { maxLength: 4 }),
    })
    const client = googleClient(await acme())
    await fc.assert(
      fc.asyncProperty(fc.array(binding, { maxLength: 5 }), async bindings => {
        const etag = textAt((await client('POST', `${PROJECT}:getIamPolicy`, {})).body, 'etag') ?? ''
        const { body } = await client('POST', `${PROJECT}:setIamPolicy`, {
          policy: { etag, bindings: [OWNER, ...bindings] },
        })
        const written = at(body, 'bindings') as { role: string; members: string[] }[]
        expect(new Set(written.map(({ role }) => role)).size).toBe(written.length)
        for (const { members } of written) expect(members).toEqual([...new Set(members)].sort())
        const isChanged = at(body, 'etag') !== etag
        const again = await client('POST', `${PROJECT}:setIamPolicy`, { policy: { etag, bindings: [OWNER] } })
        expect(again.status).toBe(isChanged ? 409 : 200)
      }),
      { numRuns: 25 },
    )
  })
})
