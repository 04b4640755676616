import { describe, expect, test } from 'vitest'
import type { World } from '../../../src/rehearsal/world.ts'
import { project } from '../../../steps/google/project.ts'
import { furnish, furnishAcme, ME, NUMBER, P } from '../../rehearsal/google-client.ts'
import { carryOut, causeOf, lookAt, walk } from '../../support/engine.ts'
import { NOTHING } from '../../support/nothing.ts'
import { effects } from '../../support/stage.ts'
import { type GooglePlace, googlePlace } from './stage.ts'

const ID = 'google.project'
const CREATE = 'POST /v1/projects'

/** A run that is killed as soon as Google has the request. */
async function killedAtCreate(place: GooglePlace): Promise<void> {
  const killed = new AbortController()
  place.rehearsal.hook = (phase, { method, path }) => {
    if (phase === 'after' && `${method} ${path}` === CREATE) killed.abort(new Error('killed'))
  }
  const { outcomes } = await walk([project], place.engine, { stop: killed.signal, giveUp: killed.signal })
  expect(outcomes.get(ID)).toMatchObject({ is: 'open', why: 'stopped' })
  place.rehearsal.hook = undefined
}

/** Passes until nothing has changed under the plan. */
async function walkOn({ resumed }: GooglePlace) {
  for (let turn = 0; turn < 4; turn += 1) {
    const { outcomes } = await walk([project], resumed())
    const outcome = outcomes.get(ID)
    if (!(outcome?.is === 'open' && outcome.why === 'changed')) return outcome
  }
  throw new Error('it changed again and again')
}

const numbers = ({ google }: GooglePlace) => google().projects.map(({ number }) => number)

describe('A project that is not there', () => {
  test('is made by one request, whose operation is waited for; a second run changes nothing', async () => {
    const place = await googlePlace()
    expect(await lookAt(project, place.engine)).toEqual({ is: 'missing' })
    const { plan, outcomes, events } = await walk([project], place.engine)
    expect(outcomes.get(ID)).toEqual({ is: 'done', notes: [] })
    expect(plan[0]?.actions).toEqual(project.actions(place.engine.answers))
    expect(events.map(({ detail }) => detail)).toContain(`Google is making the project ${P}`)
    expect(effects(place.rehearsal)).toEqual([CREATE])
    expect(place.google().projects).toMatchObject([{ id: P, name: 'Acme images', parent: null }])
    expect(place.engine.progress.saved).toMatchObject({
      records: { [ID]: { how: 'made', id: numbers(place)[0] } },
      facts: { [`${ID}:number`]: numbers(place)[0] },
      intents: NOTHING,
    })
    expect((await walk([project], place.resumed())).plan).toMatchObject([{ seen: { is: 'present' }, consents: [] }])
    expect(effects(place.rehearsal)).toHaveLength(1)
  })

  test.each([
    ['organizations/111', { type: 'organization', id: '111' }],
    ['folders/222', { type: 'folder', id: '222' }],
  ])('is made in %s where that is wanted', async (googleParent, parent) => {
    const place = await googlePlace(inOrganization(), { googleParent })
    await walk([project], place.engine)
    expect(place.google().projects).toMatchObject([{ parent: googleParent }])
    expect(place.rehearsal.log.find(({ effect }) => effect)?.body).toMatchObject({ parent })
    expect(JSON.stringify(project.actions(place.engine.answers))).toContain(`"parts":["--${parent.type}=${parent.id}"]`)
    expect(await lookAt(project, place.engine)).toMatchObject({
      is: 'present',
      owned: { owner: `${parent.type} ${parent.id}` },
    })
  })
})

/** An organization and a folder in it, in both of which `you` may make projects, unless told otherwise. */
const inOrganization =
  (role = 'roles/resourcemanager.projectCreator') =>
  ({ google }: World) =>
    furnish(google, {
      organizations: [
        {
          id: '111',
          domain: 'example.com',
          orgPolicies: [],
          policy: { bindings: [{ role, members: [ME] }] },
        },
      ],
      folders: [{ id: '222', parent: 'organizations/111' }],
    })

