import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { SetupError } from '../../src/clouds/cause.ts'
import {
  CIRCLECI,
  CIRCLECI_API,
  contextNamed,
  organizationId,
  readItems,
  readProject,
  readRestrictions,
  readVariables,
} from '../../src/clouds/circleci.ts'
import { counting, failedStep, readJobs, readRuns } from '../../src/clouds/circleci-runs.ts'
import type { Json } from '../../src/clouds/json.ts'
import { Secret } from '../../src/clouds/secret.ts'
import type { VendorReply } from '../../src/clouds/vendor.ts'
import { addContext, admit, circlePlace, followed, ORG, PROJECT } from '../support/circleci.ts'

const reply = (status: number, body: Json): VendorReply => ({ status, body, headers: {}, asked: 'GET circleci.com/x' })

/** Answers from a table, and what was asked. */
function reads(answers: Readonly<Record<string, Json>>) {
  const asked: string[] = []
  const read = async (path: string) => {
    asked.push(path)
    const body = answers[path]
    return body === undefined ? reply(404, { message: 'Not found.' }) : reply(200, body)
  }
  return { asked, read }
}

/** The simulated CircleCI, asked as the owner. */
async function simulated(change?: Parameters<typeof circlePlace>[0]) {
  const place = await circlePlace(change)
  const read = (path: string) => place.engine.clouds.send('circleci', { method: 'GET', path, repeat: 'safe' })
  return { ...place, read }
}

const causeOf = async (work: Promise<unknown>) => {
  const error = await work.catch((error: unknown) => error)
  if (error instanceof SetupError) return error.cause
  throw new Error(`no failure, but ${JSON.stringify(error)}`)
}

const asIs = (item: Json) => item

describe('A list', () => {
  test('is read over all its pages, in order', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.nat(), { minLength: 1 }),
        fc.integer({ min: 1, max: 5 }),
        async (all, size) => {
          const pages: Record<string, Json> = {}
          for (let start = 0; start < all.length; start += size) {
            const path = start === 0 ? '/list?x=1' : `/list?x=1&page-token=${encodeURIComponent(`at ${start}&`)}`
            const end = start + size
            const items = all.slice(start, end).map(id => ({ id }))
            pages[path] = { items, next_page_token: end < all.length ? `at ${end}&` : null }
          }
          expect(await readItems(reads(pages).read, '/list?x=1', asIs)).toEqual(all.map(id => ({ id })))
        },
      ),
    )
  })

  test.each(['', null])('ends where the token of the next page is %j', async next_page_token => {
    const { read, asked } = reads({ '/list': { items: [1], next_page_token } })
    expect(await readItems(read, '/list', asIs)).toEqual([1])
    expect(asked).toEqual(['/list'])
  })

  test('ends where the token never advances, and has nothing twice', async () => {
    const page = { items: [{ a: 1 }, { a: 2 }], next_page_token: 'stuck' }
    const { read, asked } = reads({ '/list': page, '/list?page-token=stuck': page })
    expect(await readItems(read, '/list', asIs)).toEqual([{ a: 1 }, { a: 2 }])
    expect(asked).toHaveLength(2)
  })

  test('ends where two tokens lead to one another', async () => {
    const { read, asked } = reads({
      '/list': { items: [1], next_page_token: 'a' },
      '/list?page-token=a': { items: [2], next_page_token: 'b' },
      '/list?page-token=b': { items: [3], next_page_token: 'a' },
    })
    expect(await readItems(read, '/list', asIs)).toEqual([1, 2, 3])
    expect(asked).toHaveLength(3)
  })

  test('that is none, or is refused on a later page, is a failure', async () => {
    expect((await causeOf(readItems(reads({ '/list': { message: 'hm' } }).read, '/list', asIs))).code).toBe(
      'unexpected',
    )
    const { read } = reads({ '/list': { items: [], next_page_token: 'a' } })
    expect((await causeOf(readItems(read, '/list', asIs))).code).toBe('not_found')
  })

  test('of a context’s variables is read to its end, though its token leads to itself', async () => {
    let id = ''
    const { read, rehearsal } = await simulated({
      change: world => {
        const at = '2026-11-21T10:00:00.000Z'
        const variables = ['ONE', 'TWO'].map(name => ({ name, value: 'value-of-it', createdAt: at, updatedAt: at }))
        id = addContext(world, 'keys', { variables })
      },
    })
    expect(await readVariables(read, id)).toEqual([
      { name: 'ONE', updatedAt: '2026-11-21T10:00:00.000Z', tail: 'f-it' },
      { name: 'TWO', updatedAt: '2026-11-21T10:00:00.000Z', tail: 'f-it' },
    ])
    expect(rehearsal.log).toHaveLength(2)
  })
})

