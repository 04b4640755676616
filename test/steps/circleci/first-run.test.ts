import { randomUUID } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Known } from '../../../src/answers/schema.ts'
import { push } from '../../../src/rehearsal/circleci/people.ts'
import type { World } from '../../../src/rehearsal/world.ts'
import { firstRun } from '../../../steps/circleci/first-run.ts'
import { CONFIG } from '../../rehearsal/circleci-config.ts'
import { LIBRARY, MAY_CREATE } from '../../rehearsal/google-client.ts'
import { git } from '../../support/checkout.ts'
import { admit, carriedOut, PROJECT, printed } from '../../support/circleci.ts'
import { lookAt, walk } from '../../support/engine.ts'
import { NOTHING } from '../../support/nothing.ts'
import { publishedPlace } from '../../support/published.ts'
import { effects } from '../../support/stage.ts'

const ID = 'circleci.first-run'
const TRIGGER = `POST /api/v2/project/${PROJECT}/pipeline`
const RERUN = expect.stringMatching(/^POST \/api\/v2\/workflow\/[\da-f-]{36}\/rerun$/)
const PAGE = `https://app.circleci.com/pipelines/${PROJECT}/1`
const GOOD = CONFIG.replace('yourname/', 'pennocktech/')
const WRONG = 'a-canary-that-is-no-password'

interface Given {
  readonly config?: string | null
  readonly change?: (world: World) => void
  readonly answers?: Partial<Known>
  readonly token?: (world: World) => string
}

/** All that a run needs, and the step alone. */
async function setUp({ config = GOOD, change, answers = {}, token }: Given = {}) {
  const place = await publishedPlace({ config, bindings: [MAY_CREATE], change, answers, token })
  return {
    ...place,
    walk: (engine = place.engine, options: Parameters<typeof walk>[2] = {}) => walk([firstRun], engine, options),
  }
}
type Place = Awaited<ReturnType<typeof setUp>>

/** Puts another value into a context. */
function put({ circleci }: { circleci: World['circleci'] }, name: string, value: string): void {
  for (const { variables } of circleci.contexts) {
    for (const one of variables) if (one.name === name) one.value = value
  }
}
const wrongPassword = (world: World) => put(world, 'DOCKERHUB_PASS', WRONG)

const jobsOf = ({ circleci }: Place) =>
  circleci().pipelines.map(({ workflows }) =>
    workflows.map(({ jobs }) => jobs.map(({ name, status }) => `${name} ${status}`)),
  )

