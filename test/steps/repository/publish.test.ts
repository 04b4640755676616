import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { PersonAction } from '../../../src/engine/step.ts'
import { shown } from '../../../src/engine/text.ts'
import { commandLine } from '../../../src/output/shell.ts'
import { publish } from '../../../steps/repository/publish.ts'
import { BARE_ORIGIN, GIT_ENVIRONMENT, git, library, makeCheckout } from '../../support/checkout.ts'
import { ANSWERS, lookAt, makeEngine, walk } from '../../support/engine.ts'
import { temporaryFolder } from '../../support/folder.ts'

const LIBRARY = 'build/common.lib.sh'
const CONFIG = '.circleci/config.yml'
const PUSH = 'git push origin HEAD:refs/heads/main'
const MESSAGE = '--message=Set up CI with dummyapp-setup'

/** A checkout whose origin is a bare repository, and the engine that looks at it. */
function setUp(branch = 'main') {
  const repo = makeCheckout()
  git(repo, 'config', 'user.name', 'Dana')
  git(repo, 'config', 'user.email', 'dana@example.com')
  const engine = makeEngine({ repo, answers: { firstRunBranch: branch } })
  return {
    repo,
    engine,
    write: (name: string, text: string) => write(repo, name, text),
    commit: (...names: readonly string[]) => {
      git(repo, 'add', '--', ...names)
      git(repo, 'commit', '--quiet', '--message=x')
    },
    published: (name: string) => git(repo, '--git-dir', BARE_ORIGIN, 'show', `${branch}:${name}`),
    revision: () => git(repo, '--git-dir', BARE_ORIGIN, 'rev-parse', `refs/heads/${branch}`).trim(),
  }
}

function write(repo: string, name: string, text: string): void {
  mkdirSync(dirname(join(repo, name)), { recursive: true })
  writeFileSync(join(repo, name), text)
}

/** Somebody else's clone of the same origin; they commit a file and push it. */
function somebodyPushes(repo: string, name: string): void {
  const clone = temporaryFolder()
  git(clone, 'clone', '--quiet', '--', join(repo, BARE_ORIGIN), '.')
  write(clone, name, 'theirs\n')
  git(clone, 'add', '--all')
  git(clone, '-c', 'user.name=F', '-c', 'user.email=f@example.com', 'commit', '--quiet', '--message=theirs')
  git(clone, 'push', '--quiet', 'origin', 'HEAD')
}

type Place = ReturnType<typeof setUp>

/** What a person is asked for now. */
async function awaited({ engine }: Place): Promise<PersonAction> {
  const seen = await lookAt(publish, engine)
  expect(seen).toMatchObject({ is: 'pending', on: 'person' })
  const [action, ...more] = publish.actions(engine.answers, seen)
  expect(more).toEqual([])
  if (action?.kind !== 'person') throw new Error('nobody is asked for anything')
  return action
}

const commands = ({ byHand = [] }: PersonAction) => byHand.map(({ argv }) => argv.map(shown).join(' '))

/** Does what the person is asked for, exactly. */
function plays({ repo }: Place, { byHand = [] }: PersonAction): void {
  for (const { argv } of byHand) git(repo, ...argv.slice(1).map(shown))
}

describe('The branch has what stands here', () => {
  test('right after the clone: its commit is learned', async () => {
    const { engine, revision } = setUp()
    const learned = { 'repository.publish:revision': revision() }
    expect(await lookAt(publish, engine)).toMatchObject({ is: 'present', learned })
    await walk([publish], engine)
    expect(engine.progress.saved.facts).toEqual(learned)
  })

  test('although other files are changed here, or other commits are not pushed', async () => {
    const { engine, write, commit } = setUp()
    write('README.md', 'mine\n')
    commit('README.md')
    write('main.go', 'mine\n')
    expect((await lookAt(publish, engine)).is).toBe('present')
  })

  test('although the checkout stands on another branch with other contents committed', async () => {
    const { repo, engine, write, commit } = setUp()
    git(repo, 'checkout', '--quiet', '-b', 'other')
    write(LIBRARY, 'other\n')
    commit(LIBRARY)
    git(repo, 'checkout', 'main', '--', LIBRARY)
    expect((await lookAt(publish, engine)).is).toBe('present')
  })
})

