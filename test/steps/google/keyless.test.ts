import { randomUUID } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Known } from '../../../src/answers/schema.ts'
import { textAt } from '../../../src/clouds/json.ts'
import type { World } from '../../../src/rehearsal/world.ts'
import { project as circleProject } from '../../../steps/circleci/project.ts'
import { actAs } from '../../../steps/google/act-as.ts'
import { oldKeys } from '../../../steps/google/old-keys.ts'
import { pool } from '../../../steps/google/pool.ts'
import { project } from '../../../steps/google/project.ts'
import { provider } from '../../../steps/google/provider.ts'
import { CONFIG } from '../../rehearsal/circleci-config.ts'
import { E, googleClient, NUMBER, P } from '../../rehearsal/google-client.ts'
import { carryOut, lookAt, walk } from '../../support/engine.ts'
import { readyForPush } from '../../support/google.ts'
import { effects } from '../../support/stage.ts'

const STEPS = [project, circleProject, pool, provider, actAs]
const POOL = `/v1/projects/${P}/locations/global/workloadIdentityPools/circleci-dummyapp`
const PROVIDER = `${POOL}/providers/circleci`
const ACCOUNT = `/v1/projects/${P}/serviceAccounts/${encodeURIComponent(E)}`

async function setUp(options: { readonly answers?: Partial<Known>; readonly change?: (world: World) => void } = {}) {
  const { answers, change } = options
  const place = await readyForPush({ answers: { googleRoute: 'keyless', ...answers }, ...(change && { change }) })
  const google = googleClient(place.rehearsal)
  const { engine, rehearsal } = place
  const fact = (name: string) => engine.progress.saved.facts[name] ?? ''
  return {
    ...place,
    google: async (method: string, path: string, body?: Parameters<typeof google>[2]) =>
      (await google(method, path, body)).body,
    client: google,
    fact,
    made: () => effects(rehearsal).filter(one => !one.includes('/api/')),
    principal: () =>
      `principal://iam.googleapis.com/projects/${NUMBER}/locations/global/workloadIdentityPools/circleci-dummyapp/subject/${fact('circleci.project:id')}`,
    /** One run after which all three steps are done. */
    walks: async (agreed: readonly string[] = []) => {
      const { outcomes } = await walk(STEPS, engine, { agreed: ['google.project', ...agreed] })
      return [pool, provider, actAs].map(({ id }) => {
        const one = outcomes.get(id)
        return one?.is === 'failed' ? one.cause.code : one?.is === 'open' ? one.why : one?.is
      })
    },
  }
}

const DONE = ['done', 'done', 'done']

describe('From nothing', () => {
  test('a pool, its provider and the one right come about, and nothing more; again, nothing', async () => {
    const place = await setUp()
    expect(await place.walks()).toEqual(DONE)
    expect(place.made().filter(one => /workloadIdentity|serviceAccounts/.test(one))).toEqual([
      `POST /v1/projects/${P}/locations/global/workloadIdentityPools?workloadIdentityPoolId=circleci-dummyapp`,
      `POST ${POOL}/providers?workloadIdentityPoolProviderId=circleci`,
      `POST ${ACCOUNT}:setIamPolicy`,
    ])
    const organization = place.fact('circleci.project:organization')
    expect(await place.google('GET', PROVIDER)).toMatchObject({
      state: 'ACTIVE',
      oidc: { issuerUri: `https://oidc.circleci.com/org/${organization}`, allowedAudiences: [organization] },
      attributeMapping: { 'google.subject': "assertion['oidc.circleci.com/project-id']" },
      attributeCondition: `assertion['oidc.circleci.com/project-id'] == '${place.fact('circleci.project:id')}' && assertion['oidc.circleci.com/vcs-origin'] == 'github.com/PennockTech/dummyapp'`,
    })
    expect(await place.google('POST', `${ACCOUNT}:getIamPolicy`, {})).toMatchObject({
      bindings: [{ role: 'roles/iam.workloadIdentityUser', members: [place.principal()] }],
    })
    const before = place.made().length
    expect(await place.walks()).toEqual(DONE)
    expect(place.made()).toHaveLength(before)
  })

  test('only builds of one branch are let in, where that is wished', async () => {
    const place = await setUp({ answers: { googleBranch: 'main' } })
    expect(await place.walks()).toEqual(DONE)
    expect(textAt(await place.google('GET', PROVIDER), 'attributeCondition')).toMatch(
      / && assertion\['oidc\.circleci\.com\/vcs-ref'\] == 'refs\/heads\/main' && assertion\['oidc\.circleci\.com\/ssh-rerun'\] == false$/,
    )
  })

  test('no id that would end the quotes of the condition goes to Google', async () => {
    const place = await setUp()
    const { id, organizationId } = { id: "x' || true || 'x' == 'x", organizationId: randomUUID() }
    place.rehearsal.faults.push({
      method: 'GET',
      path: '^/api/v2/project/gh/[^/]+/[^/]+$',
      do: { status: 200, body: { id, organization_id: organizationId, slug: 'gh/PennockTech/dummyapp' } },
    })
    expect(await place.walks()).not.toEqual(DONE)
    expect(place.made().filter(one => one.includes('/providers'))).toEqual([])
    expect(JSON.stringify(place.rehearsal.log.map(({ body }) => body ?? null))).not.toContain('|| true')
    expect(Object.values(place.engine.progress.saved.facts)).not.toContain(id)
  })

  test('others who may speak as the account stay, and so do their conditions', async () => {
    const others = [
      {
        role: 'roles/iam.serviceAccountTokenCreator',
        members: ['user:you@example.com'],
        condition: { title: 't', expression: 'true' },
      },
    ]
    const place = await setUp({
      change: world => {
        for (const one of world.google.accounts) one.policy.bindings.push(...structuredClone(others))
      },
    })
    expect(await place.walks()).toEqual(DONE)
    const all = place.rehearsal.world.google.accounts.find(({ id }) => id === 'ci-pusher')?.policy.bindings
    expect(all?.slice(0, -1)).toEqual(others)
  })
})