describe('Where no pipeline has run', () => {
  test('one is started and followed to its end, its jobs are told', async () => {
    const place = await setUp()
    expect(await lookAt(firstRun, place.engine)).toEqual({ is: 'missing' })
    const { outcomes, events } = await place.walk()
    expect(outcomes.get(ID)).toEqual({
      is: 'done',
      notes: [
        `pipeline 1: ✔ build 0:20 · ✔ deploy_heroku 0:20 · ✔ push_docker_hub 0:20 · ✔ push_gce_registry 0:20. ${PAGE}`,
      ],
    })
    expect(effects(place.rehearsal)).toEqual([TRIGGER])
    const told = events.map(({ detail }) => detail)
    expect(told).toContain('pipeline 1: is being set up')
    expect(told).toContain(
      'pipeline 1: ● build · blocked deploy_heroku · blocked push_docker_hub · blocked push_gce_registry',
    )
    expect(told).toContain('pipeline 1: ✔ build 0:20 · ● deploy_heroku · ● push_docker_hub · ● push_gce_registry')
    expect(place.engine.progress.saved).toMatchObject({
      facts: { [`${ID}:pipeline`]: place.circleci().pipelines[0]?.id },
      records: { [ID]: { how: 'made' } },
      intents: NOTHING,
    })
  })

  test('one is started by exactly what the checklist prints', async () => {
    const place = await setUp()
    await place.walk()
    expect(carriedOut(place.rehearsal)).toEqual(printed(firstRun, place.engine))
  })

  test('one of the wanted branch is started, which need not be the default one', async () => {
    const place = await setUp({ answers: { firstRunBranch: 'circle' } })
    git(place.repo, 'push', '--quiet', 'origin', 'HEAD:circle')
    for (const { branches } of place.circleci().repositories) {
      if (branches.main) branches.circle = branches.main
    }
    const { outcomes } = await place.walk()
    expect(place.circleci().pipelines.map(({ branch }) => branch)).toEqual(['circle'])
    expect(outcomes.get(ID)).toMatchObject({ is: 'done', notes: [expect.not.stringContaining('deploy_heroku')] })
  })

  test('and it has run, nothing is started again', async () => {
    const place = await setUp()
    await place.walk()
    const { outcomes, plan } = await place.walk(place.resumed())
    expect(plan[0]?.actions).toEqual([])
    expect(outcomes.get(ID)).toMatchObject({ is: 'done' })
    expect(place.circleci().pipelines).toHaveLength(1)
  })

  test('those of other commits and other branches are no answer', async () => {
    const place = await setUp()
    const other = { slug: PROJECT, config: GOOD, skipCi: false }
    push(place.rehearsal.world, { ...other, branch: 'topic', revision: 'e'.repeat(40) }, place.clock.now())
    place.pass(120)
    expect(await lookAt(firstRun, place.engine)).toEqual({ is: 'missing' })
    await place.walk()
    expect(place.circleci().pipelines.map(({ branch }) => branch)).toEqual(['topic', 'main'])
  })

  test.each(['reset-after', 'truncated'] as const)(
    'none is started twice where the answer is lost (%s)',
    async lost => {
      const place = await setUp()
      place.rehearsal.faults.push({ method: 'POST', path: String.raw`/pipeline\?`, times: 1, do: lost })
      const { outcomes } = await place.walk()
      expect(outcomes.get(ID)).toMatchObject({ is: 'done' })
      expect(place.circleci().pipelines).toHaveLength(1)
    },
  )

  test('no more is asked than the state of the one that is meant', async () => {
    const place = await setUp()
    for (const letter of 'bcdef') {
      const given = { slug: PROJECT, branch: 'main', config: GOOD, skipCi: false }
      push(place.rehearsal.world, { ...given, revision: letter.repeat(40) }, place.clock.now())
    }
    place.pass(300)
    const before = place.rehearsal.log.length
    await lookAt(firstRun, place.engine)
    expect(place.rehearsal.log.slice(before).map(({ path }) => path)).toEqual([
      `/api/v2/project/${PROJECT}/pipeline?branch=main`,
    ])
  })
})

describe('The pipeline that a push has started', () => {
  test('is taken and followed', async () => {
    const place = await setUp()
    place.push()
    expect(await lookAt(firstRun, place.engine)).toMatchObject({
      is: 'pending',
      on: 'ci',
      detail: 'pipeline 1: is being set up',
    })
    const { outcomes } = await place.walk()
    expect(outcomes.get(ID)).toMatchObject({ is: 'done' })
    expect(effects(place.rehearsal)).toEqual([])
  })

  test('is taken also where it comes after the plan was agreed to', async () => {
    const place = await setUp()
    const first = await place.walk(place.engine, { meanwhile: place.push })
    expect(first.outcomes.get(ID)).toMatchObject({ is: 'done' })
    expect(place.circleci().pipelines).toHaveLength(1)
    expect(place.engine.progress.saved).toMatchObject({
      facts: { [`${ID}:pipeline`]: place.circleci().pipelines[0]?.id },
      records: { [ID]: { how: 'present' } },
    })
    expect(effects(place.rehearsal)).toEqual([])
  })

  test('is the one that a resumed run watches', async () => {
    const place = await setUp()
    const killed = new AbortController()
    let looks = 0
    place.rehearsal.hook = (phase, { path }) => {
      if (phase === 'before' && path.includes('/pipeline?') && ++looks === 4) killed.abort(new Error('killed'))
    }
    const first = await place.walk(place.engine, { stop: killed.signal, giveUp: killed.signal })
    expect(first.outcomes.get(ID)).toMatchObject({ is: 'open', why: 'stopped' })
    place.rehearsal.hook = undefined
    expect(await lookAt(firstRun, place.resumed())).toMatchObject({ is: 'pending', on: 'ci' })
    const { outcomes } = await place.walk(place.resumed())
    expect(outcomes.get(ID)).toMatchObject({ is: 'done' })
    expect(effects(place.rehearsal)).toEqual([TRIGGER])
    expect(place.engine.progress.saved.facts).toMatchObject({ [`${ID}:pipeline`]: place.circleci().pipelines[0]?.id })
  })
})

describe('Where the pipelines are hidden', () => {
  test('none is started: there may be one', async () => {
    const place = await setUp()
    place.push()
    place.rehearsal.faults.push({
      method: 'GET',
      path: String.raw`/pipeline\?`,
      do: { status: 404, body: { message: 'Project not found' } },
    })
    expect((await place.walk()).outcomes.get(ID)).toMatchObject({ cause: { said: '404 Project not found' } })
    expect(place.circleci().pipelines).toHaveLength(1)
  })
})

