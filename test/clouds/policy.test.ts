import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { HttpRequest } from '../../src/clouds/http.ts'
import { at, type Json } from '../../src/clouds/json.ts'
import {
  type Binding,
  bindingsOf,
  changed,
  changePolicy,
  type PolicyPlace,
  readRequest,
  savedBindings,
} from '../../src/clouds/policy.ts'
import type { VendorReply } from '../../src/clouds/vendor.ts'
import { inputs } from '../support/inputs.ts'

const ME = 'serviceAccount:ci@acme.iam.gserviceaccount.com'
const WRITER = { role: 'roles/artifactregistry.writer' }

/** An API may give one twice, and a list in any order. */
const members = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: fc.constant(ME) },
    fc.constantFrom(
      'user:dana@example.com',
      'group:team@example.com',
      'domain:example.com',
      'allUsers',
      `deleted:${ME}?uid=123456789012345678901`,
      // Of another project, and of a longer name: not ours.
      'serviceAccount:ci@other.iam.gserviceaccount.com',
      `${ME}.example.com`,
      'principalSet://iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/*',
    ),
  ),
  { minLength: 1, maxLength: 5 },
)
const condition = fc.record(
  {
    title: fc.string(),
    description: fc.string(),
    expression: fc.constantFrom('request.time < timestamp("2030-01-01T00:00:00Z")', 'resource.name == "a"', 'true'),
  },
  { requiredKeys: ['title', 'expression'] },
)
/** What nobody here knows yet. */
const later = fc.jsonValue({ maxDepth: 2 })
const binding: fc.Arbitrary<Binding> = fc.record(
  {
    later,
    role: fc.constantFrom('roles/owner', 'roles/storage.admin', WRITER.role, 'projects/acme/roles/own'),
    members,
    condition,
  },
  { requiredKeys: ['role', 'members'] },
)
const policy = fc.record(
  {
    version: fc.constantFrom(1, 3),
    etag: fc.base64String({ minLength: 4, maxLength: 12 }),
    bindings: fc.array(binding, { maxLength: 8 }),
    auditConfigs: fc
      .array(fc.record({ service: fc.string(), auditLogConfigs: fc.array(later) }), { maxLength: 2 })
      .map(all => all as unknown as Json),
    kind: fc.constant('storage#policy'),
    later,
  },
  { requiredKeys: ['etag'] },
)

type GivenPolicy = typeof policy extends fc.Arbitrary<infer Given> ? Given : never

/** What is not the member's: every other member of every binding, in order, and all that stands beside the bindings. */
const others = ({ bindings = [], version: _, ...rest }: { bindings?: readonly Binding[]; version?: number }) =>
  JSON.stringify({
    ...rest,
    bindings: bindings
      .map(one => ({ ...one, members: one.members.filter(member => member !== ME) }))
      .filter(one => one.members.length > 0),
  })

/** What a binding says of its role: a description that is empty is none. */
const meaning = ({ role, condition }: Binding) =>
  JSON.stringify([role, condition && [condition.title, condition.description ?? '', condition.expression]])

