import { describe, expect, test } from 'vitest'
import type { World } from '../../../src/rehearsal/world.ts'
import { billing } from '../../../steps/google/billing.ts'
import { project } from '../../../steps/google/project.ts'
import { services } from '../../../steps/google/services.ts'
import { furnishAcme, ME, P } from '../../rehearsal/google-client.ts'
import { lookAt, walk } from '../../support/engine.ts'
import { NOTHING } from '../../support/nothing.ts'
import { effects } from '../../support/stage.ts'
import { googlePlace } from './stage.ts'

const ID = 'google.services'
const ENABLE = `POST /v1/projects/${P}/services:batchEnable`
const ALL = ['iam', 'cloudresourcemanager', 'iamcredentials', 'artifactregistry'].map(name => `${name}.googleapis.com`)

/** The project of acme in which these are enabled, and nothing else. */
const having =
  (...names: readonly string[]) =>
  (world: World) => {
    furnishAcme(world)
    for (const one of world.google.projects) {
      one.services = names.map(name => ({ name, enabledAt: '2026-01-01T00:00:00Z' }))
    }
    world.google.rules.operationMs = 5_000
  }
const enabledIn = ({ google }: World) => google.projects[0]?.services.map(({ name }) => name)

describe('APIs that are not enabled', () => {
  test('are enabled by one request, whose operation is waited for; a second run changes nothing', async () => {
    const { engine, rehearsal, clock } = await googlePlace(having())
    const begun = clock.now().toISOString()
    const { plan, outcomes, events } = await walk([services], engine)
    expect(outcomes.get(ID)).toMatchObject({ is: 'done' })
    expect(plan[0]?.actions).toEqual(services.actions(engine.answers))
    expect(events.map(({ detail }) => detail)).toContain('Google is enabling the APIs; it usually takes seconds')
    expect(effects(rehearsal)).toEqual([ENABLE])
    expect(enabledIn(rehearsal.world)).toEqual(ALL)
    expect(engine.progress.saved).toMatchObject({
      facts: { 'google.services:enabled-at': begun },
      records: { [ID]: { how: 'made' } },
      intents: NOTHING,
    })
    await walk([services], engine)
    expect(effects(rehearsal)).toHaveLength(1)
  })

  test('are planned before there is a project, and enabled when somebody pays for it', async () => {
    const { engine, rehearsal } = await googlePlace()
    expect(await lookAt(services, engine)).toEqual({ is: 'missing' })
    expect((await walk([project, billing, services], engine)).outcomes.get(ID)).toMatchObject({ is: 'done' })
    expect(enabledIn(rehearsal.world)).toEqual(ALL)
  })

  test('are those that are missing alone', async () => {
    const { engine, rehearsal } = await googlePlace(having('iam.googleapis.com', 'storage.googleapis.com'))
    expect(await lookAt(services, engine)).toMatchObject({
      is: 'missing',
      partly: 'not enabled: cloudresourcemanager, iamcredentials, artifactregistry',
    })
    await walk([services], engine)
    expect(rehearsal.log.find(({ effect }) => effect)?.body).toEqual({ serviceIds: ALL.slice(1) })
  })

  test.each(['reset-before', 'reset-after'] as const)('are enabled although the answer was lost: %s', async fault => {
    const { engine, rehearsal } = await googlePlace(having())
    rehearsal.faults.push({ method: 'POST', path: 'batchEnable$', times: 1, do: fault })
    expect((await walk([services], engine)).outcomes.get(ID)).toMatchObject({ is: 'done' })
    expect(enabledIn(rehearsal.world)).toEqual(ALL)
    expect(engine.progress.saved.intents).toEqual({})
  })

  test('are still waited for by a run that was killed meanwhile', async () => {
    const { engine, rehearsal, resumed } = await googlePlace(having())
    const killed = new AbortController()
    rehearsal.hook = (phase, { path }) => {
      if (phase === 'before' && path.startsWith('/v1/operations/')) killed.abort(new Error('killed'))
    }
    await walk([services], engine, { stop: killed.signal, giveUp: killed.signal })
    rehearsal.hook = undefined
    expect(await lookAt(services, resumed())).toMatchObject({ is: 'pending', on: 'vendor' })
    await walk([services], resumed())
    expect(effects(rehearsal)).toEqual([ENABLE])
    expect(engine.progress.saved).toMatchObject({ records: { [ID]: { how: 'made' } }, intents: NOTHING })
  })
})

test('APIs that are enabled stay as they are, and nobody waits for them', async () => {
  const { engine, rehearsal } = await googlePlace(having(...ALL))
  expect((await walk([services], engine)).outcomes.get(ID)).toMatchObject({ is: 'done' })
  expect(engine.progress.saved.records[ID]?.how).toBe('present')
  expect(engine.progress.saved.facts).toEqual({})
  expect(effects(rehearsal)).toEqual([])
})

describe('Google’s refusals come in plain words with what goes on', () => {
  test('nobody pays', async () => {
    const { engine } = await googlePlace(world => {
      having()(world)
      for (const one of world.google.projects) one.billingAccount = null
    })
    expect((await walk([services], engine)).outcomes.get(ID)).toMatchObject({
      is: 'failed',
      cause: { code: 'no-billing', next: expect.stringContaining('run again in a minute') },
    })
    expect(engine.progress.saved.intents).toEqual({})
  })

  test.each([
    ['the terms', 9, 'Callers must accept Terms of Service', 'terms'],
    ['the billing', 9, "Billing must be enabled for activation of service(s) 'x' to proceed.", 'no-billing'],
    ['the right', 7, 'The caller does not have permission', 'may-not-enable'],
  ])('%s, told by the operation; the next run tries again', async (_, code, message, expected) => {
    const { engine, rehearsal, resumed, google } = await googlePlace(having())
    rehearsal.hook = (phase, { path }) => {
      if (phase !== 'after' || !path.endsWith('batchEnable')) return
      for (const one of google().operations) one.error = { code, message }
      for (const one of google().projects) one.services = []
    }
    expect((await walk([services], engine)).outcomes.get(ID)).toMatchObject({ is: 'failed', cause: { code: expected } })
    rehearsal.hook = undefined
    expect((await walk([services], resumed())).outcomes.get(ID)).toMatchObject({ is: 'done' })
  })

  test('one may not see them', async () => {
    const { engine } = await googlePlace(world => {
      having()(world)
      const seeing = 'roles/resourcemanager.projectIamAdmin'
      for (const { policy } of world.google.projects) policy.bindings = [{ role: seeing, members: [ME] }]
    })
    expect(await lookAt(services, engine)).toMatchObject({ is: 'unknown', cause: { code: 'may-not-enable' } })
  })
})
