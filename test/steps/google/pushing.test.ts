import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Answers } from '../../../src/answers/schema.ts'
import type { Json } from '../../../src/clouds/json.ts'
import type { Outcome } from '../../../src/engine/pass.ts'
import type { Step, StepId } from '../../../src/engine/step.ts'
import { asJson } from '../../../src/output/checklist/model.ts'
import type { Binding } from '../../../src/rehearsal/google/world.ts'
import type { World } from '../../../src/rehearsal/world.ts'
import { confirmPush } from '../../../steps/circleci/confirm-push.ts'
import { firstRun } from '../../../steps/circleci/first-run.ts'
import { grant } from '../../../steps/google/grant.ts'
import { prove } from '../../../steps/google/prove.ts'
import { repository } from '../../../steps/google/repository.ts'
import { strip } from '../../../steps/google/strip.ts'
import { temporaryRole } from '../../../steps/google/temporary-role.ts'
import { buildImages } from '../../../steps/repository/build-images.ts'
import { CONFIG } from '../../rehearsal/circleci-config.ts'
import { E, ME, P, PUSHER } from '../../rehearsal/google-client.ts'
import { gone, lookAt, walk } from '../../support/engine.ts'
import { readyForPush } from '../../support/google.ts'
import { effects } from '../../support/stage.ts'

const STEPS: readonly Step[] = [repository, temporaryRole, firstRun, grant, strip, prove, confirmPush]
const OWNER = { role: 'roles/owner', members: [ME] }
const WRITER = { role: 'roles/artifactregistry.writer', members: [PUSHER] }
/** Lets the owner speak as any account of the project. */
const MAY_SPEAK = { role: 'roles/iam.serviceAccountTokenCreator', members: [ME] }
const SET = `POST /v1/projects/${P}:setIamPolicy`
const SET_ON_REPOSITORY = `POST /v1/projects/${P}/locations/us/repositories/us.gcr.io:setIamPolicy`
const DAY_MS = 86_400_000
/** Nothing comes as far as a push. */
const RED_BUILD = CONFIG.replace('{ run: ./build/build.with-docker.sh }', '{ run: docker push pennocktech/nothing }')
const RERUN = expect.stringMatching(/^POST \/api\/v2\/workflow\/[\da-f-]{36}\/rerun$/)

/** What every exit says of the temporary role. */
const standsOf = ({ engine }: Awaited<ReturnType<typeof readyForPush>>) =>
  temporaryRole.stands?.({ fact: name => engine.progress.saved.facts[name], record: () => undefined })

const pushesIn = ({ circleci }: Awaited<ReturnType<typeof readyForPush>>) =>
  circleci().pipelines.flatMap(({ workflows }) =>
    workflows.flatMap(({ jobs }) => jobs.filter(({ name }) => name === 'push_gce_registry')),
  )

/** What the checklist says that a step writes into a policy, with what was learned put in. */
function printedGrants(step: Step, { engine }: Awaited<ReturnType<typeof readyForPush>>): Json {
  const answers = engine.answers as Answers
  const entry = { step, actions: step.actions(answers) }
  const text = JSON.stringify(asJson([entry], answers, { bases: new Map(), checkout: '/it' }))
  const known = Object.entries(engine.progress.saved.facts)
  const filled = known.reduce((all, [name, value]) => all.replaceAll(`<${name}>`, value), text)
  const { steps } = JSON.parse(filled)
  const [, ...added] = steps[0].actions[0].body.policy.bindings
  return added
}

const stateOf = (outcomes: ReadonlyMap<StepId, Outcome>) =>
  Object.fromEntries(
    [...outcomes].map(([id, one]) => [id, one.is === 'open' ? one.why : one.is === 'failed' ? one.cause.code : one.is]),
  )

test.each(['documented', 'least-privilege'])(
  'Nothing is given where no workflow runs the job that pushes: %s',
  async googleRoute => {
    const config = CONFIG.replace(/ {6}- push_gce_registry:\n(?: {10}.*\n)+/, '')
    const place = await readyForPush({ answers: { googleRoute } })
    mkdirSync(join(place.engine.repo, '.circleci'), { recursive: true })
    writeFileSync(join(place.engine.repo, '.circleci/config.yml'), config)
    const { outcomes } = await walk(STEPS, place.engine)
    expect(stateOf(outcomes)).toMatchObject(
      googleRoute === 'documented'
        ? { 'google.temporary-role': 'no-workflow', 'google.grant': 'after', 'circleci.confirm-push': 'after' }
        : { 'google.prove': 'done', 'circleci.confirm-push': 'no-workflow' },
    )
    expect(place.projectBindings()).toEqual([OWNER])
    expect(await lookAt(confirmPush, place.engine)).toMatchObject({ is: 'unknown', cause: { code: 'no-workflow' } })
  },
)

