import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { herokuRemote } from '../../../steps/git/heroku-remote.ts'
import { git, makeCheckout } from '../../support/checkout.ts'
import { ANSWERS, carryOut, lookAt, makeEngine, walk } from '../../support/engine.ts'
import { temporaryFolder } from '../../support/folder.ts'

const URL = 'https://git.heroku.com/pt-dummy-app.git'
const NO_PUSH = 'no_push_because_we_deploy_docker_images'
const DONE = [`remote.heroku.pushurl=${NO_PUSH}`, 'remote.heroku.skipfetchall=true', `remote.heroku.url=${URL}`]

/** A checkout, the engine that works on it, and what its configuration says of the remote. */
function setUp(...commands: readonly (readonly string[])[]) {
  const repo = makeCheckout()
  for (const command of commands) git(repo, ...command)
  const engine = makeEngine({ repo })
  return { repo, engine, config: () => configOf(repo), walk: () => walk([herokuRemote], engine) }
}

const configOf = (repo: string) =>
  git(repo, 'config', '--local', '--list')
    .split('\n')
    .filter(line => line.startsWith('remote.heroku.'))
    .toSorted()

const usual = ['remote', 'add', 'heroku', URL]

describe('What is missing', () => {
  test('is all of it where there is no remote', async () => {
    const { engine } = setUp()
    expect(await lookAt(herokuRemote, engine)).toEqual({ is: 'missing' })
  })

  test('is the rest where heroku apps:create or git remote add made the remote', async () => {
    const { engine } = setUp(usual)
    const seen = await lookAt(herokuRemote, engine)
    expect(seen).toMatchObject({ is: 'missing', partly: 'the remote is there; 3 of 4 settings are open' })
  })

  test.each([
    [
      'two refspecs, both as git writes them',
      [['config', '--add', 'remote.heroku.fetch', '+refs/heads/*:refs/remotes/heroku/*']],
    ],
    ['its address twice', [['config', '--add', 'remote.heroku.url', URL]]],
    [
      'the push address twice',
      [
        ['config', 'remote.heroku.pushurl', NO_PUSH],
        ['config', '--add', 'remote.heroku.pushurl', NO_PUSH],
      ],
    ],
    [
      'the switch twice, in other words for true',
      [
        ['config', 'remote.heroku.skipFetchAll', 'yes'],
        ['config', '--add', 'remote.heroku.skipFetchAll', 'on'],
      ],
    ],
  ])('is completed without a question where the remote has %s', async (_, commands) => {
    const { config, walk } = setUp(usual, ...commands)
    const { plan, outcomes } = await walk()
    expect(plan[0]).toMatchObject({ seen: { is: 'missing' }, consents: [] })
    expect(outcomes.get('git.heroku-remote')).toMatchObject({ is: 'done' })
    expect(config()).toEqual(DONE)
  })

  test('is completed from wherever an interrupted run left it, and no push would go through meanwhile', async () => {
    const { repo, engine, config } = setUp()
    const actions = herokuRemote.actions(ANSWERS)
    for (const action of actions) {
      await carryOut(herokuRemote, engine, [action])
      expect(config().filter(line => line.startsWith('remote.heroku.pushurl'))).toHaveLength(1)
      const copy = makeCheckout({ folder: temporaryFolder() })
      for (const line of config()) git(copy, 'config', '--add', ...line.split(/=(.*)/s, 2))
      const resumed = makeEngine({ repo: copy })
      await carryOut(herokuRemote, resumed, herokuRemote.actions(ANSWERS, await lookAt(herokuRemote, resumed)))
      expect(configOf(copy)).toEqual(DONE)
    }
    expect((await lookAt(herokuRemote, engine)).is).toBe('present')
    expect(configOf(repo)).toEqual(DONE)
  })
})

describe('What is done', () => {
  test('in an empty world is what the checklist says, and then the remote is present', async () => {
    const { engine, config, walk } = setUp()
    const { plan } = await walk()
    expect(plan[0]?.actions).toEqual(herokuRemote.actions(ANSWERS))
    expect(config()).toEqual(DONE)
    expect((await lookAt(herokuRemote, engine)).is).toBe('present')
  })

  test('a second time changes nothing', async () => {
    const { engine, config } = setUp(usual)
    await carryOut(herokuRemote, engine)
    await carryOut(herokuRemote, engine)
    expect(config()).toEqual(DONE)
  })

  test('is recognised: no further action is asked for', async () => {
    const { engine, walk } = setUp()
    await walk()
    const seen = await lookAt(herokuRemote, engine)
    expect(herokuRemote.actions(ANSWERS, seen)).toEqual([])
    const { events } = await walk()
    expect(events.map(({ event }) => event)).toEqual(['present'])
  })

  test('lets the heroku command still find the app, and makes a push fail and a fetch of all pass it by', async () => {
    const { repo, walk } = setUp()
    await walk()
    git(repo, 'remote', 'remove', 'origin')
    expect(git(repo, 'remote', '-v')).toContain(`heroku\t${URL} (fetch)\n`)
    expect(git(repo, 'fetch', '--all')).toBe('')
    expect(() => git(repo, 'push', 'heroku', 'HEAD')).toThrow(NO_PUSH)
  })

  test('in a worktree counts for the whole repository', async () => {
    const { repo, engine, config } = setUp()
    const tree = join(temporaryFolder(), 'tree')
    git(repo, 'worktree', 'add', '--quiet', tree)
    await walk([herokuRemote], makeEngine({ repo: tree }))
    expect(config()).toEqual(DONE)
    expect((await lookAt(herokuRemote, engine)).is).toBe('present')
  })
})

