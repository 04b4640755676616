import { randomUUID } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { push } from '../../../src/rehearsal/circleci/people.ts'
import { statusOf } from '../../../src/rehearsal/circleci/pipeline.ts'
import type { World } from '../../../src/rehearsal/world.ts'
import { project } from '../../../steps/circleci/project.ts'
import { furnish } from '../../rehearsal/circleci-client.ts'
import { CONFIG } from '../../rehearsal/circleci-config.ts'
import { admit, carriedOut, circlePlace, followed, ORG, type Place, PROJECT, printed } from '../../support/circleci.ts'
import { lookAt, walk } from '../../support/engine.ts'
import { NOTHING } from '../../support/nothing.ts'
import { effects } from '../../support/stage.ts'

const ID = 'circleci.project'
const FOLLOW = `POST /api/v1.1/project/${PROJECT}/follow`
const CANCEL = expect.stringMatching(/^POST \/api\/v2\/workflow\/[\da-f-]{36}\/cancel$/)

/** There is something to build on the default branch. */
const withConfig = ({ circleci }: World, config = CONFIG) => {
  for (const { branches } of circleci.repositories) {
    for (const branch of Object.values(branches)) branch.config = config
  }
}
const builds = { change: (world: World) => withConfig(world) }

const commit = { slug: PROJECT, branch: 'main', revision: 'c'.repeat(40), config: CONFIG, skipCi: false }

/** How the workflows stand, pipeline by pipeline. */
const statuses = ({ circleci }: Place) =>
  circleci().pipelines.map(({ workflows }) => workflows.map(workflow => statusOf(workflow)).join())

/** A run that is killed right after CircleCI has followed. */
async function killedAfterFollow(place: Place): Promise<void> {
  const killed = new AbortController()
  place.rehearsal.hook = (phase, { path }) => {
    if (phase === 'after' && path.endsWith('/follow')) killed.abort(new Error('killed'))
  }
  const { outcomes } = await walk([project], place.engine, { stop: killed.signal, giveUp: killed.signal })
  expect(outcomes.get(ID)).toMatchObject({ is: 'open', why: 'stopped' })
  place.rehearsal.hook = undefined
}