describe('Of random policies', () => {
  test('a strip takes every role of the one member, and keeps everything else, byte for byte', () => {
    fc.assert(
      fc.property(policy, given => {
        const change = changed(given, { member: ME, grants: [], only: true })
        const had = bindingsOf(given, ME)
        expect(change === undefined).toBe(had.length === 0)
        if (change === undefined) return
        expect(bindingsOf(change.policy, ME)).toEqual([])
        expect(others(change.policy)).toBe(others(given))
        expect(change.removed).toEqual(had)
        // Given back as it was saved, the member has again what it had.
        const saved = savedBindings(JSON.stringify(change.removed))
        const back = changed(change.policy, { member: ME, grants: saved, only: false })
        const has = back === undefined ? [] : bindingsOf(back.policy, ME)
        expect(new Set(has.map(meaning))).toEqual(new Set(had.map(meaning)))
        if (back) expect(others(back.policy)).toBe(others(given))
      }),
      inputs(200, 20_000),
    )
  })

  test('a grant gives the one role, with or without the others, and keeps everything else, byte for byte', () => {
    fc.assert(
      fc.property(policy, fc.boolean(), fc.option(condition, { nil: undefined }), (given, only, on) => {
        const wanted = { ...WRITER, ...(on && { condition: on }) }
        const change = changed(given, { member: ME, grants: [wanted], only })
        const after = change?.policy ?? given
        expect(others(after)).toBe(others(given))
        const has = bindingsOf(after, ME)
        expect(has.map(meaning)).toContain(meaning({ ...wanted, members: [] }))
        if (only) expect(new Set(has.map(meaning)).size).toBe(1)
        else expect(has).toEqual(expect.arrayContaining([...bindingsOf(given, ME)]))
        if (after.bindings?.some(one => one.condition)) expect(after.version === 3 || change === undefined).toBe(true)
        expect(changed(after, { member: ME, grants: [wanted], only })).toBeUndefined()
      }),
      inputs(200, 20_000),
    )
  })
})

interface Written {
  readonly bindings: readonly Binding[]
  readonly etag: string
}

/** A policy behind an API that says what it is told to, one after the other, and then what it would. */
function api(
  bindings: readonly Binding[],
  refusals: readonly (number | 'lost' | 'lost-after')[] = [],
  beside: object = {},
) {
  const world = { bindings, etag: 1, beside }
  const left = [...refusals]
  const asked: HttpRequest[] = []
  const reply = (status: number, body: Json): VendorReply => ({ status, headers: {}, body, asked: 'a request' })
  const send = async (request: HttpRequest): Promise<VendorReply | undefined> => {
    asked.push(request)
    if (/:getIamPolicy(\?|$)/.test(request.path) || request.method === 'GET') {
      return reply(200, { ...world.beside, etag: String(world.etag), bindings: world.bindings as unknown as Json })
    }
    const turn = left.shift()
    if (turn === 'lost') return undefined
    if (typeof turn === 'number') return reply(turn, { error: { message: 'Service account x does not exist.' } })
    const isBucket = request.method === 'PUT'
    const policy = (isBucket ? request.body : at(request.body, 'policy')) as unknown as Written
    if (policy.etag !== String(world.etag)) return reply(isBucket ? 412 : 409, {})
    const { bindings, etag: _, ...beside } = policy
    Object.assign(world, { bindings, beside })
    world.etag += 1
    return turn === 'lost-after' ? undefined : reply(200, {})
  }
  return { world, asked, send }
}

const PLACE = { path: '/v1/projects/acme', reads: 'project' } as const
const OWNER = { role: 'roles/owner', members: ['user:dana@example.com'] }
const MINE = { role: 'roles/editor', members: [ME] }
const STRIP = { member: ME, grants: [], only: true }
const writing = { sleep: async () => {}, beforeWrite: async () => {} }