describe('A job that failed', () => {
  test('is told with its step, its last lines, what they mean and its page, and without a secret', async () => {
    const place = await setUp({ change: wrongPassword })
    const { outcomes } = await place.walk()
    expect(outcomes.get(ID)).toEqual({
      is: 'failed',
      cause: {
        code: 'job-failed',
        asked: 'pipeline 1, job push_docker_hub, step Log in',
        said: 'Error response from daemon: Get "https://registry-1.docker.io/v2/": unauthorized: incorrect username or password\n\nExited with code exit status 1',
        means: 'The registry did not take the sign-in: the credential in the context is wrong, expired or revoked.',
        next: `Mend what its last lines say, and run again: what did not succeed is run once more. ${PAGE}`,
      },
    })
    expect(JSON.stringify([...outcomes])).not.toContain(WRONG)
  })

  test('and prints a value of its context shows none of it', async () => {
    const config = GOOD.replace(
      'command: /tmp/persist/docker-hub-deploy.sh',
      `command: 'docker push "theirs/\${DOCKERHUB_PASS}"'`,
    )
    const place = await setUp({ config })
    const [{ password } = { password: '' }] = place.rehearsal.world.dockerHub.users
    const { outcomes } = await place.walk()
    expect(outcomes.get(ID)).toMatchObject({ cause: { code: 'job-failed', said: expect.stringContaining('****') } })
    expect(password).not.toBe('')
    expect(JSON.stringify([...outcomes])).not.toContain(password)
  })

  test('for want of a right says that it is not the sign-in', async () => {
    const place = await setUp({ config: GOOD.replace('pennocktech/dummyapp', 'somebodyelse/dummyapp') })
    const { outcomes } = await place.walk()
    expect(outcomes.get(ID)).toMatchObject({
      cause: {
        asked: 'pipeline 1, job push_docker_hub, step Push',
        said: expect.stringContaining('denied'),
        means: expect.stringContaining('does not let them'),
      },
    })
  })

  test('is told, not one before it in the list that only waited for it', async () => {
    const config = GOOD.replace(
      'context: heroku-and-dockerhub\n          requires: [build]',
      'context: heroku-and-dockerhub\n          requires: [push_docker_hub]',
    )
    const place = await setUp({ config, change: wrongPassword })
    const { outcomes } = await place.walk()
    expect(jobsOf(place)[0]?.[0]).toContain('deploy_heroku blocked')
    expect(outcomes.get(ID)).toMatchObject({
      cause: { code: 'job-failed', asked: expect.stringContaining('push_docker_hub') },
    })
  })

  test.each(['timedout', 'infrastructure_fail'])('in another way (%s) is told as that', async status => {
    const place = await setUp()
    place.push()
    place.pass(300)
    const items = [{ id: randomUUID(), name: 'build', type: 'build', status, job_number: 1, started_at: null }]
    place.rehearsal.faults.push({ path: '/job$', do: { status: 200, body: { items, next_page_token: null } } })
    expect(await lookAt(firstRun, place.engine)).toMatchObject({
      is: 'failed',
      cause: { code: 'job-failed', asked: 'pipeline 1, job build', said: status },
    })
  })

  test('is told also where its output cannot be had', async () => {
    const place = await setUp({ change: wrongPassword })
    place.rehearsal.faults.push({ path: '^/output/', do: { status: 404, body: {} } })
    expect((await place.walk()).outcomes.get(ID)).toMatchObject({
      cause: { asked: 'pipeline 1, job push_docker_hub, step Log in', said: 'failed' },
    })
    place.rehearsal.faults.push({ path: '^/api/v1.1/', do: { status: 410, body: { message: 'Gone.' } } })
    expect(await lookAt(firstRun, place.engine)).toMatchObject({
      cause: { asked: 'pipeline 1, job push_docker_hub', said: 'failed' },
    })
  })

  test('is run again by the next run, and only what did not succeed; no second pipeline is started', async () => {
    const place = await setUp({ change: wrongPassword })
    await place.walk()
    put(place.rehearsal.world, 'DOCKERHUB_PASS', place.rehearsal.world.dockerHub.users[0]?.password ?? '')
    const { outcomes, plan } = await place.walk(place.resumed())
    expect(plan[0]?.actions).toMatchObject([{ key: expect.stringMatching(/^rerun-/), body: { from_failed: true } }])
    expect(outcomes.get(ID)).toMatchObject({ is: 'done' })
    expect(effects(place.rehearsal)).toEqual([TRIGGER, RERUN])
    const [pipeline, ...others] = place.circleci().pipelines
    expect(others).toEqual([])
    const numbers = pipeline?.workflows.map(({ jobs }) => jobs.map(({ number }) => number))
    expect(numbers).toEqual([
      [1, 2, 3, 4],
      [1, 2, 5, 4],
    ])
  })

  test('and fails again is told again, and tried again', async () => {
    const place = await setUp({ change: wrongPassword })
    await place.walk()
    expect((await place.walk()).outcomes.get(ID)).toMatchObject({ is: 'failed', cause: { code: 'job-failed' } })
    expect((await place.walk()).outcomes.get(ID)).toMatchObject({ is: 'failed', cause: { code: 'job-failed' } })
    expect(effects(place.rehearsal)).toEqual([TRIGGER, RERUN, RERUN])
  })

  test.each(['reset-after', 'truncated'] as const)(
    'is not run again twice where the answer is lost (%s)',
    async lost => {
      const place = await setUp({ change: wrongPassword })
      await place.walk()
      put(place.rehearsal.world, 'DOCKERHUB_PASS', place.rehearsal.world.dockerHub.users[0]?.password ?? '')
      place.rehearsal.faults.push({ path: '/rerun$', times: 1, do: lost })
      expect((await place.walk()).outcomes.get(ID)).toMatchObject({ is: 'done' })
      expect(place.circleci().pipelines[0]?.workflows).toHaveLength(2)
    },
  )
})