describe('A repository that is no project yet', () => {
  test('is followed, and the build that comes of it late is cancelled', async () => {
    const place = await circlePlace(builds)
    expect(await lookAt(project, place.engine)).toEqual({ is: 'missing' })
    const { outcomes, events } = await walk([project], place.engine)
    expect(outcomes.get(ID)).toEqual({ is: 'done', notes: [] })
    expect(effects(place.rehearsal)).toEqual([FOLLOW, CANCEL])
    expect(statuses(place)).toEqual(['canceled'])
    expect(events.map(({ detail }) => detail)).toContain('waits for the build that following starts, to cancel it')
    const [{ id, slug } = { id: '', slug: '' }] = place.circleci().projects
    const organization = place.circleci().organizations.find(one => one.slug === ORG)?.id
    expect(slug).toBe(PROJECT)
    expect(place.engine.progress.saved).toMatchObject({
      facts: { 'circleci.project:id': id, 'circleci.project:organization': organization },
      records: { [ID]: { how: 'made' } },
      intents: NOTHING,
    })
  })

  test.each(['following', 'followed'] as const)('is followed where CircleCI answers %s', async followAnswers => {
    const place = await circlePlace({ change: ({ circleci }) => Object.assign(circleci.rules, { followAnswers }) })
    const { outcomes } = await walk([project], place.engine)
    expect(outcomes.get(ID)).toMatchObject({ is: 'done' })
    expect(effects(place.rehearsal)).toEqual([FOLLOW])
  })

  test('is followed with exactly what the checklist prints; taking back its own build is no more than that', async () => {
    const place = await circlePlace(builds)
    await walk([project], place.engine)
    const [first, ...more] = carriedOut(place.rehearsal)
    expect([first]).toEqual(printed(project, place.engine))
    expect(more.map(({ path }) => path)).toEqual([expect.stringMatching(/cancel$/)])
  })

  test('whose first build never comes is waited for no longer than half a minute', async () => {
    const place = await circlePlace({
      change: world => {
        withConfig(world)
        world.circleci.rules.followBuildDelayMs = 3_600_000
      },
    })
    const begun = place.clock.now().getTime()
    const { outcomes } = await walk([project], place.engine)
    expect(outcomes.get(ID)).toMatchObject({ is: 'done' })
    expect(effects(place.rehearsal)).toEqual([FOLLOW])
    const waited = place.clock.now().getTime() - begun
    expect(waited).toBeGreaterThanOrEqual(30_000)
    expect(waited).toBeLessThan(60_000)
  })

  test('without a config is not waited for, once CircleCI says that nothing runs', async () => {
    const place = await circlePlace()
    const begun = place.clock.now().getTime()
    await walk([project], place.engine)
    expect(place.circleci().pipelines).toMatchObject([{ errors: [{ type: 'config-fetch' }] }])
    expect(place.clock.now().getTime() - begun).toBeLessThan(15_000)
  })

  test('is left to an admin of it where CircleCI says “Project not found” with 200, and that is no failure', async () => {
    const place = await circlePlace({ token: world => admit(world, 'other', 'contributor') })
    const { outcomes } = await walk([project], place.engine)
    expect(outcomes.get(ID)).toMatchObject({
      is: 'open',
      why: 'person',
      detail: 'an admin of the repository PennockTech/dummyapp: set up gh/PennockTech/dummyapp at CircleCI',
      action: { url: 'https://app.circleci.com/projects', instructions: [expect.anything(), expect.anything()] },
    })
    expect(effects(place.rehearsal)).toEqual([])
  })

  test('that an admin then sets up goes on, and the pushes after it are left alone', async () => {
    const place = await circlePlace({ token: world => admit(world, 'other', 'contributor') })
    await walk([project], place.engine)
    expect(place.engine.progress.saved.intents).toEqual({})
    followed(place.rehearsal.world)
    push(place.rehearsal.world, { ...commit, by: 'you' }, place.clock.now())
    place.pass(10)
    const { outcomes } = await walk([project], place.resumed())
    expect(outcomes.get(ID)).toMatchObject({ is: 'done' })
    expect(effects(place.rehearsal)).toEqual([])
    expect(statuses(place)).toEqual(['running'])
  })
})

describe('A follow whose answer was lost', () => {
  test.each([200, 500] as const)('is not sent again, whatever a second one would get (%s)', async followAgain => {
    const place = await circlePlace({
      change: world => {
        withConfig(world)
        world.circleci.rules.followAgain = followAgain
      },
    })
    place.rehearsal.faults.push({ path: '/follow$', times: 1, do: 'reset-after' })
    const { outcomes } = await walk([project], place.engine)
    expect(outcomes.get(ID)).toMatchObject({ is: 'done' })
    expect(place.rehearsal.log.filter(({ path }) => path.endsWith('/follow'))).toHaveLength(1)
    expect(statuses(place)).toEqual(['canceled'])
    expect(place.engine.progress.saved.facts).toMatchObject({ [`${ID}:id`]: place.circleci().projects[0]?.id })
  })

  test('and never arrived is sent again', async () => {
    const place = await circlePlace()
    place.rehearsal.faults.push({ path: '/follow$', times: 1, do: 'reset-before' })
    const { outcomes } = await walk([project], place.engine)
    expect(outcomes.get(ID)).toMatchObject({ is: 'done' })
    expect(effects(place.rehearsal)).toEqual([FOLLOW])
  })
})

