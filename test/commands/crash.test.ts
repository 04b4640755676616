import { resolve } from 'node:path'
import { expect, test } from 'vitest'
import { setStage } from '../support/stage.ts'

test.each(['throw', 'reject', 'later', 'no error'])(
  'A mistake of ours ends the run without a secret of it being shown, and says how to report it: %s',
  async how => {
    const stage = await setStage()
    const node = ['--import', resolve('test/support/crash.mjs')]
    const { code, all, stderr } = await stage.run(['--yes', '--verbose'], { env: { CRASH: how }, node })
    expect(code, all).toBe(1)
    expect(stderr).toContain('This is a mistake in dummyapp-setup 0.1.0, not yours; the same command goes on')
    expect(stderr).toMatch(/report it to its makers, with these lines \(Node v20/)
    if (how !== 'no error') expect(stderr).toMatch(/a mistake with ••••\n +at .*crash\.mjs/)
    expect(all).not.toContain(stage.token.slice(0, 12))
    expect(all).not.toMatch(/authorization|Bearer|\[cause\]/)
  },
)
