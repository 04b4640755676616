import { describe, expect, test } from 'vitest'
import { newAccount } from '../../../src/rehearsal/google/world.ts'
import type { World } from '../../../src/rehearsal/world.ts'
import { billing } from '../../../steps/google/billing.ts'
import { project } from '../../../steps/google/project.ts'
import { serviceAccount } from '../../../steps/google/service-account.ts'
import { services } from '../../../steps/google/services.ts'
import { E, furnishAcme, ME, P } from '../../rehearsal/google-client.ts'
import { carryOut, causeOf, lookAt, walk } from '../../support/engine.ts'
import { NOTHING } from '../../support/nothing.ts'
import { effects } from '../../support/stage.ts'
import { type GooglePlace, googlePlace } from './stage.ts'

const ID = 'google.service-account'
const CREATE = `POST /v1/projects/${P}/serviceAccounts`
const STRANGERS = '100000000000000000001'

/** The project of acme without an account. */
const without = (world: World) => {
  furnishAcme(world)
  world.google.accounts = []
}

async function killedAtCreate({ rehearsal, engine }: GooglePlace): Promise<void> {
  const killed = new AbortController()
  rehearsal.hook = (phase, { method, path }) => {
    if (phase === 'after' && `${method} ${path}` === CREATE) killed.abort(new Error('killed'))
  }
  await walk([serviceAccount], engine, { stop: killed.signal, giveUp: killed.signal })
  rehearsal.hook = undefined
}

describe('An account that is not there', () => {
  test('is made with the label of this set-up, and without any right; a second run changes nothing', async () => {
    const { engine, rehearsal, google } = await googlePlace(without)
    expect(await lookAt(serviceAccount, engine)).toEqual({ is: 'missing' })
    const { plan, outcomes } = await walk([serviceAccount], engine)
    expect(outcomes.get(ID)).toMatchObject({ is: 'done' })
    expect(plan[0]?.actions).toEqual(serviceAccount.actions(engine.answers))
    expect(effects(rehearsal)).toEqual([CREATE])
    const [account] = google().accounts
    expect(account).toMatchObject({
      id: 'ci-pusher',
      displayName: 'acme-image-builder',
      description: 'dummyapp-setup PennockTech/dummyapp',
      policy: { bindings: [] },
    })
    expect(engine.progress.saved).toMatchObject({
      facts: { [`${ID}:uniqueId`]: account?.uniqueId },
      records: { [ID]: { how: 'made', id: account?.uniqueId } },
      intents: NOTHING,
    })
    await walk([serviceAccount], engine)
    expect(effects(rehearsal)).toHaveLength(1)
  })

  test('in a project that is not there is made when its API answers, which is waited for', async () => {
    const { engine, rehearsal, google } = await googlePlace()
    const { outcomes, events } = await walk([project, billing, services, serviceAccount], engine)
    expect([...outcomes.values()].map(({ is }) => is)).toEqual(['done', 'done', 'done', 'done'])
    const waits = events.filter(({ step }) => step === ID).map(({ detail }) => detail)
    expect(waits).toContain('IAM was enabled a moment ago; until it answers, it usually takes a minute or a few')
    expect(effects(rehearsal)).toHaveLength(4)
    expect(google().accounts).toHaveLength(1)
  })

  test('is waited for where Google has made it and does not list it yet', async () => {
    const { engine, rehearsal, google } = await googlePlace(without)
    const list = '^/v1/projects/[^/]+/serviceAccounts\\?'
    rehearsal.hook = (phase, { method, path }) => {
      if (phase === 'after' && `${method} ${path}` === CREATE)
        rehearsal.faults.push({ method: 'GET', path: list, times: 2, do: { status: 200, body: {} } })
    }
    const { outcomes, events } = await walk([serviceAccount], engine)
    expect(outcomes.get(ID)).toMatchObject({ is: 'done' })
    expect(events.map(({ detail }) => detail)).toContain(
      `waits for the account ${E} to appear; it usually takes seconds`,
    )
    expect(google().accounts).toHaveLength(1)
  })

  test('that was deleted is made anew under its name', async () => {
    const { engine, google } = await googlePlace(world => {
      furnishAcme(world)
      for (const one of world.google.accounts) one.deletedAt = '2026-11-20T00:00:00Z'
    })
    await walk([serviceAccount], engine)
    expect(google().accounts).toHaveLength(2)
    expect(engine.progress.saved.facts[`${ID}:uniqueId`]).not.toBe(STRANGERS)
  })
})

describe('An answer that is lost', () => {
  test('after Google has the request: nothing is made twice, and the account is ours', async () => {
    const { engine, rehearsal, google } = await googlePlace(without)
    rehearsal.faults.push({ method: 'POST', path: 'serviceAccounts$', times: 1, do: 'reset-after' })
    expect((await walk([serviceAccount], engine)).outcomes.get(ID)).toMatchObject({ is: 'done' })
    expect(google().accounts).toHaveLength(1)
    expect(engine.progress.saved).toMatchObject({ records: { [ID]: { how: 'made' } }, intents: NOTHING })
  })

  test('before it: it is made by the next pass', async () => {
    const { engine, rehearsal, google, resumed } = await googlePlace(without)
    rehearsal.faults.push({ method: 'POST', path: 'serviceAccounts$', times: 1, do: 'reset-before' })
    expect((await walk([serviceAccount], engine)).outcomes.get(ID)).toMatchObject({ is: 'open', why: 'changed' })
    expect((await walk([serviceAccount], resumed())).outcomes.get(ID)).toMatchObject({ is: 'done' })
    expect(google().accounts).toHaveLength(1)
  })
})

