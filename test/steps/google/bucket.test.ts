import { describe, expect, test } from 'vitest'
import type { Answers, Known } from '../../../src/answers/schema.ts'
import type { Outcome } from '../../../src/engine/pass.ts'
import type { Step, StepId } from '../../../src/engine/step.ts'
import { shown } from '../../../src/engine/text.ts'
import type { Binding } from '../../../src/rehearsal/google/world.ts'
import type { World } from '../../../src/rehearsal/world.ts'
import { confirmPush } from '../../../steps/circleci/confirm-push.ts'
import { firstRun } from '../../../steps/circleci/first-run.ts'
import { bucket } from '../../../steps/google/bucket.ts'
import { grant } from '../../../steps/google/grant.ts'
import { prove } from '../../../steps/google/prove.ts'
import { repository } from '../../../steps/google/repository.ts'
import { strip } from '../../../steps/google/strip.ts'
import { temporaryRole } from '../../../steps/google/temporary-role.ts'
import { ME, P, PUSHER } from '../../rehearsal/google-client.ts'
import { walk } from '../../support/engine.ts'
import { BUCKET, readyForPush, withBucket } from '../../support/google.ts'
import { effects } from '../../support/stage.ts'

const STEPS: readonly Step[] = [repository, temporaryRole, bucket, firstRun, grant, strip, prove, confirmPush]
const OWNER = { role: 'roles/owner', members: [ME] }
const MAY_SPEAK = { role: 'roles/iam.serviceAccountTokenCreator', members: [ME] }
const ADMIN = { role: 'roles/storage.admin', members: [PUSHER] }
const LEGACY = [
  { role: 'roles/storage.legacyBucketOwner', members: [`projectEditor:${P}`, `projectOwner:${P}`] },
  { role: 'roles/storage.legacyBucketReader', members: [`projectViewer:${P}`] },
]
const ON_CONDITION = {
  role: 'roles/storage.objectViewer',
  members: ['group:readers@example.com'],
  condition: {
    title: 'for a while',
    description: 'of the audit',
    expression: 'request.time < timestamp("2030-01-01T00:00:00Z")',
  },
}
const PUT = `PUT /storage/v1/b/${BUCKET}/iam`

/** All is ready, and the project has the bucket. */
const ready = (
  given: {
    readonly more?: Parameters<typeof withBucket>[1]
    readonly takesPushes?: boolean
    readonly bindings?: readonly Binding[]
    readonly change?: (world: World) => void
    readonly answers?: Partial<Known>
  } = {},
) =>
  readyForPush({
    bindings: given.bindings ?? [MAY_SPEAK],
    answers: { googleRoute: 'bucket', ...given.answers },
    change: world => {
      withBucket(world, given.more, given.takesPushes)
      given.change?.(world)
    },
  })

type Place = Awaited<ReturnType<typeof ready>>

const adopt = ({ engine }: Place) =>
  engine.progress.save({
    records: { 'google.service-account': { how: 'adopted', by: 'a test', at: '2026-01-01T00:00:00.000Z' } },
  })

const stateOf = (outcomes: ReadonlyMap<StepId, Outcome>) =>
  Object.fromEntries(
    [...outcomes].map(([id, one]) => [id, one.is === 'open' ? one.why : one.is === 'failed' ? one.cause.code : one.is]),
  )

const notesOf = (outcome: Outcome | undefined): readonly string[] =>
  (outcome?.is === 'done' ? outcome.notes : undefined) ?? []

