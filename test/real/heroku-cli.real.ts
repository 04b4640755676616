import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { type Rehearsal, startRehearsal } from '../../src/rehearsal/server.ts'
import { emptyWorld, type World } from '../../src/rehearsal/world.ts'
import { admit, herokuClient } from '../rehearsal/client.ts'
import { herokuCli, herokuEnv } from './heroku-cli.ts'

const home = mkdtempSync(join(tmpdir(), 'heroku-home-'))
const strayed = join(home, 'strayed')
let command = ''

/** Loaded into every node process that the heroku command starts: notes and refuses what is not for loopback. */
const GUARD = `
import { appendFileSync } from 'node:fs'
import net from 'node:net'
const { connect } = net.Socket.prototype
net.Socket.prototype.connect = function (...args) {
  const [to] = Array.isArray(args[0]) ? args[0] : args
  const host = to?.path ?? to?.host ?? 'localhost'
  if (to?.path || ['localhost', '127.0.0.1'].includes(host)) return connect.apply(this, args)
  appendFileSync(${JSON.stringify(strayed)}, host + '\\n')
  return this.destroy(new Error('refused by the test: ' + host))
}
`

beforeAll(async () => {
  command = await herokuCli()
  writeFileSync(join(home, 'guard.mjs'), GUARD)
}, 600_000)

afterAll(() => rmSync(home, { recursive: true }))

/** The simulated Heroku and the real command in front of it, in a folder that is no repository. */
async function heroku(change?: (world: World) => void) {
  const world = emptyWorld()
  change?.(world)
  const rehearsal = await startRehearsal({ world })
  onTestFinished(() => rehearsal.close())
  const run = (args: string[], token = world.heroku.authorizations[0]?.token ?? '') =>
    execa(command, args, {
      cwd: home,
      env: { ...herokuEnv(rehearsal.origins.heroku, home, token), NODE_OPTIONS: `--import ${join(home, 'guard.mjs')}` },
      extendEnv: false,
      stdin: 'ignore',
      reject: false,
    })
  return { rehearsal, run }
}

const asked = ({ log }: Rehearsal) => log.map(({ method, path, status }) => `${method} ${path} ${status}`)
const error = (id: string) => expect.stringContaining(`Error ID: ${id}`)

