import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { makeCheckout } from '../support/checkout.ts'
import { runCli } from '../support/cli.ts'
import { temporaryFolder } from '../support/folder.ts'

/** Another local user puts what looks as if a run of ours had left it where everybody can write. */
test.each([
  ['the temporary folder', (shared: string) => ({ TMPDIR: shared, XDG_RUNTIME_DIR: '' })],
  ['a session’s folder that others can write to', (shared: string) => ({ XDG_RUNTIME_DIR: shared })],
])('Nothing in %s is removed, read or written, whatever its name', async (_, env) => {
  const shared = temporaryFolder()
  const victims = join(temporaryFolder(), 'private')
  mkdirSync(victims)
  writeFileSync(join(victims, 'diary'), 'mine')
  chmodSync(shared, 0o1777)
  const { pid } = spawnSync('true')
  for (const purpose of ['docker', 'image', 'rehearsal']) {
    mkdirSync(join(shared, `dummyapp-setup-${purpose}-${pid}-bait`), { mode: 0o700 })
    writeFileSync(join(shared, `dummyapp-setup-${purpose}-${pid}-bait`, 'file'), '')
    symlinkSync(victims, join(shared, `dummyapp-setup-${purpose}-${pid}-link`))
  }
  const before = readdirSync(shared, { recursive: true }).toSorted()
  const repo = makeCheckout()
  const home = temporaryFolder()
  for (const argv of [
    ['plan', '--only', 'git'],
    ['hand-over', '-'],
    ['rehearse', '--only', 'git', '--yes'],
  ]) {
    await runCli(argv, { cwd: repo, home, env: env(shared) })
  }
  expect(readdirSync(shared, { recursive: true }).toSorted()).toEqual(before)
  expect(existsSync(join(victims, 'diary'))).toBe(true)
})
