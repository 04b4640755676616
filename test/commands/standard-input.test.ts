import { execFileSync } from 'node:child_process'
import { closeSync, openSync, writeFile } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { execa } from 'execa'
import { describe, expect, test } from 'vitest'
import { makeCheckout } from '../support/checkout.ts'
import { bareEnvironment, CLI, runCli } from '../support/cli.ts'
import { temporaryFolder } from '../support/folder.ts'
import { consentsIn, NOTHING_SAID, otherMachine } from '../support/hand-over.ts'
import { effects, setStage } from '../support/stage.ts'
import { openTerminal } from '../support/terminal.ts'
import { signedIn } from '../support/vendors.ts'

const LANES = '--only heroku,git --skip circleci'
const unwrapped = (text: string) => text.replace(/\s+/g, ' ')

/** Runs a line of the shell in which `setup` is the program. */
const shell = (line: string, env: Readonly<Record<string, string>>, cwd: string) =>
  execa('sh', ['-c', `setup() { "${process.execPath}" "${CLI}" "$@"; }; ${line}`], {
    cwd,
    env: { ...bareEnvironment(cwd), ...env },
    extendEnv: false,
    reject: false,
    all: true,
  })

describe('Standard input', () => {
  test('brings what another process hands over, by a pipe between the two', async () => {
    const stage = await setStage()
    expect((await stage.run(['--yes'])).code).toBe(0)
    const made = effects(stage.rehearsal).length
    const there = otherMachine(stage.checkout)
    const env = {
      ...{ ...signedIn(stage.rehearsal), DUMMYAPP_SETUP_TIME_SCALE: '0.01' },
      ...{ HERE: stage.checkout, THERE: there.checkout, HERE_STATE: `${stage.home}/state`, THERE_STATE: there.state },
    }
    const handOver = '(XDG_STATE_HOME=$HERE_STATE; export XDG_STATE_HOME; setup hand-over - --repo "$HERE")'
    const takeOver = '(XDG_STATE_HOME=$THERE_STATE; export XDG_STATE_HOME; setup --take-over - --repo "$THERE"'
    const line = `${handOver} | ${takeOver} --yes --allow-host 127.0.0.1 ${LANES}`
    const unasked = await shell(`${line})`, env, temporaryFolder())
    expect(unasked.exitCode, unasked.all).toBe(3)
    expect(unwrapped(unasked.all)).toContain('Handed over by')
    expect(unasked.stdout).toMatch(/^Go on: dummyapp-setup .*--take-over FILE/m)
    const agreed = await shell(`${line} ${consentsIn(unasked.all).join(' ')})`, env, temporaryFolder())
    expect(agreed.exitCode, agreed.all).toBe(0)
    expect(effects(stage.rehearsal).slice(made)).toEqual([])
  })

  test('is waited for, however late it comes', async () => {
    const cwd = makeCheckout()
    const late = 'setup --help >&2; setup --help >&2; echo \'{ "herokuApp": "acme-late" }\''
    const { exitCode, stdout, all } = await shell(`(${late}) | setup --dry-run --answers -`, {}, cwd)
    expect(exitCode, all).toBe(0)
    expect(stdout).toContain('acme-late')
  })

  test('is refused where both options want it, where it is too long, and where it is a terminal', async () => {
    const [cwd, home] = [makeCheckout(), temporaryFolder()]
    const run = (argv: readonly string[], input: string) => runCli(argv, { cwd, home, input })
    const both = await run(['--yes', '--take-over', '-', '--answers', '-'], JSON.stringify(NOTHING_SAID))
    expect(both.code, both.all).toBe(2)
    expect(unwrapped(both.all)).toContain('can be read once')
    const long = await run(['--yes', '--take-over', '-'], 'a'.repeat(1_000_000))
    expect(long.code, long.all).toBe(2)
    expect(unwrapped(long.all)).toContain('asked standard input said it is longer than 256 KiB')
    for (const option of ['--take-over', '--answers']) {
      const terminal = openTerminal([option, '-'], { cwd, home })
      expect(await terminal.exit).toBe(2)
      expect(unwrapped(terminal.screen())).toContain('Standard input is a terminal')
    }
  })

  test('that never comes is left with a signal', async () => {
    const [cwd, home] = [makeCheckout(), temporaryFolder()]
    const pipe = join(home, 'pipe')
    execFileSync('sh', ['-c', 'mkfifo "$0"', pipe])
    const write = openSync(pipe, 'r+')
    const line = `exec "${process.execPath}" "${CLI}" --yes --take-over - --repo "${cwd}" < "${pipe}"`
    const child = shell(line, {}, home)
    // More than a pipe holds: once it is through, the program is reading.
    await promisify(writeFile)(write, 'a'.repeat(200_000))
    child.kill('SIGINT')
    const { exitCode, all } = await child
    closeSync(write)
    expect(exitCode, all).toBe(130)
  })
})
