import { readFileSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { filesIn, setStage } from '../support/stage.ts'

test('A run after which a step still waits is not done, and says what it waits for', async () => {
  const { run } = await setStage({ lanes: ['--only', 'google', '--skip', 'circleci,docker-hub'] })
  const { code, all } = await run(['--yes', '--set', 'googleRoute=documented'])
  expect(code, all).toBe(3)
  const said = all.replace(/\s+/g, ' ')
  expect(said).toContain('Not done: the rest waits for what is said below (exit 3)')
  expect(said).toContain('google.grant waits for the repository us.gcr.io, which the first push makes')
  expect(said).not.toContain('CI can push as before')
})

test('A run while the role on the whole project stands is not done', async () => {
  const { run, home } = await setStage()
  expect((await run(['--yes'])).code).toBe(0)
  const [file = ''] = [...filesIn(home).keys()].filter(name => name.endsWith('progress.json'))
  const progress = JSON.parse(readFileSync(file, 'utf8'))
  progress.facts['google.temporary-role:until'] = '2099-01-01T00:00:00Z'
  writeFileSync(file, JSON.stringify(progress))
  const { code, all } = await run(['--yes'])
  expect(code, all).toBe(3)
  expect(all.replace(/\s+/g, ' ')).toContain('still has roles/artifactregistry.createOnPushWriter on the whole project')
})
