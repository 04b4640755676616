import { chmodSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { delimiter, dirname, join, relative } from 'node:path'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { SetupError } from '../../src/clouds/cause.ts'
import { createTools, OUTSIDE_CHECKOUT } from '../../src/clouds/exec.ts'
import { Secret } from '../../src/clouds/secret.ts'
import { git, makeCheckout } from '../support/checkout.ts'
import { bareEnvironment } from '../support/cli.ts'
import { temporaryFolder } from '../support/folder.ts'

/** An executable that does what the script says. */
function executable(file: string, script = 'echo "$0"'): string {
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, `#!/bin/sh\n${script}\n`)
  chmodSync(file, 0o755)
  return file
}

const SYSTEM = process.env.PATH ?? ''
const tools = (repo: string, env: NodeJS.ProcessEnv = {}) =>
  createTools({ repo, env: { ...bareEnvironment(repo), ...env } })

describe('A tool is looked up in PATH,', () => {
  test('the first that can be executed', async () => {
    const [empty, first, second] = [temporaryFolder(), temporaryFolder(), temporaryFolder()]
    writeFileSync(join(empty, 'tool'), 'not to be executed')
    mkdirSync(join(empty, 'git'))
    const real = executable(join(first, 'tool'))
    executable(join(second, 'tool'))
    const { find, run } = tools(temporaryFolder(), { PATH: [empty, first, second].join(delimiter) })
    expect(find('tool')).toBe(real)
    expect((await run({ argv: ['tool'] })).stdout).toBe(`${real}\n`)
    expect(find('git')).toBeUndefined()
  })

  test.each<[string, (repo: string) => string]>([
    ['in the repository', repo => repo],
    ['below the repository', repo => join(repo, 'tools/bin')],
    ['in a node_modules/.bin', () => join(temporaryFolder(), 'node_modules/.bin')],
    ['in a node_modules/.bin, with a slash behind it', () => `${join(temporaryFolder(), 'node_modules/.bin')}/`],
    ['in a relative folder', () => relative(process.cwd(), join(temporaryFolder(), 'bin'))],
  ])('but not %s', (_, place) => {
    const repo = temporaryFolder()
    const folder = place(repo)
    executable(join(folder, 'tool'))
    const { find } = tools(repo, { PATH: folder })
    expect(find('tool')).toBeUndefined()
  })

  test('but not where a link or a detour leads into the repository', () => {
    const [repo, elsewhere] = [temporaryFolder(), temporaryFolder()]
    executable(join(repo, 'bin/tool'))
    symlinkSync(join(repo, 'bin'), join(elsewhere, 'bin'))
    const detour = `${elsewhere}/../${relative(dirname(repo), repo)}/bin`
    const { find } = tools(repo, { PATH: [join(elsewhere, 'bin'), detour].join(delimiter) })
    expect(find('tool')).toBeUndefined()
  })

  test('but not in the folder one stands in, which an empty entry means', () => {
    const folder = temporaryFolder()
    executable(join(folder, 'tool'))
    const { find } = tools(temporaryFolder(), { PATH: `:${delimiter}.` })
    expect(find('tool')).toBeUndefined()
  })

  test('and a folder beside the repository whose name only begins like it counts', () => {
    const repo = temporaryFolder()
    const beside = `${repo}-tools`
    const tool = executable(join(beside, 'tool'))
    expect(tools(repo, { PATH: beside }).find('tool')).toBe(tool)
  })

  test('and where there is none, that is told (exit 2)', async () => {
    const outcome = await tools(temporaryFolder())
      .run({ argv: ['no-such-tool'] })
      .catch((error: unknown) => error)
    expect(outcome).toBeInstanceOf(SetupError)
    expect(outcome).toMatchObject({ exit: 2, cause: { code: 'no-tool', asked: 'no-such-tool' } })
  })
})

