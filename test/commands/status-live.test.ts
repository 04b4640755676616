import { expect, test } from 'vitest'
import { effects, setStage } from '../support/stage.ts'

test('status --live --json prints one document on stdout: what was saved, and how each step stands', async () => {
  const { run, rehearsal } = await setStage()
  await run(['--yes'])
  rehearsal.world.heroku.apps = []
  const before = effects(rehearsal)
  const { code, stdout, stderr } = await run(['status', '--live', '--json', '--yes'])
  expect(code, stderr).toBe(0)
  expect(JSON.parse(stdout)).toMatchObject({
    version: 1,
    answers: { herokuApp: 'pt-dummy-app' },
    steps: expect.arrayContaining([
      expect.objectContaining({
        id: 'heroku.create-app',
        state: 'missing',
        record: expect.objectContaining({ how: 'made' }),
      }),
      expect.objectContaining({ id: 'git.heroku-remote', state: 'present', open: false }),
    ]),
  })
  expect(effects(rehearsal)).toEqual(before)
})
