import { homedir, userInfo } from 'node:os'
import { describe, expect, test } from 'vitest'
import { projectOf, stateFolderOf } from '../../src/clouds/state-folder.ts'

describe('What progress is about', () => {
  test.each([
    'https://github.com/Acme/dummyapp.git',
    'git@github.com:acme/dummyapp',
    'ssh://git@github.com:22/acme/DummyApp.git',
    'https://me:s3cret@github.com/acme/dummyapp/',
  ])('is the project that origin names, so that clones share it: %s', origin => {
    expect(projectOf(origin, '/home/me/clone')).toBe('github.com/acme/dummyapp')
  })

  test.each([undefined, '', '/srv/git/dummyapp.git', 'file:///srv/git/dummyapp.git'])(
    'is the folder where origin names none: %j',
    origin => {
      expect(projectOf(origin, '/home/me/clone')).toBe('/home/me/clone')
    },
  )
})

describe('Progress is kept', () => {
  const ours = 'github.com/acme/dummyapp'
  const folder = (project = ours, clouds: 'real' | 'rehearsal' = 'real', root: string | undefined = '/state') =>
    stateFolderOf(root, clouds, project, {}).folder

  test('in one folder for each project and clouds, with a name that can be read', () => {
    expect(folder()).toMatch(/^\/state\/real\/dummyapp-[\da-f]{12}$/)
    expect(folder(ours, 'rehearsal')).toMatch(/^\/state\/rehearsal\/dummyapp-[\da-f]{12}$/)
    expect(folder('github.com/other/dummyapp')).not.toBe(folder())
    expect(folder()).toBe(folder())
  })

  test('below the root, whatever the project is called', () => {
    for (const project of ['/home/me/..', '..', '/', 'a/b c\u0000/../é', 'x'.repeat(300)])
      expect(folder(project)).toMatch(/^\/state\/real\/[\w.-]{0,40}-[\da-f]{12}$/)
  })

  test('in the platform’s place for state, unless told', () => {
    expect(stateFolderOf(undefined, 'real', ours, { XDG_STATE_HOME: '/xdg' }).folder).toMatch(
      /^\/xdg\/dummyapp-setup\/real\//,
    )
    expect(stateFolderOf(undefined, 'real', ours, {}).folder.startsWith(homedir())).toBe(true)
    expect(stateFolderOf('/mine', 'real', ours, { XDG_STATE_HOME: '/xdg' }).folder).toMatch(/^\/mine\/real\//)
  })

  test.each([
    ['relative', { XDG_STATE_HOME: 'rel/state', HOME: '/home/me' }, '/home/me/'],
    ['relative, as is HOME', { XDG_STATE_HOME: './x', HOME: 'me' }, `${userInfo().homedir}/`],
    ['empty, as is HOME', { XDG_STATE_HOME: '', HOME: '' }, `${userInfo().homedir}/`],
  ])('by the home folder where XDG_STATE_HOME is %s', (_, env, home) => {
    expect(stateFolderOf(undefined, 'real', ours, env).folder.startsWith(home)).toBe(true)
  })
})
