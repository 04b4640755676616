import { randomUUID } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import type { Json } from '../../src/clouds/json.ts'
import { APP, acme, admit, circleClient, furnish, idOf, itemsOf } from './circleci-client.ts'

const PROJECT = `/api/v2/project/${APP}`
const FOLLOW = `/api/v1.1/project/${APP}/follow`
const NOT_THERE = { status: 404, body: { message: 'Project not found.' } }

const followed = () =>
  acme(({ circleci }) => furnish(circleci, { projects: [{ id: randomUUID(), slug: APP, followedBy: ['you'] }] }))

describe('a project', () => {
  test('is there for whoever belongs to its organization', async () => {
    const rehearsal = await followed()
    const { circleci } = rehearsal.world
    expect(await circleClient(rehearsal)('GET', PROJECT)).toMatchObject({
      status: 200,
      body: {
        id: idOf(circleci, APP),
        slug: APP,
        name: 'app',
        organization_id: idOf(circleci, 'gh/acme'),
        vcs_info: { vcs_url: 'https://github.com/acme/app', provider: 'GitHub', default_branch: 'main' },
      },
    })
    expect((await circleClient(rehearsal)('GET', '/api/v2/project/github/acme/app')).status).toBe(200)
    const stranger = circleClient(rehearsal, admit(rehearsal.world, 'stranger'))
    expect(await stranger('GET', PROJECT)).toMatchObject(NOT_THERE)
  })

  test('is not there before it is followed, by another case, or with encoded slashes', async () => {
    const unfollowed = circleClient(await acme())
    expect(await unfollowed('GET', PROJECT)).toMatchObject(NOT_THERE)
    const circle = circleClient(await followed())
    expect(await circle('GET', '/api/v2/project/gh/Acme/app')).toMatchObject(NOT_THERE)
    expect((await circle('GET', '/api/v2/project/gh%2Facme%2Fapp')).status).toBe(404)
  })
})

describe('a follow', () => {
  test.each(['following', 'followed'] as const)('answers %s, and makes the project', async key => {
    const rehearsal = await acme()
    rehearsal.world.circleci.rules.followAnswers = key
    const circle = circleClient(rehearsal)
    const { status, body } = await circle('POST', FOLLOW)
    expect({ status, body }).toEqual({ status: 200, body: { [key]: true } })
    expect((await circle('GET', PROJECT)).status).toBe(200)
    expect(rehearsal.log.map(({ effect }) => effect)).toEqual([true, false])
  })

  test.each([
    ['where there is no repository', '/api/v1.1/project/gh/acme/nothing/follow'],
    ['in an organization that stands alone', '/api/v1.1/project/circleci/alone/app/follow'],
  ])('%s says so with 200', async (_, path) => {
    const rehearsal = await acme()
    const { status, body } = await circleClient(rehearsal)('POST', path)
    expect({ status, body }).toEqual({ status: 200, body: { following: false, message: 'Project not found' } })
    expect(rehearsal.log).toMatchObject([{ effect: false }])
    expect(rehearsal.world.circleci.projects).toEqual([])
  })

  test('takes an admin of the repository, which one of the organization need not be', async () => {
    const rehearsal = await acme()
    const other = circleClient(rehearsal, admit(rehearsal.world, 'other', 'admin'))
    expect((await other('POST', FOLLOW)).body).toEqual({ following: false, message: 'Project not found' })
    expect(await other('GET', PROJECT)).toMatchObject(NOT_THERE)
  })

  test.each([200, 500] as const)('of what is followed gets %s and changes nothing', async status => {
    const rehearsal = await followed()
    rehearsal.world.circleci.rules.followAgain = status
    expect((await circleClient(rehearsal)('POST', FOLLOW)).status).toBe(status)
    expect(rehearsal.log).toMatchObject([{ effect: false }])
  })

  test('tells CircleCI of the organization, which has an id from then on', async () => {
    const rehearsal = await acme(({ circleci }) => {
      for (const one of circleci.organizations) one.isUsed = false
    })
    const circle = circleClient(rehearsal)
    expect((await circle('GET', '/api/v2/organization/gh/acme')).status).toBe(404)
    await circle('POST', FOLLOW)
    expect((await circle('GET', '/api/v2/organization/gh/acme')).status).toBe(200)
  })
})

describe('the projects of v1.1', () => {
  test('are those that the caller follows', async () => {
    const rehearsal = await followed()
    furnish(rehearsal.world.circleci, { projects: [{ id: randomUUID(), slug: 'gh/acme/unfollowed' }] })
    const { body } = await circleClient(rehearsal)('GET', '/api/v1.1/projects')
    expect(body).toMatchObject([{ vcs_type: 'github', username: 'acme', reponame: 'app', following: true }])
    const other = circleClient(rehearsal, admit(rehearsal.world, 'other', 'admin'))
    expect((await other('GET', '/api/v1.1/projects')).body).toEqual([])
  })

  test('come without branches when asked, and since December 2026', async () => {
    let now = new Date('2026-12-06T00:00:00Z')
    const rehearsal = await acme(undefined, { now: () => now })
    const circle = circleClient(rehearsal)
    await circle('POST', FOLLOW)
    const names = async (query = '') =>
      Object.keys(((await circle('GET', `/api/v1.1/projects${query}`)).body as Json[])[0] ?? {})
    expect(await names()).toContain('branches')
    expect(await names('?shallow=true')).not.toContain('branches')
    now = new Date('2026-12-07T00:00:00Z')
    expect(await names()).not.toContain('branches')
  })
})