test('No role on the project is given while CI’s first run cannot begin: an image of it is missing', async () => {
  const place = await readyForPush()
  mkdirSync(join(place.engine.repo, '.circleci'), { recursive: true })
  const config = CONFIG.replace('pennocktech/ci:', 'pennocktech/gone:')
  writeFileSync(join(place.engine.repo, '.circleci/config.yml'), config)
  const { outcomes } = await walk([buildImages, ...STEPS], place.engine)
  expect(stateOf(outcomes)).toMatchObject({
    'repository.build-images': 'image-gone',
    'google.temporary-role': 'after',
    'circleci.first-run': 'after',
  })
  expect(place.projectBindings()).toEqual([OWNER])
})

describe('The documented way', () => {
  test('CI gets a role for its first push, keeps one right on the repository, and pushes again with that alone', async () => {
    const place = await readyForPush({ bindings: [MAY_SPEAK] })
    const { outcomes, events } = await walk(STEPS, place.engine)
    expect(stateOf(outcomes)).toEqual({
      'google.temporary-role': 'done',
      'circleci.first-run': 'done',
      'google.grant': 'done',
      'google.strip': 'done',
      'google.prove': 'done',
      'circleci.confirm-push': 'done',
    })
    expect(place.projectBindings()).toEqual([OWNER, MAY_SPEAK])
    expect(place.repositoryBindings()).toEqual([WRITER])
    const [run] = place.circleci().pipelines
    expect(run?.workflows).toHaveLength(2)
    const earlier = run?.workflows[0]?.jobs.map(({ id }) => id)
    const jobsAgain = run?.workflows[1]?.jobs.filter(({ id }) => !earlier?.includes(id))
    expect(jobsAgain?.map(({ name }) => name)).toEqual(['push_gce_registry'])
    expect(effects(place.rehearsal).filter(one => !one.includes('/pipeline'))).toEqual([
      SET,
      SET_ON_REPOSITORY,
      SET,
      RERUN,
    ])
    expect(events.filter(({ step }) => step === 'google.prove').map(({ detail }) => detail)).toContain(
      'until the roles are gone everywhere, usually 2 to 7 minutes: artifactregistry.repositories.createOnPush is not refused yet',
    )
    expect(outcomes.get('google.prove')).toMatchObject({
      notes: [
        `Asked as the account itself: may upload to us.gcr.io; may not delete there, nor change its policy; may do nothing in ${P}.`,
      ],
    })
  })

  test('the job is run again once, also where the answer to that is lost', async () => {
    const place = await readyForPush({ bindings: [MAY_SPEAK] })
    place.rehearsal.faults.push({ path: '/rerun$', times: 1, do: 'reset-after' })
    const { outcomes } = await walk(STEPS, place.engine)
    expect(stateOf(outcomes)['circleci.confirm-push']).toBe('done')
    expect(place.circleci().pipelines[0]?.workflows).toHaveLength(2)
  })

  test('a first push of which a run took no note before it ended does not pass for the one that confirms', async () => {
    const place = await readyForPush({ bindings: [MAY_SPEAK] })
    await walk([repository, temporaryRole, firstRun, grant, strip, prove], place.engine)
    const { progress } = place.engine
    const noted = Object.keys(progress.saved.facts).filter(name => name.startsWith('circleci.first-run:'))
    // Sooner after it began than the clocks of two vendors may differ.
    const began = Date.parse(pushesIn(place)[0]?.startedAt ?? '')
    const stripped = { 'google.strip:changed': new Date(began + 2_000).toISOString() }
    await progress.save({ facts: { ...gone(noted), ...stripped }, records: gone(['circleci.first-run']) })
    const { outcomes } = await walk(STEPS, place.resumed())
    expect(stateOf(outcomes)['circleci.confirm-push']).toBe('done')
    expect(pushesIn(place)).toHaveLength(2)
  })

  test('and a second walk finds all of it done', async () => {
    const place = await readyForPush({ bindings: [MAY_SPEAK] })
    await walk(STEPS, place.engine)
    const before = effects(place.rehearsal).length
    const { plan, outcomes } = await walk(STEPS, place.resumed())
    expect(plan.map(({ step, seen }) => [step.id, seen.is]).filter(([, is]) => is !== 'present')).toEqual([])
    expect(stateOf(outcomes)['circleci.confirm-push']).toBe('done')
    expect(effects(place.rehearsal)).toHaveLength(before)
  })

  test('the plan says beforehand what is given and taken away', async () => {
    const place = await readyForPush()
    const { plan } = await walk(STEPS, place.engine, { stop: AbortSignal.abort() })
    expect(plan.map(({ step, actions }) => [step.id, actions.map(({ key }) => key)])).toEqual([
      ['google.temporary-role', ['grant']],
      ['circleci.first-run', ['trigger']],
      ['google.grant', ['grant']],
      ['google.strip', ['strip']],
      ['google.prove', []],
      ['circleci.confirm-push', ['rerun']],
    ])
  })
})

