import { describe, expect, test } from 'vitest'
import { redact } from '../../src/clouds/secret.ts'
import { openCheckout } from '../../src/commands/repository.ts'
import { git, makeCheckout, PERSONS_CONFIG } from '../support/checkout.ts'
import { bareEnvironment } from '../support/cli.ts'
import { temporaryFolder } from '../support/folder.ts'

/** A password for each place, since what one test has made known is known in the next one too; none begins like another. */
const password = (at: number) => `${'abcdefghijklmnop'[at]}-hunters-word`

/** Where git’s configuration may hold a password. */
const PLACES: readonly (readonly [key: string, value: (password: string) => string])[] = [
  ['remote.other.url', word => `https://me:${word}@example.test/x`],
  ['remote.other.pushurl', word => `https://me:${word}@example.test/x`],
  ['remote.other.proxy', word => `http://me:${word}@proxy.test`],
  ['http.proxy', word => `http://me:${word}@proxy.test`],
  ['http.https://example.test/.proxy', word => `http://me:${word}@proxy.test`],
  ['url.https://example.test/.insteadOf', word => `https://me:${word}@example.test/`],
  ['http.extraHeader', word => `Authorization: Basic ${word}`],
  ['http.extraHeader', word => `AUTHORIZATION: ${word}`],
  ['http.extraHeader', word => `PRIVATE-TOKEN: ${word}`],
  ['http.extraHeader', word => `Cookie: first=yes; session=${word}; last=no`],
  ['http.https://example.test/some.path/.extraHeader', word => `private-token:${word}`],
  ['http.https://*.example.test.extraHeader', word => `Proxy-Authorization: Bearer  ${word}`],
]

/** Where a key has it itself. */
const KEYS: readonly ((password: string) => readonly [key: string, value: string])[] = [
  word => [`url.https://me:${word}@example.test/.insteadOf`, 'https://example.test/'],
  word => [`url.https://me:${word}@example.test/.pushInsteadOf`, 'https://example.test/'],
  word => [`http.https://me:${word}@example.test/.sslVerify`, 'true'],
  word => [`credential.https://me:${word}@example.test/.helper`, 'store'],
]

const CASES = [
  ...PLACES.map(
    ([key, value]) =>
      (word: string) =>
        [key, value(word)] as const,
  ),
  ...KEYS,
].map((setting, at) => ({ setting: setting(password(at)), word: password(at) }))

describe('Once a checkout is open, no text shows a password of git’s configuration:', () => {
  test.each(CASES)('$setting.0 $setting.1', async ({ setting, word }) => {
    const folder = makeCheckout()
    expect(redact(`error: ${word}!`)).toContain(word)
    git(folder, 'config', '--file', PERSONS_CONFIG, ...setting)
    await openCheckout(folder, bareEnvironment(temporaryFolder()))
    expect(redact(`error: ${word}!`)).toBe('error: ••••!')
  })
})

describe('Of the checkout a person is told first', () => {
  const notesOf = async (folder: string) => (await openCheckout(folder, bareEnvironment(temporaryFolder()))).notes

  test('nothing where nothing is odd', async () => {
    expect(await notesOf(makeCheckout())).toEqual([])
  })

  test('nothing before the first commit', async () => {
    const folder = temporaryFolder()
    git(folder, 'init', '--quiet', '--template=')
    expect(await notesOf(folder)).toEqual([])
  })

  test('that HEAD is detached', async () => {
    const folder = makeCheckout()
    git(folder, 'checkout', '--quiet', '--detach')
    expect(await notesOf(folder)).toEqual([expect.stringContaining('HEAD is detached')])
  })

  test('that nothing says which of several remotes is theirs, and how to say it', async () => {
    const folder = makeCheckout()
    git(folder, 'config', '--rename-section', 'remote.origin', 'remote.upstream')
    git(folder, 'remote', 'add', 'fork', 'git@github.com:acme/dummyapp.git')
    expect(await notesOf(folder)).toEqual([expect.stringContaining('remotes upstream, fork is named origin')])
    git(folder, 'config', 'checkout.defaultRemote', 'fork')
    expect(await notesOf(folder)).toEqual([])
  })
})
