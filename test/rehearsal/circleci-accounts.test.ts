import { randomUUID } from 'node:crypto'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { inhabit } from '../../src/rehearsal/circleci/people.ts'
import { emptyWorld, loadWorld } from '../../src/rehearsal/world.ts'
import { ACME, APP, acme, admit, circleClient, furnish, idOf } from './circleci-client.ts'
import { rehearse } from './client.ts'

const ME = '/api/v2/me'

describe('the empty world', () => {
  test('holds one user with a token of a year, and nothing else', () => {
    const { users, rules, privateKey, ...more } = emptyWorld(new Date('2026-11-22T10:00:00Z')).circleci
    expect(users).toMatchObject([
      { login: 'you', tokens: [{ kind: 'personal', expiresAt: '2027-11-22T10:00:00.000Z' }] },
    ])
    expect(users[0]?.tokens[0]?.token).toMatch(/^ccipat_[\w-]{60}$/)
    expect(privateKey).toBeNull()
    expect(Object.values(more).flat()).toEqual([])
  })

  test('is inhabited without taking anything from a world that knows better', () => {
    const world = emptyWorld()
    const main = { revision: 'a', config: null, skipCi: false }
    inhabit(world, { slug: APP, defaultBranch: 'main', branches: { main } })
    expect(world.circleci.organizations).toMatchObject([{ slug: ACME, members: [{ login: 'you', role: 'admin' }] }])
    expect(world.circleci.repositories).toMatchObject([{ slug: APP, admins: ['you'], branches: { main } }])
    const viewer = world.circleci.organizations[0]?.members[0]
    if (viewer) viewer.role = 'viewer'
    inhabit(world, {
      slug: APP,
      defaultBranch: 'other',
      branches: { main: { ...main, revision: 'b' }, other: { ...main, revision: 'c' } },
    })
    expect(world.circleci.organizations).toMatchObject([{ members: [{ role: 'viewer' }] }])
    expect(world.circleci.repositories).toMatchObject([
      { defaultBranch: 'main', branches: { main: { revision: 'a' }, other: { revision: 'c' } } },
    ])
  })

  test('keeps what was made, in a file', async () => {
    const file = join(mkdtempSync(join(tmpdir(), 'world-')), 'world.json')
    const rehearsal = await acme(undefined, { file })
    const made = await circleClient(rehearsal)('POST', '/api/v2/context', {
      name: 'heroku',
      owner: { id: idOf(rehearsal.world.circleci, ACME) },
    })
    expect(made.status).toBe(200)
    expect(loadWorld(file)?.circleci).toEqual(rehearsal.world.circleci)
  })
})

describe('a token', () => {
  test('goes into Circle-Token', async () => {
    const rehearsal = await rehearse()
    const { world } = rehearsal
    expect((await circleClient(rehearsal)('GET', ME)).body).toEqual({
      id: world.circleci.users[0]?.id,
      login: 'you',
      name: 'You',
      avatar_url: expect.any(String),
    })
    expect(rehearsal.log).toMatchObject([{ who: 'you', effect: false }])
  })

  test('is a bearer token only where the world says so', async () => {
    const rehearsal = await rehearse()
    const { circleci } = rehearsal.world
    const headers = { authorization: `Bearer ${circleci.users[0]?.tokens[0]?.token}` }
    expect((await circleClient(rehearsal, null)('GET', ME, undefined, headers)).status).toBe(401)
    circleci.rules.bearer = true
    expect((await circleClient(rehearsal, null)('GET', ME, undefined, headers)).status).toBe(200)
  })

  test.each([null, 'wrong'])('%s is refused before anything else', async token => {
    const circle = circleClient(await rehearse(), token)
    for (const path of [ME, '/api/v2/nonsense', '/api/v1.1/projects']) {
      expect(await circle('GET', path)).toMatchObject({ status: 401, body: { message: expect.any(String) } })
    }
  })

  test('serves until it expires', async () => {
    let now = new Date('2026-11-22T10:00:00Z')
    const world = emptyWorld(now)
    const circle = circleClient(await rehearse(undefined, { world, now: () => now }))
    now = new Date('2027-11-22T09:59:59Z')
    expect((await circle('GET', ME)).status).toBe(200)
    now = new Date('2027-11-22T10:00:00Z')
    expect((await circle('GET', ME)).status).toBe(401)
  })

  test('of a project serves nothing that needs a user', async () => {
    const rehearsal = await acme()
    const circle = circleClient(rehearsal, admit(rehearsal.world, 'bot', 'admin', { kind: 'project', project: APP }))
    for (const [method, path] of [
      ['GET', ME],
      ['GET', '/api/v2/context?owner-slug=gh/acme'],
      ['POST', `/api/v1.1/project/${APP}/follow`],
      ['GET', '/api/v1.1/projects'],
    ] as const) {
      const refused = await circle(method, path)
      expect(refused).toMatchObject({ status: 403, body: { message: 'User authentication required.' } })
    }
  })

  test('may be used so often, and a refusal tells how long to wait', async () => {
    let now = new Date('2026-11-22T10:00:00Z')
    const rehearsal = await rehearse(
      ({ circleci }) => {
        circleci.rules.requestsPerMinute = 2
      },
      { now: () => now },
    )
    const circle = circleClient(rehearsal)
    const statuses = [await circle('GET', ME), await circle('GET', ME)].map(({ status }) => status)
    now = new Date('2026-11-22T10:00:45Z')
    const refused = await circle('GET', ME)
    expect([...statuses, refused.status]).toEqual([200, 200, 429])
    expect(refused.headers.get('retry-after')).toBe('15')
    rehearsal.world.circleci.rules.retryAfter = false
    expect((await circle('GET', ME)).headers.get('retry-after')).toBeNull()
    now = new Date('2026-11-22T10:01:00Z')
    expect((await circle('GET', ME)).status).toBe(200)
  })
})