describe('The route of least privilege', () => {
  test('makes the repository first, and gives no role on the project at any time', async () => {
    const place = await readyForPush({ answers: { googleRoute: 'least-privilege' } })
    const { outcomes } = await walk(STEPS, place.engine)
    expect(stateOf(outcomes)).toEqual({
      'google.repository': 'done',
      'circleci.first-run': 'done',
      'google.grant': 'done',
      'google.strip': 'done',
      'google.prove': 'done',
      'circleci.confirm-push': 'done',
    })
    expect(place.projectBindings()).toEqual([OWNER])
    expect(place.repositoryBindings()).toEqual([WRITER])
    expect(effects(place.rehearsal).filter(one => one.includes(E) || one.includes(SET))).toEqual([])
    expect(place.circleci().pipelines[0]?.workflows).toHaveLength(1)
  })
})

describe('The temporary role', () => {
  test('ends by itself after a day, and every exit says so while it stands', async () => {
    const place = await readyForPush({ config: RED_BUILD })
    const { outcomes } = await walk(STEPS, place.engine)
    expect(stateOf(outcomes)).toMatchObject({
      'google.temporary-role': 'done',
      'circleci.first-run': 'job-failed',
      'google.grant': 'after',
      'google.strip': 'after',
    })
    const [binding] = place.projectBindings().filter(({ role }) => role !== 'roles/owner')
    expect(binding).toMatchObject({ members: [PUSHER], condition: { title: 'dummyapp-setup: ends by itself' } })
    const until = place.engine.progress.saved.facts['google.temporary-role:until'] ?? ''
    expect(binding?.condition?.expression).toBe(`request.time < timestamp("${until}")`)
    expect(Date.parse(until) - Date.parse('2026-11-22T10:00:00Z')).toBeGreaterThanOrEqual(DAY_MS)
    expect(standsOf(place)).toBe(
      `CI’s account still has roles/artifactregistry.createOnPushWriter on the whole project, until ${until.slice(0, 16).replace('T', ' ')} UTC: google.strip takes it away once the first image is in.`,
    )
    // Also on a machine that has not given it.
    await place.engine.progress.save({ facts: gone(Object.keys(place.engine.progress.saved.facts)) })
    await walk([temporaryRole], place.engine)
    expect(place.engine.progress.saved.facts['google.temporary-role:until']).toBe(until)
  })

  test('is printed with the end that it has', async () => {
    const place = await readyForPush({ config: RED_BUILD })
    await walk([temporaryRole], place.engine)
    expect(printedGrants(temporaryRole, place)).toEqual(
      place.projectBindings().filter(({ members }) => members.includes(PUSHER)),
    )
  })

  test('is given anew where it has ended before the first push', async () => {
    const place = await readyForPush({ config: RED_BUILD })
    await walk([temporaryRole], place.engine)
    expect((await walk([temporaryRole], place.engine)).plan[0]?.seen.is).toBe('present')
    place.pass(DAY_MS / 1000 + 60)
    const { plan } = await walk([temporaryRole], place.engine)
    expect(plan[0]?.seen.is).toBe('missing')
    expect(stateOf((await walk([temporaryRole], place.engine)).outcomes)).toEqual({ 'google.temporary-role': 'done' })
  })

  test('is given without an end where Google takes no condition there', async () => {
    const place = await readyForPush({
      config: RED_BUILD,
      change: ({ google }) => void Object.assign(google.rules, { takesConditions: false }),
    })
    const { outcomes } = await walk([temporaryRole], place.engine)
    expect(stateOf(outcomes)).toEqual({ 'google.temporary-role': 'done' })
    expect(place.projectBindings()).toContainEqual({
      role: 'roles/artifactregistry.createOnPushWriter',
      members: [PUSHER],
    })
    expect(standsOf(place)).toContain('on the whole project, without an end:')
  })

  test.each([
    ['for want of a right', { status: 403, body: { error: { message: 'Policy update access denied.' } } }],
    [
      'by an organization’s rule, in words about conditions',
      { status: 403, body: { error: { message: 'Denied on a condition.' } } },
    ],
    ['for another reason', { status: 400, body: { error: { message: 'Request contains an invalid argument.' } } }],
  ])('is not given without an end where Google refuses it %s', async (_, refused) => {
    const place = await readyForPush({ config: RED_BUILD })
    place.rehearsal.faults.push({ path: `projects/${P}:setIamPolicy`, times: 1, do: refused })
    const { outcomes } = await walk([temporaryRole], place.engine)
    expect(outcomes.get('google.temporary-role')).toMatchObject({ is: 'failed' })
    expect(place.rehearsal.log.filter(({ path }) => path.endsWith(`projects/${P}:setIamPolicy`))).toHaveLength(1)
    expect(place.projectBindings()).toEqual([OWNER])
  })

  test('and nothing else is said any more once it was taken away', async () => {
    const place = await readyForPush({ bindings: [MAY_SPEAK] })
    await walk(STEPS, place.engine)
    expect(standsOf(place)).toBeUndefined()
  })
})