describe('A pipeline that comes to nothing', () => {
  test('since a context is closed to the project is explained: no matter of credentials', async () => {
    const place = await setUp({
      change: ({ circleci }) => {
        const id = randomUUID()
        for (const { name, restrictions } of circleci.contexts) {
          if (name !== 'heroku-and-dockerhub') continue
          restrictions.push({ id, type: 'project', value: randomUUID(), name: 'gh/PennockTech/other' })
        }
      },
    })
    const { outcomes } = await place.walk()
    expect(outcomes.get(ID)).toMatchObject({
      is: 'failed',
      cause: {
        code: 'unauthorized',
        asked: 'pipeline 1, job deploy_heroku',
        means: expect.stringContaining('no matter of credentials'),
        next: expect.stringContaining(PAGE),
      },
    })
  })

  test('since a context does not exist says which', async () => {
    const place = await setUp({
      change: ({ circleci }) => {
        circleci.contexts = circleci.contexts.filter(({ name }) => name !== 'google-dummyapp')
      },
    })
    mkdirSync(join(place.engine.repo, '.circleci'), { recursive: true })
    writeFileSync(join(place.engine.repo, '.circleci/config.yml'), GOOD)
    const { outcomes } = await place.walk()
    expect(outcomes.get(ID)).toMatchObject({
      is: 'failed',
      cause: {
        code: 'no-context',
        asked: 'pipeline 1, job push_gce_registry',
        said: 'unauthorized',
        means: expect.stringContaining('gh/PennockTech has no context google-dummyapp'),
        next: expect.stringContaining('.circleci/config.yml'),
      },
    })
  })

  test('since its config is broken says what CircleCI says', async () => {
    const place = await setUp({ config: GOOD.replace('version: docker28', 'version: 18.06.0-ce') })
    const { outcomes } = await place.walk()
    expect(outcomes.get(ID)).toMatchObject({
      is: 'failed',
      cause: {
        code: 'config',
        asked: 'pipeline 1',
        said: expect.stringContaining('18.06.0-ce'),
        next: expect.stringContaining(PAGE),
      },
    })
  })

  test('since there is no config says so, and once one is pushed that one’s pipeline is taken', async () => {
    const place = await setUp({ config: null })
    expect((await place.walk()).outcomes.get(ID)).toMatchObject({
      cause: { code: 'config', said: 'No configuration was found in your project.' },
    })
    git(
      place.repo,
      '-c',
      'user.name=T',
      '-c',
      'user.email=t@example.com',
      'commit',
      '-q',
      '--allow-empty',
      '-m',
      'more',
    )
    git(place.repo, 'push', '--quiet', 'origin', 'main')
    const revision = git(place.repo, 'rev-parse', 'HEAD').trim()
    const commit = { slug: PROJECT, branch: 'main', revision, config: GOOD, library: LIBRARY, skipCi: false }
    push(place.rehearsal.world, commit, place.clock.now())
    expect((await place.walk(place.resumed())).outcomes.get(ID)).toMatchObject({ is: 'done' })
    expect(effects(place.rehearsal)).toEqual([TRIGGER])
  })

  test('since somebody cancelled it is told, and run again by the next run', async () => {
    const place = await setUp()
    place.push()
    place.pass(30)
    await lookAt(firstRun, place.engine)
    for (const { workflows } of place.circleci().pipelines) {
      for (const { jobs } of workflows) for (const job of jobs) if (job.status !== 'success') job.status = 'canceled'
    }
    const seen = await lookAt(firstRun, place.engine)
    expect(seen).toMatchObject({
      is: 'failed',
      cause: { code: 'not-run', asked: 'pipeline 1, job deploy_heroku', said: 'canceled' },
    })
    expect((await place.walk()).outcomes.get(ID)).toMatchObject({ is: 'done' })
    expect(effects(place.rehearsal)).toEqual([RERUN])
  })
})

