import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Json, textAt } from '../../src/clouds/json.ts'
import type { Rehearsal } from '../../src/rehearsal/server.ts'
import { ACME, APP, acme, admit, circleClient, furnish, idOf, itemsOf } from './circleci-client.ts'
import type { Client } from './client.ts'

const CONTEXT = '/api/v2/context'
const FORBIDDEN = { status: 403, body: { message: expect.any(String) } }

const organization = ({ world }: Rehearsal) => idOf(world.circleci, ACME)
const given = (rehearsal: Rehearsal, name = 'heroku-and-dockerhub') => ({
  name,
  owner: { id: organization(rehearsal), type: 'organization' },
})
const made = async (rehearsal: Rehearsal, circle: Client = circleClient(rehearsal), name?: string) =>
  `${CONTEXT}/${textAt((await circle('POST', CONTEXT, given(rehearsal, name))).body, 'id')}`
const list = ({ world }: Rehearsal) => `${CONTEXT}?owner-id=${idOf(world.circleci, ACME)}`

describe('a context', () => {
  test('is made with status 200, is an effect, and is born with one restriction', async () => {
    const rehearsal = await acme()
    const circle = circleClient(rehearsal)
    const { status, body } = await circle('POST', CONTEXT, given(rehearsal))
    expect(status).toBe(200)
    expect(body).toEqual({ id: expect.any(String), name: 'heroku-and-dockerhub', created_at: expect.any(String) })
    expect(rehearsal.log.map(({ effect }) => effect)).toEqual([true])
    const path = `${CONTEXT}/${textAt(body, 'id')}`
    expect((await circle('GET', path)).body).toEqual(body)
    expect(itemsOf((await circle('GET', `${path}/restrictions`)).body)).toEqual([
      {
        id: expect.any(String),
        context_id: textAt(body, 'id'),
        name: 'All members',
        restriction_type: 'group',
        restriction_value: organization(rehearsal),
      },
    ])
  })

  test('belongs to an organization, by its id or slug, never to an account', async () => {
    const rehearsal = await acme()
    const circle = circleClient(rehearsal)
    const bySlug = { name: 'x', owner: { slug: 'github/acme', type: 'organization' } }
    expect((await circle('POST', CONTEXT, bySlug)).status).toBe(200)
    const account = { name: 'y', owner: { id: organization(rehearsal), type: 'account' } }
    const refused = { status: 400, body: { message: 'only organization is supported at present' } }
    expect(await circle('POST', CONTEXT, account)).toMatchObject(refused)
    expect(await circle('GET', `${list(rehearsal)}&owner-type=account`)).toMatchObject(refused)
    for (const body of [{}, { name: 'z' }, { owner: account.owner }, []] as Json[]) {
      expect((await circle('POST', CONTEXT, body)).status).toBe(400)
    }
  })

  test.each([400, 409, 422] as const)('is not made twice: %s', async status => {
    const rehearsal = await acme(({ circleci }) => {
      circleci.rules.contextClash = status
    })
    const circle = circleClient(rehearsal)
    await made(rehearsal)
    expect((await circle('POST', CONTEXT, given(rehearsal))).status).toBe(status)
    expect((await circle('POST', CONTEXT, given(rehearsal, 'Heroku-and-dockerhub'))).status).toBe(200)
    expect(rehearsal.world.circleci.contexts).toHaveLength(2)
  })

  test('may have the name of one in another organization, except on a Server', async () => {
    const id = randomUUID()
    const rehearsal = await acme(({ circleci }) =>
      furnish(circleci, {
        organizations: [{ id, slug: 'gh/other', members: [{ login: 'you' }] }],
        contexts: [{ id: randomUUID(), name: 'shared', organization: id }],
      }),
    )
    const circle = circleClient(rehearsal)
    rehearsal.world.circleci.rules.server = true
    expect((await circle('POST', CONTEXT, given(rehearsal, 'shared'))).status).toBe(409)
    expect((await circle('GET', `${CONTEXT}?owner-slug=gh/acme`)).status).toBe(400)
    rehearsal.world.circleci.rules.server = false
    expect((await circle('POST', CONTEXT, given(rehearsal, 'shared'))).status).toBe(200)
    expect(itemsOf((await circle('GET', `${CONTEXT}?owner-slug=gh/acme`)).body)).toMatchObject([{ name: 'shared' }])
  })

  test.each([
    [200, 'x'.repeat(200)],
    [200, 'with blank'],
    [400, 'x'.repeat(201)],
    [400, ' x'],
    [400, 'x '],
    [400, ''],
  ])('gets %s for the name %j', async (status, name) => {
    const rehearsal = await acme()
    expect((await circleClient(rehearsal)('POST', CONTEXT, given(rehearsal, name))).status).toBe(status)
  })

  test('is one of 500 at most', async () => {
    const rehearsal = await acme(({ circleci }) =>
      furnish(circleci, {
        contexts: Array.from({ length: 500 }, (_, i) => ({
          id: randomUUID(),
          name: `c${i}`,
          organization: idOf(circleci, ACME),
        })),
      }),
    )
    expect((await circleClient(rehearsal)('POST', CONTEXT, given(rehearsal))).status).toBe(400)
  })

  test('is forbidden rather than missing: unknown, another’s, gone', async () => {
    const rehearsal = await acme()
    const circle = circleClient(rehearsal)
    const stranger = circleClient(rehearsal, admit(rehearsal.world, 'stranger'))
    const path = await made(rehearsal)
    expect(await circle('GET', `${CONTEXT}/${randomUUID()}`)).toMatchObject(FORBIDDEN)
    for (const more of ['', '/restrictions', '/environment-variable']) {
      expect(await stranger('GET', path + more)).toMatchObject(FORBIDDEN)
    }
    expect(await stranger('GET', list(rehearsal))).toMatchObject(FORBIDDEN)
    expect(await circle('DELETE', path)).toMatchObject({ status: 200, body: { message: expect.any(String) } })
    expect(await circle('DELETE', path)).toMatchObject(FORBIDDEN)
    expect(await circle('GET', path)).toMatchObject(FORBIDDEN)
  })

  test('cannot be renamed', async () => {
    const rehearsal = await acme()
    const path = await made(rehearsal)
    for (const method of ['PUT', 'PATCH']) {
      expect((await circleClient(rehearsal)(method, path, { name: 'new' })).status).toBe(404)
    }
  })

  test('is listed in pages', async () => {
    const rehearsal = await acme(({ circleci }) => {
      circleci.rules.pageSize = 2
    })
    const circle = circleClient(rehearsal)
    for (const name of ['a', 'b', 'c']) await made(rehearsal, circle, name)
    const first = await circle('GET', list(rehearsal))
    expect(itemsOf(first.body)).toMatchObject([{ name: 'a' }, { name: 'b' }])
    const second = await circle('GET', `${list(rehearsal)}&page-token=${textAt(first.body, 'next_page_token')}`)
    expect(second.body).toMatchObject({ items: [{ name: 'c' }], next_page_token: null })
    expect((await circle('GET', `${list(rehearsal)}&page-token=nonsense`)).status).toBe(400)
    expect((await circle('GET', CONTEXT)).status).toBe(400)
  })
})