describe('Other jobs that are red', () => {
  test('do not keep the broad role: granted and stripped as soon as the repository is there', async () => {
    const place = await readyForPush({
      bindings: [MAY_SPEAK],
      change: ({ circleci }) => {
        for (const { variables } of circleci.contexts)
          for (const one of variables) if (one.name === 'DOCKERHUB_PASS') one.value = 'no longer good'
      },
    })
    const { outcomes } = await walk(STEPS, place.engine)
    expect(stateOf(outcomes)).toEqual({
      'google.temporary-role': 'done',
      'circleci.first-run': 'job-failed',
      'google.grant': 'done',
      'google.strip': 'done',
      'google.prove': 'done',
      'circleci.confirm-push': 'after',
    })
    expect(place.projectBindings()).toEqual([OWNER, MAY_SPEAK])
  })
})

describe('Whoever may not speak as the account', () => {
  test('waits as long as a change takes at most, and is told that it was read from policies', async () => {
    const place = await readyForPush()
    const { outcomes, events } = await walk(STEPS, place.engine)
    expect(stateOf(outcomes)['circleci.confirm-push']).toBe('done')
    expect(events.filter(({ step }) => step === 'google.prove').map(({ detail }) => detail)).toContain(
      'until Google has taken the roles away everywhere, which takes up to 7 minutes; you may not ask as the account',
    )
    const notes = outcomes.get('google.prove')
    expect(notes).toMatchObject({ notes: [expect.stringMatching(/^From the policies and what their roles hold/)] })
    const stripped = Date.parse(place.engine.progress.saved.facts['google.strip:changed'] ?? '')
    const rerun = place.rehearsal.log.find(({ path }) => path.endsWith('/rerun'))
    expect(Date.parse(rerun?.at ?? '') - stripped).toBeGreaterThanOrEqual(420_000)
  })

  test('is not denied again and again, and few requests are made meanwhile', async () => {
    const place = await readyForPush()
    const { rehearsal, engine } = place
    await walk(STEPS, engine)
    const denied = rehearsal.log.filter(({ status, path }) => status === 403 && path.includes(':generateAccessToken'))
    expect(denied).toEqual([])
    const stripped = Date.parse(engine.progress.saved.facts['google.strip:changed'] ?? '')
    const rerun = rehearsal.log.findLastIndex(({ path }) => path.endsWith('/rerun'))
    const waiting = rehearsal.log.slice(0, rerun).filter(({ at }) => Date.parse(at) > stripped)
    expect(waiting.length).toBeLessThanOrEqual(60)
    expect(
      waiting.filter(({ path }) => path.includes('/serviceAccounts/') && path.endsWith(':testIamPermissions')).length,
    ).toBeLessThanOrEqual(3)
  })
})