describe('An answer that is lost', () => {
  test('after Google has the request: nothing is made twice, and nobody is told that it is taken', async () => {
    const place = await googlePlace()
    place.rehearsal.faults.push({ method: 'POST', path: '^/v1/projects$', times: 1, do: 'reset-after' })
    const { outcomes, events } = await walk([project], place.engine)
    expect(outcomes.get(ID)).toMatchObject({ is: 'done' })
    expect(events.map(({ detail }) => detail)).toContain(
      `waits for the project ${P} to appear; it usually takes seconds`,
    )
    expect(place.rehearsal.log.filter(({ method, path }) => `${method} ${path}` === CREATE)).toHaveLength(1)
    expect(place.engine.progress.saved).toMatchObject({ records: { [ID]: { how: 'made' } }, intents: NOTHING })
  })

  test('before it: it is waited for a minute, and made by the next pass', async () => {
    const place = await googlePlace()
    place.rehearsal.faults.push({ method: 'POST', path: '^/v1/projects$', times: 1, do: 'reset-before' })
    const begun = place.clock.now().getTime()
    const { outcomes } = await walk([project], place.engine)
    expect(outcomes.get(ID)).toMatchObject({ is: 'open', why: 'changed', detail: expect.stringContaining('lost') })
    expect(place.clock.now().getTime() - begun).toBeLessThan(120_000)
    expect(await walkOn(place)).toMatchObject({ is: 'done' })
    expect(effects(place.rehearsal)).toEqual([CREATE])
    expect(place.engine.progress.saved).toMatchObject({ records: { [ID]: { how: 'made' } }, intents: NOTHING })
  })

  test('of the look at the operation is asked for again', async () => {
    const place = await googlePlace()
    place.rehearsal.faults.push({ path: '^/v1/operations/', times: 1, do: { status: 503 } })
    expect((await walk([project], place.engine)).outcomes.get(ID)).toMatchObject({ is: 'done' })
  })
})

describe('A run that was killed when Google had the request', () => {
  test('is resumed at once: the project is awaited, and is ours', async () => {
    const place = await googlePlace()
    await killedAtCreate(place)
    expect(Object.keys(place.engine.progress.saved.facts)).toEqual([])
    expect(await lookAt(project, place.resumed())).toMatchObject({ is: 'pending', on: 'vendor' })
    expect(await walkOn(place)).toMatchObject({ is: 'done' })
    expect(effects(place.rehearsal)).toEqual([CREATE])
    expect(place.engine.progress.saved).toMatchObject({ records: { [ID]: { how: 'made' } }, intents: NOTHING })
  })

  test('is resumed a day later, and the project is ours without a question', async () => {
    const place = await googlePlace()
    await killedAtCreate(place)
    place.pass(86_400)
    const { plan, outcomes } = await walk([project], place.resumed())
    expect(plan[0]?.consents).toEqual([])
    expect(outcomes.get(ID)).toMatchObject({ is: 'done' })
    expect(effects(place.rehearsal)).toEqual([CREATE])
  })

  test('knowing its operation, goes on waiting for it', async () => {
    const place = await googlePlace()
    const killed = new AbortController()
    place.rehearsal.hook = (phase, { path }) => {
      if (phase === 'before' && path.startsWith('/v1/operations/')) killed.abort(new Error('killed'))
    }
    await walk([project], place.engine, { stop: killed.signal, giveUp: killed.signal })
    place.rehearsal.hook = undefined
    expect(await lookAt(project, place.resumed())).toMatchObject({ detail: `Google is making the project ${P}` })
    expect(await walkOn(place)).toMatchObject({ is: 'done' })
    expect(effects(place.rehearsal)).toEqual([CREATE])
  })
})