describe('a variable', () => {
  const VARIABLE = 'environment-variable'

  test('is set and set again with 200, and what is shown of it proves it', async () => {
    let now = new Date('2026-11-22T10:00:00Z')
    const rehearsal = await acme(undefined, { now: () => now })
    const circle = circleClient(rehearsal)
    const path = `${await made(rehearsal)}/${VARIABLE}`
    const set = async (value: string) => (await circle('PUT', `${path}/HEROKU_API_KEY`, { value })).status
    expect(await set('a-secret-of-length')).toBe(200)
    now = new Date('2026-11-22T11:00:00Z')
    expect(await set('a-secret-of-length')).toBe(200)
    const { body } = await circle('GET', path)
    expect(itemsOf(body)).toEqual([
      {
        variable: 'HEROKU_API_KEY',
        context_id: rehearsal.world.circleci.contexts[0]?.id,
        truncated_value: 'ngth',
        created_at: '2026-11-22T10:00:00.000Z',
        updated_at: '2026-11-22T11:00:00.000Z',
      },
    ])
    expect(rehearsal.log.map(({ effect }) => effect)).toEqual([true, true, true, false])
  })

  test('shows the last four characters, and of a short value no more than half', async () => {
    const rehearsal = await acme()
    const circle = circleClient(rehearsal)
    const path = `${await made(rehearsal)}/${VARIABLE}/X`
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'grapheme-ascii', maxLength: 12 }), async value => {
        const { body } = await circle('PUT', path, { value })
        const shown = textAt(body, 'truncated_value') ?? 'none'
        expect(shown).toHaveLength(Math.min(4, Math.floor(value.length / 2)))
        expect(value.endsWith(shown)).toBe(true)
      }),
      { numRuns: 30 },
    )
  })

  test('is stored empty, with 200, under a wrong key; an empty object is refused', async () => {
    const rehearsal = await acme()
    const circle = circleClient(rehearsal)
    const path = `${await made(rehearsal)}/${VARIABLE}/X`
    expect(await circle('PUT', path, { val: 'secret' })).toMatchObject({ status: 200, body: { truncated_value: '' } })
    expect(rehearsal.world.circleci.contexts[0]?.variables).toMatchObject([{ name: 'X', value: '' }])
    for (const body of [{}, { value: 1 }, [], 'secret'] as Json[]) {
      expect(await circle('PUT', path, body)).toMatchObject({ status: 400, body: { message: 'Invalid body.' } })
    }
  })

  test('is never in the log', async () => {
    const rehearsal = await acme()
    const circle = circleClient(rehearsal)
    const path = await made(rehearsal)
    for (const body of [
      { value: 'canary-1' },
      { val: 'canary-2' },
      { Value: { x: 'canary-3' } },
      'canary-4',
    ] as Json[]) {
      await circle('PUT', `${path}/${VARIABLE}/X`, body)
      await circle('POST', `/api/v2/project/${APP}/envvar`, body)
    }
    await circle('POST', `/api/v2/project/${APP}/envvar`, { name: 'NAME', value: 'canary-5' })
    expect(JSON.stringify(rehearsal.log)).not.toContain('canary')
    expect(rehearsal.log.at(-1)?.body).toEqual({ name: 'NAME', value: '••••' })
  })

  test('has a list whose next page is the same page again', async () => {
    const rehearsal = await acme()
    const circle = circleClient(rehearsal)
    const path = `${await made(rehearsal)}/${VARIABLE}`
    await circle('PUT', `${path}/X`, { value: 'secret' })
    const first = await circle('GET', path)
    const token = textAt(first.body, 'next_page_token') ?? ''
    expect(token).not.toBe('')
    for (const key of ['page-token', 'page_token', 'next_page_token', 'next-page-token']) {
      expect((await circle('GET', `${path}?${key}=${token}`)).body).toEqual(first.body)
    }
    rehearsal.world.circleci.rules.stuckPageToken = false
    expect((await circle('GET', path)).body).toEqual({ ...Object(first.body), next_page_token: null })
  })

  test('is not to be had by itself', async () => {
    const rehearsal = await acme()
    const circle = circleClient(rehearsal)
    const path = `${await made(rehearsal)}/${VARIABLE}/X`
    await circle('PUT', path, { value: 'secret' })
    expect((await circle('GET', path)).status).toBe(404)
    expect((await circle('DELETE', path)).status).toBe(200)
    expect((await circle('DELETE', path)).status).toBe(404)
    expect(rehearsal.world.circleci.contexts[0]?.variables).toEqual([])
  })

  test('is one of a hundred at most, all on one page', async () => {
    const rehearsal = await acme(({ circleci }) =>
      furnish(circleci, {
        contexts: [
          {
            id: randomUUID(),
            name: 'full',
            organization: idOf(circleci, ACME),
            variables: Array.from({ length: 100 }, (_, i) => ({ name: `X${i}`, value: '' })),
          },
        ],
      }),
    )
    const circle = circleClient(rehearsal)
    const path = `${CONTEXT}/${rehearsal.world.circleci.contexts[0]?.id}/${VARIABLE}`
    expect(itemsOf((await circle('GET', path)).body)).toHaveLength(100)
    expect((await circle('PUT', `${path}/X0`, { value: 'new' })).status).toBe(200)
    expect(await circle('PUT', `${path}/X100`, { value: 'new' })).toMatchObject({
      status: 400,
      body: { message: 'Cannot create more than 100 environment variables per context' },
    })
  })

  test.each([
    [200, '_x', 1],
    [200, 'x'.repeat(300), 1],
    [200, 'X', 32 * 1024],
    [400, 'x'.repeat(301), 1],
    [400, '1X', 1],
    [400, 'A-B', 1],
    [400, 'X', 32 * 1024 + 1],
  ])('gets %s for a name like %s and %i bytes', async (status, name, length) => {
    const rehearsal = await acme()
    const circle = circleClient(rehearsal)
    const path = `${await made(rehearsal)}/${VARIABLE}/${name}`
    expect((await circle('PUT', path, { value: 'x'.repeat(length) })).status).toBe(status)
  })
})