describe('A role from above the project', () => {
  const FOLDER = '70000000001'
  const above = (world: World) => {
    const folder = {
      id: FOLDER,
      displayName: 'Team',
      parent: 'organizations/1',
      policy: { bindings: [], changes: 0, former: [] },
      orgPolicies: [],
    }
    folder.policy.bindings = [
      { role: 'roles/editor', members: [PUSHER] },
      { role: 'roles/resourcemanager.organizationAdmin', members: [ME] },
    ] as never
    world.google.folders.push(folder)
    for (const project of world.google.projects) project.parent = `folders/${FOLDER}`
  }

  test('is for somebody there to take away, and is told with the command', async () => {
    const place = await readyForPush({ change: above })
    const { outcomes } = await walk(STEPS, place.engine)
    expect(outcomes.get('google.prove')).toMatchObject({
      is: 'open',
      why: 'person',
      action: {
        who: `an administrator of folders/${FOLDER}`,
        forward: `Please remove roles/editor from ${PUSHER} on folders/${FOLDER}: CI only pushes images to one repository, and needs no more.`,
      },
    })
    expect(stateOf(outcomes)['circleci.confirm-push']).toBe('after')
  })

  test('that is not for the person to see is told as that', async () => {
    const place = await readyForPush({
      change: world => {
        above(world)
        for (const { policy } of world.google.folders) policy.bindings = []
      },
    })
    const { outcomes } = await walk(STEPS, place.engine)
    expect(outcomes.get('google.prove')).toMatchObject({
      is: 'done',
      notes: expect.arrayContaining([
        `What folders/${FOLDER} grants is not for you to read: a role from there would not be seen in its policy.`,
      ]),
    })
  })
})

describe('An account that this set-up did not make', () => {
  const EDITOR = { role: 'roles/editor', members: [PUSHER] }
  async function adopted(has: Binding = EDITOR) {
    const place = await readyForPush({ bindings: [has, MAY_SPEAK] })
    const record = { how: 'adopted', by: 'a test', at: '2026-01-01T00:00:00.000Z' } as const
    await place.engine.progress.save({ records: { 'google.service-account': record } })
    return place
  }

  test('keeps what it has until somebody types its name', async () => {
    const place = await adopted()
    const { plan, outcomes } = await walk(STEPS, place.engine)
    expect(plan.find(({ step }) => step.id === 'google.strip')?.seen).toMatchObject({
      is: 'differs',
      typed: 'ci-pusher',
    })
    expect(stateOf(outcomes)).toMatchObject({ 'google.grant': 'done', 'google.strip': 'consent' })
    expect(place.projectBindings()).toContainEqual(EDITOR)
  })

  test('keeps even the role that the first push takes, where somebody gave it on a condition of their own', async () => {
    const theirs = {
      role: 'roles/artifactregistry.createOnPushWriter',
      members: [PUSHER],
      condition: { title: 'nightly builds', expression: 'request.time < timestamp("2030-01-01T00:00:00Z")' },
    }
    const place = await adopted(theirs)
    const { plan, outcomes } = await walk([strip], place.engine)
    expect(plan).toMatchObject([{ seen: { is: 'differs', typed: 'ci-pusher' } }])
    expect(stateOf(outcomes)).toEqual({ 'google.strip': 'consent' })
    expect(place.projectBindings()).toContainEqual(theirs)
  })

  test('is stripped with consent, and what it had is kept, on disk before it is gone', async () => {
    const place = await adopted()
    const onDisk: string[] = []
    place.rehearsal.hook = (phase, { method, path }) => {
      if (phase !== 'before' || `${method} ${path}` !== SET) return
      onDisk.push(JSON.parse(readFileSync(place.engine.progress.file, 'utf8')).facts['google.strip:removed'] ?? '[]')
    }
    const { outcomes } = await walk(STEPS, place.engine, { agreed: ['google.strip'] })
    expect(stateOf(outcomes)['circleci.confirm-push']).toBe('done')
    expect(place.projectBindings()).toEqual([OWNER, MAY_SPEAK])
    expect(JSON.parse(place.engine.progress.saved.facts['google.strip:removed'] ?? '')).toContainEqual(EDITOR)
    expect(JSON.parse(onDisk.at(-1) ?? '[]')).toContainEqual(EDITOR)
  })
})

