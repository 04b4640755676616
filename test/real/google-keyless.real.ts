import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { execa, execaSync } from 'execa'
import { describe, expect, test } from 'vitest'
import type { Answers } from '../../src/answers/schema.ts'
import type { Action, Step } from '../../src/engine/step.ts'
import { asScript } from '../../src/output/checklist/script.ts'
import { project as circleProject } from '../../steps/circleci/project.ts'
import { actAs } from '../../steps/google/act-as.ts'
import { pool } from '../../steps/google/pool.ts'
import { project } from '../../steps/google/project.ts'
import { provider } from '../../steps/google/provider.ts'
import { basesOf, walk } from '../support/engine.ts'
import { temporaryFolder } from '../support/folder.ts'
import { readyForPush } from '../support/google.ts'
import { gcloudEnv } from './gcloud.ts'

const isThere = execaSync('gcloud', ['--version'], { reject: false }).exitCode === 0
const STEPS: readonly Step[] = [pool, provider, actAs]

async function ready() {
  const place = await readyForPush({
    answers: { googleRoute: 'keyless', googleBranch: 'main' },
    clock: {
      now: () => new Date(),
      timeout: ms => ms / 1000,
      sleep: async () => new Promise(done => setTimeout(done, 50)),
    },
    change: world => {
      Object.assign(world.google.rules, { propagationMs: 0, operationMs: 200 })
      // The ids of both worlds are the same.
      for (const [list, id] of [
        [world.circleci.projects, '22222222-2222-4222-8222-222222222222'],
        [world.circleci.organizations, '11111111-1111-4111-8111-111111111111'],
      ] as const) {
        for (const one of list) one.id = id
      }
    },
  })
  await walk([project, circleProject], place.engine, { agreed: ['google.project'] })
  return place
}
type Place = Awaited<ReturnType<typeof ready>>

const left = ({ google }: Place) => ({
  pools: google().identityPools.map(({ readyAt: _, deletedAt, providers, ...one }) => ({
    ...one,
    isDeleted: deletedAt !== null,
    providers: providers.map(({ readyAt: _, deletedAt: at, ...own }) => ({ ...own, isDeleted: at !== null })),
  })),
  accounts: google().accounts.map(({ policy }) => policy.bindings),
})

/** A person who runs the printed script, and knows what the steps before have shown. */
async function byHand(
  { rehearsal, engine, repo }: Place,
  actionsOf: (step: Step) => readonly Action[],
  steps = STEPS,
): Promise<void> {
  const home = temporaryFolder()
  const answers = engine.answers as Answers
  const entries = steps.map(step => ({ step, actions: actionsOf(step) }))
  const script = asScript(entries, answers, { title: 'by hand', place: { bases: basesOf(rehearsal), checkout: repo } })
  writeFileSync(join(home, 'sleep'), '#!/bin/sh\nexec /bin/sleep 0.1\n')
  chmodSync(join(home, 'sleep'), 0o755)
  const { facts } = engine.progress.saved
  const { google, circleci } = rehearsal.world
  const env = gcloudEnv(rehearsal.origins.google, home, google.users[0]?.tokens[0]?.token ?? '')
  const ran = await execa('sh', ['-c', script], {
    env: {
      ...env,
      PATH: `${home}:${env.PATH}`,
      CIRCLE_TOKEN: circleci.users[0]?.tokens[0]?.token ?? '',
      google_project_number: facts['google.project:number'] ?? '',
      circleci_project_id: facts['circleci.project:id'] ?? '',
      circleci_project_organization: facts['circleci.project:organization'] ?? '',
    },
    extendEnv: false,
    stdin: 'ignore',
    reject: false,
    all: true,
  })
  expect(ran, `${script}\n${ran.all}`).toMatchObject({ exitCode: 0 })
}

describe.skipIf(!isThere)('By hand, with the real gcloud', () => {
  test('the same pool, provider and right come about as by the wizard, and are taken back', async () => {
    const [wizards, hands] = [await ready(), await ready()]
    const { outcomes } = await walk(STEPS, wizards.engine)
    expect([...outcomes].filter(([, { is }]) => is !== 'done')).toEqual([])
    await byHand(hands, step => step.actions(hands.engine.answers as Answers))
    expect(left(hands)).toEqual(left(wizards))
    expect(left(hands).pools).toMatchObject([{ providers: [{ id: 'circleci', isDeleted: false }] }])
    // What is in a pool is not taken back any more, once the pool is.
    await byHand(hands, step => step.undo(hands.engine.answers as Answers).toReversed(), STEPS.toReversed())
    expect(left(hands)).toMatchObject({
      pools: [{ isDeleted: true, providers: [{ isDeleted: true }] }],
      accounts: [[]],
    })
  })

  test('what was deleted or changed is put right', async () => {
    const place = await ready()
    await walk(STEPS, place.engine)
    const wanted = left(place)
    const [made] = place.google().identityPools
    if (made) made.deletedAt = new Date().toISOString()
    await byHand(place, step => (step === pool ? step.actions(place.engine.answers as Answers, DELETED) : []))
    const [own] = place.google().identityPools[0]?.providers ?? []
    if (own) Object.assign(own, { condition: "assertion.aud == 'x'", disabled: true })
    const differs = { is: 'differs', state: 'values', how: [{ what: '', expected: '', found: '' }] } as const
    await byHand(place, step => (step === provider ? step.actions(place.engine.answers as Answers, differs) : []))
    expect(left(place)).toEqual(wanted)
  })
})

const DELETED = { is: 'missing', state: 'deleted' } as const