test('A variable is read without its end, as the description has it, and not without its name or time', async () => {
  const reading = (...items: readonly Json[]) =>
    readVariables(reads({ '/api/v2/context/c/environment-variable': { items } }).read, 'c')
  const described = { variable: 'A', created_at: '2026-01-01', updated_at: '2026-01-02' }
  expect(await reading(described)).toEqual([{ name: 'A', updatedAt: '2026-01-02', tail: undefined }])
  for (const field of ['variable', 'updated_at'] as const) {
    const { [field]: _, ...rest } = described
    expect(await causeOf(reading(described, rest))).toMatchObject({
      code: 'missing-field',
      asked: 'GET circleci.com/x',
      means: expect.stringMatching(`^CircleCI .* ${field},`),
    })
  }
})

describe('A name', () => {
  test('of an organization goes with its slash encoded; of a project with its slashes', async () => {
    const { read, rehearsal } = await simulated({ change: followed })
    const { organizations, projects } = rehearsal.world.circleci
    expect(await organizationId(read, ORG)).toBe(organizations[0]?.id)
    expect(await readProject(read, PROJECT)).toEqual({ id: projects[0]?.id, organizationId: organizations[0]?.id })
    expect(rehearsal.log.map(({ path }) => path)).toEqual([
      '/api/v2/organization/gh%2FPennockTech',
      `/api/v2/project/${PROJECT}`,
    ])
  })

  test('of an organization is found in the list of the account’s own where it cannot be looked up', async () => {
    const { read, rehearsal } = await simulated({
      change: world => {
        followed(world)
        world.circleci.rules.organizationBySlug = false
      },
    })
    expect(await organizationId(read, ORG)).toBe(rehearsal.world.circleci.organizations[0]?.id)
    expect(await organizationId(read, 'gh/pennocktech')).toBeUndefined()
  })

  test('in other capitals is another', async () => {
    const { read } = await simulated({ change: followed })
    expect(await organizationId(read, 'gh/pennocktech')).toBeUndefined()
    expect(await readProject(read, PROJECT.toLowerCase())).toBeUndefined()
    expect(await contextNamed(read, 'gh/pennocktech', 'keys')).toBeUndefined()
  })

  test('that this account may not see is none', async () => {
    const { read } = await simulated({ change: followed, token: world => admit(world, 'stranger') })
    expect(await organizationId(read, ORG)).toBeUndefined()
    expect(await readProject(read, PROJECT)).toBeUndefined()
    expect(await readRuns(read, PROJECT, 'main', () => true)).toEqual([])
  })
})

describe('A context that is not there, or not for this account,', () => {
  test('is forbidden alike, and told so', async () => {
    const { read } = await simulated()
    expect(await causeOf(readRestrictions(read, randomUUID()))).toMatchObject({
      code: 'forbidden',
      said: '403 Permission denied.',
      means: expect.stringContaining('for both'),
    })
  })
})

