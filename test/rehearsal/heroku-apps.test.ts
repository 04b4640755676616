import { randomUUID } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import type { World } from '../../src/rehearsal/world.ts'
import { admit, herokuClient, rehearse } from './client.ts'

const STRANGER = 'stranger@example.com'
const name = 'pt-dummy-app'

/** An app of somebody else; returns that one's client, and ours. */
async function withStranger() {
  let token = ''
  const rehearsal = await rehearse(world => {
    token = admit(world, STRANGER)
  })
  const stranger = herokuClient(rehearsal, token)
  await stranger('POST', '/apps', { name })
  return { rehearsal, stranger, heroku: herokuClient(rehearsal) }
}

/** A team whose one member is the account of the empty world. */
const team =
  (role: 'admin' | 'member' | 'collaborator', verified = true) =>
  (world: World) => {
    const members = [{ account: 'you@example.com', role }]
    world.heroku.teams.push({
      id: randomUUID(),
      name: 'acme',
      verified,
      members,
      createdAt: '2026-01-01T00:00:00.000Z',
    })
  }

describe('an app', () => {
  test('is made as it is asked for, and found by name and id', async () => {
    const heroku = herokuClient(await rehearse())
    const made = await heroku('POST', '/apps', { name, stack: 'container', region: 'eu' })
    expect(made).toMatchObject({
      status: 201,
      body: {
        name,
        owner: { email: 'you@example.com' },
        team: null,
        region: { name: 'eu' },
        stack: { name: 'container' },
        build_stack: { name: 'container' },
        git_url: 'https://git.heroku.com/pt-dummy-app.git',
        web_url: expect.stringMatching(/^https:\/\/pt-dummy-app-[\da-f]{12}\.herokuapp\.com\/$/),
        archived_at: null,
        maintenance: false,
      },
    })
    const { id } = made.body as { id: string }
    for (const path of [`/apps/${name}`, `/apps/${id}`]) expect((await heroku('GET', path)).body).toEqual(made.body)
    expect((await heroku('GET', '/apps')).body).toEqual([made.body])
  })

  test('without a wish gets a name, the region us and the current stack', async () => {
    const { body } = await herokuClient(await rehearse())('POST', '/apps', {})
    expect(body).toMatchObject({
      name: expect.stringMatching(/^[a-z-]+-[\da-f]{5}$/),
      region: { name: 'us' },
      stack: { name: 'heroku-24' },
    })
  })

  test('that is taken stays so, for its owner too', async () => {
    const { heroku, stranger } = await withStranger()
    for (const client of [heroku, stranger]) {
      expect(await client('POST', '/apps', { name })).toMatchObject({
        status: 422,
        body: { id: 'invalid_params', message: 'Name pt-dummy-app is already taken' },
      })
    }
  })

  test.each([
    ['Dummy', /must start with a letter/],
    ['1dummy', /must start with a letter/],
    ['dummy-', /end with a letter or digit/],
    ['dum_my', /lowercase letters, digits, and dashes/],
    ['', /must start with a letter/],
    ['du', /too short/],
    [`d${'u'.repeat(30)}`, /too long/],
  ])('cannot be called %j', async (bad, words) => {
    const rehearsal = await rehearse()
    const { status, body } = await herokuClient(rehearsal)('POST', '/apps', { name: bad })
    expect(status).toBe(422)
    expect(body).toMatchObject({ id: 'invalid_params', message: expect.stringMatching(words) })
    expect(rehearsal.world.heroku.apps).toEqual([])
  })

  test.each([{ stack: 'heroku-16' }, { region: 'mars' }])('has no %j', async wish => {
    const refused = await herokuClient(await rehearse())('POST', '/apps', { name, ...wish })
    expect(refused).toMatchObject({ status: 422, body: { id: 'invalid_params' } })
  })

  test.each([402, 422] as const)('needs a payment method (told with %i)', async status => {
    const rehearsal = await rehearse(({ heroku }) => {
      heroku.rules.verificationStatus = status
      for (const account of heroku.accounts) account.verified = false
    })
    const refused = await herokuClient(rehearsal)('POST', '/apps', { name })
    expect(refused).toMatchObject({
      status,
      body: {
        id: 'verification_required',
        message: expect.stringContaining('To create an app, verify your account by adding payment information.'),
      },
    })
  })

  test('that nobody has is not found', async () => {
    const heroku = herokuClient(await rehearse())
    for (const path of ['', '/collaborators', '/addons', '/dynos', '/features', '/releases', '/pipeline-couplings']) {
      expect(await heroku('GET', `/apps/${name}${path}`)).toMatchObject({
        status: 404,
        body: { id: 'not_found', message: "Couldn't find that app.", resource: 'app' },
      })
    }
  })

  test("that is somebody else's is closed, and in no list", async () => {
    const { heroku, rehearsal } = await withStranger()
    const refused = {
      status: 403,
      body: { id: 'forbidden', message: 'You do not have access to the app pt-dummy-app.' },
    }
    expect(await heroku('GET', `/apps/${name}`)).toMatchObject(refused)
    expect(await heroku('DELETE', `/apps/${name}`)).toMatchObject(refused)
    expect(await heroku('PATCH', `/apps/${name}`, { maintenance: true })).toMatchObject(refused)
    expect((await heroku('GET', '/apps')).body).toEqual([])
    expect(rehearsal.world.heroku.apps).toMatchObject([{ owner: STRANGER, maintenance: false }])
  })

  test('is open to its collaborators, but for its deletion', async () => {
    const { heroku, rehearsal } = await withStranger()
    for (const app of rehearsal.world.heroku.apps) app.collaborators = ['you@example.com']
    expect((await heroku('GET', `/apps/${name}`)).status).toBe(200)
    // Sorted by id, which is made anew in every run.
    const { body } = await heroku('GET', `/apps/${name}/collaborators`)
    expect(body).toHaveLength(2)
    expect(body).toContainEqual(
      expect.objectContaining({ role: 'owner', user: expect.objectContaining({ email: STRANGER }) }),
    )
    expect(body).toContainEqual(
      expect.objectContaining({ role: null, user: expect.objectContaining({ email: 'you@example.com' }) }),
    )
    expect(await heroku('DELETE', `/apps/${name}`)).toMatchObject({ status: 403, body: { id: 'forbidden' } })
  })

  test('can be changed, which moves the stack at once before the first deployment', async () => {
    const rehearsal = await rehearse()
    const heroku = herokuClient(rehearsal)
    await heroku('POST', '/apps', { name })
    const changed = await heroku('PATCH', `/apps/${name}`, { build_stack: 'container', name: 'new-name' })
    expect(changed.body).toMatchObject({
      name: 'new-name',
      stack: { name: 'container' },
      build_stack: { name: 'container' },
    })
    expect((await heroku('PATCH', '/apps/new-name', { build_stack: 'container' })).body).toEqual(changed.body)
    expect(rehearsal.log.map(({ effect }) => effect)).toEqual([true, true, false])
  })

  test('is gone after its deletion, and its name is free', async () => {
    const heroku = herokuClient(await rehearse())
    const { body } = await heroku('POST', '/apps', { name })
    expect(await heroku('DELETE', `/apps/${name}`)).toMatchObject({ status: 200, body: { ...(body as object) } })
    expect((await heroku('DELETE', `/apps/${name}`)).status).toBe(404)
    expect((await heroku('POST', '/apps', { name })).status).toBe(201)
  })

  test('has no add-ons, dynos or pipeline in the beginning', async () => {
    const rehearsal = await rehearse()
    const heroku = herokuClient(rehearsal)
    await heroku('POST', '/apps', { name })
    expect((await heroku('GET', `/apps/${name}/addons`)).body).toEqual([])
    expect((await heroku('GET', `/apps/${name}/dynos`)).body).toEqual([])
    expect((await heroku('GET', `/apps/${name}/pipeline-couplings`)).status).toBe(404)
    rehearsal.world.heroku.rules.noPipelineStatus = 200
    expect(await heroku('GET', `/apps/${name}/pipeline-couplings`)).toMatchObject({ status: 200, body: null })
  })
})