describe('Google’s refusals come in plain words with what goes on', () => {
  const noQuota = ({ google }: World) => {
    for (const user of google.users) user.projectQuota = 0
  }
  const noTerms =
    (told: 'operation' | 'request') =>
    ({ google }: World) => {
      google.rules.termsRefusal = told
      for (const user of google.users) user.acceptedTerms = false
    }
  const taken = ({ google }: World) => furnish(google, { projects: [{ id: P, number: '2' }] })

  test.each([
    [
      'the quota, told by the operation',
      noQuota,
      {},
      'project-quota',
      'may have no project more',
      '--set googleProject',
    ],
    ['the terms, told by the operation', noTerms('operation'), {}, 'terms', 'accepted the terms', 'console.cloud'],
    ['the terms, told by the request', noTerms('request'), {}, 'terms', 'accepted the terms', 'console.cloud'],
    [
      'an id that is somebody else’s',
      taken,
      {},
      'taken',
      'by somebody else, by a project of yours',
      '--set googleProject',
    ],
    [
      'a parent where one may not make projects',
      inOrganization('roles/viewer'),
      { googleParent: 'folders/222' },
      'may-not-create',
      'projects in folders/222',
      'roles/resourcemanager.projectCreator',
    ],
  ] as const)('%s', async (_, change, answers, code, means, next) => {
    const { engine, rehearsal } = await googlePlace(change, answers)
    expect((await walk([project], engine)).outcomes.get(ID)).toMatchObject({
      is: 'failed',
      cause: { code, means: expect.stringContaining(means), next: expect.stringContaining(next) },
    })
    expect(rehearsal.world.google.projects.filter(({ id, number }) => id === P && number !== '2')).toEqual([])
  })

  test('a quota that was enlarged meanwhile: the next run tries again', async () => {
    const place = await googlePlace(noQuota)
    await walk([project], place.engine)
    expect(await lookAt(project, place.resumed())).toMatchObject({ is: 'failed', cause: { said: expect.any(String) } })
    for (const user of place.google().users) user.projectQuota = null
    expect((await walk([project], place.resumed())).outcomes.get(ID)).toMatchObject({ is: 'done' })
    expect(place.engine.progress.saved.intents).toEqual({})
  })

  test('what became of one id is not said of another', async () => {
    const place = await googlePlace(noQuota)
    await walk([project], place.engine)
    expect(await lookAt(project, place.resumed({ googleProject: 'another-1' }))).toEqual({ is: 'missing' })
  })

  test('an operation that Google has forgotten is no trouble', async () => {
    const place = await googlePlace(noQuota)
    await walk([project], place.engine)
    place.google().operations = []
    place.pass(3_600)
    expect(await lookAt(project, place.resumed())).toEqual({ is: 'missing' })
  })

  test('the sign-in has expired', async () => {
    const { engine } = await googlePlace(({ google }) => {
      for (const { tokens } of google.users) for (const token of tokens) token.expiresAt = '2020-01-01T00:00:00Z'
    })
    expect((await walk([project], engine)).outcomes.get(ID)).toMatchObject({
      is: 'failed',
      cause: { code: 'expired' },
    })
    expect(await causeOf(carryOut(project, engine))).toMatchObject({ code: 'expired' })
  })
})

describe('A project that was there', () => {
  test('is offered with its owners, its age and who else can change it; adopted, it is not ours', async () => {
    const editors = { role: 'roles/editor', members: ['user:ann@example.com', 'group:team@example.com'] }
    const place = await googlePlace(world => furnishAcme(world, [editors]))
    expect(await lookAt(project, place.engine)).toMatchObject({
      is: 'present',
      owned: {
        id: NUMBER,
        what: `project ${P}`,
        owner: 'you@example.com',
        since: new Date('2026-01-01T00:00:00Z'),
        alsoAccess: ['ann@example.com', 'group team@example.com'],
      },
      learned: { [`${ID}:number`]: NUMBER },
    })
    expect((await walk([project], place.engine)).outcomes.get(ID)).toMatchObject({ is: 'open', why: 'consent' })
    await walk([project], place.engine, { agreed: [ID] })
    expect(place.engine.progress.saved.records[ID]).toMatchObject({ how: 'adopted', id: NUMBER })
    expect(effects(place.rehearsal)).toEqual([])
  })

  test('whose policy is not shown says so', async () => {
    const place = await googlePlace(world => {
      furnishAcme(world)
      const [there] = world.google.projects
      if (there) there.policy.bindings = [{ role: 'roles/viewer', members: [ME] }]
    })
    expect(await lookAt(project, place.engine)).toMatchObject({
      is: 'present',
      owned: { owner: 'somebody whom Google does not name', alsoAccess: [expect.stringContaining('does not show')] },
    })
  })

  test('and is pending deletion is left alone, with how it comes back', async () => {
    const place = await googlePlace(world => {
      furnishAcme(world)
      for (const one of world.google.projects) one.deletedAt = '2026-11-20T00:00:00Z'
    })
    expect((await walk([project], place.engine)).outcomes.get(ID)).toMatchObject({
      is: 'failed',
      cause: { code: 'pending-deletion', next: expect.stringContaining(`gcloud projects undelete ${P}`) },
    })
    expect(effects(place.rehearsal)).toEqual([])
  })

  test('in another place than the answer says is left alone', async () => {
    const place = await googlePlace(furnishAcme, { googleParent: 'organizations/111' })
    expect(await lookAt(project, place.engine)).toMatchObject({
      is: 'unknown',
      cause: { code: 'another-parent', means: expect.stringContaining('no organization, not in organizations/111') },
    })
  })

  test('is deleted by its undo, and can be brought back', async () => {
    const place = await googlePlace()
    await walk([project], place.engine)
    await carryOut(project, place.engine, project.undo(place.engine.answers))
    expect(await lookAt(project, place.engine)).toMatchObject({ cause: { code: 'pending-deletion' } })
  })
})

test('Without a push to Google, the lane is no part of the set-up', () => {
  expect(project.when?.({ circleJobs: 'build' } as never)).toBe(false)
})
