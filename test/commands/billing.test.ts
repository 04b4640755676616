import { expect, test } from 'vitest'
import type { World } from '../../src/rehearsal/world.ts'
import { furnish } from '../rehearsal/google-client.ts'
import { effects, type Stage, setStage } from '../support/stage.ts'
import { openTerminal, type Terminal } from '../support/terminal.ts'
import { signedIn } from '../support/vendors.ts'

/** What an empty world begins with, and another one. */
const MINE = '01A2B3-4C5D6E-7F8091'
const OTHER = '0A0A0A-0A0A0A-0A0A0A'
const LANES = ['--only', 'google']
/** No push is played here, so the role on the whole project still stands in the end. */
const UNTIL_CI_PUSHES = 3

const twoAccounts = ({ google }: World) =>
  furnish(google, { billingAccounts: [{ id: OTHER, displayName: 'Marketing', users: ['you@example.com'] }] })

const payerIn = ({ rehearsal }: Stage) => rehearsal.world.google.projects[0]?.billingAccount
const unwrapped = (text: string) => text.replace(/\s+/g, ' ')

/** The same stage with a person before it, who says yes to all that comes before the plan. */
async function before({ rehearsal, checkout, home }: Stage): Promise<Terminal> {
  const terminal = openTerminal([...LANES, '--allow-host', '127.0.0.1'], {
    cwd: checkout,
    home,
    env: { ...signedIn(rehearsal), DUMMYAPP_SETUP_TIME_SCALE: '0.01' },
  })
  await terminal.answer('Are these right', 'enter')
  await terminal.answer('Use what was found', 'enter')
  return terminal
}

test('Of several billing accounts none is taken where nobody can choose: each is listed (exit 2), before anything is made', async () => {
  const stage = await setStage({ change: twoAccounts, lanes: LANES })
  const { code, all } = await stage.run(['--yes'])
  expect(code, all).toBe(2)
  expect(unwrapped(all)).toContain(`--set googleBillingAccount=${MINE} My Billing Account (${MINE})`)
  expect(unwrapped(all)).toContain(`--set googleBillingAccount=${OTHER} Marketing (${OTHER})`)
  expect(effects(stage.rehearsal)).toEqual([])
  expect((await stage.run(['--yes', '--set', `googleBillingAccount=${OTHER}`])).code).toBe(UNTIL_CI_PUSHES)
  expect(payerIn(stage)).toBe(OTHER)
})

test('A person chooses among them between two passes, and is not asked again', async () => {
  const stage = await setStage({ change: twoAccounts })
  const terminal = await before(stage)
  await terminal.choose('googleBillingAccount', 'Marketing')
  await terminal.answer('Carry it out', 'enter')
  expect(await terminal.exit).toBe(UNTIL_CI_PUSHES)
  expect(payerIn(stage)).toBe(OTHER)
  expect((await stage.run(['--yes', ...LANES])).code).toBe(UNTIL_CI_PUSHES)
})

test('Whoever has no billing account yet is waited for, and what they did is noticed', async () => {
  const stage = await setStage({
    change: ({ google }) => {
      for (const one of google.billingAccounts) one.open = false
    },
  })
  const terminal = await before(stage)
  await terminal.answer('Carry it out', 'enter')
  await terminal.until('? Waiting for it')
  for (const one of stage.rehearsal.world.google.billingAccounts) one.open = true
  await terminal.answer('Carry it out', 'enter')
  expect(await terminal.exit).toBe(UNTIL_CI_PUSHES)
  expect(payerIn(stage)).toBe(MINE)
})

test('In a dry run it is a hole, and a script asks for it at its head', async () => {
  const stage = await setStage()
  const json = await stage.run(['checklist', '--format', 'json', ...LANES], { allowed: false })
  expect(json.code, json.all).toBe(0)
  expect(json.stdout).toContain('"billingAccountName": "billingAccounts/<googleBillingAccount>"')
  const script = await stage.run(['checklist', '--format', 'sh', ...LANES], { allowed: false })
  expect(script.stdout).toMatch(/^: \$\{googleBillingAccount:\?'set it first: /m)
})
