import { describe, expect, test } from 'vitest'
import type { World } from '../../../src/rehearsal/world.ts'
import { billing } from '../../../steps/google/billing.ts'
import { project } from '../../../steps/google/project.ts'
import { furnish, furnishAcme, ME, P } from '../../rehearsal/google-client.ts'
import { carryOut, causeOf, lookAt, walk } from '../../support/engine.ts'
import { NOTHING } from '../../support/nothing.ts'
import { effects } from '../../support/stage.ts'
import { googlePlace } from './stage.ts'

const ID = 'google.billing'
const LINK = `PUT /v1/projects/${P}/billingInfo`
/** The one that an empty world begins with. */
const MINE = '01A2B3-4C5D6E-7F8091'
const OTHER = '0A0A0A-0A0A0A-0A0A0A'
const CLOSED = '0C0C0C-0C0C0C-0C0C0C'

/** The project of acme, for which nobody pays yet; beside the one open account those that are given. */
const unpaid =
  (...more: readonly { id: string; displayName: string; open?: boolean; projectQuota?: number }[]) =>
  (world: World) => {
    furnishAcme(world)
    for (const one of world.google.projects) one.billingAccount = null
    furnish(world.google, { billingAccounts: more.map(one => ({ users: ['you@example.com'], ...one })) })
  }
const other = { id: OTHER, displayName: 'Marketing' }
const closed = { id: CLOSED, displayName: 'Old card', open: false }
const payer = ({ google }: World) => google.projects[0]?.billingAccount

describe('A project for which nobody pays', () => {
  test('is linked to the only open account, which the plan shows by name; a second run changes nothing', async () => {
    const { engine, rehearsal } = await googlePlace(unpaid(closed))
    const { plan, outcomes } = await walk([billing], engine)
    expect(outcomes.get(ID)).toMatchObject({ is: 'done' })
    expect(JSON.stringify(plan[0]?.actions[0]?.does)).toContain('My Billing Account')
    expect(effects(rehearsal)).toEqual([LINK])
    expect(payer(rehearsal.world)).toBe(MINE)
    expect(engine.progress.saved).toMatchObject({ records: { [ID]: { how: 'made' } }, intents: NOTHING })
    expect((await walk([billing], engine)).plan).toMatchObject([{ seen: { is: 'present' }, actions: [] }])
    expect(effects(rehearsal)).toHaveLength(1)
  })

  test('is planned before there is a project', async () => {
    const { engine, rehearsal } = await googlePlace()
    expect(await lookAt(billing, engine)).toMatchObject({ is: 'missing', state: { payer: { id: MINE } } })
    const { outcomes } = await walk([project, billing], engine)
    expect(outcomes.get(ID)).toMatchObject({ is: 'done' })
    expect(payer(rehearsal.world)).toBe(MINE)
  })

  test('of several open accounts waits for a choice among these', async () => {
    const { engine, rehearsal } = await googlePlace(unpaid(other, closed))
    expect(await lookAt(billing, engine)).toEqual({
      is: 'unknown',
      cause: expect.objectContaining({ code: 'several-billing-accounts', means: expect.stringContaining(OTHER) }),
      choose: {
        answer: 'googleBillingAccount',
        among: [
          { value: MINE, name: `My Billing Account (${MINE})` },
          { value: OTHER, name: `Marketing (${OTHER})` },
        ],
      },
    })
    await walk([billing], engine)
    expect(effects(rehearsal)).toEqual([])
  })

  test('is linked to the account of the answer', async () => {
    const { engine, rehearsal } = await googlePlace(unpaid(other), { googleBillingAccount: OTHER })
    await walk([billing], engine)
    expect(payer(rehearsal.world)).toBe(OTHER)
  })

  test('without an open account is a person’s, and goes on when there is one', async () => {
    const place = await googlePlace(world => {
      unpaid(closed)(world)
      for (const one of world.google.billingAccounts) one.open = false
    })
    expect((await walk([billing], place.engine)).outcomes.get(ID)).toMatchObject({
      is: 'open',
      why: 'person',
      action: { key: 'open-account', url: expect.stringContaining('billing/create') },
    })
    for (const one of place.google().billingAccounts) one.open = one.id === CLOSED
    await walk([billing], place.resumed())
    expect(payer(place.rehearsal.world)).toBe(CLOSED)
  })

  test('but is linked to a closed one, is linked anew', async () => {
    const { engine, rehearsal } = await googlePlace(world => {
      unpaid(closed)(world)
      for (const one of world.google.projects) one.billingAccount = CLOSED
    })
    expect(await lookAt(billing, engine)).toMatchObject({
      is: 'missing',
      partly: `linked to Old card (${CLOSED}), which pays for nothing`,
    })
    await walk([billing], engine)
    expect(payer(rehearsal.world)).toBe(MINE)
  })

  test('is linked although the answer was lost', async () => {
    const { engine, rehearsal } = await googlePlace(unpaid())
    rehearsal.faults.push({ method: 'PUT', path: 'billingInfo$', times: 1, do: 'reset-after' })
    expect((await walk([billing], engine)).outcomes.get(ID)).toMatchObject({ is: 'done' })
    expect(engine.progress.saved).toMatchObject({ records: { [ID]: { how: 'made' } }, intents: NOTHING })
  })

  test('stands with a hole in the checklist, and by hand', async () => {
    const { engine } = await googlePlace()
    const [action] = billing.actions(engine.answers)
    expect(action).toMatchObject({
      body: { billingAccountName: { parts: ['billingAccounts/', { hole: 'googleBillingAccount' }] } },
      byHand: [{ argv: ['gcloud', 'billing', 'projects', 'link', P, expect.anything()] }],
    })
  })
})

