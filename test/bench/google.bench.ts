import { execa, execaSync } from 'execa'
import { expect, test } from 'vitest'
import type { Answers, Known } from '../../src/answers/schema.ts'
import type { Clock } from '../../src/clouds/clock.ts'
import type { Step } from '../../src/engine/step.ts'
import { asScript } from '../../src/output/checklist/script.ts'
import { joinOrganization } from '../../src/rehearsal/google/people.ts'
import { mintOf } from '../../src/rehearsal/mint.ts'
import { emptyWorld } from '../../src/rehearsal/world.ts'
import { billing } from '../../steps/google/billing.ts'
import { grant } from '../../steps/google/grant.ts'
import { project } from '../../steps/google/project.ts'
import { repository } from '../../steps/google/repository.ts'
import { serviceAccount } from '../../steps/google/service-account.ts'
import { services } from '../../steps/google/services.ts'
import { gcloudEnv } from '../real/gcloud.ts'
import { rehearse } from '../rehearsal/client.ts'
import { basesOf, makeEngine, walk } from '../support/engine.ts'
import { temporaryFolder } from '../support/folder.ts'
import { median, printTable, timed } from './figures.ts'

const ROUNDS = 3
// Nobody installs it for a bench: it is some hundred megabytes large.
const isThere = execaSync('gcloud', ['--version'], { reject: false }).exitCode === 0

/** The lane, but for what needs CI. */
const STEPS: readonly Step[] = [project, billing, services, serviceAccount, repository, grant]
const ANSWERS: Partial<Known> = {
  githubProject: 'acme/dummyapp',
  circleJobs: 'push_gce_registry',
  googleRoute: 'least-privilege',
  googleProject: 'acme-images',
  googleProjectName: 'Acme images',
  googleServiceAccountId: 'ci-pusher',
  googleServiceAccountName: 'Acme image builder',
  googleBillingAccount: '01A2B3-4C5D6E-7F8091',
  registryHost: 'us.gcr.io',
}

/** Waits next to nothing, so that what is measured is work: gcloud waits two seconds for each operation, as it does. */
const clock: Clock = {
  now: () => new Date(),
  timeout: ms => ms,
  sleep: async (_, signal) => {
    signal?.throwIfAborted()
    await new Promise(done => setTimeout(done, 5))
  },
}

async function quick() {
  const world = emptyWorld()
  // Whoever may ask as the account need not wait for minutes.
  joinOrganization(world.google, mintOf(world))
  Object.assign(world.google.rules, { propagationMs: 0, newAccountMs: 0, activationMs: 0, operationMs: 0 })
  const rehearsal = await rehearse(undefined, { world })
  return { rehearsal, engine: makeEngine({ rehearsal, clock, answers: ANSWERS }) }
}

test.skipIf(!isThere)('the lane of Google, against the script by hand with the real gcloud', async () => {
  const [wizard, hand, requests, effects]: number[][] = [[], [], [], []]
  let least = 0
  for (let round = 0; round < ROUNDS; round += 1) {
    const one = await quick()
    wizard?.push(
      await timed(async () => {
        const { plan, outcomes } = await walk(STEPS, one.engine)
        expect([...outcomes.values()].every(({ is }) => is === 'done')).toBe(true)
        // A policy is read before it is written.
        least = plan.flatMap(({ actions }) => actions).reduce((sum, { kind }) => sum + (kind === 'policy' ? 2 : 1), 0)
      }),
    )
    requests?.push(one.rehearsal.log.length)
    effects?.push(one.rehearsal.log.filter(({ effect }) => effect).length)
    const other = await quick()
    const answers = other.engine.answers as Answers
    const entries = STEPS.map(step => ({ step, actions: step.actions(answers) }))
    const place = { bases: basesOf(other.rehearsal), checkout: temporaryFolder() }
    const script = asScript(entries, answers, { title: 'by hand', place })
    const token = other.rehearsal.world.google.users[0]?.tokens[0]?.token ?? ''
    const env = gcloudEnv(other.rehearsal.origins.google, temporaryFolder(), token)
    hand?.push(
      await timed(async () => {
        const ran = await execa('sh', ['-c', script], { env, extendEnv: false, reject: false, all: true })
        expect(ran, ran.all).toMatchObject({ exitCode: 0 })
      }),
    )
  }
  const [ours, theirs] = [median(wizard ?? []), median(hand ?? [])]
  printTable(`The lane of Google but for CI, on the same servers (medians of ${ROUNDS} rounds)`, [
    ['', 'time', 'against the wizard', 'requests', 'least of the plan', 'effects'],
    [
      'the wizard',
      ...[`${ours.toFixed(0)} ms`, '1 ×', `${median(requests ?? [])}`, `${least}`, `${median(effects ?? [])}`],
    ],
    ['by hand, gcloud', `${theirs.toFixed(0)} ms`, `${(theirs / ours).toFixed(0)} ×`, '', '', ''],
  ])
})
