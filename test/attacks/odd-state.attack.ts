import { chmodSync, mkdirSync, readdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { makeCheckout } from '../support/checkout.ts'
import { runCli } from '../support/cli.ts'
import { temporaryFolder } from '../support/folder.ts'
import { makePipe } from '../support/odd-files.ts'
import { filesIn, type Stage, setStage } from '../support/stage.ts'

/** What a hang is told by. */
const under = ['timeout', '-s', 'KILL', '20']
const ANSWERED = [0, 1, 2, 3, 5]

/** What a hang would come from; test/clouds/ordinary-file.test.ts has every kind. */
const STANDS: Readonly<Record<string, (file: string) => void>> = {
  'a pipe that nobody writes to': makePipe,
  'a link to a device without an end': file => symlinkSync('/dev/zero', file),
}

/** A stage with saved progress, and the folder that it is in. */
async function begunStage(): Promise<Stage & { readonly state: string }> {
  const stage = await setStage({ lanes: [] })
  expect((await stage.run(['--yes', '--only', 'git'])).code).toBeLessThan(4)
  const [file = ''] = [...filesIn(stage.home).keys()].filter(name => name.endsWith('progress.json'))
  return { ...stage, state: dirname(file) }
}

describe('In the place of a file of ours, it is told in words, and nothing is read or written through it:', () => {
  test.each(Object.entries(STANDS))('%s', async (_, put) => {
    const { run, state, home } = await begunStage()
    for (const name of ['lock-1-cafe.json', 'progress.json']) {
      rmSync(join(state, name), { force: true })
      put(join(state, name))
      const { code, all } = await run(['--yes', '--only', 'git'], { under })
      expect(ANSWERED, all).toContain(code)
      expect(all).not.toContain('mistake in dummyapp-setup')
      rmSync(join(state, name))
    }
    const world = join(home, 'world.json')
    put(world)
    const { code, all } = await run(['rehearse', '--yes', '--world', world], { under, allowed: false })
    expect(code, all).toBe(2)
    expect(all).toContain('The simulated clouds cannot be read from that file.')
  })

  test('of the tools’ own settings, too, and they count as not there', async () => {
    const { run, home } = await setStage({ lanes: ['--only', 'circleci'] })
    for (const name of ['.circleci/cli.yml', '.docker/config.json', '.config/circleci/cli.yml']) {
      mkdirSync(join(home, dirname(name)), { recursive: true })
      makePipe(join(home, name))
    }
    const { code, all } = await run(['status', '--live', '--yes'], { under, env: { CIRCLE_TOKEN: '' } })
    expect(ANSWERED, all).toContain(code)
    expect(all).not.toContain('mistake in dummyapp-setup')
  })
})

test('A state folder that others could have filled is refused (exit 2) before anything in it is opened', async () => {
  const { run, state } = await begunStage()
  makePipe(join(state, 'lock-1-cafe.json'))
  chmodSync(state, 0o777)
  const before = readdirSync(state).toSorted()
  for (const argv of [
    ['--yes', '--only', 'git'],
    ['plan', '--yes', '--only', 'git'],
    ['hand-over', '-'],
    ['forget', '--yes'],
  ]) {
    const { code, all } = await run(argv, { under, allowed: argv.includes('--only') })
    expect(code, all).toBe(2)
    expect(all).toContain('unsafe-progress')
  }
  expect(readdirSync(state).toSorted()).toEqual(before)
})

test('Every path that is printed is quoted, so that no name of a folder breaks out of a command', async () => {
  const NAME = "it's;me"
  const at = (name: string) => join(temporaryFolder(), NAME, name)
  const [repo, state] = [makeCheckout(), at('state')]
  const odd = join(dirname(state), 'checkout')
  mkdirSync(dirname(state))
  renameSync(repo, odd)
  writeFileSync(join(dirname(state), 'bad'), '[')
  const bad = join(dirname(state), 'bad')
  const bare = join(temporaryFolder(), NAME)
  mkdirSync(bare)
  const home = temporaryFolder()
  for (const argv of [
    ['--dry-run', '--format', 'sh'],
    ['rehearse', '--yes', '--only', 'git', '--state-dir', state],
    ['rehearse', '--yes', '--only', 'git', '--world', at('none/world')],
    ['rehearse', '--yes', '--only', 'git', '--world', bad],
    ['rehearse', '--yes', '--only', 'git', '--state-dir', join(bad, 'x')],
    ['--yes', '--only', 'git', '--state-dir', join(bad, 'x')],
    ['status'],
    ['--dry-run', '--answers', bad],
    ['--dry-run', '--answers', at('none')],
    ['--dry-run', '--repo', bare],
    ['--dry-run', '--repo', bad],
    ['--dry-run', '--repo', at('none')],
    ['plan', '--take-over', bad],
    ['plan', '--take-over', at('none')],
    ['hand-over', at('none/file'), '--state-dir', state],
    ['forget', '--yes', '--state-dir', state],
  ]) {
    const { all } = await runCli(argv, { cwd: odd, home })
    expect(all, argv.join(' ')).not.toContain(NAME)
  }
})
