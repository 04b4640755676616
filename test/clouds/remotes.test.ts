import { describe, expect, test } from 'vitest'
import { createTools } from '../../src/clouds/exec.ts'
import { readSettings } from '../../src/clouds/git-settings.ts'
import { ownRemote, pushedTo, remoteOf, remotesIn } from '../../src/clouds/remotes.ts'
import { git, PERSONS_CONFIG } from '../support/checkout.ts'
import { bareEnvironment } from '../support/cli.ts'
import { temporaryFolder } from '../support/folder.ts'

/** Settings of a checkout; `mine` are the person's own. */
const repository = (settings: readonly (readonly [key: string, value: string])[], mine: typeof settings = []) => {
  const folder = temporaryFolder()
  git(folder, 'init', '--quiet', '--template=')
  for (const [key, value] of settings) git(folder, 'config', '--local', '--add', key, value)
  for (const [key, value] of mine) git(folder, 'config', '--file', PERSONS_CONFIG, '--add', key, value)
  return folder
}
const settingsIn = (repo: string) => readSettings(createTools({ repo, env: bareEnvironment(temporaryFolder()) }).run)

type Settings = readonly (readonly [key: string, value: string])[]
const UPSTREAM = 'https://github.com/PennockTech/dummyapp.git'
const ACME = 'git@github.com:acme/dummyapp.git'
const heroku = ['remote.heroku.url', 'https://git.heroku.com/x.git'] as const
const upstream = ['remote.upstream.url', UPSTREAM] as const
const fork = ['remote.fork.url', ACME] as const

describe('The remote that says whose project it is, is', () => {
  test.each<[string, Settings, Settings, string | undefined]>([
    ['origin', [['remote.origin.url', ACME], upstream], [], 'origin'],
    ['the only one, whatever it is called', [['remote.acme.url', ACME]], [], 'acme'],
    ['the only one beside an app at Heroku', [['remote.a.c/me.url', ACME], heroku], [], 'a.c/me'],
    ['remote.pushDefault', [upstream, fork, ['remote.pushDefault', 'fork']], [], 'fork'],
    [
      'remote.pushDefault, also beside origin',
      [['remote.origin.url', UPSTREAM], fork, ['remote.pushDefault', 'fork']],
      [],
      'fork',
    ],
    ['checkout.defaultRemote', [upstream, fork, ['checkout.defaultRemote', 'fork']], [], 'fork'],
    [
      'remote.pushDefault before checkout.defaultRemote',
      [upstream, fork, ['checkout.defaultRemote', 'upstream'], ['remote.pushDefault', 'fork']],
      [],
      'fork',
    ],
    [
      'one that the person’s own configuration names',
      [['remote.origin.url', UPSTREAM], fork],
      [['remote.pushDefault', 'fork']],
      'fork',
    ],
    [
      'not one that is not there',
      [['remote.origin.url', ACME], upstream, ['remote.pushDefault', 'fork']],
      [],
      'origin',
    ],
    ['not an app at Heroku', [['remote.origin.url', ACME], heroku, ['remote.pushDefault', 'heroku']], [], 'origin'],
    ['known of none of several', [upstream, fork], [], undefined],
    ['known of none', [heroku], [], undefined],
    ['one that has nothing but a pushurl', [['remote.acme.pushurl', ACME]], [], 'acme'],
    ['none that git would take for an option', [['remote.-x.url', ACME], fork], [], 'fork'],
    [
      'not one without an address',
      [['remote.upstream.fetch', '+refs/heads/*:refs/remotes/upstream/*'], fork],
      [],
      'fork',
    ],
  ])('%s', async (_, settings, mine, name) => {
    expect(ownRemote(remotesIn(await settingsIn(repository(settings, mine))))).toBe(name)
  })
})

describe('Its address is', () => {
  const REWRITE = 'url.git@github.com:.insteadOf'
  test.each<[string, Settings, Settings, string]>([
    [
      'pushurl before url',
      [
        ['remote.origin.url', UPSTREAM],
        ['remote.origin.pushurl', ACME],
      ],
      [],
      ACME,
    ],
    [
      'the first of several',
      [
        ['remote.origin.url', ACME],
        ['remote.origin.url', UPSTREAM],
      ],
      [],
      ACME,
    ],
    [
      'what an abbreviation is short for',
      [
        ['remote.origin.url', 'gh:acme/dummyapp'],
        [REWRITE, 'gh:'],
      ],
      [],
      'git@github.com:acme/dummyapp',
    ],
    [
      'also where the person has it',
      [['remote.origin.url', 'gh:acme/dummyapp']],
      [[REWRITE, 'gh:']],
      'git@github.com:acme/dummyapp',
    ],
    [
      'by the longest beginning',
      [['remote.origin.url', 'gh:acme/dummyapp']],
      [
        [REWRITE, 'gh:'],
        ['url.git@github.com:other/.insteadOf', 'gh:acme/'],
      ],
      'git@github.com:other/dummyapp',
    ],
    [
      'in a pushurl',
      [
        ['remote.origin.url', UPSTREAM],
        ['remote.origin.pushurl', 'gh:acme/dummyapp'],
      ],
      [[REWRITE, 'gh:']],
      'git@github.com:acme/dummyapp',
    ],
    [
      'where pushInsteadOf leads',
      [['remote.origin.url', UPSTREAM]],
      [['url.git@github.com:acme/.pushInsteadOf', 'https://github.com/PennockTech/']],
      ACME,
    ],
    [
      'not a mirror of GitHub',
      [['remote.origin.url', UPSTREAM]],
      [['url.https://mirror.example/.insteadOf', 'https://github.com/']],
      UPSTREAM,
    ],
    ['not a folder', [['remote.origin.url', UPSTREAM]], [['url./srv/git/.insteadOf', 'https://github.com/']], UPSTREAM],
    [
      'another host’s',
      [['remote.origin.url', 'work:acme/x']],
      [['url.git@git.example.com:.insteadOf', 'work:']],
      'git@git.example.com:acme/x',
    ],
  ])('%s', async (_, settings, mine, address) => {
    const repo = repository(settings, mine)
    const found = await settingsIn(repo)
    expect(remotesIn(found).addresses.origin).toBe(address)
    // git itself is the measure of where a push goes.
    const [pushed] = git(repo, 'remote', 'get-url', '--push', 'origin').split('\n')
    expect(pushedTo('origin', found)).toBe(pushed)
  })
})

describe('For a project that was answered', () => {
  const remotes = { addresses: { upstream: UPSTREAM, fork: ACME, heroku: heroku[1] }, named: [] }

  test('the remote is the one that leads there', () => {
    expect(remoteOf(remotes, 'Acme/dummyapp')).toBe('fork')
    expect(remoteOf({ ...remotes, named: ['upstream'] }, 'acme/dummyapp')).toBe('fork')
  })

  test('that no remote leads to, it is the own one, if there is one', () => {
    expect(remoteOf(remotes, 'other/dummyapp')).toBeUndefined()
    expect(remoteOf({ ...remotes, named: ['fork'] }, 'other/dummyapp')).toBe('fork')
    expect(remoteOf({ ...remotes, named: ['fork'] })).toBe('fork')
  })
})
