import { describe, expect, test } from 'vitest'
import type { World } from '../../src/rehearsal/world.ts'
import { acme, done, furnish, googleClient, NUMBER, P, saying, stoppedClock } from './google-client.ts'

const INFO = `/v1/projects/${P}/billingInfo`
const OPEN = '01A2B3-4C5D6E-7F8091'
const CLOSED = 'AAAAAA-BBBBBB-CCCCCC'
const FOREIGN = 'DDDDDD-EEEEEE-FFFFFF'

/** Beside the open account a closed one and a stranger's; nothing is linked. */
const accounts = ({ google }: World) => {
  furnish(google, {
    billingAccounts: [
      { id: CLOSED, open: false, users: ['you@example.com'] },
      { id: FOREIGN, users: ['other@example.com'] },
    ],
  })
  for (const project of google.projects) Object.assign(project, { billingAccount: null, services: [] })
}
const link = (id: string) => ({ billingAccountName: `billingAccounts/${id}` })

describe('billing', () => {
  test('accounts are listed to those who may use them, all or the open ones', async () => {
    const client = googleClient(await acme(accounts))
    const names = async (query = '') => {
      const { body } = await client('GET', `/v1/billingAccounts${query}`)
      return (body as { billingAccounts: { name: string; open: boolean }[] }).billingAccounts.map(({ name, open }) => [
        name,
        open,
      ])
    }
    const open = [`billingAccounts/${OPEN}`, true]
    expect(await names()).toEqual([open, [`billingAccounts/${CLOSED}`, false]])
    expect(await names('?filter=open%3Dtrue')).toEqual([open])
    expect((await client('GET', '/v1/billingAccounts?filter=name%3Dx')).status).toBe(400)
    expect((await client('GET', `/v1/billingAccounts/${FOREIGN}`)).status).toBe(403)
  })

  test('links an open account, again without an effect, and unlinks it', async () => {
    const rehearsal = await acme(accounts)
    const client = googleClient(rehearsal)
    expect((await client('GET', INFO)).body).toEqual({
      name: `projects/${P}/billingInfo`,
      projectId: P,
      billingAccountName: '',
      billingEnabled: false,
    })
    for (const effect of [true, false]) {
      expect((await client('PUT', INFO, link(OPEN))).body).toMatchObject({ ...link(OPEN), billingEnabled: true })
      expect(rehearsal.log.at(-1)?.effect).toBe(effect)
    }
    expect((await client('PUT', INFO, { billingAccountName: '' })).body).toMatchObject({ billingEnabled: false })
  })

  test('takes a closed account, which pays for nothing', async () => {
    const client = googleClient(await acme(accounts))
    const { status, body } = await client('PUT', INFO, link(CLOSED))
    expect({ status, body }).toMatchObject({ status: 200, body: { ...link(CLOSED), billingEnabled: false } })
  })

  test.each([FOREIGN, '000000-000000-000000'])('tells of %s as if it were the project', async id => {
    const rehearsal = await acme(accounts)
    const answer = await googleClient(rehearsal)('PUT', INFO, link(id))
    expect(saying(answer)).toBe('403 PERMISSION_DENIED: The caller does not have permission')
    expect(rehearsal.world.google.projects[0]?.billingAccount).toBeNull()
  })

  test('ends at an account’s quota', async () => {
    const rehearsal = await acme(world => {
      accounts(world)
      furnish(world.google, { projects: [{ id: 'other-1', number: '2', billingAccount: OPEN }] })
      for (const one of world.google.billingAccounts) one.projectQuota = 1
    })
    const answer = await googleClient(rehearsal)('PUT', INFO, link(OPEN))
    expect(saying(answer)).toBe('400 FAILED_PRECONDITION: Precondition check failed.')
    expect(answer.body).toMatchObject({
      error: { details: [{ violations: [{ description: expect.stringContaining('Cloud billing quota exceeded') }] }] },
    })
  })
})

describe('services', () => {
  const SERVICES = `/v1/projects/${P}/services`

  test('are enabled by an operation, one or some at once, and again without one', async () => {
    const { now, pass } = stoppedClock()
    const rehearsal = await acme(
      world => {
        for (const project of world.google.projects) project.services = []
        world.google.rules.operationMs = 5_000
      },
      { now },
    )
    const client = googleClient(rehearsal)
    const serviceIds = ['iam.googleapis.com', 'artifactregistry.googleapis.com']
    const { body } = await client('POST', `${SERVICES}:batchEnable`, { serviceIds })
    expect(body).toEqual({ name: expect.stringMatching(`^operations/acat\\.p2-${NUMBER}-`) })
    expect(await done(client, body)).not.toHaveProperty('done')
    pass(5_000)
    expect(await done(client, body)).toMatchObject({ done: true })
    const noop = { name: 'operations/noop.DONE_OPERATION', done: true }
    expect((await client('POST', `${SERVICES}/iam.googleapis.com:enable`, {})).body).toMatchObject(noop)
    expect((await client('POST', `${SERVICES}:batchEnable`, { serviceIds })).body).toMatchObject(noop)
    expect(rehearsal.log.filter(({ effect }) => effect)).toHaveLength(1)
    expect((await client('GET', `${SERVICES}?filter=state:ENABLED`)).body).toMatchObject({
      services: [{ config: { name: 'iam.googleapis.com' } }, { config: { name: 'artifactregistry.googleapis.com' } }],
    })
    expect((await client('GET', `${SERVICES}/sts.googleapis.com`)).body).toMatchObject({ state: 'DISABLED' })
    await client('POST', `${SERVICES}/iam.googleapis.com:disable`, {})
    expect((await client('GET', `${SERVICES}/iam.googleapis.com`)).body).toMatchObject({ state: 'DISABLED' })
  })

  test.each([null, CLOSED])('that cost something need an open account: %s pays', async billingAccount => {
    const rehearsal = await acme(world => {
      accounts(world)
      for (const project of world.google.projects) project.billingAccount = billingAccount
    })
    const client = googleClient(rehearsal)
    const answer = await client('POST', `${SERVICES}/artifactregistry.googleapis.com:enable`, {})
    expect(saying(answer)).toBe(
      `400 FAILED_PRECONDITION: Billing account for project '${NUMBER}' is not found. Billing must be enabled for activation of service(s) 'artifactregistry.googleapis.com' to proceed.`,
    )
    expect(JSON.stringify(answer.body)).toContain('UREQ_PROJECT_BILLING_NOT_FOUND')
    expect((await client('POST', `${SERVICES}/iam.googleapis.com:enable`, {})).status).toBe(200)
  })

  test('that are unknown, or more than twenty at once, are refused', async () => {
    const client = googleClient(await acme())
    expect((await client('POST', `${SERVICES}/nosuch.googleapis.com:enable`, {})).status).toBe(403)
    const serviceIds = Array.from({ length: 21 }, () => 'iam.googleapis.com')
    expect((await client('POST', `${SERVICES}:batchEnable`, { serviceIds })).status).toBe(400)
    expect((await client('POST', `${SERVICES}:batchEnable`, { serviceIds: [] })).status).toBe(400)
  })
})