describe('A run that was killed between the follow and the cancelling', () => {
  test('is resumed: the build is awaited and cancelled, and nothing is followed twice', async () => {
    const place = await circlePlace(builds)
    await killedAfterFollow(place)
    expect(Object.keys(place.engine.progress.saved.intents)).toEqual([`${ID}/follow`])
    const resumed = place.resumed()
    expect(await lookAt(project, resumed)).toMatchObject({ is: 'pending', on: 'vendor' })
    // What is to be cancelled is seen in the first pass, and agreed to in the second.
    expect((await walk([project], resumed)).outcomes.get(ID)).toMatchObject({ is: 'open', why: 'changed' })
    const { outcomes, plan } = await walk([project], place.resumed())
    expect(plan).toMatchObject([{ seen: { is: 'missing', partly: expect.stringContaining('nobody asked for') } }])
    expect(plan[0]?.consents).toEqual([])
    expect(outcomes.get(ID)).toMatchObject({ is: 'done' })
    expect(effects(place.rehearsal)).toEqual([FOLLOW, CANCEL])
    expect(place.engine.progress.saved).toMatchObject({ records: { [ID]: { how: 'made' } }, intents: NOTHING })
  })

  test('and resumed a day later cancels no push of anybody’s', async () => {
    const place = await circlePlace(builds)
    await killedAfterFollow(place)
    place.pass(86_400)
    push(place.rehearsal.world, commit, place.clock.now())
    place.pass(10)
    const { outcomes } = await walk([project], place.resumed())
    expect(outcomes.get(ID)).toMatchObject({ is: 'done' })
    expect(effects(place.rehearsal)).toEqual([FOLLOW])
    expect(statuses(place)).toEqual(['unauthorized', 'running'])
  })
})

describe('Somebody else’s build of the default branch is never cancelled', () => {
  test('where it ran before the follow', async () => {
    const place = await circlePlace({
      change: world => {
        withConfig(world)
        world.circleci.rules.jobSeconds = 3_600
        followed(world, { followedBy: ['other'] })
      },
    })
    push(place.rehearsal.world, commit, place.clock.now())
    place.pass(60)
    await place.engine.progress.save({
      intents: { [`${ID}/follow`]: { step: ID, at: place.clock.now().toISOString() } },
    })
    const { outcomes } = await walk([project], place.engine)
    expect(outcomes.get(ID)).toMatchObject({ is: 'done' })
    expect(effects(place.rehearsal)).toEqual([])
    expect(statuses(place)).toEqual(['running'])
  })

  test('where it was pushed while the follow’s own was cancelled', async () => {
    const place = await circlePlace({
      change: world => {
        withConfig(world)
        world.circleci.rules.workflowDelayMs = 0
      },
    })
    let isPushed = false
    place.rehearsal.hook = (phase, { path }) => {
      const isBegun = place.circleci().pipelines.some(({ createdAt }) => new Date(createdAt) <= place.clock.now())
      if (phase === 'before' && path.includes('/pipeline?') && isBegun && !isPushed) {
        isPushed = true
        push(place.rehearsal.world, commit, place.clock.now())
      }
    }
    await walk([project], place.engine)
    expect(isPushed).toBe(true)
    expect(effects(place.rehearsal)).toEqual([FOLLOW, CANCEL])
    expect(statuses(place)).toEqual(['canceled', 'running'])
  })

  test('where nothing was followed by us', async () => {
    const place = await circlePlace({ change: followed })
    push(place.rehearsal.world, commit, place.clock.now())
    place.pass(10)
    const seen = await lookAt(project, place.engine)
    expect(seen).toMatchObject({ is: 'present', learned: { 'circleci.project:id': place.circleci().projects[0]?.id } })
    await walk([project], place.engine)
    expect(effects(place.rehearsal)).toEqual([])
  })
})