describe('A person is asked for exactly what is left,', () => {
  test('which is to commit the files that differ, and to push', async () => {
    const place = setUp()
    place.write(LIBRARY, library({ HEROKU_APP: 'acme-dummy' }))
    place.write(CONFIG, 'version: 2.1\n')
    place.write('main.go', 'not ours\n')
    const action = await awaited(place)
    expect(commands(action)).toEqual([
      `git add -- ${CONFIG} ${LIBRARY}`,
      `git commit ${MESSAGE} -- ${CONFIG} ${LIBRARY}`,
      PUSH,
    ])
    plays(place, action)
    expect(await lookAt(publish, place.engine)).toMatchObject({
      is: 'present',
      learned: { 'repository.publish:revision': place.revision() },
    })
    expect(place.published(LIBRARY)).toContain('acme-dummy')
    expect(git(place.repo, 'status', '--porcelain')).toBe('?? main.go\n')
  })

  test('and what somebody has staged besides is not committed with it', async () => {
    const place = setUp()
    place.write(LIBRARY, 'changed\n')
    place.write('main.go', 'staged\n')
    git(place.repo, 'add', 'main.go')
    plays(place, await awaited(place))
    expect(git(place.repo, 'status', '--porcelain')).toBe('A  main.go\n')
  })

  test('also where a file was taken out', async () => {
    const place = setUp()
    rmSync(join(place.repo, LIBRARY))
    plays(place, await awaited(place))
    expect((await lookAt(publish, place.engine)).is).toBe('present')
    expect(() => place.published(LIBRARY)).toThrow()
  })

  test('which is the push alone where all is committed', async () => {
    const place = setUp()
    place.write(LIBRARY, 'changed\n')
    place.commit(LIBRARY)
    const action = await awaited(place)
    expect(commands(action)).toEqual([PUSH])
    plays(place, action)
    expect((await lookAt(publish, place.engine)).is).toBe('present')
  })

  test('which is the push of a branch that origin does not have yet', async () => {
    const place = setUp('circle')
    const action = await awaited(place)
    expect(commands(action)).toEqual(['git push origin HEAD:refs/heads/circle'])
    plays(place, action)
    expect(await lookAt(publish, place.engine)).toMatchObject({ is: 'present' })
  })

  test('which is a fetch where somebody else has pushed meanwhile, and then nothing where the files are the same', async () => {
    const place = setUp()
    somebodyPushes(place.repo, 'theirs.txt')
    const action = await awaited(place)
    expect(commands(action)).toEqual(['git fetch origin main'])
    plays(place, action)
    expect((await lookAt(publish, place.engine)).is).toBe('present')
  })

  test('and what others pushed comes first where the files differ too', async () => {
    const place = setUp()
    somebodyPushes(place.repo, 'theirs.txt')
    place.write(LIBRARY, 'changed\n')
    plays(place, await awaited(place))
    const action = await awaited(place)
    expect(commands(action)).toEqual([
      `git add -- ${LIBRARY}`,
      `git commit ${MESSAGE} -- ${LIBRARY}`,
      'git pull --rebase origin main',
      PUSH,
    ])
    plays(place, action)
    expect((await lookAt(publish, place.engine)).is).toBe('present')
    expect(place.published('theirs.txt')).toBe('theirs\n')
  })

  test('and a pass ends there, with nothing committed', async () => {
    const { repo, engine, write } = setUp()
    write(LIBRARY, 'changed\n')
    const head = git(repo, 'rev-parse', 'HEAD')
    const { outcomes } = await walk([publish], engine)
    expect(outcomes.get('repository.publish')).toMatchObject({ is: 'open', why: 'person' })
    expect(git(repo, 'rev-parse', 'HEAD')).toBe(head)
  })
})

describe('In an empty world, which nobody has looked at,', () => {
  const script = () => {
    const actions = publish.actions({ ...ANSWERS, firstRunBranch: 'circle' })
    const byHand = actions.flatMap(action => (action.kind === 'person' ? (action.byHand ?? []) : []))
    return ['set -e', ...byHand.map(commandLine)].join('\n')
  }

  test.each([
    ['some of the files', () => {}],
    ['a change to one of them', (place: Place) => place.write(LIBRARY, 'changed\n')],
    ['a new one', (place: Place) => place.write(CONFIG, 'version: 2.1\n')],
  ])('the script commits and pushes what there is of them: %s', async (_, change) => {
    const place = setUp('circle')
    change(place)
    execFileSync('sh', ['-c', script()], {
      cwd: place.repo,
      env: { ...process.env, ...GIT_ENVIRONMENT },
      stdio: 'pipe',
    })
    expect((await lookAt(publish, place.engine)).is).toBe('present')
    expect(git(place.repo, 'status', '--porcelain')).toBe('')
  })
})

describe('Where origin cannot be asked, git’s own words are told:', () => {
  test.each([
    ['there is none', (repo: string) => git(repo, 'remote', 'remove', 'origin'), 'origin'],
    ['it is gone', (repo: string) => rmSync(join(repo, BARE_ORIGIN), { recursive: true }), 'does not appear to be'],
  ])('%s', async (_, breaks, words) => {
    const { repo, engine } = setUp()
    breaks(repo)
    expect(await lookAt(publish, engine)).toMatchObject({
      is: 'unknown',
      cause: {
        asked: 'git ls-remote origin refs/heads/main',
        said: expect.stringContaining(words),
        next: expect.stringContaining('git fetch origin'),
      },
    })
  })

  test('it wants a password, which nobody is asked for', async () => {
    const bin = temporaryFolder()
    const ssh = join(bin, 'ssh')
    writeFileSync(ssh, '#!/bin/sh\necho "$SSH_ASKPASS_REQUIRE: Permission denied (publickey)." >&2\nexit 255\n')
    chmodSync(ssh, 0o755)
    const repo = makeCheckout({ origin: '' })
    git(repo, 'remote', 'set-url', 'origin', 'git@github.example:acme/dummyapp.git')
    const engine = makeEngine({ repo, env: { PATH: `${bin}:${process.env.PATH}` } })
    expect(await lookAt(publish, engine)).toMatchObject({
      is: 'unknown',
      cause: { said: expect.stringContaining('never: Permission denied (publickey).') },
    })
  })
})
