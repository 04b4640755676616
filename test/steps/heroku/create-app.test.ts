import { describe, expect, test } from 'vitest'
import type { Known } from '../../../src/answers/schema.ts'
import type { Engine } from '../../../src/engine/engine.ts'
import { fillBody, shown } from '../../../src/engine/text.ts'
import type { Fault, FaultKind, Rehearsal } from '../../../src/rehearsal/server.ts'
import type { World } from '../../../src/rehearsal/world.ts'
import { createApp } from '../../../steps/heroku/create-app.ts'
import { admit, rehearse } from '../../rehearsal/client.ts'
import { carryOut, causeOf, lookAt, makeEngine, walk } from '../../support/engine.ts'
import { MADE_AT, standingApp } from '../../support/heroku-app.ts'
import { NOTHING } from '../../support/nothing.ts'
import { effects } from '../../support/stage.ts'

/** A team of ours and one of others. */
function teams({ heroku }: World, role: 'admin' | 'member' | 'collaborator' = 'admin'): void {
  const common = { verified: true, createdAt: MADE_AT }
  heroku.teams.push({
    ...common,
    id: 'a7a0d6a1-5a5c-4b11-8d0b-0d2f7b6f0001',
    name: 'acme',
    members: [{ account: 'you@example.com', role }],
  })
  heroku.teams.push({ ...common, id: 'a7a0d6a1-5a5c-4b11-8d0b-0d2f7b6f0002', name: 'others', members: [] })
}

async function setUp(change?: (world: World) => void, answers: Partial<Known> = {}) {
  const rehearsal = await rehearse(change)
  const engine = makeEngine({ rehearsal, answers })
  return { rehearsal, engine }
}

const create = (engine: Engine) => carryOut(createApp, engine)

describe('The look', () => {
  test('says missing where no app has the name', async () => {
    const { engine } = await setUp()
    expect(await lookAt(createApp, engine)).toEqual({ is: 'missing' })
  })

  test('says present where it is ours, with its owner, its age and who else has access', async () => {
    const { engine } = await setUp(({ heroku }) =>
      heroku.apps.push(standingApp({ collaborators: ['helper@example.com'] })),
    )
    expect(await lookAt(createApp, engine)).toMatchObject({
      is: 'present',
      learned: { 'heroku.create-app:id': standingApp().id },
      owned: {
        id: standingApp().id,
        what: 'app pt-dummy-app',
        owner: 'you@example.com',
        since: new Date(MADE_AT),
        alsoAccess: ['helper@example.com'],
      },
    })
  })

  test('says that somebody has access where the collaborators are not listed', async () => {
    const { engine, rehearsal } = await setUp(({ heroku }) => heroku.apps.push(standingApp()))
    rehearsal.faults.push({ path: '/collaborators$', do: { status: 403, body: { id: 'forbidden', message: 'No.' } } })
    expect(await lookAt(createApp, engine)).toMatchObject({
      owned: { alsoAccess: [expect.stringContaining('somebody')] },
    })
  })

  test('says differs where the stack is another', async () => {
    const { engine } = await setUp(({ heroku }) =>
      heroku.apps.push(standingApp({ stack: 'heroku-24', buildStack: 'heroku-24' })),
    )
    expect(await lookAt(createApp, engine)).toMatchObject({
      is: 'differs',
      how: [{ what: 'the stack', expected: 'container', found: 'heroku-24' }],
      owned: { id: standingApp().id },
    })
  })

  test('goes by the stack of the next release, as heroku container does', async () => {
    const { engine } = await setUp(({ heroku }) => heroku.apps.push(standingApp({ stack: 'heroku-24' })))
    expect((await lookAt(createApp, engine)).is).toBe('present')
  })

  test('says present where the wanted team owns it', async () => {
    const change = (world: World) => {
      teams(world)
      world.heroku.apps.push(standingApp({ team: 'acme' }))
    }
    const { engine } = await setUp(change, { herokuTeam: 'acme' })
    expect(await lookAt(createApp, engine)).toMatchObject({ is: 'present', owned: { owner: 'team acme' } })
  })

  test.each([
    [
      'a person who lets us see it',
      standingApp({ owner: 'else@example.com', collaborators: ['you@example.com'] }),
      {},
      'sign in as else@example.com',
    ],
    ['a team where a personal app is wanted', standingApp({ team: 'acme' }), {}, '--set herokuTeam=acme'],
    ['a person where a team’s app is wanted', standingApp(), { herokuTeam: 'acme' }, 'you@example.com'],
  ])('does not take for ours what belongs to %s', async (_, there, answers, words) => {
    const change = (world: World) => {
      teams(world)
      admit(world, 'else@example.com')
      world.heroku.apps.push(there)
    }
    const { engine, rehearsal } = await setUp(change, answers)
    const seen = await lookAt(createApp, engine)
    expect(seen).toMatchObject({
      is: 'unknown',
      cause: { code: 'another-owner', next: expect.stringContaining(words) },
    })
    const { outcomes } = await walk([createApp], engine)
    expect(outcomes.get('heroku.create-app')?.is).toBe('failed')
    expect(effects(rehearsal)).toEqual([])
  })
})

