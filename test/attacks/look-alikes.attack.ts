import { describe, expect, test } from 'vitest'
import { git, makeCheckout } from '../support/checkout.ts'
import { runCli } from '../support/cli.ts'
import { temporaryFolder } from '../support/folder.ts'
import { standingApp } from '../support/heroku-app.ts'
import { setStage } from '../support/stage.ts'

describe('Where a person decides by a name, its letters that are not of ASCII are told:', () => {
  test('the project of the first line', async () => {
    const cwd = makeCheckout({ origin: 'https://github.com/PennоckTech/dummyapp.git' })
    for (const argv of [['status'], ['--yes']]) {
      const { all } = await runCli(argv, { cwd, home: temporaryFolder() })
      expect(all).toMatch(/dummyapp-setup \S+ · PennоckTech\/dummyapp \(о\s+is\s+U\+043E\)/)
    }
  })

  test('the owner of what is there already, and who else can change it', async () => {
    const { run } = await setStage({
      change: ({ heroku }) =>
        void heroku.apps.push(
          standingApp({
            collaborators: ['hеlper@example.com'],
            stack: 'heroku-24',
            buildStack: 'heroku-24',
            createdAt: '2026-01-01T00:00:00Z',
            updatedAt: '2026-01-01T00:00:00Z',
          }),
        ),
    })
    const { all } = await run(['plan', '--yes'])
    expect(all.replaceAll(/\s+/g, ' ')).toContain('hеlper@example.com (е is U+0435) can change it too')
  })

  test('the address of a remote that differs', async () => {
    const { run, checkout } = await setStage()
    git(checkout, 'remote', 'add', 'heroku', 'https://git.herоku.com/pt-dummy-app.git')
    const { all } = await run(['--yes', '--replace', 'heroku.create-app'])
    expect(all.replaceAll(/\s+/g, ' ')).toContain('https://git.herоku.com/pt-dummy-app.git (о is U+043E)')
  })
})