describe('a restriction', () => {
  const app = (rehearsal: Rehearsal) => idOf(rehearsal.world.circleci, APP)
  const followed = () =>
    acme(({ circleci }) =>
      furnish(circleci, {
        organizations: [{ id: randomUUID(), slug: 'circleci/alone', members: [{ login: 'you', role: 'admin' }] }],
        projects: [
          { id: randomUUID(), slug: APP },
          { id: randomUUID(), slug: 'circleci/alone/app' },
        ],
      }),
    )
  const of = (type: string, value: string) => ({ restriction_type: type, restriction_value: value })

  test('to a project is answered without its name and its context, and listed with them', async () => {
    const rehearsal = await followed()
    const circle = circleClient(rehearsal)
    const path = `${await made(rehearsal)}/restrictions`
    const { status, body } = await circle('POST', path, of('project', app(rehearsal)))
    expect(status).toBe(201)
    expect(body).toEqual({
      id: expect.any(String),
      restriction_type: 'project',
      restriction_value: app(rehearsal),
      project_id: app(rehearsal),
    })
    const context_id = rehearsal.world.circleci.contexts[0]?.id
    expect(itemsOf((await circle('GET', path)).body)[1]).toEqual({ ...Object(body), context_id, name: APP })
  })

  test('goes as quietly when it is the last of its kind, which opens the context again', async () => {
    const rehearsal = await followed()
    const circle = circleClient(rehearsal)
    const path = `${await made(rehearsal)}/restrictions`
    const { body } = await circle('POST', path, of('project', app(rehearsal)))
    expect(await circle('DELETE', `${path}/${textAt(body, 'id')}`)).toMatchObject({
      status: 200,
      body: { message: 'Context restriction deleted.' },
    })
    expect((await circle('DELETE', `${path}/${textAt(body, 'id')}`)).status).toBe(404)
    expect(rehearsal.world.circleci.contexts[0]?.restrictions).toMatchObject([{ type: 'group' }])
  })

  test('cannot be edited', async () => {
    const rehearsal = await followed()
    const circle = circleClient(rehearsal)
    const path = `${await made(rehearsal)}/restrictions`
    const id = rehearsal.world.circleci.contexts[0]?.restrictions[0]?.id
    for (const method of ['PATCH', 'PUT', 'GET']) {
      expect((await circle(method, `${path}/${id}`)).status).toBe(404)
    }
  })

  test.each(['not-a-project', 'gh/acme/app', '00000000-0000-4000-a000-000000000000'])(
    'to the project %s is refused',
    async value => {
      const rehearsal = await followed()
      const path = `${await made(rehearsal)}/restrictions`
      expect((await circleClient(rehearsal)('POST', path, of('project', value))).status).toBe(400)
    },
  )

  test('to a project of another organization is refused', async () => {
    const rehearsal = await followed()
    const path = `${await made(rehearsal)}/restrictions`
    const other = idOf(rehearsal.world.circleci, 'circleci/alone/app')
    expect((await circleClient(rehearsal)('POST', path, of('project', other))).status).toBe(400)
  })

  test.each([
    'pipeline.git.branch == "main" and not job.ssh.enabled',
    'not (pipeline.config_source starts-with "api")',
    'pipeline.number >= 3 or (pipeline.git.branch != "x")',
    'no.such.variable == 7',
    'pipeline.git.branch < "main"',
  ])('by the expression %s is taken', async value => {
    const rehearsal = await followed()
    const path = `${await made(rehearsal)}/restrictions`
    expect((await circleClient(rehearsal)('POST', path, of('expression', value))).status).toBe(201)
  })

  test.each([
    '',
    "pipeline.git.branch == 'main'",
    'pipeline.git.branch = "main"',
    'pipeline.git.branch == "main" && job.ssh.enabled',
    '(pipeline.git.branch == "main"',
    'pipeline.git.branch == "main" and',
    'and',
    'pipeline.git.branch == "main" "x"',
    '<< pipeline.git.branch >> == "main"',
    '"open',
    '('.repeat(100_000),
  ])('by what is no expression is refused: %.60s', async value => {
    const rehearsal = await followed()
    const path = `${await made(rehearsal)}/restrictions`
    expect(await circleClient(rehearsal)('POST', path, of('expression', value))).toMatchObject({
      status: 400,
      body: { message: 'Invalid argument.' },
    })
  })

  test('to a group is nearly useless', async () => {
    const rehearsal = await followed()
    const circle = circleClient(rehearsal)
    const path = `${await made(rehearsal)}/restrictions`
    expect((await circle('POST', path, of('group', organization(rehearsal)))).status).toBe(201)
    expect(await circle('POST', path, of('group', randomUUID()))).toMatchObject({
      status: 400,
      body: { message: 'Invalid restriction.' },
    })
    const id = idOf(rehearsal.world.circleci, 'circleci/alone')
    const alone = await circle('POST', CONTEXT, { name: 'alone', owner: { id, type: 'organization' } })
    const refused = await circle('POST', `${CONTEXT}/${textAt(alone.body, 'id')}/restrictions`, of('group', id))
    expect(refused).toMatchObject({ status: 400, body: { message: 'This is only supported for OAuth orgs.' } })
  })

  test('of another type, or without a value, is refused', async () => {
    const rehearsal = await followed()
    const path = `${await made(rehearsal)}/restrictions`
    for (const body of [{}, of('team', 'x'), { restriction_type: 'project' }] as Json[]) {
      expect((await circleClient(rehearsal)('POST', path, body)).status).toBe(400)
    }
  })
})

