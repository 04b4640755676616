import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { execa, execaSync } from 'execa'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { Answers, Known } from '../../src/answers/schema.ts'
import type { Clock } from '../../src/clouds/clock.ts'
import type { Action, Step } from '../../src/engine/step.ts'
import { asScript } from '../../src/output/checklist/script.ts'
import { confirmPush } from '../../steps/circleci/confirm-push.ts'
import { firstRun } from '../../steps/circleci/first-run.ts'
import { bucket } from '../../steps/google/bucket.ts'
import { grant } from '../../steps/google/grant.ts'
import { prove } from '../../steps/google/prove.ts'
import { repository } from '../../steps/google/repository.ts'
import { strip } from '../../steps/google/strip.ts'
import { temporaryRole } from '../../steps/google/temporary-role.ts'
import { ME, P } from '../rehearsal/google-client.ts'
import { basesOf, walk } from '../support/engine.ts'
import { temporaryFolder } from '../support/folder.ts'
import { readyForPush, withBucket } from '../support/google.ts'
import { gcloudEnv } from './gcloud.ts'

const isThere = execaSync('gcloud', ['--version'], { reject: false }).exitCode === 0

const STEPS: readonly Step[] = [repository, temporaryRole, bucket, firstRun, grant, strip, prove, confirmPush]
const CONTRIBUTOR = { role: 'roles/artifactregistry.reader', members: ['group:readers@example.com'] }
const ON_CONDITION = {
  ...CONTRIBUTOR,
  condition: { title: 'for a while', expression: 'request.time < timestamp("2030-01-01T00:00:00Z")' },
}

/** On the old registry's bucket. */
const ON_BUCKET = [
  { role: 'roles/storage.legacyBucketOwner', members: [`projectEditor:${P}`, `projectOwner:${P}`] },
  { ...ON_CONDITION, role: 'roles/storage.objectViewer' },
]

/** Else the wizard would wait for minutes. */
const MAY_SPEAK = { role: 'roles/iam.serviceAccountTokenCreator', members: [ME] }

type Place = Awaited<ReturnType<typeof readyForPush>>

/** By this machine's clock, since gcloud and CI have one each; and next to nothing is slow. */
const clock: Clock = {
  now: () => new Date(),
  timeout: ms => ms,
  sleep: async (_, signal) => {
    signal?.throwIfAborted()
    await new Promise(done => setTimeout(done, 50))
  },
}

const ready = (answers: Partial<Known>) =>
  readyForPush({
    answers,
    clock,
    bindings: [CONTRIBUTOR, ON_CONDITION, MAY_SPEAK],
    change: world => {
      const { google, circleci } = world
      if (answers.googleRoute === 'bucket') withBucket(world, { policy: { bindings: ON_BUCKET } })
      Object.assign(google.rules, { propagationMs: 0 })
      Object.assign(circleci.rules, { followBuildDelayMs: 20, workflowDelayMs: 10, jobSeconds: 0.05 })
    },
  })

/** What may push, and what was pushed. */
const left = ({ google, circleci }: Place) => ({
  buckets: google().buckets.map(({ name, policy, images }) => ({
    name,
    bindings: policy.bindings,
    images: images.map(image => image.name),
  })),
  policies: google().projects.map(({ policy }) => policy.bindings),
  repositories: google().repositories.map(({ id, format, policy, images }) => ({
    ...{ id, format, bindings: policy.bindings },
    images: images.map(({ name, tags, pushedBy }) => ({ name, tags: tags.length, pushedBy })),
  })),
  runs: circleci().pipelines.map(({ workflows }) =>
    workflows.map(({ jobs }) => jobs.map(({ name, status }) => `${name} ${status}`)),
  ),
})

/** A person who runs the printed script, and does not wait a quarter of a minute for every look. */
async function byHand(
  { rehearsal, engine, repo }: Place,
  actionsOf: (step: Step, answers: Answers) => readonly Action[] = (step, answers) => step.actions(answers),
): Promise<void> {
  const home = temporaryFolder()
  const { answers } = engine
  const entries = STEPS.filter(step => step.when?.(answers as Answers) ?? true).map(step => ({
    step,
    actions: actionsOf(step, answers as Answers),
  }))
  const place = { bases: basesOf(rehearsal), checkout: repo }
  const script = asScript(entries, answers as Answers, { title: 'by hand', place })
  writeFileSync(join(home, 'sleep'), '#!/bin/sh\nexec /bin/sleep 0.1\n')
  chmodSync(join(home, 'sleep'), 0o755)
  const { google, circleci } = rehearsal.world
  const env = gcloudEnv(rehearsal.origins.google, home, google.users[0]?.tokens[0]?.token ?? '')
  const ran = await execa('sh', ['-c', script], {
    env: { ...env, PATH: `${home}:${env.PATH}`, CIRCLE_TOKEN: circleci.users[0]?.tokens[0]?.token ?? '' },
    extendEnv: false,
    stdin: 'ignore',
    reject: false,
    all: true,
  })
  onTestFinished(({ task }) => void (task.result?.state === 'fail' && process.stdout.write(`${script}\n${ran.all}\n`)))
  expect(ran, ran.all).toMatchObject({ exitCode: 0 })
}

describe.skipIf(!isThere)('By hand, with the real gcloud and curl, CI comes to the same rights', () => {
  test.each(['documented', 'least-privilege', 'bucket'] as const)('by the route %s', async googleRoute => {
    const wizards = await ready({ googleRoute })
    const { outcomes } = await walk(STEPS, wizards.engine)
    expect([...outcomes].filter(([, { is }]) => is !== 'done')).toEqual([])
    const hands = await ready({ googleRoute })
    await byHand(hands)
    const wanted = left(wizards)
    // By hand, the confirming run is made whether or not anything was taken away.
    const runs = googleRoute === 'documented' ? wanted.runs : [[...(wanted.runs[0] ?? []), ...(wanted.runs[0] ?? [])]]
    expect(left(hands)).toEqual({ ...wanted, runs })
  })

  test('and what was given on a bucket is taken back', async () => {
    const place = await ready({ googleRoute: 'bucket' })
    await walk([bucket], place.engine)
    expect(place.bucketBindings()).toHaveLength(ON_BUCKET.length + 1)
    await byHand(place, (step, answers) => (step === bucket ? bucket.undo(answers) : []))
    expect(place.bucketBindings()).toEqual(ON_BUCKET)
  })
})