describe('A project for which somebody pays', () => {
  test('stays as it is', async () => {
    const { engine, rehearsal } = await googlePlace(furnishAcme)
    expect((await walk([billing], engine)).outcomes.get(ID)).toMatchObject({ is: 'done' })
    expect(engine.progress.saved.records[ID]?.how).toBe('present')
    expect(effects(rehearsal)).toEqual([])
  })

  test('other than the answer says is changed with consent alone, or kept', async () => {
    const change = (world: World) => {
      unpaid(other)(world)
      for (const one of world.google.projects) one.billingAccount = MINE
    }
    const { engine, rehearsal } = await googlePlace(change, { googleBillingAccount: OTHER })
    const { plan, outcomes } = await walk([billing], engine)
    expect(plan).toMatchObject([{ consents: ['replace'], seen: { keep: { id: MINE } } }])
    expect(outcomes.get(ID)).toMatchObject({ is: 'open', why: 'consent' })
    expect(effects(rehearsal)).toEqual([])
    await walk([billing], engine, { agreed: [ID] })
    expect(payer(rehearsal.world)).toBe(OTHER)
  })

  test('is unlinked by its undo', async () => {
    const { engine, rehearsal } = await googlePlace(furnishAcme)
    await carryOut(billing, engine, billing.undo(engine.answers))
    expect(payer(rehearsal.world)).toBeNull()
  })
})

describe('Google’s refusals come in plain words with what goes on', () => {
  test('an account that is closed already is told before anything is done, with the open ones', async () => {
    const { engine, rehearsal } = await googlePlace(unpaid(closed), { googleBillingAccount: CLOSED })
    expect((await walk([billing], engine)).outcomes.get(ID)).toMatchObject({
      is: 'failed',
      cause: { code: 'billing-closed', next: expect.stringContaining(`My Billing Account (${MINE})`) },
    })
    expect(effects(rehearsal)).toEqual([])
  })

  test('an account that is closed meanwhile gets 200, which is a no', async () => {
    const { engine, rehearsal } = await googlePlace(unpaid())
    const actions = billing.actions(engine.answers, await lookAt(billing, engine))
    for (const one of rehearsal.world.google.billingAccounts) one.open = false
    expect(await causeOf(carryOut(billing, engine, actions))).toMatchObject({
      code: 'billing-closed',
      said: '200, billingEnabled false',
    })
    expect(engine.progress.saved.intents).toEqual({})
  })

  test('an account that is nobody’s, though the error names the project', async () => {
    const { engine } = await googlePlace(unpaid(), { googleBillingAccount: OTHER })
    expect((await walk([billing], engine)).outcomes.get(ID)).toMatchObject({
      is: 'failed',
      cause: { code: 'may-not-link', means: expect.stringContaining(OTHER) },
    })
  })

  test('an account that pays for as many projects as it may', async () => {
    const { engine } = await googlePlace(unpaid({ ...other, projectQuota: 0 }), { googleBillingAccount: OTHER })
    expect((await walk([billing], engine)).outcomes.get(ID)).toMatchObject({
      is: 'failed',
      cause: { code: 'billing-quota', next: expect.stringContaining('billing_quota_increase') },
    })
  })

  test('a project whose billing one may not see', async () => {
    const { engine, rehearsal } = await googlePlace(furnishAcme)
    rehearsal.faults.push({
      path: 'billingInfo$',
      do: { status: 403, body: { error: { code: 403, status: 'PERMISSION_DENIED', message: 'No.' } } },
    })
    expect(await lookAt(billing, engine)).toMatchObject({ is: 'unknown', cause: { code: 'may-not-see-billing' } })
  })

  test('a project of which one is no owner', async () => {
    const { engine } = await googlePlace(world => {
      unpaid()(world)
      for (const { policy } of world.google.projects) policy.bindings = [{ role: 'roles/editor', members: [ME] }]
    })
    expect((await walk([billing], engine)).outcomes.get(ID)).toMatchObject({ cause: { code: 'may-not-link' } })
  })
})
