import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { diffLines } from 'diff'
import { describe, expect, test } from 'vitest'
import type { Known } from '../../../src/answers/schema.ts'
import { fileLook } from '../../../src/engine/engine.ts'
import { openConsent } from '../../../src/engine/pass.ts'
import type { Action, EditAction } from '../../../src/engine/step.ts'
import { shown } from '../../../src/engine/text.ts'
import { diffOf } from '../../../src/output/diff.ts'
import { DOCUMENTED } from '../../../src/rehearsal/stand-in/checkouts.ts'
import { config } from '../../../steps/circleci/config.ts'
import { configRepairs } from '../../../steps/circleci/config-repairs.ts'
import { OLD_CONFIG as OLD } from '../../rehearsal/circleci-config.ts'
import { git, makeCheckout } from '../../support/checkout.ts'
import { circlePlace } from '../../support/circleci.ts'
import { lookAt, walk } from '../../support/engine.ts'
import { temporaryFolder } from '../../support/folder.ts'

const ID = 'circleci.config-repairs'
const FILE = '.circleci/config.yml'

const ENGINE = ['{ version: 18.06.0-ce }', '{ version: default }'] as const
const NAME = ['DOCKER_PROJECT: yourname/dummyapp', 'DOCKER_PROJECT: pennocktech/dummyapp'] as const

async function setUp(text?: string, answers: Partial<Known> = {}) {
  const repo = makeCheckout({ files: { 'README.md': '', ...(text !== undefined && { [FILE]: text }) } })
  const place = await circlePlace({ repo, answers })
  return {
    ...place,
    repo,
    read: () => readFileSync(join(repo, FILE), 'utf8'),
    write: (now: string) => writeFileSync(join(repo, FILE), now),
  }
}

const isEdit = (action: Action): action is EditAction => action.kind === 'edit'

describe('Each repair', () => {
  test('is an edit with a diff of its own that changes one value', async () => {
    const { engine } = await setUp(OLD)
    const edits = configRepairs.actions(engine.answers, await lookAt(configRepairs, engine)).filter(isEdit)
    const changes = edits.map(({ from, to }) =>
      diffLines(shown(from), shown(to))
        .filter(({ added, removed }) => added || removed)
        .map(({ value }) => value.trim()),
    )
    expect(changes).toEqual([
      [expect.stringContaining(ENGINE[0]), expect.stringContaining(ENGINE[1])],
      [expect.stringContaining(NAME[0]), expect.stringContaining(NAME[1])],
    ])
    expect(new Set(edits.map(({ key }) => key)).size).toBe(2)
    expect(edits.map(({ does }) => shown(does))).toEqual([
      expect.stringContaining('18.06.0-ce becomes default. CircleCI no longer offers'),
      expect.stringContaining('yourname/dummyapp becomes pennocktech/dummyapp. It names yourname/dummyapp'),
    ])
  })

  test('is done by hand by its diff, one after the other', async () => {
    const { engine, repo, read } = await setUp(OLD)
    const edits = configRepairs.actions(engine.answers, await lookAt(configRepairs, engine)).filter(isEdit)
    const patch = join(temporaryFolder(), 'patch')
    for (const edit of edits) {
      writeFileSync(patch, diffOf(edit))
      git(repo, 'apply', patch)
    }
    expect(read()).toBe(OLD.replace(...ENGINE).replace(...NAME))
    expect((await lookAt(configRepairs, engine)).is).toBe('present')
  })

  test('is seen by a dry run, from the file alone', async () => {
    const { engine, repo, rehearsal } = await setUp(OLD)
    const seen = await configRepairs.look(fileLook(engine.answers, repo))
    expect(seen).toEqual(await lookAt(configRepairs, engine))
    expect(rehearsal.log).toEqual([])
  })
})