describe("a team's app", () => {
  test.each(['admin', 'member'] as const)('belongs to the team, made by its %s', async role => {
    const heroku = herokuClient(await rehearse(team(role)))
    expect(await heroku('POST', '/teams/apps', { name, team: 'acme', stack: 'container' })).toMatchObject({
      status: 201,
      body: { owner: { email: 'acme@herokumanager.com' }, team: { name: 'acme' } },
    })
    expect((await heroku('GET', '/teams')).body).toMatchObject([{ name: 'acme', role }])
    expect((await heroku('GET', '/teams/acme')).body).toMatchObject({ name: 'acme', role })
    expect((await heroku('DELETE', `/apps/${name}`)).status).toBe(200)
  })

  test('is not for collaborators to make', async () => {
    const heroku = herokuClient(await rehearse(team('collaborator')))
    expect((await heroku('POST', '/teams/apps', { name, team: 'acme' })).status).toBe(403)
  })

  test('needs a team that can pay, that exists, that one is in, and that is named', async () => {
    let token = ''
    const rehearsal = await rehearse(world => {
      team('admin', false)(world)
      token = admit(world, STRANGER)
    })
    const heroku = herokuClient(rehearsal)
    const stranger = herokuClient(rehearsal, token)
    const make = { name, team: 'acme' }
    expect(await heroku('POST', '/teams/apps', make)).toMatchObject({ body: { id: 'verification_required' } })
    expect(await stranger('POST', '/teams/apps', make)).toMatchObject({ status: 403, body: { id: 'forbidden' } })
    expect((await stranger('GET', '/teams/acme')).status).toBe(403)
    expect((await stranger('GET', '/teams')).body).toEqual([])
    expect(await heroku('POST', '/teams/apps', { name, team: 'nobody' })).toMatchObject({
      status: 404,
      body: { message: "Couldn't find that team." },
    })
    expect(await heroku('POST', '/teams/apps', { name })).toMatchObject({
      status: 422,
      body: { message: 'Require params: team.' },
    })
  })

  test('is closed to who has left the team', async () => {
    const rehearsal = await rehearse(team('member'))
    const heroku = herokuClient(rehearsal)
    await heroku('POST', '/teams/apps', { name, team: 'acme' })
    for (const one of rehearsal.world.heroku.teams) one.members = []
    expect((await heroku('GET', `/apps/${name}`)).status).toBe(403)
  })
})

