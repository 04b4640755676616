import { describe, expect, test } from 'vitest'
import type { Known } from '../../../src/answers/schema.ts'
import type { World } from '../../../src/rehearsal/world.ts'
import { repository } from '../../../steps/docker-hub/repository.ts'
import { furnish } from '../../rehearsal/docker-hub-client.ts'
import { carryOut, causeOf, lookAt, walk } from '../../support/engine.ts'
import { NOTHING } from '../../support/nothing.ts'
import { effects } from '../../support/stage.ts'
import { repositoryIn, setStage, signInAs } from './stage.ts'

const SINCE = '2026-05-01T10:00:00.000Z'
const PERSONAL = { dockerHubRoute: 'personal', dockerHubRepository: 'yourname/app' } as const

type There = Parameters<typeof furnish>[1]['repositories']
const there =
  (more: Partial<NonNullable<There>[number]> = {}) =>
  ({ dockerHub }: World) =>
    furnish(dockerHub, { repositories: [{ namespace: 'acme', name: 'app', createdAt: SINCE, ...more }] })
const plan =
  (of: 'free' | 'team') =>
  ({ dockerHub }: World) => {
    for (const one of dockerHub.organizations) one.plan = of
  }

describe('The look', () => {
  test.each([{}, PERSONAL, { dockerHubRoute: 'org-token' }])(
    'says missing where there is none, with %j',
    async more => {
      const { engine } = await setStage(undefined, more)
      expect(await lookAt(repository, engine)).toEqual({ is: 'missing' })
    },
  )

  test('says present where we administer it, with its owner, its age and who else may', async () => {
    const { engine } = await setStage(world => {
      const [acme] = world.dockerHub.organizations
      acme?.teams.push({ id: 7, uuid: crypto.randomUUID(), name: 'ops', description: '', members: [] })
      there({ teams: [{ id: 7, permission: 'write' }] })(world)
    })
    expect(await lookAt(repository, engine)).toMatchObject({
      is: 'present',
      owned: {
        id: `acme/app ${SINCE}`,
        what: 'repository acme/app',
        owner: 'organization acme',
        since: new Date(SINCE),
        alsoAccess: ['owners and editors of the organization', 'team ops (write)'],
      },
    })
  })

  test('says of a personal one how many collaborators it has', async () => {
    const { engine } = await setStage(there({ namespace: 'yourname', collaborators: ['somebody'] }), PERSONAL)
    expect(await lookAt(repository, engine)).toMatchObject({
      is: 'present',
      owned: { owner: 'yourname', alsoAccess: ['1 collaborator'] },
    })
  })

  test('does not say that nobody else may where the teams are not listed', async () => {
    const { engine, rehearsal } = await setStage(there())
    rehearsal.faults.push({ path: '/groups', do: { status: 403, body: { detail: 'no' } } })
    expect(await lookAt(repository, engine)).toMatchObject({
      owned: { alsoAccess: expect.arrayContaining([expect.stringContaining('perhaps teams')]) },
    })
  })

  test('says differs where it is private and shall be public', async () => {
    const { engine } = await setStage(there({ private: true }))
    expect(await lookAt(repository, engine)).toMatchObject({
      is: 'differs',
      how: [{ what: 'its visibility', expected: 'public', found: 'private' }],
      owned: { owner: 'organization acme' },
    })
  })

  test('does not take for ours what can be seen and not administered', async () => {
    const { engine, rehearsal } = await setStage(there({ namespace: 'others' }), { dockerHubRepository: 'others/app' })
    expect(await lookAt(repository, engine)).toMatchObject({
      is: 'unknown',
      cause: { code: 'another-owner', means: expect.stringContaining('belongs to others') },
    })
    await walk([repository], engine)
    expect(effects(rehearsal)).toEqual([])
  })

  test('tells an editor’s from a member’s', async () => {
    const role = (role: 'editor' | 'member') => (world: World) => {
      for (const one of world.dockerHub.organizations) one.members = [{ username: 'yourname', role }]
      there()(world)
    }
    expect((await lookAt(repository, (await setStage(role('editor'))).engine)).is).toBe('present')
    expect((await lookAt(repository, (await setStage(role('member'))).engine)).is).toBe('unknown')
  })
})

