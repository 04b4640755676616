import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { createTools } from '../../src/clouds/exec.ts'
import { cloneCheckout, gitEnvironment } from '../../src/rehearsal/checkout.ts'
import { git, makeCheckout } from '../support/checkout.ts'
import { temporaryFolder } from '../support/folder.ts'

describe('The temporary clone', () => {
  test('has the remotes that were there, whatever is in their addresses, and git reads them as they were', async () => {
    const from = makeCheckout()
    const to = join(temporaryFolder(), 'a "quoted" \\ folder', 'checkout')
    git(temporaryFolder(), 'init', '--quiet', join(to, '..'))
    const addresses = {
      origin: 'https://github.com/acme/one.git',
      'odd"na\\me': 'ssh://example.com/a "quoted" \\ path;#x',
    }
    const tools = createTools({ env: { ...process.env, ...gitEnvironment(to) }, repo: from })
    await cloneCheckout({ folder: from, remotes: { addresses, named: [] } }, to, tools)
    const read = async (...argv: readonly string[]) => {
      const { stdout } = await tools.run({ argv: ['git', ...argv], cwd: to, env: gitEnvironment(to) })
      return stdout.trimEnd()
    }
    for (const [name, url] of Object.entries(addresses))
      expect(await read('config', '--local', `remote.${name}.url`)).toBe(url)
    expect(await read('config', 'user.email')).toBe('rehearsal@example.com')
    expect(await read('remote', 'get-url', 'origin')).toBe(join(to, '..', 'origin.git'))
    expect(await read('ls-files')).toBe(git(from, 'ls-files').trimEnd())
  })
})
