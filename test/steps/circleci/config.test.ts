import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { diffLines } from 'diff'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import type { Known } from '../../../src/answers/schema.ts'
import { fileLook } from '../../../src/engine/engine.ts'
import type { Action, EditAction } from '../../../src/engine/step.ts'
import { diffOf } from '../../../src/output/diff.ts'
import { config } from '../../../steps/circleci/config.ts'
import { configRepairs } from '../../../steps/circleci/config-repairs.ts'
import { CONFIG } from '../../rehearsal/circleci-config.ts'
import { git, makeCheckout } from '../../support/checkout.ts'
import { circlePlace, ORG } from '../../support/circleci.ts'
import { fakeStep, lookAt, walk } from '../../support/engine.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { effects } from '../../support/stage.ts'

const ID = 'circleci.config'
const FILE = '.circleci/config.yml'

/** One in the document's form that is not yet given its contexts. */
const BARE = CONFIG.replace(/^ +context: .*\n/gm, '').replace('yourname/', 'pennocktech/')

async function setUp(text?: string, answers: Partial<Known> = {}, files: Readonly<Record<string, string>> = {}) {
  const repo = makeCheckout({ files: { 'README.md': '', ...files, ...(text !== undefined && { [FILE]: text }) } })
  const place = await circlePlace({ repo, answers })
  const read = () => readFileSync(join(repo, FILE), 'utf8')
  return { ...place, repo, read, walk: () => walk([config], place.engine) }
}
type Place = Awaited<ReturnType<typeof setUp>>

const isEdit = (action: Action): action is EditAction => action.kind === 'edit'

/** What the step would change now. */
const editsOf = async ({ engine }: Place) => config.actions(engine.answers, await lookAt(config, engine)).filter(isEdit)

/** Which contexts each job asks for. */
const contextsIn = (text: string) => {
  const { jobs } = (parse(text) as { workflows: { build_and_deploy: { jobs: (string | object)[] } } }).workflows
    .build_and_deploy
  return Object.fromEntries(
    jobs.flatMap(job => (typeof job === 'string' ? [] : Object.entries(job as Record<string, { context?: unknown }>))),
  )
}

describe('A config in the document’s form', () => {
  test('gets what its jobs need by insertions alone, and then is present', async () => {
    const place = await setUp(BARE)
    expect(await lookAt(config, place.engine)).not.toHaveProperty('partly')
    const { outcomes } = await place.walk()
    expect(outcomes.get(ID)).toMatchObject({ is: 'done' })
    expect(diffLines(BARE, place.read()).filter(({ removed }) => removed)).toEqual([])
    expect(contextsIn(place.read())).toMatchObject({
      deploy_heroku: { context: 'heroku-and-dockerhub' },
      push_docker_hub: { context: 'heroku-and-dockerhub' },
      push_gce_registry: { context: 'google-dummyapp' },
    })
    expect(place.read()).toContain('Release the image on Heroku')
    expect((await lookAt(config, place.engine)).is).toBe('present')
    const again = await place.walk()
    expect(again.plan[0]?.actions).toEqual([])
    expect(effects(place.rehearsal)).toEqual([])
  })

  test('is not touched where all of it is there', async () => {
    const place = await setUp(BARE)
    await place.walk()
    const before = place.read()
    const other = await setUp(before)
    expect((await other.walk()).outcomes.get(ID)).toMatchObject({ is: 'done' })
    expect(other.read()).toBe(before)
  })

  test('keeps the line ends of Windows, and its rights', async () => {
    const place = await setUp(BARE.replaceAll('\n', '\r\n'))
    chmodSync(join(place.repo, FILE), 0o640)
    const { outcomes } = await place.walk()
    expect(outcomes.get(ID)).toMatchObject({ is: 'done' })
    expect(place.read()).toContain('context: heroku-and-dockerhub\r\n')
    expect(place.read().replaceAll('\r\n', '')).not.toMatch(/[\r\n]/)
  })

  test('gets the contexts of the jobs that are wanted, by the names that are wanted', async () => {
    const place = await setUp(BARE, { circleJobs: 'build,push_docker_hub', herokuContext: 'keys' })
    await place.walk()
    expect(contextsIn(place.read()).push_docker_hub).toMatchObject({ context: 'keys' })
    expect(contextsIn(place.read()).deploy_heroku).not.toHaveProperty('context')
    expect(contextsIn(place.read()).push_gce_registry).not.toHaveProperty('context')
  })

  test('gets no context for an area that no job is named of', async () => {
    const place = await setUp(BARE)
    const { googleJobs: _, ...answers } = place.engine.answers
    await walk([config], { ...place.engine, answers })
    expect(contextsIn(place.read())).not.toHaveProperty('push_gce_registry.context')
    expect(contextsIn(place.read())).toMatchObject({ push_docker_hub: { context: 'heroku-and-dockerhub' } })
  })

  test('is done by hand by the very diff that is shown', async () => {
    const place = await setUp(BARE)
    const [edit] = await editsOf(place)
    applied(place.repo, edit)
    expect(place.read()).toBe(edit?.to)
  })
})