describe('On the repository, the roles of an account', () => {
  const READER = { role: 'roles/artifactregistry.reader', members: [PUSHER, 'user:lee@example.com'] }
  const UNTIL_2030 = {
    ...WRITER,
    condition: { title: 't', expression: 'request.time < timestamp("2030-01-01T00:00:00Z")' },
  }
  const theirs = { how: 'adopted', by: 'a test', at: '2026-01-01T00:00:00.000Z' } as const

  /** The repository is there, and this set-up did not make the account. */
  async function adopted(...bindings: readonly Binding[]) {
    const place = await readyForPush({ answers: { googleRoute: 'least-privilege' } })
    await walk([repository], place.engine)
    await place.engine.progress.save({ records: { 'google.service-account': theirs } })
    for (const { policy } of place.google().repositories) policy.bindings = structuredClone([...bindings])
    return { ...place, engine: place.resumed() }
  }

  test.each([
    ['another role', READER],
    ['the role on a condition', UNTIL_2030],
  ])('that is not ours go only with its typed name: %s', async (_, binding) => {
    const place = await adopted(binding)
    const { plan, outcomes } = await walk([grant], place.engine)
    expect(plan).toMatchObject([{ seen: { is: 'differs', typed: 'ci-pusher' }, consents: ['replace'] }])
    expect(stateOf(outcomes)).toEqual({ 'google.grant': 'consent' })
    expect(place.repositoryBindings()).toEqual([binding])
    await walk([grant], place.engine, { agreed: ['google.grant'] })
    const members = binding.members.filter(member => member !== PUSHER)
    expect(place.repositoryBindings()).toEqual([...(members.length > 0 ? [{ ...binding, members }] : []), WRITER])
    expect(place.engine.progress.saved.facts['google.grant:removed']).toContain(binding.role)
  })

  test('need no consent where there is none to take away', async () => {
    const place = await adopted()
    expect(stateOf((await walk([grant], place.engine)).outcomes)).toEqual({ 'google.grant': 'done' })
    expect(place.repositoryBindings()).toEqual([WRITER])
  })

  test('are changed beside those of others, whose conditions stay', async () => {
    const lees = { ...UNTIL_2030, members: ['user:lee@example.com'] }
    const place = await adopted(lees)
    await walk([grant], place.engine)
    expect(place.repositoryBindings()).toEqual([lees, WRITER])
  })
})

describe('Where CI cannot push after the strip', () => {
  /** Somebody takes the grant away while the proof waits, so that the push that confirms is denied. */
  async function denied() {
    const place = await readyForPush({ bindings: [MAY_SPEAK] })
    place.rehearsal.hook = (phase, { path }) => {
      if (phase === 'before' && path.endsWith('/rerun')) {
        for (const { policy } of place.google().repositories) policy.bindings = []
        place.google().rules.propagationMs = 0
      }
    }
    const walked = await walk(STEPS, place.engine)
    place.rehearsal.hook = undefined
    return { place, walked }
  }

  test('it is told with CI’s last lines and the way back', async () => {
    const { walked } = await denied()
    expect(walked.outcomes.get('circleci.confirm-push')).toMatchObject({
      is: 'failed',
      cause: {
        code: 'job-failed',
        said: expect.stringContaining('denied: Permission "artifactregistry.repositories.uploadArtifacts" denied'),
        next: expect.stringContaining('dummyapp-setup --replace google.strip gives the account back what it had'),
      },
    })
  })

  test('what it had is offered back, given back with consent, and no second time taken away without', async () => {
    const { place } = await denied()
    const look = async () => (await walk([strip], place.resumed(), { stop: AbortSignal.abort() })).plan[0]
    expect((await look())?.seen).toMatchObject({
      is: 'differs',
      offer: 'give back roles/artifactregistry.createOnPushWriter (on the condition “dummyapp-setup: ends by itself”)',
    })
    expect(stateOf((await walk([strip], place.resumed())).outcomes)).toEqual({ 'google.strip': 'consent' })
    const viewer = { role: 'roles/viewer', members: ['user:lee@example.com'] }
    place.google().users.push({ email: 'lee@example.com', tokens: [], acceptedTerms: true, projectQuota: null })
    for (const project of place.google().projects) project.policy.bindings.push(viewer)
    await walk([strip], place.resumed(), { agreed: ['google.strip'] })
    expect(place.projectBindings()).toEqual(
      expect.arrayContaining([
        OWNER,
        viewer,
        expect.objectContaining({ members: [PUSHER], condition: expect.anything() }),
      ]),
    )
    expect((await look())?.seen).toMatchObject({
      is: 'differs',
      offer: 'take them away again',
      keep: expect.anything(),
    })
    await walk([strip], place.resumed(), { agreed: ['google.strip'] })
    expect(place.projectBindings()).not.toContainEqual(expect.objectContaining({ members: [PUSHER] }))
  })
})