describe('What differs', () => {
  test('stays until somebody consents, and says what would be replaced', async () => {
    const { engine, read } = await setUp(OLD)
    const { outcomes, plan } = await walk([configRepairs], engine)
    expect(plan[0]?.consents).toEqual(['replace'])
    expect(plan[0] && openConsent(plan[0])).toBe(
      'DOCKER_PROJECT (executors.main-builder.environment.DOCKER_PROJECT) is yourname/dummyapp, expected pennocktech/dummyapp; the version of the remote Docker engine (jobs.build.steps.1.setup_remote_docker.version) is 18.06.0-ce, expected default',
    )
    expect(outcomes.get(ID)).toMatchObject({ is: 'open', why: 'consent' })
    expect(read()).toBe(OLD)
    const agreed = await walk([configRepairs], engine, { agreed: [ID] })
    expect(agreed.outcomes.get(ID)).toMatchObject({ is: 'done' })
    expect(read()).toBe(OLD.replace(...ENGINE).replace(...NAME))
    expect((await lookAt(configRepairs, engine)).is).toBe('present')
  })

  const NAMED = `${ID}/executors.main-builder.environment.DOCKER_PROJECT`
  const VERSIONED = `${ID}/jobs.build.steps.1.setup_remote_docker.version`

  test.each<[string, readonly [string, string], string, string]>([
    ['the engine', ENGINE, VERSIONED, NAMED],
    ['the name', NAME, NAMED, VERSIONED],
  ])('is taken or left value by value: %s alone', async (_, change, taken, left) => {
    const { engine, read } = await setUp(OLD)
    const { outcomes } = await walk([configRepairs], engine, { agreed: [taken], kept: [left] })
    expect(outcomes.get(ID)).toMatchObject({ is: 'done', notes: [expect.stringContaining(`--replace ${left}`)] })
    expect(read()).toBe(OLD.replace(...change))
    const later = await walk([configRepairs], engine)
    expect(later.plan[0]).toMatchObject({ isKept: true, actions: [] })
    await walk([configRepairs], engine, { agreed: [left] })
    expect(read()).toBe(OLD.replace(...ENGINE).replace(...NAME))
  })

  test('is nothing where there is no config, or nothing to repair', async () => {
    for (const text of [undefined, OLD.replace(...ENGINE).replace(...NAME)]) {
      const { engine } = await setUp(text)
      expect((await lookAt(configRepairs, engine)).is).toBe('present')
    }
  })
})

describe('The sign-in to Google without a key', () => {
  const KEY = /^ +printf .*\n.*activate-service-account.*\n/m
  const LOGIN = `${ID}/jobs.push_gce_registry.steps.0.run.command`
  const answers = { googleRoute: 'keyless', googleServiceAccountId: 'ci-pusher' }
  const keyless = (number: string) =>
    OLD.replace(
      KEY,
      () => `            printf '%s' "$CIRCLE_OIDC_TOKEN" >/tmp/circleci-oidc-token
            gcloud iam workload-identity-pools create-cred-config projects/${number}/locations/global/workloadIdentityPools/circleci-dummyapp/providers/circleci --service-account=ci-pusher@dummyapp-214121.iam.gserviceaccount.com --credential-source-file=/tmp/circleci-oidc-token --output-file=/tmp/google-credentials.json
            gcloud auth login --cred-file=/tmp/google-credentials.json
`,
    )
  const known = (place: Awaited<ReturnType<typeof setUp>>, number: string) =>
    place.engine.progress.save({ facts: { 'google.project:number': number } })

  test('is one more repair, with its own diff and its own yes', async () => {
    const place = await setUp(OLD, answers)
    await known(place, '17')
    const { plan } = await walk([configRepairs], place.engine)
    const edit = plan[0]?.actions.filter(isEdit).find(({ key }) => LOGIN.endsWith(key))
    expect(edit && diffOf(edit)).toContain('create-cred-config projects/<google.project:number>/locations')
    await walk([configRepairs], place.engine, { agreed: [LOGIN] })
    expect(place.read()).toBe(keyless('17'))
  })

  test('is agreed to before the number is known, and carried out with it, also with the other repairs', async () => {
    const place = await setUp(OLD, answers)
    const all = { agreed: [ID], meanwhile: () => known(place, '17') }
    const { outcomes } = await walk([configRepairs], place.engine, all)
    expect(outcomes.get(ID)).toMatchObject({ is: 'done' })
    expect(place.read()).toBe(
      keyless('17')
        .replace(...ENGINE)
        .replace(...NAME),
    )
    expect((await lookAt(configRepairs, place.engine)).is).toBe('present')
    expect((await configRepairs.look(fileLook(place.engine.answers, place.repo))).is).toBe('present')
    await known(place, '18')
    expect(await lookAt(configRepairs, place.engine)).toMatchObject({
      is: 'differs',
      how: [{ action: expect.any(String) }],
    })
  })

  test('is not carried out while the number is not known', async () => {
    const place = await setUp(OLD, answers)
    const { outcomes } = await walk([configRepairs], place.engine, { agreed: [LOGIN] })
    expect(outcomes.get(ID)).toMatchObject({ is: 'failed', cause: { code: 'unknown-yet' } })
    expect(place.read()).toBe(OLD)
  })

  test('is left by choice, whether the number is known or not', async () => {
    const place = await setUp(OLD.replace(...ENGINE).replace(...NAME), answers)
    await walk([configRepairs], place.engine, { kept: [LOGIN] })
    expect((await walk([configRepairs], place.engine)).plan[0]).toMatchObject({ isKept: true })
    await known(place, '17')
    expect((await walk([configRepairs], place.engine)).plan[0]).toMatchObject({ isKept: true })
  })

  test.each([
    ['has a key', { ...answers, googleRoute: 'documented' }, OLD],
    ['is a person’s own', { ...answers, googleRoute: 'least-privilege' }, keyless('17')],
    ['is of a job that is not wanted', { ...answers, circleJobs: 'build,deploy_heroku' }, OLD],
  ])('is not proposed where CI %s', async (_, chosen, text) => {
    const place = await setUp(text.replace(...ENGINE).replace(...NAME), chosen)
    expect((await lookAt(configRepairs, place.engine)).is).toBe('present')
  })
})

