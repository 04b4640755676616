import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { stateFolderOf } from '../../src/clouds/state-folder.ts'
import { fileIn } from '../../src/engine/saved-file.ts'
import { makeCheckout } from '../support/checkout.ts'
import { runCli } from '../support/cli.ts'
import { temporaryFolder } from '../support/folder.ts'
import { openTerminal } from '../support/terminal.ts'

test('The saved progress is forgotten only by a yes: not by Enter, nor where nobody can be asked', async () => {
  const [cwd, home] = [makeCheckout(), temporaryFolder()]
  const { folder } = stateFolderOf(undefined, 'real', 'github.com/pennocktech/dummyapp', {
    XDG_STATE_HOME: join(home, 'state'),
  })
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const file = fileIn(folder)
  writeFileSync(file, '{}', { mode: 0o600 })
  const asked = openTerminal(['forget', '--plain'], { cwd, home })
  await asked.until('Forget it? (y/N)')
  asked.press('enter')
  expect(await asked.exit).toBe(3)
  expect(existsSync(file)).toBe(true)
  const alone = await runCli(['forget'], { cwd, home })
  expect(alone).toMatchObject({ code: 3, all: expect.stringContaining('nobody agreed to it') })
  expect(existsSync(file)).toBe(true)
  const told = openTerminal(['forget', '--plain'], { cwd, home })
  await told.reply('Forget it?', 'y')
  expect(await told.exit).toBe(0)
  expect(existsSync(file)).toBe(false)
})