describe('A refusal', () => {
  test.each<[number, Json, string, string]>([
    [401, { message: 'You must log in first.' }, 'unauthorized', '401 You must log in first.'],
    [403, { error: 'Permission denied.' }, 'forbidden', '403 Permission denied.'],
    [404, { error: { id: 'x', title: 'T', detail: 'Not here.' } }, 'not_found', '404 Not here.'],
    [400, { message: 'Invalid body.' }, 'invalid', '400 Invalid body.'],
    [
      400,
      { message: 'Cannot create more than 100 environment variables per context' },
      'full',
      '400 Cannot create more than 100 environment variables per context',
    ],
    [409, { message: 'There.' }, 'invalid', '409 There.'],
    [410, {}, 'gone', '410'],
    [422, null, 'invalid', '422'],
    [429, { message: 'Too many requests.' }, 'rate_limit', '429 Too many requests.'],
    [503, '<html>', 'unavailable', '503'],
    [418, {}, 'unexpected', '418'],
  ])('of %i is told in its words and ours', (status, body, code, said) => {
    const cause = CIRCLECI.means(reply(status, body))
    expect(cause).toMatchObject({ code, said, asked: 'GET circleci.com/x' })
    expect(cause.next).not.toBe('')
  })
})

describe('The sign-in', () => {
  const credential = { secret: Secret.of('ccipat_of-somebody') }

  test('is told as the login; a token of a project is none of a person', async () => {
    const { read } = await simulated()
    expect(await CIRCLECI.account(read, credential)).toMatchObject({ name: 'you', lacks: [] })
    const project = await simulated({
      token: world => {
        const token = admit(world, 'bot')
        const own = world.circleci.users.at(-1)?.tokens[0]
        if (own) Object.assign(own, { kind: 'project', project: PROJECT })
        return token
      },
    })
    const error = await CIRCLECI.account(project.read, credential).catch((error: unknown) => error)
    expect(error).toMatchObject({ exit: 2, cause: { code: 'forbidden', said: '403 User authentication required.' } })
  })

  test('goes as Circle-Token, never as Bearer', () => {
    expect(CIRCLECI_API.authorization(credential)).toEqual({ 'circle-token': 'ccipat_of-somebody' })
  })

  const [current, legacy] = CIRCLECI.signIn.files ?? []

  test.each([
    ['token: abc\n', 'circleci.com', 'abc'],
    ['host: https://circleci.com/\ntoken: "abc" # mine\n', 'circleci.com', 'abc'],
    ['host: https://ci.example.com\ntoken: abc\n', 'circleci.com', undefined],
    ['host: https://ci.example.com\ntoken: abc\n', 'ci.example.com', 'abc'],
    ['host: https://circleci.com\nrest_endpoint: api/v2\n', 'circleci.com', undefined],
    ['host: https://circleci.com\ntoken:\n', 'circleci.com', undefined],
    ['other_token: abc\n', 'circleci.com', undefined],
    ['', 'circleci.com', undefined],
  ])('is found in %j for %s: %s', (text, host, token) => {
    expect(current?.read(text, host)).toBe(token)
    expect(legacy?.read(text, host)).toBe(token)
  })

  test.each([
    [{}, undefined],
    [{ CIRCLE_HOST: 'https://ci.example.com' }, 'https://ci.example.com'],
    [{ CIRCLE_HOST: 'ci.example.com' }, 'https://ci.example.com'],
    [{ CIRCLECI_CLI_HOST: 'http://127.0.0.1:1' }, 'http://127.0.0.1:1'],
    [{ CIRCLE_HOST: '', CIRCLECI_CLI_HOST: 'ci.example.com' }, 'https://ci.example.com'],
  ])('goes, by %j, to %s', (env, address) => {
    expect(CIRCLECI_API.endpoint(env)).toBe(address)
  })
})