describe('What was deleted', () => {
  test('is brought back, a pool with its provider', async () => {
    const place = await setUp()
    await place.walks()
    await place.google('DELETE', POOL)
    expect(await place.walks()).toEqual(DONE)
    expect(await place.google('GET', POOL)).toMatchObject({ state: 'ACTIVE' })
  })

  test('is brought back, a provider by itself', async () => {
    const place = await setUp()
    await place.walks()
    await place.google('DELETE', PROVIDER)
    expect(await place.walks()).toEqual(DONE)
    expect(await place.google('GET', PROVIDER)).toMatchObject({ state: 'ACTIVE' })
  })
})

describe('A provider that is there', () => {
  test.each([
    ['the issuer', 'oidc.issuerUri', { oidc: { issuerUri: 'https://token.actions.githubusercontent.com' } }],
    ['the audience', 'oidc.allowedAudiences', { oidc: { allowedAudiences: ['somebody'] } }],
    ['the mapping', 'attributeMapping', { attributeMapping: { 'google.subject': 'assertion.sub' } }],
    ['the condition', 'attributeCondition', { attributeCondition: "assertion.aud == 'x'" }],
    ['the provider', 'disabled', { disabled: true }],
  ])('counts only if it is right: %s', async (what, mask, body) => {
    const place = await setUp()
    await place.walks()
    const changed = await place.client('PATCH', `${PROVIDER}?updateMask=${mask}`, body)
    expect(changed.status).toBe(200)
    expect(await lookAt(provider, place.engine)).toMatchObject({ is: 'differs', how: [{ what }] })
    expect((await place.walks())[1]).toBe('consent')
    expect(await place.walks(['google.provider'])).toEqual(DONE)
    expect(await lookAt(provider, place.engine)).toMatchObject({ is: 'present', notes: [] })
  })

  test('is told of where the pool has another beside it', async () => {
    const place = await setUp()
    await place.walks()
    const other = {
      oidc: { issuerUri: 'https://issuer.example.com' },
      attributeMapping: { 'google.subject': 'assertion.sub' },
    }
    await place.client('POST', `${POOL}/providers?workloadIdentityPoolProviderId=another`, other)
    place.pass(60)
    await place.clock.sleep(60_000)
    expect(await lookAt(provider, place.engine)).toMatchObject({
      is: 'present',
      notes: [expect.stringContaining('another (https://issuer.example.com)')],
    })
  })
})

test('Undone, none of it is left, and the account is', async () => {
  const place = await setUp()
  await place.walks()
  for (const step of [actAs, provider, pool]) await carryOut(step, place.engine, step.undo(place.engine.answers))
  expect(await place.google('GET', POOL)).toMatchObject({ state: 'DELETED' })
  expect(place.rehearsal.world.google.accounts.find(({ id }) => id === 'ci-pusher')).toMatchObject({
    deletedAt: null,
    policy: { bindings: [] },
  })
})

describe('Keys that CI no longer needs', () => {
  const keysOf = (place: Awaited<ReturnType<typeof setUp>>) =>
    place.rehearsal.world.google.accounts.find(({ id }) => id === 'ci-pusher')?.keys.map(({ id }) => id) ?? []

  test('are offered for deletion, and deleted only with consent', async () => {
    const place = await setUp()
    const keys = keysOf(place)
    expect(keys).toHaveLength(1)
    const before = await walk([oldKeys], place.engine)
    expect(before.plan).toMatchObject([{ seen: { is: 'differs', how: [{ what: `the key ${keys[0]}` }] } }])
    expect(before.outcomes.get(oldKeys.id)).toMatchObject({ is: 'open', why: 'consent' })
    expect(keysOf(place)).toEqual(keys)
    const after = await walk([oldKeys], place.engine, { agreed: [`${oldKeys.id}/${keys[0]}`, oldKeys.id] })
    expect(after.outcomes.get(oldKeys.id)).toMatchObject({ is: 'done' })
    expect(keysOf(place)).toEqual([])
  })

  test.each([
    ['by its own consent, and of the other nobody has decided', () => ({ agreed: [] }), 'consent'],
    ['by its own consent, and the other is kept', (other: string) => ({ agreed: [], kept: [other] }), 'done'],
    ['by the consent to all that is not kept', (other: string) => ({ agreed: [oldKeys.id], kept: [other] }), 'done'],
  ])('one of two is deleted %s: the other stays', async (_, decide, end) => {
    const place = await setUp()
    await place.client('POST', `${ACCOUNT}/keys`, {})
    const [first = '', second = ''] = keysOf(place)
    const { agreed, kept = [] }: { agreed: string[]; kept?: string[] } = decide(`${oldKeys.id}/${second}`)
    const { outcomes } = await walk([oldKeys], place.engine, { agreed: [...agreed, `${oldKeys.id}/${first}`], kept })
    expect(keysOf(place)).toEqual([second])
    const outcome = outcomes.get(oldKeys.id)
    expect(outcome?.is === 'open' ? outcome.why : outcome?.is).toBe(end)
  })

  test('stay as long as the config signs in with one', async () => {
    const place = await setUp()
    mkdirSync(join(place.repo, '.circleci'))
    writeFileSync(join(place.repo, '.circleci/config.yml'), CONFIG)
    expect(await lookAt(oldKeys, place.engine)).toMatchObject({
      is: 'present',
      notes: [expect.stringContaining('still signs in with a key')],
    })
    expect(keysOf(place)).toHaveLength(1)
  })
})