describe('heroku', () => {
  test('whoami tells who is signed in', async () => {
    const { run, rehearsal } = await heroku()
    expect(await run(['whoami'])).toMatchObject({ exitCode: 0, stdout: 'you@example.com' })
    // The second one is for particleboard, with the same address here.
    expect(asked(rehearsal)).toEqual(['GET /account 200', 'GET /account 200'])
    const dead = await run(['whoami'], 'HRKU-AA-nonsense')
    expect(dead).toMatchObject({ exitCode: 2, stderr: error('unauthorized') })
  })

  test('other commands blame a dead token on its variable', async () => {
    const { run } = await heroku()
    const dead = await run(['authorizations'], 'HRKU-AA-nonsense')
    expect(dead).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('HEROKU_API_KEY is invalid') })
  })

  test('apps:create makes an app once', async () => {
    const { run, rehearsal } = await heroku()
    const create = ['apps:create', 'pt-dummy-app', '--stack', 'container', '--no-remote']
    const made = await run(create)
    expect(made.stderr).toContain('Creating pt-dummy-app... done, stack is container')
    expect(made).toMatchObject({
      exitCode: 0,
      stdout: expect.stringMatching(/herokuapp\.com\/ \| https:\/\/git\.heroku\.com\/pt-dummy-app\.git$/),
    })
    const again = await run(create)
    expect(again).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('Name pt-dummy-app is already taken') })
    expect(again.stderr).toContain('Error ID: invalid_params')
    expect(asked(rehearsal)).toEqual(['POST /apps 201', 'POST /apps 422'])
    expect(rehearsal.log[0]?.body).toEqual({ name: 'pt-dummy-app', stack: 'container' })
  })

  test('apps:create --team makes an app of the team', async () => {
    const { run, rehearsal } = await heroku(world => {
      const members = [{ account: 'you@example.com', role: 'member' as const }]
      const id = '6ba7b810-9dad-41d1-80b4-00c04fd430c8'
      world.heroku.teams.push({ id, name: 'acme', verified: true, members, createdAt: '2026-01-01T00:00:00.000Z' })
    })
    const made = await run(['apps:create', 'pt-dummy-app', '--team', 'acme', '--no-remote', '--json'])
    expect(made.exitCode).toBe(0)
    expect(JSON.parse(made.stdout)).toMatchObject({
      team: { name: 'acme' },
      owner: { email: 'acme@herokumanager.com' },
    })
    expect(asked(rehearsal)).toEqual(['POST /teams/apps 201'])
  })

  test('apps:create needs a payment method', async () => {
    const { run } = await heroku(world => {
      for (const account of world.heroku.accounts) account.verified = false
    })
    const refused = await run(['apps:create', 'pt-dummy-app', '--no-remote'])
    expect(refused).toMatchObject({ exitCode: 2, stderr: error('verification_required') })
  })

  test("apps:info shows one's own app, and no other", async () => {
    let token = ''
    const { run, rehearsal } = await heroku(world => {
      token = admit(world, 'stranger@example.com')
    })
    await herokuClient(rehearsal)('POST', '/apps', { name: 'pt-dummy-app' })
    await herokuClient(rehearsal, token)('POST', '/apps', { name: 'their-app' })
    const own = await run(['apps:info', '--json', '-a', 'pt-dummy-app'])
    expect(own.exitCode).toBe(0)
    expect(JSON.parse(own.stdout)).toMatchObject({
      app: { name: 'pt-dummy-app', owner: { email: 'you@example.com' } },
      addons: [],
      dynos: [],
      collaborators: [{ user: { email: 'you@example.com' } }],
      pipeline_coupling: null,
    })
    const theirs = await run(['apps:info', '--json', '-a', 'their-app'])
    expect(theirs).toMatchObject({ exitCode: 2, stderr: error('forbidden') })
    expect(theirs.stderr).toContain('You do not have access to the app their-app.')
    const nobodys = await run(['apps:info', '--json', '-a', 'no-such-app'])
    expect(nobodys).toMatchObject({ exitCode: 2, stderr: expect.stringContaining("Couldn't find that app.") })
    // People see the table; it must not stumble over a field that we left out.
    expect(await run(['apps:info', '-a', 'pt-dummy-app'])).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining('heroku-24'),
    })
  })

  test('labs:enable enables what exists, twice if it must', async () => {
    const { run, rehearsal } = await heroku()
    await herokuClient(rehearsal)('POST', '/apps', { name: 'pt-dummy-app' })
    const enable = (feature: string) => run(['labs:enable', feature, '-a', 'pt-dummy-app'])
    for (const feature of ['runtime-heroku-metrics', 'go-language-metrics', 'runtime-heroku-metrics']) {
      const enabled = await enable(feature)
      expect(enabled).toMatchObject({ exitCode: 0, stderr: `Enabling ${feature} for pt-dummy-app... done` })
    }
    expect(asked(rehearsal).slice(1, 4)).toEqual([
      'GET /account/features/runtime-heroku-metrics 404',
      'GET /apps/pt-dummy-app/features/runtime-heroku-metrics 200',
      'PATCH /apps/pt-dummy-app/features/runtime-heroku-metrics 200',
    ])
    const gone = await enable('runtime-empty-entrypoint')
    expect(gone).toMatchObject({ exitCode: 2, stderr: expect.stringContaining("Couldn't find that feature.") })

    const labs = await run(['labs', '--json', '-a', 'pt-dummy-app'])
    expect(labs.exitCode).toBe(0)
    expect(JSON.parse(labs.stdout)).toMatchObject({
      app: expect.arrayContaining([expect.objectContaining({ name: 'runtime-heroku-metrics', enabled: true })]),
      user: [],
    })
  })

  test('labs:enable is not for a token without the scope global', async () => {
    let token = ''
    const { run, rehearsal } = await heroku(world => {
      token = admit(world, 'you@example.com', { scope: ['read-protected', 'write-protected'] })
    })
    await herokuClient(rehearsal)('POST', '/apps', { name: 'pt-dummy-app' })
    const refused = await run(['labs:enable', 'runtime-heroku-metrics', '-a', 'pt-dummy-app'], token)
    expect(refused).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('scope of this OAuth authorization') })
  })

  test('authorizations are made with their token, listed without it, renewed and revoked once', async () => {
    const { run, rehearsal } = await heroku()
    const scopes = ['-s', 'read-protected,write-protected', '-e', '3600']
    const made = await run(['authorizations:create', '-d', 'CI token', ...scopes, '--json'])
    expect(made.exitCode).toBe(0)
    expect(rehearsal.log[0]?.body).toEqual({
      description: 'CI token',
      expires_in: '3600',
      scope: ['read-protected', 'write-protected'],
    })
    const { id, access_token } = JSON.parse(made.stdout)
    expect(access_token.token).toMatch(/^HRKU-AA[\w-]{58}$/)

    const listed = await run(['authorizations', '--json'])
    expect(listed).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('CI token') })
    expect(listed.stdout).toContain('**********')
    expect(listed.stdout).not.toContain(access_token.token)

    const rotated = await run(['authorizations:rotate', id])
    expect(rotated).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/HRKU-AA[\w-]{58}/) })
    expect(rotated.stdout).not.toContain(access_token.token)

    const revoke = ['authorizations:revoke', id]
    expect(await run(revoke)).toMatchObject({
      exitCode: 0,
      stderr: expect.stringContaining('revoked authorization from CI token'),
    })
    expect(await run(revoke)).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining("Couldn't find that authorization."),
    })
  })

  test('authorizations:create refuses a scope with a blank', async () => {
    const { run } = await heroku()
    expect(await run(['authorizations:create', '-s', 'read, write'])).toMatchObject({
      exitCode: 2,
      stderr: error('invalid_params'),
    })
  })

  test('apps:destroy destroys once', async () => {
    const { run, rehearsal } = await heroku()
    await herokuClient(rehearsal)('POST', '/apps', { name: 'pt-dummy-app' })
    const destroy = ['apps:destroy', '-a', 'pt-dummy-app', '--confirm', 'pt-dummy-app']
    expect((await run(destroy)).exitCode).toBe(0)
    expect(rehearsal.world.heroku.apps).toEqual([])
    expect(await run(destroy)).toMatchObject({ exitCode: 2, stderr: error('not_found') })
  })

  test('stops at a second factor and at the rate limit', async () => {
    const { run, rehearsal } = await heroku()
    for (const account of rehearsal.world.heroku.accounts) account.twoFactorCode = '123456'
    expect(await run(['apps:create', 'pt-dummy-app', '-n'])).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('Two-factor authentication requires an interactive terminal.'),
    })
    for (const account of rehearsal.world.heroku.accounts) account.rateLimitRemaining = 0
    expect(await run(['apps:create', 'pt-dummy-app', '-n'])).toMatchObject({ exitCode: 2, stderr: error('rate_limit') })
  })

  test('speaks to loopback alone, and leaves no process behind', async () => {
    const { run } = await heroku()
    expect((await run(['whoami'])).exitCode).toBe(0)
    expect(existsSync(strayed) && readFileSync(strayed, 'utf8')).toBe(false)
    expect(existsSync(join(home, 'cache', 'heroku', 'autoupdate'))).toBe(false)
    expect(processesOf(home)).toEqual([])

    // And the guard would have seen it.
    const stray = `fetch('http://other.invalid').catch(() => {})`
    await execa('node', ['--import', join(home, 'guard.mjs'), '--eval', stray])
    expect(readFileSync(strayed, 'utf8')).toBe('other.invalid\n')
  })
})

/** The command lines of processes whose environment names a folder; where there is no /proc, none. */
function processesOf(folder: string): string[] {
  if (!existsSync('/proc')) return []
  return readdirSync('/proc').flatMap(pid => {
    try {
      const theirs = /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/environ`, 'utf8').includes(folder)
      return theirs ? [readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')] : []
    } catch {
      return []
    }
  })
}
