import { describe, expect, test } from 'vitest'
import { git, makeCheckout } from '../support/checkout.ts'
import { runCli } from '../support/cli.ts'
import { temporaryFolder } from '../support/folder.ts'

const ACME = 'git@github.com:acme/dummyapp.git'

/** A clone made with `-o acme`, and beside it upstream's remote, where that is wanted. */
function clone({ beside = false }: { readonly beside?: boolean } = {}) {
  const cwd = makeCheckout({ origin: ACME })
  git(cwd, 'config', '--rename-section', 'remote.origin', 'remote.acme')
  if (beside) git(cwd, 'remote', 'add', 'upstream', 'https://github.com/PennockTech/dummyapp.git')
  return { run: (...argv: readonly string[]) => runCli(argv, { cwd, home: temporaryFolder() }) }
}

test('Outside a checkout, a step is explained all the same', async () => {
  const home = temporaryFolder()
  const { code, stdout } = await runCli(['explain', 'repository.publish'], { cwd: home, home })
  expect(code).toBe(0)
  expect(stdout).toContain('$ git push origin HEAD:refs/heads/<firstRunBranch>')
  expect((await runCli(['explain', 'repository.publish', '--repo', home], { cwd: home, home })).code).toBe(2)
})

describe('In a clone without origin', () => {
  test('the checklist pushes to the remote that is there, in every format that has what people do', async () => {
    const { run } = clone()
    for (const format of ['text', 'markdown', 'sh', 'html']) {
      const { code, stdout } = await run('--dry-run', '--format', format)
      expect(code).toBe(0)
      expect(stdout).toMatch(/git[^a-z]+push[^a-z]+acme/)
      expect(stdout).not.toMatch(/git[^a-z]+push[^a-z]+origin/)
    }
  })

  test('explain pushes to it as well', async () => {
    const { stdout } = await clone().run('explain', 'repository.publish')
    expect(stdout).toContain('$ git push acme HEAD:refs/heads/')
  })

  test('a rehearsal goes through with it', async () => {
    const { code, all } = await clone().run('rehearse', '--only', 'repository')
    expect(all).toContain('acme/dummyapp')
    expect(code, all).toBe(0)
  })

  test('and with several remotes, the project is listed as missing (exit 2)', async () => {
    const { run } = clone({ beside: true })
    const { code, stdout, stderr } = await run('rehearse')
    expect(code).toBe(2)
    expect(stderr).toContain('githubProject: OWNER/REPOSITORY')
    expect(stdout).toContain('git config checkout.defaultRemote NAME')
    expect(stdout + stderr).not.toContain('pt-dummy-app')
  })

  test('until it is given: then the remote is the one that leads there', async () => {
    const { stdout } = await clone({ beside: true }).run('--dry-run', '--set', 'githubProject=acme/dummyapp')
    expect(stdout).toContain('git push acme')
  })
})
