import { spawnSync } from 'node:child_process'
import { mkdirSync, openSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { makeCheckout } from '../support/checkout.ts'
import { bareEnvironment, CLI, runCli } from '../support/cli.ts'
import { temporaryFolder } from '../support/folder.ts'

/** Whatever is odd about the machine, it is never called a mistake of ours. */
const expectWords = (text: string) => expect(text).not.toMatch(/\n\s+at |mistake in dummyapp-setup|Error:/)

describe('Standard output on a full disk is reported in words (exit 1):', () => {
  test.each([['--version'], ['--help'], ['schema'], ['--dry-run'], ['explain', 'heroku.labs']])('%s %s', (...argv) => {
    const { status, stderr } = spawnSync(process.execPath, [CLI, ...argv], {
      cwd: makeCheckout(),
      env: bareEnvironment(temporaryFolder()),
      stdio: ['ignore', openSync('/dev/full', 'w'), 'pipe'],
      encoding: 'utf8',
    })
    expect(status).toBe(1)
    expect(stderr).toContain('Standard output cannot be written, so the run stopped: ENOSPC')
    expectWords(stderr)
  })
})

test('Standard error on a full disk ends with the exit code alone', () => {
  const { status } = spawnSync(process.execPath, [CLI, 'plan', '--only', 'x'], {
    env: bareEnvironment(temporaryFolder()),
    stdio: ['ignore', 'ignore', openSync('/dev/full', 'w')],
  })
  expect(status).toBe(1)
})

describe('A place where nothing can be created is named (not a hang, not a mistake of ours):', () => {
  test.each<[string, readonly string[], Readonly<Record<string, string>>, string]>([
    ['the place for state', ['rehearse'], { XDG_STATE_HOME: '/proc/x' }, 'XDG_STATE_HOME'],
    ['--state-dir', ['rehearse', '--state-dir', '/proc/x'], {}, 'name another place with --state-dir'],
    ['XDG_STATE_HOME', ['rehearse', '--state-dir', '/sys/x/y/z'], {}, 'name another place with --state-dir'],
    ['--world', ['rehearse', '--world', '/proc/x'], {}, 'name another file with --world'],
    ['XDG_RUNTIME_DIR', ['status'], { XDG_RUNTIME_DIR: '/nowhere', TMPDIR: '/nowhere' }, 'Nothing was saved here'],
  ])('%s', async (_, argv, env, words) => {
    const { code, all } = await runCli(argv, { cwd: makeCheckout(), home: temporaryFolder(), env })
    expect(all).toContain(words)
    expect(code).toBeLessThan(3)
    expectWords(all)
  })
})

test.each([
  ['relative', { XDG_STATE_HOME: 'rel/state' }],
  ['empty', { XDG_STATE_HOME: '' }],
  ['relative, and so is home', { XDG_STATE_HOME: 'rel/state', HOME: 'rel' }],
])('Where XDG_STATE_HOME is %s, nothing is written into the checkout', async (_, env) => {
  const cwd = makeCheckout()
  const home = temporaryFolder()
  mkdirSync(join(home, 'own'))
  const before = readdirSync(cwd)
  // Never begun: it stops at a sign-in, once the lock was taken in the state folder.
  const { code, all } = await runCli(['--only', 'git', '--yes'], {
    cwd,
    home,
    env: { HOME: join(home, 'own'), ...env },
  })
  expect(code, all).not.toBe(1)
  expect(readdirSync(cwd)).toEqual(before)
})

test('A current folder that was removed is said, not called a mistake of ours (exit 2)', async () => {
  const folder = join(temporaryFolder(), 'gone')
  mkdirSync(folder)
  const under = ['sh', '-c', 'rmdir "$PWD" && exec "$@"', 'sh']
  const { code, stderr } = await runCli(['status'], { cwd: folder, home: temporaryFolder(), under })
  expect(code).toBe(2)
  expect(stderr).toContain('The current folder no longer exists.')
  expectWords(stderr)
})

describe('A path that is empty, as a variable that is not set makes it, is refused (exit 2):', () => {
  test.each(['--repo', '--answers', '--state-dir', '--take-over'])('%s', async option => {
    for (const argv of [[option, ''], [`${option}=`]]) {
      const { code, stderr } = await runCli(argv, { cwd: makeCheckout(), home: temporaryFolder() })
      expect(code).toBe(2)
      expect(stderr).toContain('It is empty.')
    }
  })
})