describe('Another writer of the policy beside the strip', () => {
  test('loses nothing, and keeps nothing from being stripped', async () => {
    const place = await readyForPush({ bindings: [MAY_SPEAK] })
    const added: string[] = []
    place.rehearsal.hook = (phase, { path }) => {
      if (phase !== 'before' || path !== `/v1/projects/${P}:setIamPolicy` || added.length === 3) return
      const email = `guest-${added.length}@example.com`
      added.push(`user:${email}`)
      const { users, projects } = place.google()
      users.push({ email, tokens: [], acceptedTerms: true, projectQuota: null })
      for (const { policy } of projects) {
        policy.bindings.push({
          role: 'roles/artifactregistry.reader',
          members: [`user:${email}`],
          condition: { title: email, expression: 'request.time < timestamp("2030-01-01T00:00:00Z")' },
        })
        policy.changes += 1
      }
    }
    const { outcomes } = await walk(STEPS, place.engine)
    expect(stateOf(outcomes)).toMatchObject({ 'google.temporary-role': 'done', 'google.strip': 'done' })
    expect(place.projectBindings().flatMap(({ members }) => members)).toEqual([ME, ME, ...added])
  })
})

describe('What is left of others', () => {
  test('is reported: an account of that name that was deleted, groups, everybody', async () => {
    const place = await readyForPush({ bindings: [MAY_SPEAK] })
    await walk(STEPS, place.engine)
    const gone = `deleted:${PUSHER}?uid=1`
    for (const { policy } of place.google().repositories) {
      policy.bindings.push({
        role: 'roles/artifactregistry.reader',
        members: [gone, 'group:team@example.com', 'allUsers'],
      })
    }
    for (const { policy } of place.google().accounts) {
      policy.bindings.push({ role: 'roles/iam.serviceAccountUser', members: ['user:lee@example.com'] })
    }
    const { outcomes } = await walk([prove], place.resumed())
    expect(outcomes.get('google.prove')).toMatchObject({
      notes: expect.arrayContaining([
        'By the account’s own policy others may act as it: user:lee@example.com (roles/iam.serviceAccountUser).',
        'Whether CI’s account is in group:team@example.com, no policy tells.',
        `Left of an account of that name that was deleted: ${gone}.`,
        'The repository is open: allUsers has roles/artifactregistry.reader.',
      ]),
    })
  })

  test('is no least privilege where everybody may push to the project', async () => {
    const place = await readyForPush({ bindings: [MAY_SPEAK] })
    await walk(STEPS, place.engine)
    for (const { policy } of place.google().projects) {
      policy.bindings.push({ role: 'roles/artifactregistry.admin', members: ['allAuthenticatedUsers'] })
    }
    expect((await walk([prove], place.resumed())).outcomes.get('google.prove')).toMatchObject({
      is: 'failed',
      cause: { code: 'not-least-privilege', said: expect.stringContaining('has artifactregistry.tags.delete') },
    })
  })

  test('of the account itself in the repository goes with the grant', async () => {
    const place = await readyForPush({ bindings: [MAY_SPEAK] })
    await walk(STEPS, place.engine)
    for (const { policy } of place.google().repositories) {
      policy.bindings.push({ role: 'roles/artifactregistry.repoAdmin', members: [PUSHER] })
    }
    const { plan, outcomes } = await walk([grant], place.resumed())
    expect(plan[0]?.seen).toMatchObject({ is: 'missing', partly: 'has roles/artifactregistry.repoAdmin there' })
    expect(stateOf(outcomes)).toEqual({ 'google.grant': 'done' })
    expect(place.repositoryBindings()).toEqual([WRITER])
  })
})

describe('What never comes to count', () => {
  test('is a failure in the end, and not waited for without one', async () => {
    const place = await readyForPush({ bindings: [MAY_SPEAK] })
    place.rehearsal.faults.push({ path: 'repositories/us.gcr.io:testIamPermissions', do: { status: 404, body: {} } })
    const { outcomes } = await walk(STEPS, place.engine)
    expect(outcomes.get('google.prove')).toMatchObject({ is: 'failed', cause: { code: 'not-in-force' } })
  })
})