describe('The route bucket', () => {
  test('gives one role on the bucket, none on the project, and proves it', async () => {
    const place = await ready()
    const { outcomes } = await walk(STEPS, place.engine)
    expect(stateOf(outcomes)).toEqual({
      'google.bucket': 'done',
      'circleci.first-run': 'done',
      'google.strip': 'done',
      'google.prove': 'done',
      'circleci.confirm-push': 'done',
    })
    expect(place.bucketBindings()).toEqual([...LEGACY, ADMIN])
    expect(place.projectBindings()).toEqual([OWNER, MAY_SPEAK])
    expect(place.google().repositories).toEqual([])
    expect(effects(place.rehearsal).filter(one => !one.includes('/pipeline'))).toEqual([PUT])
    expect(place.google().buckets[0]?.images).toMatchObject([{ name: 'dummyapp' }])
    expect(notesOf(outcomes.get('google.prove'))).toEqual([
      `Asked as the account itself: may write to the bucket ${BUCKET}; may do nothing in ${P}.`,
      'By its role there CI may besides: delete every image; delete the bucket; change its policy, and so give itself any role there.',
    ])
  })

  test('says what the role can still do, that no push is taken, and who else gets in', async () => {
    const place = await ready({ more: { uniformAccess: false } })
    const { outcomes } = await walk([bucket], place.engine)
    expect(notesOf(outcomes.get('google.bucket'))).toEqual([
      `roles/storage.admin on ${BUCKET} lets CI delete every image, delete the bucket, and change its policy, so give itself any role there again.`,
      expect.stringMatching(/^Container Registry takes no writes since 2025-03-18: a push to us\.gcr\.io is refused/),
      expect.stringMatching(/^Left as the bucket was born: projectEditor:\S+, projectOwner:\S+ has roles\/storage\./),
      `Uniform bucket-level access is off for ${BUCKET}: lists of single objects (ACLs) can let others in, which no policy shows.`,
    ])
  })

  test('is found done by a second walk, which writes nothing', async () => {
    const place = await ready()
    await walk(STEPS, place.engine)
    const before = effects(place.rehearsal).length
    const { plan } = await walk(STEPS, place.resumed())
    expect(plan.map(({ step, seen }) => [step.id, seen.is]).filter(([, is]) => is !== 'present')).toEqual([])
    expect(effects(place.rehearsal)).toHaveLength(before)
  })

  test('is proven by policies, where nobody may speak as the account or its project does not answer it', async () => {
    const mute = await ready({ bindings: [] })
    const deaf = await ready({
      change: ({ google }) => {
        for (const one of google.projects) one.services = one.services.filter(({ name }) => !/^storage/.test(name))
      },
    })
    for (const place of [mute, deaf]) {
      const { outcomes } = await walk(STEPS, place.engine)
      expect(notesOf(outcomes.get('google.prove'))[0]).toMatch(/^From the policies and what their roles hold/)
    }
  })

  test('takes away what CI had on the project', async () => {
    const place = await ready({ bindings: [MAY_SPEAK, { role: 'roles/storage.admin', members: [PUSHER] }] })
    const { outcomes } = await walk(STEPS, place.engine)
    expect(stateOf(outcomes)).toMatchObject({ 'google.strip': 'done', 'circleci.confirm-push': 'done' })
    expect(place.projectBindings()).toEqual([OWNER, MAY_SPEAK])
    expect(notesOf(outcomes.get('circleci.confirm-push'))[0]).toMatch(/^CI pushed after its roles were taken away/)
  })

  test.each([
    ['eu.gcr.io', `eu.artifacts.${P}.appspot.com`],
    ['asia.gcr.io', `asia.artifacts.${P}.appspot.com`],
    ['gcr.io', `artifacts.${P}.appspot.com`],
  ])('has the bucket of the host: of %s it is %s', async (registryHost, name) => {
    const place = await ready({ more: { name }, answers: { registryHost } })
    const { outcomes } = await walk([bucket], place.engine)
    expect(stateOf(outcomes)).toEqual({ 'google.bucket': 'done' })
    expect(place.bucketBindings()).toEqual([...LEGACY, ADMIN])
  })

  test('is done by hand with gcloud, other roles first', async () => {
    const place = await ready({
      more: { policy: { bindings: [...LEGACY, { role: 'roles/storage.objectViewer', members: [PUSHER] }] } },
    })
    const { plan } = await walk([bucket], place.engine, { stop: AbortSignal.abort() })
    const [action] = plan[0]?.actions ?? []
    const commands = (action?.kind === 'policy' ? action.byHand : []).map(({ argv }) => argv.map(shown).join(' '))
    expect(commands).toEqual([
      `gcloud storage buckets remove-iam-policy-binding gs://${BUCKET} --member=${PUSHER} --role=roles/storage.objectViewer --all`,
      `gcloud storage buckets add-iam-policy-binding gs://${BUCKET} --member=${PUSHER} --role=roles/storage.admin --condition=None`,
    ])
  })

  test('leaves out what is for a repository', async () => {
    const answers = (await ready()).engine.answers as Answers
    expect(STEPS.filter(step => step.when?.(answers) === false)).toEqual([repository, temporaryRole, grant])
    expect(bucket.when?.({ ...answers, googleRoute: 'documented' })).toBe(false)
  })

  test('is taken back with every role of the account there', async () => {
    const place = await ready()
    await walk([bucket], place.engine)
    expect(bucket.undo(place.engine.answers as Answers)).toMatchObject([
      { kind: 'policy', reads: 'bucket', roles: [], only: true },
    ])
  })
})

