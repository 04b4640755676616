import { mkdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'
import { expect, test } from 'vitest'
import { VERSION } from '../../src/version.ts'
import { makeCheckout } from '../support/checkout.ts'
import { bareEnvironment, CLI, runCli } from '../support/cli.ts'
import { temporaryFolder } from '../support/folder.ts'
import { setStage } from '../support/stage.ts'

const unwrapped = (text: string) => text.replace(/\s+/g, ' ').trim()

test('A command of ours is named as one that is installed, or as npx started it', async () => {
  const cwd = makeCheckout()
  const home = temporaryFolder()
  const bin = join(home, 'node_modules/.bin')
  mkdirSync(bin, { recursive: true })
  symlinkSync(CLI, join(bin, 'dummyapp-setup'))
  const npm = { npm_config_offline: 'true', npm_config_update_notifier: 'false', npm_config_audit: 'false' }
  const env = { ...bareEnvironment(home), ...npm }
  const argv = ['hand-over', 'file', '--repo', cwd]
  const installed = await runCli(argv, { cwd: home, home })
  expect(unwrapped(installed.all)).toMatch(/Or begin: dummyapp-setup$/)
  const npx = ['--no', '--', 'dummyapp-setup', ...argv]
  const started = await execa('npx', npx, { cwd: home, env, extendEnv: false, reject: false, all: true })
  expect(started.exitCode, started.all).toBe(installed.code)
  expect(unwrapped(started.all)).toContain(`Or begin: npx dummyapp-setup@${VERSION}`)
})

test('also where a plan tells it as JSON', async () => {
  const { run, rehearsal } = await setStage()
  const message = 'You do not have access to the app pt-dummy-app.'
  rehearsal.faults.push({ path: '^/apps/pt-dummy-app$', do: { status: 403, body: { id: 'forbidden', message } } })
  const told = async (env: Readonly<Record<string, string>>) => (await run(['plan', '--yes', '--json'], { env })).stdout
  expect(await told({})).toContain('Choose another: dummyapp-setup --set herokuApp=NAME')
  expect(await told({ npm_command: 'exec' })).toContain(
    `Choose another: npx dummyapp-setup@${VERSION} --set herokuApp=NAME`,
  )
})