describe('What is done', () => {
  /** Requests as the checklist has them. */
  const planned = (answers: Known) =>
    createApp.actions(answers).map(action => {
      if (action.kind !== 'request') throw new Error('not a request')
      const { method, path, body } = action
      return { method, path: shown(path), body: fillBody(body ?? null, () => '') }
    })
  const carriedOut = ({ log }: Rehearsal) =>
    log.filter(({ effect }) => effect).map(({ method, path, body }) => ({ method, path, body }))

  test.each([{}, { herokuTeam: 'acme' }])('in an empty world is what the checklist says, answers %j', async answers => {
    const { engine, rehearsal } = await setUp(teams, answers)
    const { outcomes, plan } = await walk([createApp], engine)
    expect(outcomes.get('heroku.create-app')).toMatchObject({ is: 'done' })
    expect(plan[0]?.actions).toEqual(createApp.actions(engine.answers))
    expect(carriedOut(rehearsal)).toEqual(planned(engine.answers))
    expect((await lookAt(createApp, engine)).is).toBe('present')
    expect(rehearsal.world.heroku.apps).toMatchObject([{ buildStack: 'container', team: answers.herokuTeam ?? null }])
  })

  test('is recorded as made, with the app’s id, and its intent is settled', async () => {
    const { engine, rehearsal } = await setUp()
    await walk([createApp], engine)
    const id = rehearsal.world.heroku.apps[0]?.id
    expect(engine.progress.saved).toMatchObject({
      facts: { 'heroku.create-app:id': id },
      records: { 'heroku.create-app': { how: 'made', id, by: 'somebody@here' } },
      intents: NOTHING,
    })
  })

  test('a second time changes nothing', async () => {
    const { engine, rehearsal } = await setUp()
    await walk([createApp], engine)
    const before = structuredClone(rehearsal.world.heroku.apps)
    expect((await causeOf(create(engine))).code).toBe('taken')
    await walk([createApp], engine)
    expect(rehearsal.world.heroku.apps).toEqual(before)
    expect(effects(rehearsal)).toEqual(['POST /apps'])
  })

  test('is to switch the stack, and only with consent, where that is what differs', async () => {
    const { engine, rehearsal } = await setUp(({ heroku }) =>
      heroku.apps.push(standingApp({ stack: 'heroku-24', buildStack: 'heroku-24' })),
    )
    const without = await walk([createApp], engine)
    expect(without.plan[0]?.consents).toEqual(['adopt', 'replace'])
    expect(effects(rehearsal)).toEqual([])
    await walk([createApp], engine, { agreed: ['heroku.create-app'] })
    expect(effects(rehearsal)).toEqual(['PATCH /apps/pt-dummy-app'])
    expect((await lookAt(createApp, engine)).is).toBe('present')
  })
})