describe('A change of a policy', () => {
  test('is not sent where what it takes away cannot be written down first', async () => {
    const { send, asked, world } = api([OWNER, MINE])
    const beforeWrite = () => Promise.reject(new Error('the disk is full'))
    await expect(changePolicy(PLACE, STRIP, { ...writing, send, beforeWrite })).rejects.toThrow('the disk is full')
    expect({ asked: asked.length, bindings: world.bindings }).toEqual({ asked: 1, bindings: [OWNER, MINE] })
  })

  test('reads version 3, and writes with the etag that it read', async () => {
    const { send, asked, world } = api([OWNER, MINE])
    expect(await changePolicy(PLACE, STRIP, { ...writing, send })).toEqual({ is: 'done' })
    expect(world.bindings).toEqual([OWNER])
    expect(asked).toEqual([
      expect.objectContaining({ body: { options: { requestedPolicyVersion: 3 } } }),
      expect.objectContaining({
        path: '/v1/projects/acme:setIamPolicy',
        body: { policy: { etag: '1', bindings: [OWNER] } },
        repeat: 'never',
      }),
    ])
  })

  test.each([
    ['project', 'POST', '/thing:getIamPolicy', { body: { options: { requestedPolicyVersion: 3 } } }],
    ['account', 'POST', '/thing:getIamPolicy?options.requestedPolicyVersion=3', {}],
    ['repository', 'GET', '/thing:getIamPolicy?options.requestedPolicyVersion=3', {}],
    ['bucket', 'GET', '/thing/iam?optionsRequestedPolicyVersion=3', {}],
  ] as const)(
    'reads version 3 of a policy of a %s: others’ conditions would be lost without',
    (reads, method, path, body) => {
      expect(readRequest({ path: '/thing', reads })).toEqual({ method, path, ...body, repeat: 'safe' })
    },
  )

  test.each([[[409]], [[412]], [[503, 409]], [['lost']], [['lost-after']], [[400]]] as const)(
    'gets over %j by reading anew',
    async refusals => {
      const { send, world } = api([OWNER, MINE], refusals)
      expect(await changePolicy(PLACE, STRIP, { ...writing, send })).toEqual({ is: 'done' })
      expect(world.bindings).toEqual([OWNER])
    },
  )

  test('reads again where the last answer was a refusal, which has no policy', async () => {
    const { send, world } = api([OWNER, MINE])
    const refused = { status: 404, headers: {}, body: { error: { message: 'not found' } }, asked: 'a request' }
    const recall = async () => refused
    expect(await changePolicy(PLACE, STRIP, { ...writing, send, recall })).toEqual({ is: 'done' })
    expect(world.bindings).toEqual([OWNER])
  })

  test('of somebody else meanwhile is not lost', async () => {
    const { send, world } = api([OWNER, MINE])
    let isFirst = true
    const theirs = { role: 'roles/viewer', members: ['user:lee@example.com'] }
    const sneaky = async (request: HttpRequest) => {
      const reply = await send(request)
      if (isFirst && request.path.endsWith(':getIamPolicy')) {
        isFirst = false
        world.bindings = [...world.bindings, theirs]
        world.etag += 1
      }
      return reply
    }
    await changePolicy(PLACE, STRIP, { ...writing, send: sneaky })
    expect(world.bindings).toEqual([OWNER, theirs])
  })

  test('is given up where it is refused, and where others write again and again', async () => {
    const refused = api([MINE], [403])
    expect(await changePolicy(PLACE, STRIP, { ...writing, send: refused.send })).toMatchObject({
      is: 'refused',
      reply: { status: 403 },
    })
    const busy = api(
      [MINE],
      Array.from({ length: 20 }, () => 409),
    )
    const pauses: number[] = []
    const outcome = await changePolicy(PLACE, STRIP, {
      ...writing,
      send: busy.send,
      sleep: async ms => void pauses.push(ms),
    })
    expect(outcome).toMatchObject({ is: 'lost', reply: { status: 409 } })
    expect(pauses).toHaveLength(7)
    expect(pauses.reduce((sum, ms) => sum + ms, 0)).toBeGreaterThan(20_000)
  })

  test.each([
    ['by what was read for the look, if it is still so', [OWNER, MINE], '1', ['set']],
    ['after reading it, if somebody else has written since', [OWNER, MINE], '0', ['set', 'get', 'set']],
    ['after reading it, if nothing was to be done by what was read', [OWNER], '0', ['get', 'set']],
    ['after reading it, if it could not be read for the look', undefined, '0', ['get', 'set']],
  ] as const)('is written %s', async (_, bindings, etag, requests) => {
    const { send, asked, world } = api([OWNER, MINE])
    const body = bindings ? { etag, bindings: bindings as unknown as Json } : { error: { code: 403 } }
    const recall = async () => ({ status: bindings ? 200 : 403, headers: {}, body, asked: 'a request' })
    expect(await changePolicy(PLACE, STRIP, { ...writing, send, recall })).toEqual({ is: 'done' })
    expect(world.bindings).toEqual([OWNER])
    expect(asked.map(({ path }) => /:(get|set)IamPolicy$/.exec(path)?.[1])).toEqual(requests)
  })

  test('is not written where it is so already', async () => {
    const { send, asked } = api([OWNER])
    expect(await changePolicy(PLACE, STRIP, { ...writing, send })).toEqual({ is: 'done' })
    expect(asked).toHaveLength(1)
  })
})