describe('No pipeline is started', () => {
  test('where the commit says skip CI: told in CircleCI’s words, and not awaited', async () => {
    const place = await setUp()
    for (const { branches } of place.circleci().repositories) if (branches.main) branches.main.skipCi = true
    const { outcomes } = await place.walk()
    expect(outcomes.get(ID)).toMatchObject({
      is: 'failed',
      cause: {
        code: 'skip-ci',
        asked: expect.stringMatching(/^POST .*\/pipeline$/),
        said: 'The commit asks for no build (skip ci).',
        means: expect.stringContaining('the newest commit of main'),
      },
    })
    expect(place.engine.progress.saved.intents).toEqual({})
  })

  test('where origin cannot be read: what runs there would not be known', async () => {
    const place = await setUp()
    git(place.repo, 'remote', 'set-url', 'origin', `${place.origin}-gone`)
    expect((await place.walk()).outcomes.get(ID)).toMatchObject({
      is: 'failed',
      cause: { code: 'origin', said: expect.stringContaining('does not appear to be a git repository') },
    })
    expect(effects(place.rehearsal)).toEqual([])
  })

  test('where the branch was never pushed', async () => {
    const place = await setUp({ answers: { firstRunBranch: 'circle' } })
    expect((await place.walk()).outcomes.get(ID)).toMatchObject({
      is: 'failed',
      cause: { code: 'not-pushed', next: expect.stringContaining('git push origin HEAD:circle') },
    })
    expect(effects(place.rehearsal)).toEqual([])
  })

  test('by whoever may not', async () => {
    const place = await setUp({ token: world => admit(world, 'viewer', 'viewer') })
    expect((await place.walk()).outcomes.get(ID)).toMatchObject({
      is: 'failed',
      cause: { code: 'forbidden', said: '403 Permission denied.' },
    })
    expect(place.circleci().pipelines).toEqual([])
  })
})

describe('A run that the push started before CI had its rights', () => {
  test('is run again by itself once it has them, and is no failure', async () => {
    const place = await setUp({ change: wrongPassword })
    place.push()
    place.pass(120)
    expect((await lookAt(firstRun, place.engine)).is).toBe('failed')
    const at = place.clock.now().toISOString()
    await place.engine.progress.save({ records: { 'docker-hub.token': { how: 'made', by: 'a test', at } } })
    put({ circleci: place.circleci() }, 'DOCKERHUB_PASS', place.rehearsal.world.dockerHub.users[0]?.password ?? '')
    const { plan, outcomes } = await place.walk()
    expect(plan[0]?.seen).toMatchObject({
      is: 'missing',
      partly: 'did not succeed: it ran before docker-hub.token was done',
    })
    expect(outcomes.get(ID)).toMatchObject({ is: 'done' })
    expect(effects(place.rehearsal)).toEqual([RERUN])
  })

  test('and fails again for another reason, is told as a failure', async () => {
    const place = await setUp({ change: wrongPassword })
    place.push()
    place.pass(120)
    const at = place.clock.now().toISOString()
    await place.engine.progress.save({ records: { 'docker-hub.token': { how: 'made', by: 'a test', at } } })
    const { outcomes } = await place.walk()
    expect(outcomes.get(ID)).toMatchObject({ is: 'failed', cause: { code: 'job-failed' } })
    expect((await lookAt(firstRun, place.engine)).is).toBe('failed')
  })
})