/** As a person would: the diff, and git. */
function applied(repo: string, edit: EditAction | undefined): void {
  if (edit === undefined) throw new Error('there is no edit')
  const patch = join(temporaryFolder(), 'patch')
  writeFileSync(patch, diffOf(edit))
  git(repo, 'apply', patch)
}

describe('A checkout without a config', () => {
  test('is offered a small one: its folder is made, and CircleCI takes it', async () => {
    const place = await setUp()
    expect(await lookAt(config, place.engine)).toMatchObject({ is: 'missing', partly: `there is no ${FILE}` })
    const { outcomes } = await place.walk()
    expect(outcomes.get(ID)).toMatchObject({ is: 'done' })
    expect(Object.keys((parse(place.read()) as { jobs: object }).jobs)).toEqual([
      'build',
      'deploy_heroku',
      'push_docker_hub',
      'push_gce_registry',
    ])
    expect((await lookAt(config, place.engine)).is).toBe('present')
  })

  test('gets no job that is not wanted, and the Go that go.mod asks for', async () => {
    const place = await setUp(
      undefined,
      { circleJobs: 'build,push_docker_hub' },
      { 'go.mod': 'module x\n\ngo 1.26.1\n' },
    )
    await place.walk()
    expect(Object.keys((parse(place.read()) as { jobs: object }).jobs)).toEqual(['build', 'push_docker_hub'])
    expect(place.read()).toContain('cimg/go:1.26"\n')
  })

  test('gets it by hand from the very diff that is shown', async () => {
    const place = await setUp()
    const [edit] = await editsOf(place)
    applied(place.repo, edit)
    expect(place.read()).toBe(edit?.to)
    expect((await lookAt(config, place.engine)).is).toBe('present')
  })

  test.each<[string, (repo: string, outside: string) => void, string]>([
    [
      'whose folder is a link that leads out',
      (repo, outside) => symlinkSync(outside, join(repo, '.circleci')),
      'outside',
    ],
    [
      'whose folder is a link that leads nowhere',
      (repo, outside) => symlinkSync(join(outside, 'none'), join(repo, '.circleci')),
      'outside',
    ],
    [
      'whose file is a link that leads out',
      (repo, outside) => {
        mkdirSync(join(repo, '.circleci'))
        writeFileSync(join(outside, 'theirs.yml'), 'version: 2.1\n')
        symlinkSync(join(outside, 'theirs.yml'), join(repo, FILE))
      },
      'unreadable-file',
    ],
    ['whose folder is a file', repo => writeFileSync(join(repo, '.circleci'), ''), 'unwritable-file'],
  ])('%s is left alone, and that is told', async (_, furnishing, code) => {
    const place = await setUp()
    const outside = temporaryFolder()
    furnishing(place.repo, outside)
    const before = readdirSync(outside)
    const { outcomes } = await place.walk()
    expect(outcomes.get(ID)).toMatchObject({ is: 'failed', cause: { code } })
    expect(readdirSync(outside)).toEqual(before)
    for (const name of before) expect(readFileSync(join(outside, name), 'utf8')).toBe('version: 2.1\n')
  })
})

