import { readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../support/folder.ts'
import { setStage } from '../support/stage.ts'

/** Another user has put a link to a file of the person's where a person is going to write. */
test('What is written where a person said follows no link, and replaces a file only where that was asked', async () => {
  const stage = await setStage({ lanes: [] })
  await stage.run(['--yes', '--only', 'git'])
  const [folder, elsewhere] = [temporaryFolder(), temporaryFolder()]
  const [precious, link, there] = [join(elsewhere, 'precious'), join(folder, 'link'), join(folder, 'there')]
  const world = '{"heroku":{}}'
  writeFileSync(precious, world)
  writeFileSync(there, world)
  symlinkSync(precious, link)
  const plan = ['plan', '--only', 'git', '--out']
  const alone = { allowed: false }
  for (const [argv, means, options] of [
    [[...plan, link, '--yes'], 'it is a link', {}],
    [[...plan, there], 'There is one already.', {}],
    [['hand-over', link, '--yes'], 'it is a link', alone],
    [['hand-over', there], 'There is one already.', alone],
    [['rehearse', '--yes', '--world', link], 'it is a link', alone],
  ] as const) {
    const { code, all } = await stage.run(argv, options)
    expect(code, all).toBe(2)
    expect(all, argv.join(' ')).toContain(means)
  }
  expect([readFileSync(precious, 'utf8'), readFileSync(there, 'utf8')]).toEqual([world, world])
  expect(stage.rehearsal.log).toEqual([])
  const { code, all } = await stage.run([...plan, there, '--yes'])
  expect(code, all).toBe(0)
  expect(JSON.parse(readFileSync(there, 'utf8'))).toHaveProperty('steps')
  expect([readdirSync(folder), readdirSync(elsewhere)]).toEqual([['link', 'there'], ['precious']])
})