describe('A project', () => {
  const open = (world: World) =>
    followed(world, {
      settings: {
        advanced: {
          autocancel_builds: false,
          build_fork_prs: true,
          build_prs_only: false,
          disable_ssh: false,
          forks_receive_secret_env_vars: true,
          set_github_status: true,
          setup_workflows: false,
          write_settings_requires_admin: false,
          pr_only_branch_overrides: [],
        },
      },
    })

  test('whose forks get secrets differs, and is changed only with consent: that one setting', async () => {
    const place = await circlePlace({ change: open })
    expect(await lookAt(project, place.engine)).toMatchObject({
      is: 'differs',
      how: [{ what: 'secrets in builds of forks', expected: 'kept from them', found: 'handed to them' }],
    })
    const without = await walk([project], place.engine)
    expect(without.plan[0]?.consents).toEqual(['replace'])
    expect(without.outcomes.get(ID)).toMatchObject({ is: 'open', why: 'consent' })
    expect(effects(place.rehearsal)).toEqual([])
    await walk([project], place.engine, { agreed: [ID] })
    expect(effects(place.rehearsal)).toEqual([`PATCH /api/v2/project/${PROJECT}/settings`])
    expect(place.circleci().projects[0]?.settings.advanced).toMatchObject({
      forks_receive_secret_env_vars: false,
      build_fork_prs: true,
    })
    expect((await lookAt(project, place.engine)).is).toBe('present')
  })

  test('whose settings cannot be read is unknown, in CircleCI’s words', async () => {
    const place = await circlePlace({ change: followed })
    place.rehearsal.faults.push({ path: '/settings$', do: { status: 403, body: { message: 'Permission denied.' } } })
    expect(await lookAt(project, place.engine)).toMatchObject({
      is: 'unknown',
      cause: { code: 'forbidden', said: '403 Permission denied.' },
    })
  })

  test('of an organization that stands alone is told to be not covered, and nothing is asked', async () => {
    const change = ({ circleci }: World) =>
      furnish(circleci, {
        organizations: [{ id: randomUUID(), slug: 'circleci/alone', members: [{ login: 'you' }] }],
        projects: [{ id: randomUUID(), slug: 'circleci/alone/app' }],
      })
    const place = await circlePlace({ change, answers: { circleProject: 'circleci/alone/app' } })
    expect(await lookAt(project, place.engine)).toMatchObject({
      is: 'unknown',
      cause: { code: 'standalone', next: expect.stringContaining('--skip circleci') },
    })
    expect(place.rehearsal.log).toEqual([])
  })

  test('of another organization than the contexts is told with both ways to put it right', async () => {
    const place = await circlePlace({ answers: { circleOrg: 'gh/other' } })
    expect(await lookAt(project, place.engine)).toMatchObject({
      is: 'unknown',
      cause: { code: 'not-owner', next: expect.stringContaining(`--set circleOrg=${ORG} or`) },
    })
    expect(place.rehearsal.log).toEqual([])
  })

  test('that may be built by CircleCI’s GitHub App already is told so before it is followed', async () => {
    const change = ({ circleci }: World) =>
      furnish(circleci, {
        organizations: [{ id: randomUUID(), slug: 'circleci/8xPp', name: 'pennocktech', members: [{ login: 'you' }] }],
      })
    const place = await circlePlace({ change })
    expect(await lookAt(project, place.engine)).toEqual({
      is: 'missing',
      partly: expect.stringMatching(/knows PennockTech also as circleci\/8xPp.*GitHub App.*--skip circleci/),
    })
    const { outcomes } = await walk([project], place.engine)
    expect(outcomes.get(ID)).toMatchObject({ is: 'done' })
  })

  test.each([
    ['gh/pennocktech', /capitals count: --set circleOrg=gh\/PennockTech$/],
    ['gh/nobody', /does not list gh\/nobody among the organizations of the signed-in account$/],
  ])('of %s, which CircleCI does not know so, is told before it is followed', async (circleOrg, partly) => {
    const place = await circlePlace({ answers: { circleOrg, circleProject: `${circleOrg}/dummyapp` } })
    expect(await lookAt(project, place.engine)).toEqual({ is: 'missing', partly: expect.stringMatching(partly) })
  })

  test('is told to be refused where the token was revoked', async () => {
    const place = await circlePlace({ change: followed })
    for (const user of place.circleci().users) user.tokens = []
    const { outcomes } = await walk([project], place.engine)
    expect(outcomes.get(ID)).toMatchObject({
      is: 'failed',
      cause: { code: 'unauthorized', next: expect.stringContaining('CIRCLE_TOKEN') },
    })
  })
})