describe('Before anything is made, it is told that', () => {
  const FREE: Partial<Known> = { dockerHubRepository: 'yourname/app' }
  test.each<[string, Partial<Known>, ((world: World) => void) | undefined, string, string]>([
    ['the organization has no plan, for a team', {}, plan('free'), 'plan', 'dockerHubRoute=personal'],
    ['… for an organization token', { dockerHubRoute: 'org-token' }, plan('free'), 'plan', 'Team or Business'],
    ['an own account has no teams', FREE, undefined, 'plan', 'dockerHubRoute=personal'],
    ['… and no organization tokens', { ...FREE, dockerHubRoute: 'org-token' }, undefined, 'plan', 'own account'],
    ['an organization has no collaborators', { dockerHubRoute: 'personal' }, undefined, 'organization', 'no seat'],
    ['the namespace is nobody’s', { dockerHubRepository: 'nobody/app' }, undefined, 'not-yours', 'yourname'],
  ])('%s', async (_, answers, change, code, words) => {
    const { engine, rehearsal } = await setStage(change, answers)
    const seen = await lookAt(repository, engine)
    expect(seen).toMatchObject({ is: 'unknown', cause: { code } })
    expect(JSON.stringify(seen)).toContain(words)
    expect((await walk([repository], engine)).outcomes.get('docker-hub.repository')?.is).toBe('failed')
    expect(effects(rehearsal)).toEqual([])
  })

  test('the organization is somebody else’s', async () => {
    const { engine } = await setStage(({ dockerHub }) => furnish(dockerHub, { organizations: [{ name: 'others' }] }), {
      dockerHubRepository: 'others/app',
    })
    expect(await lookAt(repository, engine)).toMatchObject({ is: 'unknown', cause: { code: 'not-yours' } })
  })

  test('the plan covers no private repository more; where it is not to be seen, the refusal tells it', async () => {
    const taken = there({ namespace: 'yourname', name: 'other', private: true })
    const answers = { ...PERSONAL, dockerHubVisibility: 'private' } as const
    const { engine, rehearsal } = await setStage(taken, answers)
    const limit = { code: 'private-limit', next: expect.stringContaining('dockerHubVisibility=public') }
    expect(await lookAt(repository, engine)).toMatchObject({ is: 'unknown', cause: limit })
    rehearsal.world.dockerHub.rules.planLookup = false
    expect(await lookAt(repository, engine)).toEqual({ is: 'missing' })
    expect(await causeOf(carryOut(repository, engine))).toMatchObject(limit)
  })

  test('a private one is made where the plan covers it', async () => {
    const { engine, rehearsal } = await setStage(undefined, { dockerHubVisibility: 'private' })
    await walk([repository], engine)
    expect(repositoryIn(rehearsal)).toMatchObject({ private: true })
  })
})

describe('What is done', () => {
  test('in an empty world is what the checklist says; it is recorded as made, and a second time changes nothing', async () => {
    const { engine, rehearsal } = await setStage()
    const { plan, outcomes } = await walk([repository], engine)
    expect(outcomes.get('docker-hub.repository')).toMatchObject({ is: 'done' })
    expect(plan[0]?.actions).toEqual(repository.actions(engine.answers))
    expect(effects(rehearsal)).toEqual(['POST /v2/namespaces/acme/repositories'])
    expect(repositoryIn(rehearsal)).toMatchObject({ private: false })
    expect(engine.progress.saved).toMatchObject({
      records: { 'docker-hub.repository': { how: 'made' } },
      intents: NOTHING,
    })
    await walk([repository], engine)
    expect(effects(rehearsal)).toHaveLength(1)
  })

  test('survives a lost answer', async () => {
    const { engine, rehearsal } = await setStage()
    rehearsal.faults.push({ method: 'POST', path: '/repositories$', times: 1, do: 'reset-after' })
    const { outcomes } = await walk([repository], engine)
    expect(outcomes.get('docker-hub.repository')).toMatchObject({ is: 'done' })
    expect(engine.progress.saved.records['docker-hub.repository']?.how).toBe('made')
  })

  test('is nothing without consent where it was there; adopted, it is not undone', async () => {
    const { engine, rehearsal } = await setStage(there())
    expect((await walk([repository], engine)).plan[0]?.consents).toEqual(['adopt'])
    await walk([repository], engine, { agreed: ['docker-hub.repository'] })
    expect(engine.progress.saved.records['docker-hub.repository']?.how).toBe('adopted')
    expect(effects(rehearsal)).toEqual([])
  })

  test('is to change the visibility, with consent alone', async () => {
    const { engine, rehearsal } = await setStage(there({ private: true }))
    expect((await walk([repository], engine)).plan[0]?.consents).toEqual(['adopt', 'replace'])
    expect(effects(rehearsal)).toEqual([])
    await walk([repository], engine, { agreed: ['docker-hub.repository'] })
    expect(effects(rehearsal)).toEqual(['POST /v2/repositories/acme/app/privacy'])
    expect((await lookAt(repository, engine)).is).toBe('present')
  })

  test.each([202, 204] as const)('is taken back, as the route answers: %i', async status => {
    const { engine, rehearsal } = await setStage(({ dockerHub }) => {
      dockerHub.rules.repositoryDeletion = status
    })
    await walk([repository], engine)
    await carryOut(repository, engine, repository.undo(engine.answers))
    expect(repositoryIn(rehearsal)).toBeUndefined()
  })
})

describe('Docker Hub’s refusals come in plain words with what goes on', () => {
  test.each([400, 409] as const)('the name is taken by one that is not to be seen (%i)', async status => {
    const { engine } = await setStage(world => {
      there()(world)
      world.dockerHub.rules.repositoryClash = status
    })
    expect(await causeOf(carryOut(repository, engine))).toMatchObject({ code: 'taken' })
  })

  test('a member may not make one', async () => {
    const { engine } = await setStage(({ dockerHub }) => {
      for (const one of dockerHub.organizations) one.members = [{ username: 'yourname', role: 'member' }]
    })
    expect(await causeOf(carryOut(repository, engine))).toMatchObject({
      code: 'may-not-create',
      next: expect.stringContaining('owner or editor of acme'),
    })
  })

  test('the sign-in is wrong', async () => {
    const { engine } = await setStage()
    signInAs(engine, 'not the password')
    expect((await walk([repository], engine)).outcomes.get('docker-hub.repository')).toMatchObject({
      is: 'failed',
      cause: { code: 'unauthorized', means: expect.stringContaining('yourname') },
    })
  })
})
