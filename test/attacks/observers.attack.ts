import { chmodSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { PLAYED_TOOLS } from '../support/cli.ts'
import { temporaryFolder } from '../support/folder.ts'
import { filesIn, setStage } from '../support/stage.ts'

/** A heroku command that does something when it is asked for its token, in a folder for PATH. */
function playedHeroku(does: string): string {
  const bin = temporaryFolder()
  writeFileSync(join(bin, 'heroku'), `#!/bin/sh\n${does}\n`)
  chmodSync(join(bin, 'heroku'), 0o755)
  return bin
}

describe('Where others could watch, nothing is read and nothing is sent (exit 2):', () => {
  test.each([
    [{ NODE_DEBUG: 'http,net,tls' }, ['--yes', '--json', '--verbose']],
    [{ NODE_DEBUG: '*' }, ['plan', '--yes']],
    [{ NODE_OPTIONS: '--inspect=0' }, ['--yes']],
    [{ NODE_OPTIONS: '--import data:text/javascript,0' }, ['status', '--live', '--yes']],
    [{ NODE_TLS_REJECT_UNAUTHORIZED: '0' }, ['--yes']],
    [{ NODE_OPTIONS: '--openssl-config=/dev/null' }, ['--yes']],
    [{ OPENSSL_CONF: 'build/openssl.cnf' }, ['--yes']],
    [{ LD_PRELOAD: './build/x.so' }, ['--yes']],
    [{ NODE_EXTRA_CA_CERTS: 'build/ca.pem' }, ['--yes']],
  ])('%j', async (env, argv) => {
    const stage = await setStage()
    const asked = join(stage.home, 'asked')
    const PATH = [playedHeroku(`touch '${asked}'`), PLAYED_TOOLS, process.env.PATH].join(delimiter)
    // Whoever reads the one is told that it cannot be a token, and who reads the other must ask the tool.
    for (const key of ['in two\nlines', '']) {
      const { code, all, stdout } = await stage.run(argv, { env: { ...env, HEROKU_API_KEY: key, PATH } })
      expect(code, all).toBe(2)
      expect(all.replace(/\s+/g, ' ')).toContain(`env -u ${Object.keys(env)[0]}`)
      expect(all).not.toMatch(/bad-token|two/)
      if (argv.includes('--json')) expect(stdout).toBe('')
    }
    expect([...filesIn(stage.home).keys()]).not.toContain(asked)
    expect(stage.rehearsal.log).toEqual([])
  })
})

describe('Where no secret is held, Node may be debugged:', () => {
  test.each([
    ['the dry run', ['--dry-run']],
    ['the status as it was saved', ['status']],
  ])('%s', async (_, argv) => {
    const stage = await setStage()
    expect((await stage.run(argv, { env: { NODE_DEBUG: 'http' }, allowed: false })).code).toBe(0)
  })
})

test('A debugger that is called by signal stays out', async () => {
  const stage = await setStage()
  const PATH = [playedHeroku(`kill -USR1 $PPID; echo '${stage.token}'`), PLAYED_TOOLS, process.env.PATH].join(delimiter)
  const { code, all } = await stage.run(['status', '--live', '--yes', '--only', 'heroku'], {
    env: { HEROKU_API_KEY: '', PATH },
  })
  expect(code, all).toBe(0)
  expect(all).not.toContain('Debugger')
})