test('a route that is none is refused with a message', async () => {
  expect(await circleClient(await rehearse())('GET', '/api/v2/nonsense')).toMatchObject({
    status: 404,
    body: { message: expect.any(String) },
  })
})

describe('collaborations', () => {
  test('are a bare list with the personal account and with organizations that CircleCI never saw', async () => {
    const rehearsal = await acme(({ circleci }) =>
      furnish(circleci, {
        organizations: [
          { id: randomUUID(), slug: 'gh/new', isUsed: false, members: [{ login: 'you' }] },
          { id: randomUUID(), slug: 'gh/others', members: [] },
          { id: randomUUID(), slug: 'circleci/8xPp', name: 'Alone', members: [{ login: 'you', role: 'viewer' }] },
        ],
      }),
    )
    const { body } = await circleClient(rehearsal)('GET', `${ME}/collaborations`)
    expect(body).toMatchObject([
      { id: null, 'vcs-type': 'github', name: 'you', slug: 'gh/you' },
      { id: idOf(rehearsal.world.circleci, ACME), 'vcs-type': 'github', name: 'acme', slug: ACME },
      { id: null, slug: 'gh/new' },
      { 'vcs-type': 'circleci', name: 'Alone', slug: 'circleci/8xPp' },
    ])
  })
})

describe('an organization', () => {
  test('is found by id and by slug in all spellings', async () => {
    const rehearsal = await acme()
    const circle = circleClient(rehearsal)
    const id = idOf(rehearsal.world.circleci, ACME)
    for (const name of [id, 'gh/acme', 'gh%2Facme', 'github/acme', 'github%2Facme']) {
      const { status, body } = await circle('GET', `/api/v2/organization/${name}`)
      expect({ status, body }).toEqual({ status: 200, body: { id, name: 'acme', slug: ACME, vcs_type: 'github' } })
    }
  })

  test('is not there for strangers, by another case, or where CircleCI never saw it', async () => {
    const rehearsal = await acme(({ circleci }) =>
      furnish(circleci, {
        organizations: [{ id: randomUUID(), slug: 'gh/new', isUsed: false, members: [{ login: 'you' }] }],
      }),
    )
    const stranger = circleClient(rehearsal, admit(rehearsal.world, 'stranger'))
    const not = { status: 404, body: { message: 'Org not found.' } }
    expect(await stranger('GET', `/api/v2/organization/${ACME}`)).toMatchObject(not)
    for (const name of ['gh/Acme', 'bb/acme', 'constructor/acme', 'gh/new', randomUUID()]) {
      expect(await circleClient(rehearsal)('GET', `/api/v2/organization/${name}`)).toMatchObject(not)
    }
  })
})
