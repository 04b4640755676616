import { execa } from 'execa'
import { beforeAll, describe, expect, test } from 'vitest'
import { DOCUMENTED } from '../../src/rehearsal/stand-in/checkouts.ts'
import { makeCheckout } from '../support/checkout.ts'
import { bareEnvironment, CLI } from '../support/cli.ts'
import { temporaryFolder } from '../support/folder.ts'
import { nodeOf } from '../support/node-of.ts'

/** The newest of each line when this was written. */
const NODES = ['20.20.2', '22.23.5', '24.22.3', '26.12.1']
const TOO_OLD = ['16.20.2', '18.20.8']

// One after another: npm would share its cache between them.
beforeAll(async () => {
  for (const version of [...NODES, ...TOO_OLD]) await nodeOf(version)
}, 300_000)

async function run(version: string, cwd: string, argv: readonly string[]) {
  const home = temporaryFolder()
  const env = bareEnvironment(home)
  const { exitCode, stdout, stderr } = await execa(await nodeOf(version), [CLI, ...argv], {
    ...{ cwd, env, extendEnv: false, input: '', reject: false },
  })
  return { exitCode, stdout, stderr }
}

const checkout = () => makeCheckout({ files: DOCUMENTED.files, branch: DOCUMENTED.defaultBranch })

describe.each(NODES)('On Node %s', version => {
  test('the dry run says what it says on this one', async () => {
    const cwd = checkout()
    const { stdout } = await execa(process.execPath, [CLI, '--dry-run'], {
      ...{ cwd, env: bareEnvironment(temporaryFolder()), extendEnv: false },
    })
    expect(stdout).toContain('circleci.config-repairs')
    expect(await run(version, cwd, ['--dry-run'])).toEqual({ exitCode: 0, stdout, stderr: '' })
  })

  test('status says that nothing was saved', async () => {
    expect(await run(version, checkout(), ['status'])).toMatchObject({
      ...{ exitCode: 0, stderr: '' },
      stdout: expect.stringContaining('Nothing was saved here'),
    })
  })

  test('a rehearsal comes to its end', async () => {
    const { exitCode, stdout, stderr } = await run(version, temporaryFolder(), ['rehearse'])
    expect({ exitCode, stderr }, stdout).toEqual({ exitCode: 0, stderr: '' })
    expect(stdout).toContain('✔ circleci.confirm-push')
  })
})

test.each(TOO_OLD)('On Node %s one line says which is needed', async version => {
  expect(await run(version, temporaryFolder(), ['rehearse'])).toEqual({
    ...{ exitCode: 2, stdout: '' },
    stderr: `dummyapp-setup needs Node.js 20.17 or newer. This is Node.js ${version} (${await nodeOf(version)}).`,
  })
})