describe('With what is put in, in one pass,', () => {
  test.each([
    ['as it is', (text: string) => text],
    ['with the line ends of Windows', (text: string) => text.replaceAll('\n', '\r\n')],
  ])('both are carried out, and each changes what was agreed (%s)', async (_, ends) => {
    const { engine, read, write } = await setUp(ends(OLD))
    const { outcomes } = await walk([config, configRepairs], engine, { agreed: [ID] })
    expect(outcomes.get('circleci.config')).toMatchObject({ is: 'done' })
    expect(outcomes.get(ID)).toMatchObject({ is: 'done' })
    const both = read()
    write(ends(OLD))
    await walk([config], engine)
    expect(both).toBe(
      read()
        .replace(...ENGINE)
        .replace(...NAME),
    )
  })

  test('what is put in does not wait for the consent to the repairs', async () => {
    const { engine, read } = await setUp(OLD)
    const { outcomes } = await walk([config, configRepairs], engine)
    expect(outcomes.get('circleci.config')).toMatchObject({ is: 'done' })
    expect(outcomes.get(ID)).toMatchObject({ is: 'open', why: 'consent' })
    expect(read()).toContain('context: google-dummyapp')
    expect(read()).toContain(ENGINE[0])
  })

  test('a value that somebody changes meanwhile is left alone', async () => {
    const { engine, read, write } = await setUp(OLD)
    const theirs = OLD.replace('18.06.0-ce', '19.03.12')
    const { outcomes } = await walk([configRepairs], engine, { agreed: [ID], meanwhile: () => write(theirs) })
    expect(outcomes.get(ID)).toMatchObject({ is: 'open', why: 'changed' })
    expect(read()).toBe(theirs)
  })

  test('a line that somebody adds meanwhile stays, and what was agreed is done', async () => {
    const { engine, read, write } = await setUp(OLD)
    const theirs = `# theirs\n${OLD}`
    const { outcomes } = await walk([configRepairs], engine, { agreed: [ID], meanwhile: () => write(theirs) })
    expect(outcomes.get(ID)).toMatchObject({ is: 'done' })
    expect(read()).toBe(theirs.replace(...ENGINE).replace(...NAME))
  })
})

describe('A context that is not to stay on a job of ours', () => {
  const REAL = DOCUMENTED.files['.circleci/config.yml'] ?? ''
  const lines = (before: string, after: string) =>
    diffLines(before, after).flatMap(({ added, removed, value }) =>
      added || removed
        ? value
            .trimEnd()
            .split('\n')
            .map(line => `${added ? '+' : '-'}${line}`)
        : [],
    )
  const offered = async (text: string, answers: Partial<Known>) => {
    const { engine } = await setUp(text, answers)
    const edits = configRepairs.actions(engine.answers, await lookAt(configRepairs, engine)).filter(isEdit)
    return edits.flatMap(({ key, from, to }) => (key.endsWith('.context') ? lines(shown(from), shown(to)) : []))
  }

  test('is taken off the job for Google where that signs in without a key', async () => {
    expect(await offered(REAL, { googleRoute: 'keyless', defaultBranch: 'master' })).toEqual([
      '-          context: google-dummyapp',
    ])
  })

  test('stays where it is the one that the answers name', async () => {
    expect(await offered(REAL, {})).toEqual([])
  })

  test('goes where another name was taken in its place, before and after that is written', async () => {
    const text = REAL.replace('google-dummyapp', 'mine').replaceAll('heroku-and-dockerhub', 'theirs')
    const named = { googleContext: 'mine', herokuContext: 'theirs-dummyapp-2' }
    expect(await offered(text, named)).toEqual(['-          context: theirs', '+          context: theirs-dummyapp-2'])
    const { engine, read } = await setUp(text, named)
    expect((await walk([config], engine)).outcomes.get('circleci.config')).toMatchObject({ is: 'done' })
    expect(read()).toContain('          context: [theirs, theirs-dummyapp-2]\n')
    await walk([configRepairs], engine, { agreed: [ID] })
    expect(read()).not.toMatch(/^[^#\n]*\btheirs\b(?!-)/m)
    expect(read().match(/theirs-dummyapp-2/g)).toHaveLength(2)
  })

  test('goes in a fork, where the document’s own does not exist', async () => {
    expect(await offered(REAL, { googleContext: 'google-app', circleProject: 'gh/acme/app' })).toEqual([
      '-          context: google-dummyapp',
      '+          context: google-app',
    ])
  })
})