describe('a long list', () => {
  test('comes in pages of 200 unless asked otherwise', async () => {
    const rehearsal = await rehearse()
    const heroku = herokuClient(rehearsal)
    await heroku('POST', '/apps', { name })
    const [first] = rehearsal.world.heroku.apps
    if (!first) throw new Error('no app')
    const more = Array.from({ length: 204 }, (_, i) => ({ ...first, id: randomUUID(), name: `app-${1000 + i}` }))
    rehearsal.world.heroku.apps.push(...more)

    const names: string[] = []
    const sizes: number[] = []
    let range: string | null = ''
    while (range !== null) {
      const page = await heroku('GET', '/apps', undefined, range ? { range } : {})
      const apps = page.body as { name: string }[]
      names.push(...apps.map(app => app.name))
      sizes.push(apps.length)
      range = page.headers.get('next-range')
      expect(page.status).toBe(range === null ? 200 : 206)
    }
    expect(sizes).toEqual([200, 5])
    expect(new Set(names).size).toBe(205)

    const last = await heroku('GET', '/apps', undefined, { range: 'name ..; max=2, order=desc' })
    expect(last.body).toMatchObject([{ name }, { name: 'app-1203' }])
    const next = await heroku('GET', '/apps', undefined, { range: last.headers.get('next-range') ?? '' })
    expect(next.body).toMatchObject([{ name: 'app-1202' }, { name: 'app-1201' }])
    expect((await heroku('GET', '/apps', undefined, { range: 'shoe-size ..' })).status).toBe(416)
  })
})