describe('A child', () => {
  /** In the environment of this very process too: what is given to the tools is not all that a child could get. */
  function canaries(): NodeJS.ProcessEnv {
    onTestFinished(() => void vi.unstubAllEnvs())
    for (const name of CANARIES) vi.stubEnv(name, `canary of ${name}`)
    return Object.fromEntries(CANARIES.map(name => [name, `canary of ${name}`]))
  }
  const CANARIES = [
    'HEROKU_API_KEY',
    'CIRCLE_TOKEN',
    'CIRCLECI_CLI_TOKEN',
    'DOCKERHUB_ADMIN_PASSWORD',
    'CLOUDSDK_AUTH_ACCESS_TOKEN',
    'GOOGLE_APPLICATION_CREDENTIALS',
    'AWS_SECRET_ACCESS_KEY',
    'GITHUB_TOKEN',
    'NPM_TOKEN',
    'NODE_OPTIONS',
    'LD_PRELOAD_X',
    'LD_PRELOAD',
    'LD_AUDIT',
    'LD_LIBRARY_PATH',
    'DYLD_INSERT_LIBRARIES',
    'OPENSSL_CONF',
    'OPENSSL_ENGINES',
    'OPENSSL_MODULES',
    'BASH_ENV',
    'ENV',
    'GIT_DIR',
    'GIT_WORK_TREE',
    'GIT_SSH_COMMAND',
    'GIT_ASKPASS',
    'GIT_EXTERNAL_DIFF',
    'GIT_CONFIG_PARAMETERS',
    'HEROKU_APP',
    'HEROKU_DEBUG',
    'DEBUG',
    'xHOME',
    'HOMEx',
  ]

  test('gets no variable but those that it needs', async () => {
    const kept = { LANG: 'de_AT.UTF-8', HTTPS_PROXY: 'http://proxy.test:1', no_proxy: 'x', XDG_CONFIG_HOME: '/x' }
    const { stdout } = await tools(temporaryFolder(), { ...canaries(), ...kept }).run({ argv: ['env'] })
    expect(stdout).not.toContain('canary')
    for (const [name, value] of Object.entries(kept)) expect(stdout).toContain(`${name}=${value}\n`)
    expect(stdout).toContain('DISABLE_TELEMETRY=true\n')
  })

  test('of the checkout itself gets less: nothing that leads to an agent, a session, or a proxy’s password', async () => {
    const repo = temporaryFolder()
    executable(join(repo, 'build.sh'), 'env')
    const kept = {
      DOCKER_HOST: 'unix:///run/docker.sock',
      LANG: 'de_DE.UTF-8',
      GOPATH: '/go',
      http_proxy: 'http://proxy:3128',
    }
    const lost = {
      SSH_AUTH_SOCK: '/run/agent',
      DBUS_SESSION_BUS_ADDRESS: 'unix:path=/run/bus',
      DISPLAY: ':0',
      CLOUDSDK_CONFIG: '/config',
      HTTPS_PROXY: 'http://user:password@proxy:3128',
    }
    const { run } = tools(repo, { ...kept, ...lost })
    const { stdout } = await run({ argv: ['build.sh'], ofCheckout: true })
    const names = stdout.split('\n').map(line => line.split('=')[0])
    expect(names).toEqual(expect.arrayContaining([...Object.keys(kept), 'PATH', 'HOME', 'GOTOOLCHAIN']))
    for (const name of Object.keys(lost)) expect(names).not.toContain(name)
    expect((await run({ argv: ['env'] })).stdout).toContain('HTTPS_PROXY=http://user')
  })

  test('of the checkout ends with all that it started, also what has left its group and holds its output open', async () => {
    const repo = temporaryFolder()
    executable(join(repo, 'build.sh'), 'setsid sleep 600 &\nsleep 600 &\necho done')
    const { run } = tools(repo)
    expect(await run({ argv: ['build.sh'], ofCheckout: true, timeoutMs: 20_000 })).toMatchObject({
      code: 0,
      stdout: 'done\n',
    })
  })

  test('gets the person’s way of ssh where it is a git that speaks to another machine, and nowhere else', async () => {
    const { run } = tools(temporaryFolder(), { GIT_SSH_COMMAND: 'ssh -i key' })
    const argv = ['git', '-c', 'alias.show-env=!env', 'show-env']
    expect((await run({ argv })).stdout).not.toContain('GIT_SSH_COMMAND')
    expect((await run({ argv, env: OUTSIDE_CHECKOUT })).stdout).toContain('GIT_SSH_COMMAND=ssh -i key\n')
    expect((await run({ argv: ['env'], env: OUTSIDE_CHECKOUT })).stdout).not.toContain('GIT_SSH_COMMAND')
  })

  test('gets a PATH without the entries that do not count', async () => {
    const repo = temporaryFolder()
    const PATH = [repo, 'bin', '/x/node_modules/.bin', SYSTEM].join(delimiter)
    const { stdout } = await tools(repo, { PATH }).run({ argv: ['env'] })
    const path = /^PATH=(.*)$/m.exec(stdout)?.[1]?.split(delimiter) ?? []
    expect(path.length).toBeGreaterThan(0)
    expect(
      path.filter(folder => !folder.startsWith('/') || folder.startsWith(repo) || folder.includes('.bin')),
    ).toEqual([])
  })

  test('gets a secret on standard input only', async () => {
    const { run } = tools(temporaryFolder())
    const secret = new Secret('s3cret-for-standard-input')
    const { stdout } = await run({ argv: ['sh', '-c', 'echo "$0 $*"; env; cat >&2; echo end'], input: secret })
    expect(stdout).toMatch(/end\n$/)
    expect(stdout).not.toContain('s3cret')
    expect((await run({ argv: ['wc', '-c'], input: secret })).stdout.trim()).toBe('25')
  })

  test('that is handed the terminal gets no more than the others', async () => {
    const file = join(temporaryFolder(), 'environment')
    const { hand } = tools(temporaryFolder(), canaries())
    expect(await hand(['sh', '-c', `env > '${file}'`])).toBe(true)
    expect(readFileSync(file, 'utf8')).not.toContain('canary')
    expect(await hand(['sh', '-c', 'exit 3'])).toBe(false)
  })

  test('that reads gets nothing, and does not wait', async () => {
    expect(await tools(temporaryFolder()).run({ argv: ['cat'] })).toEqual({ code: 0, stdout: '', stderr: '' })
  })

  test('has its words for people without the secrets in them', async () => {
    expect(String(new Secret('s3cret-in-an-error'))).toBe('••••')
    const { stderr } = await tools(temporaryFolder()).run({ argv: ['sh', '-c', 'echo bad s3cret-in-an-error >&2'] })
    expect(stderr).toBe('bad ••••\n')
  })

  test('ends with its exit code, which is an answer', async () => {
    const { run } = tools(temporaryFolder())
    expect((await run({ argv: ['sh', '-c', 'exit 7'] })).code).toBe(7)
    expect((await run({ argv: ['sh', '-c', 'kill -9 $$'] })).code).toBe(128)
  })

  test('that does not end is ended', async () => {
    const repo = temporaryFolder()
    const { run } = createTools({ repo, env: bareEnvironment(repo), timeoutMs: 50 })
    expect((await run({ argv: ['sleep', '60'] })).code).toBe(128)
  })

  test('that does not end is ended with all that it started, also where those hold its output open', async () => {
    const repo = temporaryFolder()
    const { run } = createTools({ repo, env: bareEnvironment(repo), timeoutMs: 200 })
    const began = performance.now()
    expect((await run({ argv: ['sh', '-c', 'sleep 30 & wait'] })).code).toBe(128)
    expect(performance.now() - began).toBeLessThan(10_000)
  })

  test('that does not end is asked to, before it is killed', async () => {
    const { run } = tools(temporaryFolder())
    const script = 'trap "echo put away; exit" TERM; sleep 30 & wait'
    expect((await run({ argv: ['sh', '-c', script], timeoutMs: 200 })).stdout).toBe('put away\n')
  })

  test('that will not end is killed', async () => {
    const { run } = tools(temporaryFolder())
    const script = 'trap "" TERM; sleep 30 & while :; do wait; done'
    expect((await run({ argv: ['sh', '-c', script], timeoutMs: 200 })).code).toBe(128)
  })

  test('is ended when it is given up, and that is no answer', async () => {
    const { run } = tools(temporaryFolder())
    const reason = new Error('given up')
    await expect(run({ argv: ['sleep', '30'], signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
    const giveUp = new AbortController()
    const running = run({ argv: ['sh', '-c', 'sleep 30 & wait'], signal: giveUp.signal })
    setImmediate(() => giveUp.abort(reason))
    await expect(running).rejects.toBe(reason)
  })

  test('asks nobody for a password, in no window either', async () => {
    const { stdout } = await tools(temporaryFolder(), { GIT_ASKPASS: '/x', SSH_ASKPASS: '/x' }).run({ argv: ['env'] })
    for (const line of ['GIT_ASKPASS=', 'SSH_ASKPASS_REQUIRE=never', 'GIT_TERMINAL_PROMPT=0']) {
      expect(stdout.split('\n')).toContain(line)
    }
    expect(stdout).not.toContain('SSH_ASKPASS=')
  })

  test.skipIf(process.platform !== 'linux')('is in a group of its own, so that Ctrl-C does not reach it', async () => {
    const { stdout } = await tools(temporaryFolder()).run({ argv: ['cat', '/proc/self/stat'] })
    const [pid, , , , group] = stdout.split(' ')
    expect(group).toBe(pid)
  })

  test('runs in the checkout, or where it is told to', async () => {
    const [repo, elsewhere] = [temporaryFolder(), temporaryFolder()]
    const { run } = tools(repo)
    expect((await run({ argv: ['pwd'] })).stdout).toBe(`${repo}\n`)
    expect((await run({ argv: ['pwd'], cwd: elsewhere })).stdout).toBe(`${elsewhere}\n`)
  })
})

describe('git', () => {
  /** A checkout whose configuration would have git run something in every way that a local command can be made to. */
  function trapped() {
    const repo = makeCheckout()
    const marks = join(temporaryFolder(), 'marks')
    const trap = executable(join(repo, 'trap'), `echo "$0 $*" >> '${marks}'`)
    for (const hook of ['post-checkout', 'reference-transaction', 'post-index-change', 'pre-commit'])
      executable(join(repo, '.git/hooks', hook), `echo hook ${hook} >> '${marks}'`)
    for (const [key, value] of [
      ['core.fsmonitor', trap],
      ['core.pager', trap],
      ['pager.config', trap],
      ['core.editor', trap],
      ['alias.config', `!${trap}`],
      ['alias.status', `!${trap}`],
    ] as const)
      git(repo, 'config', key, value)
    return { repo, marks }
  }
  const COMMANDS = [
    ['rev-parse', '--show-toplevel'],
    ['config', '--local', '--list'],
    ['config', '--local', 'remote.heroku.url', 'x'],
    ['status', '--porcelain'],
    ['checkout', '--quiet', '-b', 'other'],
  ]

  test('would be made to run something by such a configuration', () => {
    const { repo, marks } = trapped()
    for (const command of COMMANDS) git(repo, ...command)
    expect(readFileSync(marks, 'utf8')).toMatch(/trap .*\n(.*\n)*hook/)
  })

  test('runs nothing that the checkout configures', async () => {
    const { repo, marks } = trapped()
    const { run } = tools(repo)
    for (const command of COMMANDS) expect((await run({ argv: ['git', ...command] })).code).toBe(0)
    expect(existsSync(marks)).toBe(false)
  })
})
