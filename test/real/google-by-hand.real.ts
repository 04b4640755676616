import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa, execaSync } from 'execa'
import { afterAll, describe, expect, onTestFinished, test } from 'vitest'
import type { Answers } from '../../src/answers/schema.ts'
import { HOST_IDS } from '../../src/clouds/hosts.ts'
import type { Step } from '../../src/engine/step.ts'
import { asScript } from '../../src/output/checklist/script.ts'
import { commandLine } from '../../src/output/shell.ts'
import { type Rehearsal, startRehearsal } from '../../src/rehearsal/server.ts'
import { emptyWorld } from '../../src/rehearsal/world.ts'
import { billing } from '../../steps/google/billing.ts'
import { project } from '../../steps/google/project.ts'
import { serviceAccount } from '../../steps/google/service-account.ts'
import { services } from '../../steps/google/services.ts'
import { makeEngine, walk } from '../support/engine.ts'
import { gcloudEnv } from './gcloud.ts'

const home = mkdtempSync(join(tmpdir(), 'gcloud-home-'))
afterAll(() => rmSync(home, { recursive: true }))

// Nobody installs it for a test: it is some hundred megabytes large.
const isThere = execaSync('gcloud', ['--version'], { reject: false }).exitCode === 0

const STEPS: readonly Step[] = [project, billing, services, serviceAccount]
const ACCOUNT = '01A2B3-4C5D6E-7F8091'
const ANSWERS = {
  githubProject: 'acme/dummyapp',
  circleJobs: 'push_gce_registry',
  googleProject: 'acme-images',
  googleProjectName: "Acme's images",
  googleServiceAccountId: 'ci-pusher',
  googleServiceAccountName: 'Acme “image builder”, $HOME',
}

/** Nothing is slow but gcloud, and the script waits for nothing else. */
async function quick(): Promise<Rehearsal> {
  const world = emptyWorld()
  Object.assign(world.google.rules, { propagationMs: 0, newAccountMs: 0, activationMs: 0, operationMs: 0 })
  const rehearsal = await startRehearsal({ world })
  onTestFinished(() => rehearsal.close())
  return rehearsal
}

async function sh(script: string, { origins, world }: Rehearsal): Promise<void> {
  const env = gcloudEnv(origins.google, home, world.google.users[0]?.tokens[0]?.token ?? '')
  const ran = await execa('sh', ['-c', script], {
    env: { ...env, googleBillingAccount: ACCOUNT },
    extendEnv: false,
    stdin: 'ignore',
    reject: false,
    all: true,
  })
  expect(ran, ran.all).toMatchObject({ exitCode: 0 })
}

/** What was made, without what is another in every world. */
const made = ({ world: { google } }: Rehearsal) => ({
  projects: google.projects.map(({ id, name, parent, billingAccount, services, deletedAt }) => ({
    ...{ id, name, parent, billingAccount, isDeleted: deletedAt !== null },
    services: services.map(one => one.name).sort(),
  })),
  accounts: google.accounts.map(({ id, project: of, displayName, description, deletedAt }) => ({
    ...{ id, of, displayName, description, isDeleted: deletedAt !== null },
  })),
})

describe.skipIf(!isThere)('By hand, with the real gcloud', () => {
  test('the script leaves what the wizard leaves, and each undo takes it back', async () => {
    const byWizard = await quick()
    const engine = makeEngine({ rehearsal: byWizard, answers: ANSWERS })
    await walk(STEPS, engine)
    const byHand = await quick()
    const answers = ANSWERS as unknown as Answers
    const entries = STEPS.map(step => ({ step, actions: step.actions(answers) }))
    const place = { bases: new Map(HOST_IDS.map(id => [id, new URL(byHand.origins.google)])), checkout: home }
    await sh(asScript(entries, answers, { title: 'by hand', place }), byHand)
    expect(made(byHand)).toEqual(made(byWizard))
    expect(made(byHand)).toMatchObject({ projects: [{ services: expect.arrayContaining(['iam.googleapis.com']) }] })
    const undo = STEPS.toReversed().flatMap(step => step.undo(answers))
    const commands = undo.flatMap(action => ('byHand' in action ? (action.byHand ?? []) : []))
    expect(commands).toHaveLength(undo.length)
    await sh(['set -eu', ...commands.map(commandLine)].join('\n'), byHand)
    expect(made(byHand)).toMatchObject({
      projects: [{ isDeleted: true, billingAccount: null }],
      accounts: [{ isDeleted: true }],
    })
  })

  test('a disabled account is enabled again', async () => {
    const rehearsal = await quick()
    const answers = ANSWERS as unknown as Answers
    await walk(STEPS, makeEngine({ rehearsal, answers: ANSWERS }))
    for (const one of rehearsal.world.google.accounts) one.disabled = true
    const how = [{ what: '', expected: '', found: '' }] as const
    const [action] = serviceAccount.actions(answers, { is: 'differs', state: undefined, how })
    const commands = action && 'byHand' in action ? (action.byHand ?? []) : []
    await sh(commands.map(commandLine).join('\n'), rehearsal)
    expect(rehearsal.world.google.accounts).toMatchObject([{ disabled: false }])
  })
})
