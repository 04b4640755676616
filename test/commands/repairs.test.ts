import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { startRehearsal } from '../../src/rehearsal/server.ts'
import { TODAY } from '../../src/rehearsal/stand-in/checkouts.ts'
import { OLD_CONFIG as OLD } from '../rehearsal/circleci-config.ts'
import { makeCheckout } from '../support/checkout.ts'
import { runCli } from '../support/cli.ts'
import { temporaryFolder } from '../support/folder.ts'
import { openTerminal } from '../support/terminal.ts'
import { ownersWorld, signedIn, tellCi } from '../support/vendors.ts'

const FILE = '.circleci/config.yml'
const ID = 'circleci.config-repairs'
const NAMED = `${ID}/executors.main-builder.environment.DOCKER_PROJECT`
const VERSIONED = `${ID}/jobs.build.steps.1.setup_remote_docker.version`
const VERSION = ['{ version: 18.06.0-ce }', '{ version: default }'] as const
const NAME = ['DOCKER_PROJECT: yourname/dummyapp', 'DOCKER_PROJECT: pennocktech/dummyapp'] as const

async function setUp() {
  const rehearsal = await startRehearsal({ world: ownersWorld() })
  onTestFinished(() => rehearsal.close())
  const cwd = makeCheckout({ files: { ...TODAY.files, [FILE]: OLD } })
  tellCi(rehearsal, cwd)
  const home = temporaryFolder()
  const hosts = Object.values(rehearsal.origins).flatMap(origin => ['--allow-host', new URL(origin).host])
  const argv = ['--only', 'circleci', ...hosts]
  const env = { DUMMYAPP_SETUP_TIME_SCALE: '0.01', ...signedIn(rehearsal) }
  return {
    walk: () => openTerminal(argv, { cwd, home, env, cols: 100, rows: 50 }),
    run: (...more: readonly string[]) => runCli([...argv, '--yes', ...more], { cwd, home, env }),
    read: () => readFileSync(join(cwd, FILE), 'utf8'),
    /** Words as they were before they were wrapped. */
    said: (text: string) => text.replace(/\s+/g, ' '),
  }
}

test('Each value is shown with its diff and asked for; what is refused stays, and is not asked again', async () => {
  const { walk, read, said } = await setUp()
  const terminal = walk()
  await terminal.answer('Are these right', 'enter')
  await terminal.answer('Use what was found', 'enter')
  const first = await terminal.until('? Replace it?')
  expect(first).toContain(`-    environment: { ${NAME[0]} }\n+    environment: { ${NAME[1]} }`)
  expect(first).not.toContain(VERSION[1])
  await terminal.answer('Replace it?', 'enter')
  const second = await terminal.until(/No\n.*\? Replace it\?/s)
  expect(second).toContain(VERSION[1])
  await terminal.answer('Replace it?', { text: 'y' }, 'enter')
  expect(await terminal.until('? Carry it out')).toMatch(/= DOCKER_PROJECT .* stays yourname\/dummyapp: by\s+choice/)
  expect(read()).toBe(OLD)
  await terminal.answer('Carry it out', 'enter')
  await terminal.exit
  expect(read()).toContain(NAME[0])
  expect(read()).toContain(VERSION[1])
  expect(said(terminal.screen())).toContain(`To replace it after all: --replace ${NAMED}`)

  const later = walk()
  await later.answer('Are these right', 'enter')
  await later.answer('Use what was found', 'enter')
  expect(await later.until('? Carry it out')).not.toContain('Replace it?')
  await later.answer('Carry it out', 'enter')
  await later.exit
  expect(said(later.screen())).toContain(`To replace it after all: --replace ${NAMED}`)
})

test('Without a terminal one is taken by its name, the other said with its own; and all by the step', async () => {
  const { run, read, said } = await setUp()
  const none = said((await run()).all)
  expect(none).toContain(`To allow it: --replace ${ID}, or of it alone: --replace ${NAMED} --replace ${VERSIONED}`)
  const one = await run('--replace', NAMED)
  expect(read()).toContain(NAME[1])
  expect(read()).toContain(VERSION[0])
  expect(said(one.all)).toContain(`To allow it: --replace ${ID}. With --adopt instead it stays`)
  const kept = await run('--adopt', VERSIONED)
  expect(said(kept.all)).toContain(`To replace it after all: --replace ${VERSIONED}`)
  expect(read()).toContain(VERSION[0])
  await run('--replace', ID)
  expect(read()).toContain(VERSION[1])
})