describe('CircleCI is asked what it says', () => {
  test('of the config with all that is offered put in, for the organization', async () => {
    const place = await setUp(BARE.replace('version: docker28', 'version: 18.06.0-ce'))
    expect((await lookAt(config, place.engine)).is).toBe('missing')
    const [asked] = place.rehearsal.log.filter(({ method }) => method === 'POST')
    const owner = place.circleci().organizations.find(({ slug }) => slug === ORG)?.id
    expect(asked).toMatchObject({
      path: '/api/v2/compile-config-with-defaults',
      body: { config_yaml: expect.stringContaining('context: google-dummyapp'), options: { owner_id: owner } },
      effect: false,
    })
    expect(JSON.stringify(asked?.body)).toContain('version: default')
  })

  test('and without one where it does not know the organization yet', async () => {
    const place = await setUp(BARE)
    for (const one of place.circleci().organizations) one.isUsed = false
    expect((await lookAt(config, place.engine)).is).toBe('missing')
    expect(place.rehearsal.log.at(-1)?.body).not.toHaveProperty('options')
  })

  test('and where it refuses, nothing is edited and no credential is made', async () => {
    const text = BARE.replace('executor: main-builder', 'executor: nobody')
    const place = await setUp(text)
    const token = fakeStep('heroku.token', { after: [ID] })
    const { outcomes } = await walk([config, token], place.engine)
    expect(outcomes.get(ID)).toMatchObject({
      is: 'failed',
      cause: {
        code: 'config',
        said: expect.stringContaining('nobody'),
        means: `CircleCI does not take ${FILE}, also with all that is offered here put in.`,
        next: expect.stringContaining('Mend'),
      },
    })
    expect(outcomes.get('heroku.token')).toMatchObject({ is: 'open', why: 'after' })
    expect(place.read()).toBe(text)
  })

  test('is told to be missing where CircleCI no longer checks configs, and the config goes on', async () => {
    const place = await setUp(BARE)
    place.rehearsal.world.circleci.rules.compiles = false
    expect(await lookAt(config, place.engine)).toMatchObject({ partly: expect.stringContaining('config validate') })
    await place.walk()
    const seen = await lookAt(config, place.engine)
    expect(seen).toMatchObject({ is: 'present', notes: expect.arrayContaining([expect.stringContaining('first run')]) })
  })

  test('also of what is no YAML at all', async () => {
    const place = await setUp('jobs: [\n')
    expect(await lookAt(config, place.engine)).toMatchObject({ is: 'unknown', cause: { code: 'config' } })
  })

  test.each([
    ['compile', 403, 'forbidden'],
    ['compile', 429, 'rate_limit'],
    ['compile', 500, 'unavailable'],
    ['organization', 401, 'unauthorized'],
  ])('and where it does not answer that (%s: %i), nothing is done either', async (path, status, code) => {
    const place = await setUp(BARE)
    place.rehearsal.faults.push({ path: `/api/v2/${path}`, do: { status, body: { message: 'No.' } } })
    const { outcomes } = await place.walk()
    expect(outcomes.get(ID)).toMatchObject({ is: 'failed', cause: { code, said: `${status} No.` } })
    expect(place.read()).toBe(BARE)
  })
})

describe('A dry run', () => {
  test.each([
    ['with a config', BARE],
    ['without one', undefined],
  ])('looks at files alone, and shows the edit that a run makes (%s)', async (_, text) => {
    const place = await setUp(text)
    const { answers } = place.engine
    const dry = config.actions(answers, await config.look(fileLook(answers, place.repo)))
    expect(place.rehearsal.log).toEqual([])
    expect(existsSync(join(place.repo, FILE))).toBe(text !== undefined)
    expect(dry).toEqual(await editsOf(place))
    await place.walk()
    expect(dry.filter(isEdit).map(({ to }) => to)).toEqual([place.read()])
  })
})