describe('who may', () => {
  const ask = async (role: 'admin' | 'contributor' | 'viewer') => {
    const rehearsal = await acme(({ circleci }) => furnish(circleci, { projects: [{ id: randomUUID(), slug: APP }] }))
    const path = await made(rehearsal)
    return { rehearsal, path, circle: circleClient(rehearsal, admit(rehearsal.world, role, role)) }
  }

  test.each([
    ['admin', 200, 200, 201, 200],
    ['contributor', 200, 200, 403, 403],
    ['viewer', 403, 403, 403, 403],
  ] as const)('%s: create %s, fill %s, restrict %s, open %s', async (role, create, fill, restrict, open) => {
    const { rehearsal, path, circle } = await ask(role)
    const born = rehearsal.world.circleci.contexts[0]?.restrictions[0]?.id
    const project = { restriction_type: 'project', restriction_value: idOf(rehearsal.world.circleci, APP) }
    const statuses = [
      await circle('GET', path),
      await circle('POST', CONTEXT, given(rehearsal, 'another')),
      await circle('PUT', `${path}/environment-variable/X`, { value: 'x' }),
      await circle('POST', `${path}/restrictions`, project),
      await circle('DELETE', `${path}/restrictions/${born}`),
    ].map(({ status }) => status)
    expect(statuses).toEqual([200, create, fill, restrict, open])
  })

  test('without the restriction it was born with, only admins', async () => {
    const { rehearsal, path, circle } = await ask('contributor')
    const owner = circleClient(rehearsal)
    await owner('DELETE', `${path}/restrictions/${rehearsal.world.circleci.contexts[0]?.restrictions[0]?.id}`)
    expect(await circle('GET', path)).toMatchObject(FORBIDDEN)
    expect(itemsOf((await circle('GET', list(rehearsal))).body)).toEqual([])
    expect((await owner('GET', path)).status).toBe(200)
    expect(itemsOf((await owner('GET', list(rehearsal))).body)).toHaveLength(1)
  })
})