describe('A change of a bucket’s policy', () => {
  const BUCKET = { path: '/storage/v1/b/b', reads: 'bucket' } as const

  test('reads version 3, and puts the policy itself, of version 3, with the etag that it read', async () => {
    const { send, asked, world } = api([OWNER, MINE])
    expect(await changePolicy(BUCKET, STRIP, { ...writing, send })).toEqual({ is: 'done' })
    expect(world.bindings).toEqual([OWNER])
    expect(asked).toEqual([
      { method: 'GET', path: '/storage/v1/b/b/iam?optionsRequestedPolicyVersion=3', repeat: 'safe' },
      {
        method: 'PUT',
        path: '/storage/v1/b/b/iam',
        body: { version: 3, etag: '1', bindings: [OWNER] },
        repeat: 'never',
      },
    ])
  })
})

test('Of random policies in every dialect, while others write and answers are lost, only the one member’s changes', async () => {
  const places = fc.constantFrom(
    { path: '/v1/projects/acme', reads: 'project' } as const,
    { path: '/v1/projects/acme/serviceAccounts/ci', reads: 'account' } as const,
    { path: '/v1/projects/acme/locations/us/repositories/us.gcr.io', reads: 'repository' } as const,
    { path: '/storage/v1/b/b', reads: 'bucket' } as const,
  )
  const theirs = fc.oneof(binding, fc.constant({ role: WRITER.role, members: ['user:lee@example.com'] }))
  const refusals = fc.array(
    fc.constantFrom<number | 'lost' | 'lost-after'>('lost', 'lost-after', 409, 412, 503, 400, 404),
    { maxLength: 3 },
  )
  const wishes = fc.record({
    only: fc.boolean(),
    grants: fc.constantFrom([], [WRITER], [{ role: 'roles/storage.admin' }]),
  })
  const isChanged = async ([place, given, { only, grants }, turns, written]: readonly [
    PolicyPlace,
    GivenPolicy,
    { only: boolean; grants: readonly { role: string }[] },
    readonly (number | 'lost' | 'lost-after')[],
    readonly Binding[],
  ]) => {
    const { bindings = [], etag: _, ...beside } = given
    const { send, world, asked } = api(bindings, turns, beside)
    const left = written.map(one => ({ ...one, members: one.members.filter(member => member !== ME) }))
    const added: Binding[] = []
    const meanwhile = async (request: HttpRequest) => {
      const isWrite =
        !request.path.endsWith(':getIamPolicy') && request.body !== undefined && !request.path.includes('getIam')
      const next = isWrite ? left.shift() : undefined
      if (next !== undefined && next.members.length > 0) {
        world.bindings = [...world.bindings, next]
        world.etag += 1
        added.push(next)
      }
      return send(request)
    }
    const end = await changePolicy(place, { member: ME, grants, only }, { ...writing, send: meanwhile })
    expect(end).toEqual({ is: 'done' })
    const wholly = (all: readonly Binding[], more: object) => others({ ...more, bindings: all })
    expect(wholly(world.bindings, world.beside)).toBe(wholly([...bindings, ...added], beside))
    const has = new Set(bindingsOf({ bindings: world.bindings }, ME).map(meaning))
    const wanted = grants.map(grant => meaning({ ...grant, members: [] }))
    const had = bindingsOf({ bindings }, ME).map(meaning)
    expect(has).toEqual(new Set(only ? wanted : [...had, ...wanted]))
    if (place.reads === 'bucket' && asked.some(({ method }) => method === 'PUT'))
      expect(world.beside).toMatchObject({ version: 3 })
  }
  await fc.assert(
    fc.asyncProperty(fc.tuple(places, policy, wishes, refusals, fc.array(theirs, { maxLength: 2 })), isChanged),
    inputs(200, 20_000),
  )
})
