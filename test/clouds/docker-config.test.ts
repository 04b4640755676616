import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, symlinkSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { makeDockerConfig, removeLeftConfigs } from '../../src/clouds/docker-config.ts'
import { Secret } from '../../src/clouds/secret.ts'
import { temporaryFolder } from '../support/folder.ts'

test('What a killed run left is removed at once; what belongs to a run that goes on stays', () => {
  const root = temporaryFolder()
  const env = { XDG_RUNTIME_DIR: root, HOME: root }
  const { folder, remove } = makeDockerConfig(env, { host: 'h', user: 'u', secret: new Secret('a token') })
  const { pid } = spawnSync(process.execPath, ['--eval', ''])
  mkdirSync(join(root, `dummyapp-setup-docker-${pid}-abc`))
  const old = join(root, 'dummyapp-setup-docker-1-abc')
  mkdirSync(old)
  utimesSync(old, 0, 0)
  const link = join(root, 'dummyapp-setup-docker-link')
  symlinkSync('/no/such/place', link)
  mkdirSync(join(root, 'somebody-elses'))
  removeLeftConfigs(env)
  expect(readdirSync(root).map(name => join(root, name))).toEqual([folder, link, join(root, 'somebody-elses')])
  remove()
  expect(readdirSync(root)).toEqual(['dummyapp-setup-docker-link', 'somebody-elses'])
})

test('Where it cannot be written, that is said', () => {
  const file = join(temporaryFolder(), 'gone')
  mkdirSync(file)
  const env = { XDG_RUNTIME_DIR: file, HOME: '\0' }
  const attempt = () => makeDockerConfig(env, { host: 'h', user: 'u', secret: new Secret('a token') })
  expect(attempt).toThrow('no place to write it')
  expect(readdirSync(file)).toEqual([])
})