describe('What differs is shown and waits for consent:', () => {
  const differences = [
    [
      'another app',
      ['config', 'remote.heroku.url', 'https://git.heroku.com/other.git'],
      'url',
      'https://git.heroku.com/other.git',
    ],
    [
      'another app beside ours',
      ['config', '--add', 'remote.heroku.url', 'https://git.heroku.com/other.git'],
      'url',
      'https://git.heroku.com/other.git',
    ],
    [
      'a push address of their own',
      ['config', 'remote.heroku.pushurl', 'git@example.com:here.git'],
      'pushurl',
      'example.com:here.git',
    ],
    [
      'a refspec of their own',
      ['config', '--add', 'remote.heroku.fetch', '+refs/tags/*:refs/tags/*'],
      'fetch',
      '+refs/tags/*:refs/tags/*',
    ],
    ['a decision to fetch', ['config', 'remote.heroku.skipFetchAll', 'false'], 'skipfetchall', 'false'],
  ] as const

  test.each(differences)('%s', async (_, command, key, found) => {
    const { engine, config, walk } = setUp(usual, command)
    const before = config()
    expect(await lookAt(herokuRemote, engine)).toMatchObject({
      is: 'differs',
      how: [{ what: `remote.heroku.${key}`, found }],
    })
    const { outcomes } = await walk()
    expect(outcomes.get('git.heroku-remote')).toMatchObject({ is: 'open', why: 'consent' })
    expect(config()).toEqual(before)
  })

  test.each(differences)('%s is put right with consent', async (_, command) => {
    const { engine, config } = setUp(usual, command)
    await walk([herokuRemote], engine, { agreed: ['git.heroku-remote'] })
    expect(config()).toEqual(DONE)
  })

  test('and a password in the address is not shown', async () => {
    const { engine } = setUp(['config', 'remote.heroku.url', 'https://me:s3cret@git.heroku.com/other.git'])
    const seen = await lookAt(herokuRemote, engine)
    expect(seen).toMatchObject({ is: 'differs', how: [{ found: 'https://git.heroku.com/other.git' }] })
    expect(JSON.stringify('how' in seen && seen.how)).not.toContain('s3cret')
  })
})

describe('What another configuration sets', () => {
  test('for all repositories cannot be put right here: it is told where, and nothing is done', async () => {
    const repo = makeCheckout()
    const file = join(temporaryFolder(), 'config')
    writeFileSync(file, '[remote "heroku"]\n\tfetch = +refs/heads/*:refs/remotes/heroku/*\n')
    const engine = makeEngine({ repo, env: { GIT_CONFIG_GLOBAL: file } })
    expect(await lookAt(herokuRemote, engine)).toMatchObject({
      is: 'unknown',
      cause: {
        code: 'set-elsewhere',
        means: expect.stringContaining('global'),
        next: expect.stringContaining('--global'),
      },
    })
    const { outcomes } = await walk([herokuRemote], engine)
    expect(outcomes.get('git.heroku-remote')?.is).toBe('failed')
    expect(configOf(repo)).toEqual([])
  })

  test('for this worktree alone is told in the same way', async () => {
    const { engine } = setUp(
      ['config', 'extensions.worktreeConfig', 'true'],
      ['config', '--worktree', 'remote.heroku.url', URL],
    )
    expect(await lookAt(herokuRemote, engine)).toMatchObject({ is: 'unknown', cause: { code: 'set-elsewhere' } })
  })
})

test('A setting without a value means true, as git has it', async () => {
  const { repo, engine } = setUp()
  const file = join(repo, '.git/config')
  writeFileSync(file, `[remote "heroku"]\n\turl = ${URL}\n\tpushurl = ${NO_PUSH}\n\tskipFetchAll\n`, { flag: 'a' })
  expect((await lookAt(herokuRemote, engine)).is).toBe('present')
})
