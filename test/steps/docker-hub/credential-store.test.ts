import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test, vi } from 'vitest'
import { fileLook, newLook } from '../../../src/engine/engine.ts'
import { credentialStore } from '../../../steps/docker-hub/credential-store.ts'
import { makeEngine } from '../../support/engine.ts'
import { temporaryFolder } from '../../support/folder.ts'

const HUB = 'https://index.docker.io/v1/'
const encoded = (secret: string) => Buffer.from(`fred:${secret}`).toString('base64')

/** What the step says of a configuration, looked at as a dry run does. */
async function saidOf(config: unknown): Promise<string> {
  const home = temporaryFolder()
  if (config !== undefined) {
    mkdirSync(join(home, '.docker'))
    writeFileSync(join(home, '.docker', 'config.json'), typeof config === 'string' ? config : JSON.stringify(config))
  }
  vi.stubEnv('HOME', home)
  try {
    const { answers, repo } = makeEngine()
    return JSON.stringify(await credentialStore.look(fileLook(answers, repo)))
  } finally {
    vi.unstubAllEnvs()
  }
}

test.each<[string, unknown]>([
  ['there is no configuration', undefined],
  ['nobody signed in', {}],
  ['a helper has it', { auths: { [HUB]: {} }, credsStore: 'pass' }],
  ['the secret is another registry’s', { auths: { 'registry.example.com': { auth: encoded('secret') } } }],
])('says nothing where %s', async (_, config) => {
  expect(await saidOf(config)).toBe('{"is":"present","notes":[]}')
})

test.each<[string, unknown, string]>([
  ['a password', { auths: { [HUB]: { auth: encoded('hunter2:x') } } }, 'docker-credential-secretservice'],
  ['an access token', { auths: { [HUB]: { auth: encoded('dckr_pat_abc') } } }, 'plain text'],
  ['an access token', { auths: { [HUB]: { auth: encoded('dckr_oat_abc') } } }, 'plain text'],
  ['a login token', { auths: { [HUB]: { auth: encoded('x'), identitytoken: 'y' } } }, 'plain text'],
  [
    'a password',
    { auths: { [HUB]: { auth: encoded('hunter2') } }, credsStore: 'osxkeychain' },
    'docker-credential-osxkeychain',
  ],
])('says that %s lies there, and what to do', async (kind, config, words) => {
  const said = await saidOf(config)
  expect(said).toContain(`holds ${kind} for Docker Hub`)
  expect(said).toContain(words)
  expect(said).not.toMatch(/hunter2|abc"/)
})

test('a file that is no JSON is told', async () => {
  expect(await saidOf('{')).toContain('is no JSON')
})

test('it never throws, and never shows what is in the file', async () => {
  const secret = fc.string({ minLength: 6, unit: fc.constantFrom(...'QZXJ0987') })
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(
        secret.map(one => ({ auths: { [HUB]: { auth: encoded(one) } }, one })),
        fc.json(),
      ),
      async given => {
        const said = await saidOf(given)
        if (typeof given === 'object') expect(said).not.toContain(given.one)
      },
    ),
    { numRuns: 40 },
  )
})

test('a rehearsal reads nothing there', () => {
  const home = temporaryFolder()
  mkdirSync(join(home, '.docker'))
  writeFileSync(join(home, '.docker', 'config.json'), '{}')
  vi.stubEnv('HOME', home)
  const look = newLook(makeEngine())
  expect(look.home('.docker/config.json')).toBeUndefined()
  vi.unstubAllEnvs()
})
