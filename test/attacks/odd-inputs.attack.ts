import { join } from 'node:path'
import { execa } from 'execa'
import { describe, expect, test } from 'vitest'
import { makeCheckout } from '../support/checkout.ts'
import { bareEnvironment, CLI, runCli } from '../support/cli.ts'
import { temporaryFolder } from '../support/folder.ts'
import { NOTHING_SAID } from '../support/hand-over.ts'
import { makePipe } from '../support/odd-files.ts'

/** What a hang is told by. */
const under = ['timeout', '-s', 'KILL', '20']

/** Runs a line of bash in which `setup` is the program. */
const bash = (line: string, cwd: string, home: string) =>
  execa('bash', ['-c', `setup() { "${process.execPath}" "${CLI}" "$@"; }; ${line}`], {
    cwd,
    env: bareEnvironment(home),
    extendEnv: false,
    reject: false,
    all: true,
    timeout: 30_000,
  })

test('A device or a folder in the place of what is to be read is refused in words (exit 2)', async () => {
  const [cwd, home] = [makeCheckout(), temporaryFolder()]
  for (const argv of [
    ['--dry-run', '--answers', '/dev/zero'],
    ['plan', '--yes', '--take-over', '/dev/zero'],
    ['rehearse', '--yes', '--answers', home],
  ]) {
    const { code, all } = await runCli(argv, { cwd, home, under })
    expect(code, all).toBe(2)
    expect(all).toMatch(/\/\S+ cannot be read\./)
    expect(all).not.toContain('mistake in dummyapp-setup')
  }
})

describe('A pipe that nobody writes to is left with Ctrl-C, by', () => {
  test.each([
    ['--answers of the dry run', '--dry-run --answers'],
    ['--answers of a rehearsal', 'rehearse --yes --answers'],
    ['--answers of a plan', 'plan --yes --only git --answers'],
    ['--take-over of a plan', 'plan --yes --only git --take-over'],
  ])('%s', async (_, argv) => {
    const [cwd, home] = [makeCheckout(), temporaryFolder()]
    makePipe(join(home, 'pipe'))
    // The program opens what it is to read just before it waits: that is where a writer is let in, and writes no end.
    const line = `set -m; setup ${argv} "$HOME/pipe" & job=$!
      { exec 4>"$HOME/pipe"; printf begun >&4; kill -INT -- -$job; exec sleep 20; } >/dev/null 2>&1 & writer=$!
      wait $job; code=$?; kill $writer; exit $code`
    const { exitCode, all } = await bash(line, cwd, home)
    expect(exitCode, all).toBe(130)
  })
})

test('What a command prints is read as before, however slowly it comes', async () => {
  const [cwd, home] = [makeCheckout(), temporaryFolder()]
  const answers = await bash(
    `setup --dry-run --answers <(printf '{"herokuApp": '; sleep 0.3; printf '"acme-late"}')`,
    cwd,
    home,
  )
  expect(answers.exitCode, answers.all).toBe(0)
  expect(answers.stdout).toContain('acme-late')
  const said = JSON.stringify({ ...NOTHING_SAID, project: 'github.com/acme/another' })
  const taken = await bash(`setup plan --yes --take-over <(sleep 0.3; printf '%s' '${said}')`, cwd, home)
  expect(taken.exitCode, taken.all).toBe(2)
  expect(taken.all).toContain('about another set-up')
})