describe('the settings', () => {
  const SETTINGS = `${PROJECT}/settings`

  test('keep secrets from forks unless told, and change one by one', async () => {
    const rehearsal = await followed()
    const circle = circleClient(rehearsal)
    expect((await circle('GET', SETTINGS)).body).toMatchObject({
      advanced: { build_fork_prs: false, forks_receive_secret_env_vars: false, pr_only_branch_overrides: [] },
    })
    const change = { advanced: { build_fork_prs: true } }
    expect(await circle('PATCH', SETTINGS, change)).toMatchObject({ status: 200, body: change })
    expect((await circle('GET', SETTINGS)).body).toMatchObject({
      advanced: { build_fork_prs: true, forks_receive_secret_env_vars: false },
    })
    await circle('PATCH', SETTINGS, change)
    expect(rehearsal.log.map(({ effect }) => effect)).toEqual([false, true, false, false])
  })

  test.each<[Json, string]>([
    [{}, 'No JSON fields found.'],
    [{ advanced: { oss: true } }, "Unexpected field 'advanced.oss'."],
    [{ advanced: { nonsense: true } }, "Unexpected field 'advanced.nonsense'."],
    [{ advanced: { constructor: true } }, "Unexpected field 'advanced.constructor'."],
    [{ advanced: { build_fork_prs: [] } }, "Unexpected value of 'advanced.build_fork_prs'."],
    [{ advanced: { build_fork_prs: 'yes' } }, 'Invalid body.'],
    [{ other: true }, "Unexpected field 'other'."],
  ])('refuse %j', async (body, message) => {
    const rehearsal = await followed()
    expect(await circleClient(rehearsal)('PATCH', SETTINGS, body)).toMatchObject({ status: 400, body: { message } })
    expect(rehearsal.log).toMatchObject([{ effect: false }])
  })

  test('of an organization that stands alone say nothing of forks', async () => {
    const rehearsal = await acme(({ circleci }) =>
      furnish(circleci, {
        organizations: [{ id: randomUUID(), slug: 'circleci/alone', members: [{ login: 'you' }] }],
        projects: [{ id: randomUUID(), slug: 'circleci/alone/app' }],
      }),
    )
    const circle = circleClient(rehearsal)
    const path = '/api/v2/project/circleci/alone/app/settings'
    expect(JSON.stringify((await circle('GET', path)).body)).not.toContain('fork')
    expect((await circle('PATCH', path, { advanced: { build_fork_prs: false } })).status).toBe(400)
  })

  test('are not a viewer’s to change, nor, where they say so, anybody’s but the repository’s admins', async () => {
    const rehearsal = await followed()
    const change = { advanced: { disable_ssh: true } }
    const of = (login: string, role: 'viewer' | 'contributor') =>
      circleClient(rehearsal, admit(rehearsal.world, login, role))('PATCH', SETTINGS, change)
    expect((await of('viewer', 'viewer')).status).toBe(403)
    expect((await of('one', 'contributor')).status).toBe(200)
    await circleClient(rehearsal)('PATCH', SETTINGS, { advanced: { write_settings_requires_admin: true } })
    expect((await of('two', 'contributor')).status).toBe(403)
  })
})

describe('the variables of a project', () => {
  const ENVVAR = `${PROJECT}/envvar`
  const given = { name: 'HEROKU_API_KEY', value: 'a-secret-of-length' }

  test('are made with 201 and shown masked', async () => {
    const rehearsal = await followed()
    const circle = circleClient(rehearsal)
    const made = await circle('POST', ENVVAR, given)
    expect(made).toMatchObject({ status: 201, body: { name: 'HEROKU_API_KEY', value: 'xxxxngth' } })
    await circle('POST', ENVVAR, given)
    expect(itemsOf((await circle('GET', ENVVAR)).body)).toMatchObject([
      { ...Object(made.body), created_at: expect.any(String) },
    ])
    expect((await circle('GET', `${ENVVAR}/HEROKU_API_KEY`)).body).toMatchObject({ value: 'xxxxngth' })
    expect((await circle('DELETE', `${ENVVAR}/HEROKU_API_KEY`)).status).toBe(200)
    expect((await circle('DELETE', `${ENVVAR}/HEROKU_API_KEY`)).status).toBe(404)
    expect((await circle('GET', `${ENVVAR}/HEROKU_API_KEY`)).status).toBe(404)
  })

  test('need no admin of the organization, but a project and its members', async () => {
    const rehearsal = await followed()
    const of = (login: string, role?: 'viewer' | 'contributor') =>
      circleClient(rehearsal, admit(rehearsal.world, login, role))('POST', ENVVAR, given)
    expect((await of('contributor', 'contributor')).status).toBe(201)
    expect((await of('viewer', 'viewer')).status).toBe(403)
    expect((await of('stranger')).status).toBe(404)
  })

  test.each<Json>([{}, { name: 'X' }, { name: '1X', value: '' }, { value: 'x' }])('are not made of %j', async body => {
    expect((await circleClient(await followed())('POST', ENVVAR, body)).status).toBe(400)
  })
})