describe('A pipeline', () => {
  /** Ids as CircleCI gives them. */
  const uuid = (name: string) => `${Buffer.from(name).toString('hex').padStart(8, '0')}-0000-4000-8000-000000000000`
  const PIPELINES = `/api/v2/project/${PROJECT}/pipeline?branch=feature%2Fa`
  const workflow = (id: string, name: string, status: string, created_at: string) => ({ id, name, status, created_at })

  test('has its workflows by age, and each is over only where CircleCI says so', async () => {
    const items = [
      workflow(uuid('w3'), 'all', 'failing', '2026-11-22T10:02:00Z'),
      workflow(uuid('w1'), 'all', 'failed', '2026-11-22T10:00:00Z'),
      workflow(uuid('w2'), 'other', 'unauthorized', '2026-11-22T10:01:00Z'),
    ]
    const { read } = reads({
      [PIPELINES]: {
        items: [{ id: uuid('p'), number: 7, created_at: '2026-11-22T10:00:00Z', errors: [], vcs: { revision: 'abc' } }],
      },
      [`/api/v2/pipeline/${uuid('p')}/workflow`]: { items, next_page_token: null },
    })
    expect(await readRuns(read, PROJECT, 'feature/a', () => true)).toEqual([
      {
        id: uuid('p'),
        number: '7',
        revision: 'abc',
        createdAt: new Date('2026-11-22T10:00:00Z'),
        errors: [],
        workflows: [
          { id: uuid('w1'), name: 'all', status: 'failed', isOver: true },
          { id: uuid('w2'), name: 'other', status: 'unauthorized', isOver: true },
          { id: uuid('w3'), name: 'all', status: 'failing', isOver: false },
        ],
      },
    ])
  })

  test.each([
    ['the newest of each name counts', ['failed', 'running'], 'w1'],
    ['but one that succeeded, before any that was run again after it', ['success', 'failed'], 'w0'],
    ['and of several that succeeded the first', ['failed', 'success', 'success'], 'w1'],
  ])('of its workflows %s', (_, statuses, expected) => {
    const workflows = statuses.map((status, index) => ({ id: `w${index}`, name: 'all', status, isOver: true }))
    const run = { id: 'p', number: '7', revision: 'abc', createdAt: new Date(), errors: [], workflows }
    expect(counting(run).map(({ id }) => id)).toEqual([expected])
  })

  test('that is not meant costs no request', async () => {
    const { read, asked } = reads({
      [PIPELINES]: {
        items: ['p', 'q'].map(id => ({ id: uuid(id), number: 7, created_at: '2026-11-22T10:00:00Z', errors: [] })),
      },
    })
    expect(await readRuns(read, PROJECT, 'feature/a', () => false)).toEqual([])
    expect(asked).toEqual([PIPELINES])
  })

  test.each(['../x', "x' || true", 'w/x', '', 'd0a0b0c0-0000-4000-8000-000000000001\n'])(
    'by an id that is none is refused, and nothing is asked about it: %j',
    async id => {
      const { read, asked } = reads({
        [PIPELINES]: { items: [{ id, number: 7, created_at: '2026-11-22T10:00:00Z', errors: [] }] },
      })
      await expect(readRuns(read, PROJECT, 'feature/a', () => true)).rejects.toThrow('without the field id')
      expect(asked).toEqual([PIPELINES])
    },
  )

  test('has jobs; one that has not started has no number', async () => {
    const items = [
      { id: uuid('j1'), name: 'a', status: 'blocked', started_at: null, job_number: null },
      { id: uuid('j2'), name: 'b', status: 'success', job_number: 3 },
    ]
    const { read } = reads({ '/api/v2/workflow/w/job': { items } })
    expect(await readJobs(read, 'w')).toEqual([
      { id: uuid('j1'), name: 'a', status: 'blocked', number: undefined, startedAt: undefined, stoppedAt: undefined },
      { id: uuid('j2'), name: 'b', status: 'success', number: '3', startedAt: undefined, stoppedAt: undefined },
    ])
  })

  test.each<[string, Json, unknown]>([
    [
      'the failed step',
      [step('a', 'success'), step('b', 'failed', 'https://o/1')],
      { name: 'b', outputUrl: 'https://o/1' },
    ],
    ['a step that took too long', [step('a', 'timedout')], { name: 'a', outputUrl: undefined }],
    ['none where all went well', [step('a', 'success'), step('b', 'canceled')], undefined],
    ['none where there are no steps', null, undefined],
  ])('tells of a job %s', async (_, steps, found) => {
    const { read } = reads({ [`/api/v1.1/project/${PROJECT}/3`]: { steps } })
    expect(await failedStep(read, PROJECT, '3')).toEqual(found)
  })
})

function step(name: string, status: string, output_url?: string) {
  return { name, actions: [{ name, status, ...(output_url !== undefined && { output_url }) }] }
}