describe('Where CI signs in to Google without a key', () => {
  const keyless = { googleRoute: 'keyless', googleServiceAccountId: 'ci-pusher' }

  test('its job gets no context for it, and keeps one that it has', async () => {
    const bare = await setUp(BARE, keyless)
    await bare.walk()
    expect(contextsIn(bare.read()).push_gce_registry).not.toHaveProperty('context')
    expect(contextsIn(bare.read()).push_docker_hub).toMatchObject({ context: 'heroku-and-dockerhub' })
    const own = await setUp(CONFIG, keyless)
    await own.walk()
    expect(contextsIn(own.read()).push_gce_registry).toMatchObject({ context: 'google-dummyapp' })
  })

  test('CircleCI is asked what it says of the sign-in put in', async () => {
    const place = await setUp(BARE, keyless)
    expect((await lookAt(config, place.engine)).is).toBe('missing')
    const asked = place.rehearsal.log.find(({ method }) => method === 'POST')
    expect(JSON.stringify(asked?.body)).toContain('gcloud auth login --cred-file=/tmp/google-credentials.json')
  })

  test('a small config has that sign-in, with the number that Google gives, and neither repairs nor notes', async () => {
    const place = await setUp(undefined, keyless)
    const [edit] = await editsOf(place)
    expect(edit && diffOf(edit)).toContain(
      '+            gcloud iam workload-identity-pools create-cred-config projects/<google',
    )
    expect((await place.walk()).outcomes.get(ID)).toMatchObject({ is: 'failed', cause: { code: 'unknown-yet' } })
    await place.engine.progress.save({ facts: { 'google.project:number': '17' } })
    const { outcomes } = await place.walk()
    expect(outcomes.get(ID)).toMatchObject({ is: 'done' })
    expect(place.read()).toContain(
      'create-cred-config projects/17/locations/global/workloadIdentityPools/circleci-dummyapp',
    )
    expect(place.read()).not.toMatch(/GCLOUD_AUTH_ENCODED|google-dummyapp\b|key\.json/)
    expect(contextsIn(place.read()).push_gce_registry).not.toHaveProperty('context')
    expect(await lookAt(config, place.engine)).toMatchObject({ is: 'present', notes: [] })
    expect((await lookAt(configRepairs, place.engine)).is).toBe('present')
  })

  test('a sign-in that is not understood is told, with the lines to put there', async () => {
    const place = await setUp(CONFIG.replace('--key-file', '--configuration=own --key-file'), keyless)
    await place.walk()
    expect(await lookAt(config, place.engine)).toMatchObject({
      is: 'present',
      notes: expect.arrayContaining([
        expect.stringMatching(
          /^push_gce_registry was left as it is: .*create-cred-config projects\/<google.project:number>/,
        ),
      ]),
    })
  })
})

test('What only a person can do is awaited: where no workflow runs the job, nothing could push', async () => {
  const place = await setUp(BARE.replace(/ {6}- push_gce_registry:\n(?: {10}.*\n)+/, ''))
  const { outcomes } = await place.walk()
  expect(outcomes.get(ID)).toMatchObject({
    is: 'open',
    why: 'person',
    action: { instructions: expect.arrayContaining([expect.stringContaining('No workflow runs push_gce_registry')]) },
  })
  expect(await lookAt(config, place.engine)).toMatchObject({ is: 'missing', state: { byHand: [expect.anything()] } })
})

test('With a job that nobody named, a config that pushes nothing is not done', async () => {
  const place = await setUp('version: 2.1\njobs: { build: { docker: [{ image: a }], steps: [checkout] } }\n', {
    ...{ circleJobs: 'build', herokuJobs: '', dockerHubJobs: '', googleJobs: '' },
  })
  const { outcomes } = await place.walk()
  expect(outcomes.get(ID)).toMatchObject({ is: 'open', why: 'person' })
})

test('An orb that the organization does not allow is an admin’s to turn on, not a fault of the file', async () => {
  const repo = makeCheckout({
    files: { [FILE]: BARE.replace('version: 2.1\n', 'version: 2.1\norbs: { it: acme/tools@1.0.0 }\n') },
  })
  const { engine } = await circlePlace({
    repo,
    change: world => Object.assign(world.circleci.rules, { thirdPartyOrbs: false }),
  })
  expect(await lookAt(config, engine)).toMatchObject({
    is: 'unknown',
    cause: {
      code: 'orbs-not-allowed',
      said: expect.stringContaining('Orb acme/tools@1.0.0 not loaded'),
      means: expect.stringContaining('https://app.circleci.com/settings/organization/github/PennockTech/security'),
      next: expect.stringContaining('To forward'),
    },
  })
})