describe('Heroku’s refusals come in plain words with what goes on', () => {
  const taken = {
    code: 'taken',
    means: expect.stringContaining('in use by somebody else'),
    next: expect.stringContaining('--set herokuApp=NAME'),
  }
  const strangers = ({ heroku }: World) => heroku.apps.push(standingApp({ owner: 'else@example.com' }))

  test('on looking: the name is another’s (403)', async () => {
    const { engine } = await setUp(strangers)
    expect(await lookAt(createApp, engine)).toMatchObject({
      is: 'unknown',
      cause: { ...taken, said: '403 forbidden: You do not have access to the app pt-dummy-app.' },
    })
  })

  test('on creating: the name was taken meanwhile (422), in the new words and in the old', async () => {
    const { engine, rehearsal } = await setUp(strangers)
    expect(await causeOf(create(engine))).toMatchObject({ ...taken, said: expect.stringContaining('already taken') })
    rehearsal.faults.push({
      method: 'POST',
      do: { status: 422, body: { id: 'invalid_params', message: 'Name is already taken' } },
    })
    expect(await causeOf(create(engine))).toMatchObject(taken)
  })

  test('the token was revoked (401)', async () => {
    const { engine, rehearsal } = await setUp()
    rehearsal.world.heroku.authorizations = []
    const { outcomes } = await walk([createApp], engine)
    expect(outcomes.get('heroku.create-app')).toMatchObject({
      cause: {
        code: 'unauthorized',
        said: '401 unauthorized: Invalid credentials provided.',
        next: expect.stringContaining('heroku login'),
      },
    })
  })

  test('the token’s scope is too small (403)', async () => {
    const rehearsal = await rehearse()
    const token = admit(rehearsal.world, 'you@example.com', { scope: ['read'] })
    expect(await causeOf(create(makeEngine({ rehearsal, token })))).toMatchObject({
      code: 'scope',
      means: expect.stringContaining('global'),
      next: expect.stringContaining('heroku login'),
    })
  })

  test.each([402, 422] as const)('the account has no payment method (%i)', async status => {
    const { engine, rehearsal } = await setUp(({ heroku }) => {
      heroku.rules.verificationStatus = status
      for (const account of heroku.accounts) account.verified = false
    })
    expect(await causeOf(create(engine))).toMatchObject({
      code: 'verification_required',
      said: expect.stringContaining('verify your account by adding payment information'),
      next: expect.stringContaining('https://dashboard.heroku.com/account/billing'),
    })
    expect(rehearsal.world.heroku.apps).toEqual([])
  })

  test('a second factor is wanted (403)', async () => {
    const { engine } = await setUp(({ heroku }) => {
      for (const account of heroku.accounts) account.twoFactorCode = '123456'
    })
    expect(await causeOf(create(engine))).toMatchObject({ code: 'two_factor' })
  })

  test('the hour’s requests are used up (429)', async () => {
    const { engine } = await setUp(({ heroku }) => {
      for (const account of heroku.accounts) account.rateLimitRemaining = 0
    })
    expect(await lookAt(createApp, engine)).toMatchObject({
      is: 'unknown',
      cause: { code: 'rate_limit', said: '429 rate_limit: Your account reached the API rate limit' },
    })
    expect(await causeOf(create(engine))).toMatchObject({ code: 'rate_limit' })
  })

  test('the account may not create apps in the team (403)', async () => {
    const { engine } = await setUp(world => teams(world, 'collaborator'), { herokuTeam: 'acme' })
    expect(await causeOf(create(engine))).toMatchObject({
      code: 'not-in-team',
      means: expect.stringContaining('in the team acme'),
    })
  })

  test('there is no such team (404)', async () => {
    const { engine } = await setUp(undefined, { herokuTeam: 'nobody' })
    expect(await causeOf(create(engine))).toMatchObject({ code: 'no-team', said: expect.stringContaining('team') })
  })

  test('a value is not taken (422)', async () => {
    const { engine } = await setUp(undefined, { herokuApp: 'Not_A_Name' })
    expect(await causeOf(create(engine))).toMatchObject({
      code: 'invalid_params',
      said: expect.stringContaining('Name must start with a letter'),
    })
  })
})

describe('Trouble on the way to creating', () => {
  const meets = async (kind: FaultKind, more: Partial<Fault> = {}) => {
    const { engine, rehearsal } = await setUp()
    rehearsal.faults.push({ method: 'POST', times: 1, do: kind, ...more })
    const { outcomes } = await walk([createApp], engine)
    return { outcome: outcomes.get('heroku.create-app'), apps: rehearsal.world.heroku.apps, engine }
  }

  test.each<[string, FaultKind]>([
    ['the connection drops before the effect', 'reset-before'],
    ['the connection drops after the effect', 'reset-after'],
    ['the answer is no JSON, and nothing was done', 'html'],
    ['the answer is cut off after the effect', 'truncated'],
    ['Heroku has a moment’s trouble', { status: 503, body: { id: 'unavailable', message: 'Later.' } }],
  ])('is looked into where %s: one app, ours', async (_, kind) => {
    const { outcome, apps, engine } = await meets(kind)
    expect(outcome).toMatchObject({ is: 'done' })
    expect(apps).toHaveLength(1)
    expect(engine.progress.saved.records['heroku.create-app']).toMatchObject({ how: 'made', id: apps[0]?.id })
  })

  test('that does not end is told, and nothing is made', async () => {
    const { outcome, apps } = await meets({ status: 503, body: '' }, { times: 99 })
    expect(outcome).toMatchObject({
      is: 'failed',
      cause: { code: 'lost-answer', asked: expect.stringMatching(/^POST .*\/apps$/) },
    })
    expect(apps).toEqual([])
  })
})