describe('Without the bucket, or the right to it', () => {
  test('nothing is done, CI is not run, and the other route is named', async () => {
    const place = await ready({ change: ({ google }) => void google.buckets.splice(0) })
    const { outcomes } = await walk(STEPS, place.engine)
    expect(outcomes.get('google.bucket')).toMatchObject({
      is: 'failed',
      cause: { code: 'no-bucket', next: expect.stringContaining('--set googleRoute=least-privilege') },
    })
    expect(stateOf(outcomes)).toMatchObject({ 'circleci.first-run': 'after', 'google.prove': 'after' })
    expect(effects(place.rehearsal)).toEqual([])
  })

  test('in the person’s sight, it is told who can', async () => {
    const place = await ready({ more: { policy: { bindings: [ADMIN] } } })
    const { outcomes } = await walk([bucket], place.engine)
    expect(outcomes.get('google.bucket')).toMatchObject({ is: 'failed', cause: { code: 'may-not-grant' } })
  })
})

describe('Other bindings of the bucket', () => {
  const VIEWER = { role: 'roles/storage.objectViewer', members: [PUSHER, 'user:you@example.com'] }
  const FOR_ALL = { role: 'roles/storage.objectViewer', members: ['allUsers'] }

  test('of the account are taken away; of others they stay as they were, conditions too', async () => {
    const place = await ready({ more: { policy: { bindings: [...LEGACY, VIEWER, ON_CONDITION] } } })
    const { plan, outcomes } = await walk([bucket], place.engine)
    expect(plan[0]?.seen).toMatchObject({ is: 'missing', partly: 'has roles/storage.objectViewer there' })
    expect(stateOf(outcomes)).toEqual({ 'google.bucket': 'done' })
    const after = place.bucketBindings()
    expect(JSON.stringify(after)).toBe(
      JSON.stringify([...LEGACY, { ...VIEWER, members: ['user:you@example.com'] }, ON_CONDITION, ADMIN]),
    )
  })

  test('of the account with a condition are no right that stays', async () => {
    const until = { ...ADMIN, condition: ON_CONDITION.condition }
    const place = await ready({ more: { policy: { bindings: [...LEGACY, until] } } })
    await walk([bucket], place.engine)
    expect(place.bucketBindings()).toEqual([...LEGACY, ADMIN])
  })

  test('of an account that is not ours go only with consent, typed', async () => {
    const place = await ready({ more: { policy: { bindings: [...LEGACY, VIEWER] } } })
    await adopt(place)
    const { plan, outcomes } = await walk([bucket], place.engine)
    expect(plan[0]?.seen).toMatchObject({ is: 'differs', typed: 'ci-pusher' })
    expect(stateOf(outcomes)).toEqual({ 'google.bucket': 'consent' })
    expect(place.bucketBindings()).toEqual([...LEGACY, VIEWER])
    await walk([bucket], place.resumed(), { agreed: ['google.bucket'] })
    expect(place.bucketBindings()).toEqual([...LEGACY, { ...VIEWER, members: ['user:you@example.com'] }, ADMIN])
    expect(place.engine.progress.saved.facts['google.bucket:removed']).toContain('roles/storage.objectViewer')
  })

  test('need no consent where an account that is not ours has none', async () => {
    const place = await ready()
    await adopt(place)
    expect(stateOf((await walk([bucket], place.engine)).outcomes)).toEqual({ 'google.bucket': 'done' })
  })

  test('that let everybody in are reported, by the grant and by the proof', async () => {
    const place = await ready({ more: { policy: { bindings: [...LEGACY, FOR_ALL] } } })
    const { outcomes } = await walk(STEPS, place.engine)
    expect(notesOf(outcomes.get('google.bucket'))).toContain(
      'The bucket is open: allUsers has roles/storage.objectViewer.',
    )
    expect(notesOf(outcomes.get('google.prove'))).toContain(
      'The bucket is open: allUsers has roles/storage.objectViewer.',
    )
    expect(place.bucketBindings()).toContainEqual(FOR_ALL)
  })

  test('that somebody writes meanwhile are not lost', async () => {
    const place = await ready()
    let times = 0
    place.rehearsal.hook = (phase, { method, path }) => {
      if (phase !== 'before' || method !== 'PUT' || path !== `/storage/v1/b/${BUCKET}/iam` || times === 3) return
      times += 1
      for (const { policy } of place.google().buckets) {
        policy.bindings.push({ ...ON_CONDITION, condition: { ...ON_CONDITION.condition, title: `guest ${times}` } })
        policy.changes += 1
      }
    }
    const { outcomes } = await walk([bucket], place.engine)
    expect(stateOf(outcomes)).toEqual({ 'google.bucket': 'done' })
    expect(times).toBe(3)
    expect(place.rehearsal.log.filter(({ method }) => method === 'PUT').map(({ status }) => status)).toEqual([
      ...[412, 412, 412, 200],
    ])
    expect(place.bucketBindings()).toHaveLength(LEGACY.length + 3 + 1)
  })
})

