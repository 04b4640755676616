import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { type Command, createTools } from '../../src/clouds/exec.ts'
import { askOrigin } from '../../src/clouds/origin.ts'
import { openCheckout } from '../../src/commands/repository.ts'
import { BARE_ORIGIN, git, makeCheckout, PERSONS_CONFIG } from '../support/checkout.ts'
import { bareEnvironment } from '../support/cli.ts'
import { causeOf } from '../support/engine.ts'
import { temporaryFolder } from '../support/folder.ts'
import { setTraps, trapGit } from '../support/traps.ts'

const MAIN = 'refs/heads/main'

/** Asks origin of a checkout; `ran` has every command and what it was given. */
function asking(repo: string, env: Readonly<Record<string, string>> = {}, remote = 'origin') {
  const { run } = createTools({ repo, env: { ...bareEnvironment(temporaryFolder()), ...env } })
  const ran: Command[] = []
  const ask = () =>
    askOrigin(remote, MAIN, command => {
      ran.push(command)
      return run(command)
    })
  return { ask, ran }
}

/** A server that writes down what it is asked; with a folder it serves its files to whoever signs in. */
async function serve(folder?: string) {
  const requests: { readonly url: string | undefined; readonly headers: NodeJS.Dict<string | string[]> }[] = []
  const server = createServer(({ url = '', headers }, response) => {
    requests.push({ url, headers })
    if (folder === undefined) return response.writeHead(502).end()
    if (headers.authorization === undefined) {
      return response.writeHead(401, { 'www-authenticate': 'Basic realm="x"', 'set-cookie': 'a=b' }).end()
    }
    try {
      return response.end(readFileSync(join(folder, url.split('?')[0] ?? '')))
    } catch {
      return response.writeHead(404).end()
    }
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  return { requests, address: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

/** A checkout whose origin is at a server that wants a sign-in, which the person's own configuration has. */
async function servedCheckout() {
  const repo = makeCheckout({ origin: '' })
  const bare = join(repo, BARE_ORIGIN)
  git(bare, 'update-server-info')
  const origin = await serve(bare)
  git(repo, 'remote', 'set-url', 'origin', `${origin.address}/`)
  git(repo, 'config', '--file', PERSONS_CONFIG, 'credential.helper', '!printf "username=me\\npassword=word\\n" #')
  return { repo, origin, ...asking(repo) }
}

describe('Origin is asked', () => {
  test('with the person’s own sign-in', async () => {
    const { repo, ask, origin } = await servedCheckout()
    expect(await ask()).toBe(`${git(repo, 'rev-parse', 'HEAD').trim()}\t${MAIN}\n`)
    expect(origin.requests.at(-1)?.headers.authorization).toBe(`Basic ${btoa('me:word')}`)
  })

  test('and nothing that the checkout configures has a part in it: no command, proxy, header or cookie jar', async () => {
    const { repo, ask, origin } = await servedCheckout()
    const elsewhere = await serve()
    const traps = setTraps(repo)
    trapGit(repo, traps)
    for (const [key, value] of [
      ['http.proxy', elsewhere.address],
      [`http.${origin.address}.proxy`, elsewhere.address],
      ['remote.origin.proxy', elsewhere.address],
      ['http.extraHeader', 'X-Checkout: yes'],
      ['http.userAgent', 'checkout'],
      ['http.cookieFile', join(repo, 'jar')],
      ['http.saveCookies', 'true'],
      ['http.sslVerify', 'false'],
      ['remote.origin.vcs', 'ext'],
    ] as const)
      git(repo, 'config', '--local', key, value)
    expect(await ask()).toContain(MAIN)
    expect(elsewhere.requests).toEqual([])
    expect(JSON.stringify(origin.requests)).not.toMatch(/checkout/i)
    expect(() => readFileSync(join(repo, 'jar'))).toThrow('ENOENT')
    expect(traps.sprung()).toEqual([])
  })

  test('with the way that the person’s own configuration has, a rewriting included', async () => {
    const { ask } = asking(makeCheckout())
    expect(await ask()).toContain(MAIN)
  })

  test('without its address, in which a password may stand, among the arguments', async () => {
    const repo = makeCheckout({ origin: 'https://me:s3cret@github.com/acme/dummyapp.git' })
    const { ask, ran } = asking(repo)
    expect(await ask()).toContain(MAIN)
    expect(ran.length).toBeGreaterThan(1)
    expect(JSON.stringify(ran.map(({ argv }) => argv))).not.toContain('s3cret')
  })

  test('in the words of git where there is none', async () => {
    const repo = makeCheckout({ origin: '' })
    git(repo, 'remote', 'remove', 'origin')
    expect(await asking(repo).ask()).toMatchObject({ code: 'origin', said: expect.stringContaining('origin') })
  })

  /** What stands in for ssh: it marks that it ran, with the words that it was given, and hangs up. */
  function playSsh() {
    const folder = temporaryFolder()
    const [ssh, said] = [join(folder, 'ssh'), join(folder, 'said')]
    writeFileSync(ssh, `#!/bin/sh\necho "$@" >> ${said}\nexit 1\n`, { mode: 0o755 })
    return { ssh, said: () => (existsSync(said) ? readFileSync(said, 'utf8') : '') }
  }
  const BY_SSH = 'git@github.test:acme/dummyapp.git'

  test.each(['GIT_SSH_COMMAND', 'GIT_SSH'])('by the ssh of the person’s environment: %s', async name => {
    const { ssh, said } = playSsh()
    const repo = makeCheckout({ origin: '' })
    git(repo, 'remote', 'set-url', 'origin', BY_SSH)
    await asking(repo, { [name]: ssh, GIT_SSH_VARIANT: 'simple' }).ask()
    expect(said()).toMatch(/^git@github\.test git-upload-pack/)
  })

  test.each([
    ['the folder', (repo: string) => `gitdir:${repo}/`],
    ['the remote', () => 'hasconfig:remote.*.url:git@github.test:acme/**'],
    ['the branch', () => 'onbranch:main'],
  ])('by what the person’s own configuration has for %s alone', async (_, when) => {
    const repo = makeCheckout({ origin: '' })
    const { ssh, said } = playSsh()
    git(repo, 'remote', 'set-url', 'origin', BY_SSH)
    const own = join(temporaryFolder(), 'of-work')
    git(repo, 'config', '--file', own, 'core.sshCommand', ssh)
    git(repo, 'config', '--file', own, 'ssh.variant', 'simple')
    git(repo, 'config', '--file', own, 'credential.helper', '')
    appendFileSync(
      join(repo, PERSONS_CONFIG),
      `[advice]\n\tdetachedHead\n[includeIf "${when(repo)}"]\n\tpath = ${own}\n`,
    )
    expect(await asking(repo).ask()).toMatchObject({ code: 'origin' })
    expect(said()).toMatch(/^git@github\.test git-upload-pack/)
  })

  test('not by what the checkout’s own has; where it is not answered then, that is named, without addresses', async () => {
    const repo = makeCheckout({ origin: '' })
    const { ssh, said } = playSsh()
    git(repo, 'remote', 'set-url', 'origin', `${repo}/nowhere`)
    git(repo, 'config', '--local', 'core.sshCommand', ssh)
    for (const header of ['a: b', 'c: d'])
      git(repo, 'config', '--local', '--add', 'http.https://me:s3cret@github.test/.extraHeader', header)
    const cause = await asking(repo).ask()
    expect(said()).toBe('')
    expect(cause).toMatchObject({
      code: 'origin',
      said: expect.stringContaining('nowhere'),
      means: expect.stringMatching(/not the checkout’s, which sets core\.sshcommand, http\.….extraheader\.$/),
      next: expect.stringContaining('git config --global'),
    })
    expect(JSON.stringify(cause)).not.toContain('s3cret')
  })
})

describe('An origin that is a command is not run:', () => {
  test.each([
    ['ext', (trap: string) => `ext::${trap} %S`],
    ['a helper of the checkout’s', () => 'traps::x'],
    ['an option', (trap: string) => `--upload-pack=${trap}`],
    ['an option of ssh', (trap: string) => `ssh://-oProxyCommand=${trap}/x`],
    ['an option of ssh, in short', (trap: string) => `-oProxyCommand=${trap}:x`],
    ['file descriptors', () => 'fd::17'],
  ])('%s', async (_, address) => {
    const repo = makeCheckout({ origin: '' })
    const traps = setTraps(repo)
    git(repo, 'config', 'protocol.allow', 'always')
    git(repo, 'config', 'remote.origin.url', address(traps.trap('origin')))
    expect(await asking(repo).ask()).toMatchObject({ code: 'origin' })
    expect(traps.sprung()).toEqual([])
  })
})

describe('Whoever has a pushurl in the checkout', () => {
  const openAt = async (pushurl: string) => {
    const repo = makeCheckout({ origin: 'https://github.com/acme/dummyapp.git' })
    git(repo, 'config', '--local', 'remote.origin.pushurl', pushurl)
    const { inferred, project } = await openCheckout(repo, bareEnvironment(temporaryFolder()))
    const { ask, ran } = asking(repo)
    return { project, of: inferred.find(({ key }) => key === 'githubProject')?.value, ask, ran }
  }

  test('is asked there, and the set-up is shown to be that place’s', async () => {
    const { of, project, ask, ran } = await openAt('https://127.0.0.1:1/evil/dummyapp.git')
    expect({ of, project }).toEqual({ of: undefined, project: '127.0.0.1/evil/dummyapp' })
    expect(await ask()).toMatchObject({ said: expect.stringContaining('127.0.0.1') })
    expect(ran.filter(({ argv }) => argv.includes(MAIN))).toHaveLength(1)
  })

  test('at a project of GitHub’s that is another one, has that one’s names', async () => {
    expect(await openAt('git@github.com:evil/dummyapp.git')).toMatchObject({
      of: 'evil/dummyapp',
      project: 'github.com/evil/dummyapp',
    })
  })

  test('of a look-alike of GitHub is not taken for it', async () => {
    const { of, project } = await openAt('https://gіthub.com/acme/dummyapp.git')
    expect(of).toBeUndefined()
    expect(project).not.toBe('github.com/acme/dummyapp')
  })
})

describe('Where the checkout’s configuration sends origin elsewhere, that is told, and nobody is asked:', () => {
  const ORIGIN = 'https://github.com/acme/dummyapp.git'
  test.each([
    ['url.https://evil.example/.insteadOf', 'https://github.com/'],
    ['url.https://me:s3cret@evil.example/.insteadOf', 'https://github.com/'],
    ['url.https://evil.example/.pushInsteadOf', 'https://github.com/'],
    ['url.https://gіthub.com/evil.example/.pushInsteadOf', 'https://github.com/'],
  ])('%s', async (key, value) => {
    const repo = makeCheckout({ origin: ORIGIN })
    git(repo, 'config', '--file', PERSONS_CONFIG, '--unset', `url.${BARE_ORIGIN}.insteadOf`)
    git(repo, 'config', '--local', key, value)
    const { ask, ran } = asking(repo)
    const cause = await causeOf(ask())
    expect(cause).toMatchObject({ code: 'redirected', means: expect.stringContaining('evil.example/acme/dummyapp') })
    expect(cause.means).not.toContain('s3cret')
    expect(cause.means.includes('U+')).toBe(!/^[ -~]*$/.test(key + value))
    expect(ran.filter(({ argv }) => argv.includes(MAIN))).toEqual([])
  })

  test.each([
    ['with what is no text', '.git/config', '[url "https://evil.example/\xff/"]\n\tinsteadOf = https://github.com/\n'],
    ['in a file that is included', '.git/more', '[url "https://evil.example/"]\n\tinsteadOf = https://github.com/\n'],
    [
      'for this work tree',
      '.git/config.worktree',
      '[url "https://evil.example/"]\n\tinsteadOf = https://github.com/\n',
    ],
    [
      'to a second place',
      '.git/more',
      `[remote "origin"]\n\tpushurl = ${ORIGIN}\n\tpushurl = https://evil.example/x\n`,
    ],
  ])('%s', async (_, file, text) => {
    const repo = makeCheckout({ origin: ORIGIN })
    git(repo, 'config', '--file', PERSONS_CONFIG, '--unset', `url.${BARE_ORIGIN}.insteadOf`)
    git(repo, 'config', '--local', 'include.path', 'more')
    git(repo, 'config', '--local', 'extensions.worktreeConfig', 'true')
    appendFileSync(join(repo, file), text, 'latin1')
    const { ask, ran } = asking(repo)
    expect(await causeOf(ask())).toMatchObject({ code: 'redirected' })
    expect(ran.filter(({ argv }) => argv.includes(MAIN))).toEqual([])
  })

  test('nor an address in a file of the older form', async () => {
    const repo = makeCheckout({ origin: '' })
    git(repo, 'remote', 'remove', 'origin')
    mkdirSync(join(repo, '.git/remotes'), { recursive: true })
    writeFileSync(join(repo, '.git/remotes/origin'), 'URL: https://evil.example/acme/dummyapp\n')
    expect(await causeOf(asking(repo).ask())).toMatchObject({ code: 'redirected' })
  })

  test('but not where the person’s own does', async () => {
    const repo = makeCheckout({ origin: ORIGIN })
    git(repo, 'config', '--file', PERSONS_CONFIG, 'url.https://mirror.example/.pushInsteadOf', 'https://github.com/')
    expect(await asking(repo).ask()).toContain(MAIN)
  })

  test('but not where it is the same place by another protocol', async () => {
    const repo = makeCheckout({ origin: '' })
    git(repo, 'config', '--local', 'remote.origin.url', 'http://127.0.0.1:1/acme/dummyapp')
    git(repo, 'config', '--local', 'remote.origin.pushurl', 'git@127.0.0.1:acme/dummyapp.git')
    const { ask, ran } = asking(repo)
    expect(await ask()).toMatchObject({ said: expect.stringContaining('127.0.0.1') })
    expect(ran.filter(({ argv }) => argv.includes(MAIN))).toHaveLength(1)
  })
})

test('The traps are none that git passes by: without all that, it runs them', () => {
  const repo = makeCheckout()
  const traps = setTraps(repo)
  trapGit(repo, traps)
  const commands = ['status', 'add .', 'diff HEAD', 'commit --allow-empty -m x', 'checkout -b x', 'ls-remote origin']
  for (const command of [...commands, 'log -p --ext-diff', 'cat-file -e 0123456789012345678901234567890123456789']) {
    try {
      git(repo, ...command.split(' '))
    } catch {
      // A trap fails.
    }
  }
  const sprung = traps.sprung()
  for (const name of ['core.fsmonitor', 'filter.one.clean', 'remote.origin.uploadpack', 'ext'])
    expect(sprung).toContain(name)
})
