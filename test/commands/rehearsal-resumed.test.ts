import { join } from 'node:path'
import { expect, test } from 'vitest'
import { DOCUMENTED } from '../../src/rehearsal/stand-in/checkouts.ts'
import { makeCheckout } from '../support/checkout.ts'
import { runCli } from '../support/cli.ts'
import { temporaryFolder } from '../support/folder.ts'

test('A rehearsal goes on by the line that it printed; on other clouds, where the bot’s password is another, it ends', async () => {
  const repo = makeCheckout({ files: DOCUMENTED.files, branch: DOCUMENTED.defaultBranch })
  const home = temporaryFolder()
  const argv = ['rehearse', '--repo', repo, '--state-dir', join(home, 's'), '--yes']
  const first = await runCli([...argv, '--set', 'dockerHubBot=pennocktechcibot'], { cwd: home, home })
  expect(first.code, first.all).toBe(3)
  const [, line = ''] = /^Go on: \S+ (rehearse .*)$/m.exec(first.stdout) ?? []
  expect(line).toContain(`--state-dir ${join(home, 's')}`)
  const again = await runCli(line.split(' '), { cwd: home, home })
  expect(again.code, again.all).toBe(3)
  expect(again.stdout).toMatch(/Look: 32 steps .* 2\d present/s)
  const elsewhere = await runCli([...line.split(' '), '--world', join(home, 'others.json')], { cwd: home, home })
  expect([2, 3], elsewhere.all).toContain(elsewhere.code)
})