describe('A run that was killed when Google had the request', () => {
  test('is resumed: the labelled account is ours without a question', async () => {
    const place = await googlePlace(without)
    await killedAtCreate(place)
    place.pass(86_400)
    const { plan, outcomes } = await walk([serviceAccount], place.resumed())
    expect(plan[0]?.consents).toEqual([])
    expect(outcomes.get(ID)).toMatchObject({ is: 'done' })
    expect(effects(place.rehearsal)).toEqual([CREATE])
    expect(place.engine.progress.saved).toMatchObject({ records: { [ID]: { how: 'made' } }, intents: NOTHING })
  })

  test('finds an account without the label: that one is somebody else’s', async () => {
    const place = await googlePlace(without)
    await killedAtCreate(place)
    for (const one of place.google().accounts) one.description = 'by hand'
    expect((await walk([serviceAccount], place.resumed())).plan[0]?.consents).toEqual(['adopt'])
  })
})

describe('An account that was there', () => {
  const withReader = (world: World) => {
    furnishAcme(world)
    const reads = { role: 'roles/iam.serviceAccountKeyAdmin', members: ['user:ann@example.com', ME] }
    for (const { policy } of world.google.accounts) policy.bindings = [reads]
  }

  test('is offered with who else can use it, its label notwithstanding; adopted, it is not ours', async () => {
    const { engine, rehearsal } = await googlePlace(world => {
      withReader(world)
      for (const one of world.google.accounts) one.description = 'dummyapp-setup PennockTech/dummyapp'
    })
    expect(await lookAt(serviceAccount, engine)).toMatchObject({
      is: 'present',
      owned: {
        id: STRANGERS,
        what: `service account ${E}`,
        owner: `project ${P}`,
        alsoAccess: ['whoever has a key of it', 'ann@example.com', 'you@example.com'],
        isLabelled: true,
      },
    })
    expect((await walk([serviceAccount], engine)).plan[0]?.consents).toEqual(['adopt'])
    await walk([serviceAccount], engine, { agreed: [ID] })
    expect(engine.progress.saved.records[ID]).toMatchObject({ how: 'adopted', id: STRANGERS })
    expect(effects(rehearsal)).toEqual([])
  })

  test('and is disabled is enabled with consent alone', async () => {
    const { engine, rehearsal } = await googlePlace(world => {
      furnishAcme(world)
      for (const one of world.google.accounts) one.disabled = true
    })
    expect((await walk([serviceAccount], engine)).plan).toMatchObject([
      { seen: { is: 'differs', how: [{ expected: 'enabled' }] }, consents: ['adopt', 'replace'] },
    ])
    expect(effects(rehearsal)).toEqual([])
    await walk([serviceAccount], engine, { agreed: [ID] })
    expect(effects(rehearsal)).toEqual([expect.stringMatching(/:enable$/)])
    expect(await lookAt(serviceAccount, engine)).toMatchObject({ is: 'present' })
  })

  test('is found on the second page of many', async () => {
    const { engine } = await googlePlace(world => {
      furnishAcme(world)
      const many = Array.from({ length: 150 }, (_, index) =>
        newAccount({ project: P, id: `account-${index}`, uniqueId: String(2_000 + index) }),
      )
      world.google.accounts.unshift(...many)
    })
    expect(await lookAt(serviceAccount, engine)).toMatchObject({ is: 'present', owned: { id: STRANGERS } })
  })

  test('is deleted by its undo', async () => {
    const { engine, google } = await googlePlace(furnishAcme)
    await carryOut(serviceAccount, engine, serviceAccount.undo(engine.answers))
    expect(google().accounts[0]?.deletedAt).not.toBeNull()
  })
})

describe('Google’s refusals come in plain words with what goes on', () => {
  test('an account of that id has come meanwhile', async () => {
    const { engine } = await googlePlace(furnishAcme)
    expect(await causeOf(carryOut(serviceAccount, engine))).toMatchObject({ code: 'taken' })
    expect(engine.progress.saved.intents).toEqual({})
  })

  test('the organization forbids accounts', async () => {
    const { engine, rehearsal } = await googlePlace(without)
    const type = 'constraints/iam.managed.disableServiceAccountCreation'
    const details = [{ '@type': 'type.googleapis.com/google.rpc.PreconditionFailure', violations: [{ type }] }]
    rehearsal.faults.push({
      ...{ method: 'POST', path: 'serviceAccounts$' },
      do: { status: 400, body: { error: { code: 400, status: 'FAILED_PRECONDITION', message: 'No.', details } } },
    })
    expect(await causeOf(carryOut(serviceAccount, engine))).toMatchObject({
      code: 'accounts-forbidden',
      next: expect.stringContaining('roles/orgpolicy.policyAdmin'),
    })
  })

  test.each([
    ['see', 'roles/resourcemanager.projectIamAdmin'],
    ['make', 'roles/viewer'],
  ])('one may not %s them', async (_, role) => {
    const { engine } = await googlePlace(world => {
      without(world)
      for (const { policy } of world.google.projects) policy.bindings = [{ role, members: [ME] }]
    })
    expect((await walk([serviceAccount], engine)).outcomes.get(ID)).toMatchObject({
      is: 'failed',
      cause: { code: 'may-not-create', next: expect.stringContaining('roles/iam.serviceAccountAdmin') },
    })
  })

  test('an API that is not enabled, and was not enabled by this set-up, is waited for by nobody', async () => {
    const { engine } = await googlePlace(world => {
      without(world)
      for (const one of world.google.projects) one.services = []
    })
    expect(await lookAt(serviceAccount, engine)).toEqual({ is: 'missing' })
    expect((await walk([serviceAccount], engine)).outcomes.get(ID)).toMatchObject({ is: 'failed' })
  })
})
