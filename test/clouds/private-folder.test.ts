import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { makeDockerConfig } from '../../src/clouds/docker-config.ts'
import { makePrivateFolder, removeLeftFolders } from '../../src/clouds/private-folder.ts'
import { Secret } from '../../src/clouds/secret.ts'
import { asAnotherUser } from '../support/another-user.ts'
import { temporaryFolder } from '../support/folder.ts'

const registry = { host: 'h', user: 'u', secret: new Secret('a token') }
/** The number of a process that has ended. */
const ended = () => spawnSync(process.execPath, ['--eval', '']).pid

/** A session's folder, where killed runs have left theirs. */
function session() {
  const root = temporaryFolder()
  const env = { XDG_RUNTIME_DIR: root, XDG_STATE_HOME: join(root, 'state'), HOME: root }
  const left = (name: string, mode = 0o700, below = root) => {
    const folder = join(below, name)
    mkdirSync(folder, { recursive: true, mode })
    chmodSync(folder, mode)
    writeFileSync(join(folder, 'config.json'), '{}')
    return folder
  }
  return { root, env, left }
}

describe('What a killed run left', () => {
  test('is removed at once; what belongs to a run that goes on stays', () => {
    const { root, env, left } = session()
    const { folder, remove } = makeDockerConfig(env, registry)
    left(`dummyapp-setup-docker-${ended()}-abc`)
    left(`dummyapp-setup-image-${ended()}-abc`)
    utimesSync(left('dummyapp-setup-docker-1-abc'), 0, 0)
    left('somebody-elses')
    removeLeftFolders(env)
    expect(readdirSync(root).map(name => join(root, name))).toEqual([folder, join(root, 'somebody-elses')])
    remove()
    expect(readdirSync(root)).toEqual(['somebody-elses'])
  })

  test('is removed beside the saved progress, too; a rehearsal that still waits stays, however old', () => {
    const { env, left } = session()
    const { folder } = makePrivateFolder(env, 'rehearsal')
    expect(dirname(folder)).toBe(join(env.XDG_STATE_HOME, 'dummyapp-setup', 'run'))
    utimesSync(folder, 0, 0)
    left(`dummyapp-setup-rehearsal-${ended()}-abc`, 0o700, dirname(folder))
    removeLeftFolders(env)
    expect(readdirSync(dirname(folder))).toEqual([folder.slice(dirname(folder).length + 1)])
  })

  test('stays where it is a link, not a folder, or open to others: it may be somebody else’s', () => {
    const { root, env, left } = session()
    const aim = left('aim')
    symlinkSync(aim, join(root, `dummyapp-setup-docker-${ended()}-link`))
    writeFileSync(join(root, `dummyapp-setup-docker-${ended()}-file`), '')
    left(`dummyapp-setup-docker-${ended()}-open`, 0o755)
    const before = readdirSync(root, { recursive: true })
    removeLeftFolders(env)
    expect(readdirSync(root, { recursive: true })).toEqual(before)
  })

  test('stays where it is another user’s', () => {
    const { root, env, left } = session()
    left(`dummyapp-setup-docker-${ended()}-abc`)
    asAnotherUser()
    removeLeftFolders(env)
    expect(readdirSync(root)).toHaveLength(1)
  })

  test('stays in a folder that others can write to, where it could be swapped meanwhile', () => {
    const { root, env, left } = session()
    const bait = left(`dummyapp-setup-docker-${ended()}-abc`)
    chmodSync(root, 0o777)
    removeLeftFolders(env)
    expect(existsSync(join(bait, 'config.json'))).toBe(true)
  })

  test('cannot be listed: nothing happens', () => {
    const { env } = session()
    removeLeftFolders({ ...env, XDG_RUNTIME_DIR: '/no/such/place', XDG_STATE_HOME: '/no/such/place' })
  })
})

function linkIn(root: string): string {
  symlinkSync(temporaryFolder(), join(root, 'link'))
  return join(root, 'link')
}

function openIn(root: string): string {
  mkdirSync(join(root, 'open'))
  chmodSync(join(root, 'open'), 0o777)
  return join(root, 'open')
}

describe('A private folder', () => {
  test.each<[string, (root: string) => string | undefined]>([
    ['there is no folder of the session', () => undefined],
    ['it is not there', root => join(root, 'none')],
    ['it is a link', root => linkIn(root)],
    ['others can write to it', root => openIn(root)],
  ])('is beside the saved progress where %s', (_, session) => {
    const home = temporaryFolder()
    const XDG_RUNTIME_DIR = session(home)
    const env = { ...(XDG_RUNTIME_DIR && { XDG_RUNTIME_DIR }), XDG_STATE_HOME: join(home, 'state'), HOME: home }
    const { folder, remove } = makePrivateFolder(env, 'docker')
    expect(dirname(folder)).toBe(join(home, 'state/dummyapp-setup/run'))
    for (const one of [folder, dirname(folder)]) expect(statSync(one).mode & 0o777).toBe(0o700)
    remove()
    expect(existsSync(folder)).toBe(false)
  })

  test('is refused where others can write to the place for it, too', () => {
    const home = temporaryFolder()
    const run = join(home, 'state/dummyapp-setup/run')
    mkdirSync(run, { recursive: true })
    chmodSync(run, 0o777)
    const attempt = () => makePrivateFolder({ XDG_STATE_HOME: join(home, 'state'), HOME: home }, 'docker')
    expect(attempt).toThrow('private folder')
    expect(readdirSync(run)).toEqual([])
  })

  test('is refused where the place for it is another user’s', () => {
    const { root, env } = session()
    asAnotherUser()
    expect(() => makePrivateFolder(env, 'docker')).toThrow('private folder')
    expect(readdirSync(root, { recursive: true }).filter(name => String(name).includes('docker'))).toEqual([])
  })

  test('that cannot be written is told, and none is left', () => {
    const { root, env } = session()
    expect(() => makeDockerConfig({ ...env, HOME: '/\0' }, registry)).toThrow('private folder')
    expect(readdirSync(root)).toEqual([])
  })
})