describe('Where the push is refused', () => {
  test('since the old registry takes none, it is told what helps', async () => {
    const place = await ready({ takesPushes: false })
    const { outcomes } = await walk(STEPS, place.engine)
    expect(stateOf(outcomes)).toMatchObject({ 'google.bucket': 'done', 'google.prove': 'done' })
    expect(outcomes.get('circleci.first-run')).toMatchObject({
      is: 'failed',
      cause: {
        code: 'job-failed',
        said: expect.stringContaining('Container Registry is deprecated and shutting down'),
        means: expect.stringContaining('takes no pushes since 2025-03-18'),
        next: expect.stringContaining('--set googleRoute=least-privilege'),
      },
    })
  })

  test('since Artifact Registry serves the host, the step says so beforehand', async () => {
    const place = await ready({
      change: ({ google }) => {
        for (const one of google.projects) one.redirection = 'REDIRECTION_FROM_GCR_IO_FINALIZED'
      },
    })
    const { outcomes } = await walk(STEPS, place.engine)
    expect(notesOf(outcomes.get('google.bucket'))).toContain(
      'Google serves us.gcr.io of this project from Artifact Registry (REDIRECTION_FROM_GCR_IO_FINALIZED), where a right on a bucket counts for nothing: a push is refused. For pushes: --set googleRoute=least-privilege',
    )
    expect(outcomes.get('circleci.first-run')).toMatchObject({
      is: 'failed',
      cause: { means: expect.stringContaining('one on a bucket is none') },
    })
  })

  test('after the strip, the confirming push tells the same, and the way back', async () => {
    const place = await ready({ bindings: [MAY_SPEAK, ADMIN] })
    await walk([bucket, firstRun], place.engine)
    place.google().rules.containerRegistryTakesPushes = false
    await walk([strip, prove], place.resumed())
    const { outcomes } = await walk([confirmPush], place.resumed())
    expect(outcomes.get('circleci.confirm-push')).toMatchObject({
      is: 'failed',
      cause: {
        means: expect.stringContaining('takes no pushes since 2025-03-18'),
        next: expect.stringMatching(/googleRoute=least-privilege.*--replace google\.strip/),
      },
    })
  })
})
