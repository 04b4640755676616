import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { given } from '../../src/answers/given.ts'
import { infer } from '../../src/answers/infer.ts'
import { faultOf } from '../../src/answers/schema.ts'
import { createTools } from '../../src/clouds/exec.ts'
import { readRemote, withoutUserInfo } from '../../src/clouds/remote.ts'
import { readInside, replaceInside } from '../../src/clouds/repo.ts'
import type { Seen } from '../../src/engine/step.ts'
import { commandLine } from '../../src/output/shell.ts'
import { createApp } from '../../steps/heroku/create-app.ts'
import { rehearse } from '../rehearsal/client.ts'
import { git, library } from '../support/checkout.ts'
import { bareEnvironment } from '../support/cli.ts'
import { carryOut, causeOf, fakeStep, makeEngine, walk } from '../support/engine.ts'
import { temporaryFolder } from '../support/folder.ts'
import { inputs } from '../support/inputs.ts'
import { githubProjects } from '../support/names.ts'
import { filesIn, setStage } from '../support/stage.ts'

const records = (home: string) =>
  JSON.parse([...filesIn(home)].find(([file]) => file.endsWith('progress.json'))?.[1] ?? '{}').records

test('An app that a person makes right after Heroku refused ours is a stranger’s', async () => {
  const stage = await setStage({
    change: world =>
      world.heroku.accounts.forEach(account => {
        account.verified = false
      }),
  })
  expect((await stage.run(['--yes'])).all).not.toMatch(/finished\s+is\s+not\s+known/)
  for (const account of stage.rehearsal.world.heroku.accounts) account.verified = true
  const byHand = makeEngine({ rehearsal: stage.rehearsal })
  await carryOut(createApp, byHand)
  expect((await stage.run(['--yes'])).code).toBe(3)
  expect(records(stage.home)).not.toHaveProperty('heroku.create-app')
})

test.each([
  'git@github-work:acme/dummyapp.git',
  'https://gitlab.com/acme/dummyapp',
  'ssh://git@ssh.github.com:443/acme/dummyapp.git',
])('Where origin is not the named project, upstream’s values do not count: %s', origin => {
  const text = library({ GITHUB_PROJECT: 'PennockTech/dummyapp', HEROKU_APP: 'pt-dummy-app' })
  const inferred = infer({ remotes: origin === undefined ? {} : { origin }, library: text })
  expect(JSON.stringify(inferred)).not.toMatch(/pt-dummy-app|PennockTech/)
})

test('What is proposed is good', () => {
  const isGood = (project: string) => {
    for (const { key, value } of infer({ remotes: { origin: `git@github.com:${project}.git` }, library: '' }))
      expect(faultOf(key, value)).toBeUndefined()
  }
  fc.assert(fc.property(githubProjects, isGood), { ...inputs(100, 20_000), examples: [['1/2'], ['0/0']] })
})

test('An event has no secret and no escape sequence in it', async () => {
  const stage = await setStage()
  git(stage.checkout, 'config', 'remote.heroku.url', `https://x/\u001b]0;owned\u0007\u202E/${stage.token}`)
  for (const how of ['--json', '--plain']) {
    const { stdout } = await stage.run(['--yes', how])
    expect(stdout).toContain('https://x/')
    expect(stdout.includes(stage.token)).toBe(false)
    expect(stdout).not.toMatch(/\u202E|\u001b|\\u001b/)
  }
})

describe('A credential', () => {
  test.each(['aGVsbG8gd29ybGQgdGhpcyBpcyBzZWNyZXQgMTIzNDU2Nzg5MDEy=', 'HRKU-AAsecretsecretsecret=x'])(
    'is not repeated as a key: %s',
    pair => {
      expect(() => given({ set: [pair] })).toThrow(/^(?!.*(aGVs|HRKU))/)
    },
  )
  test.each(['Pennock-Technologies-2024/dummyapp-of-the-West', 'acme/weighs_things'])('is not seen in %s', name => {
    expect(given({ set: [`githubProject=${name}`] })).toMatchObject([{ value: name }])
  })
  test('is cut from an address whole', () => {
    expect(withoutUserInfo('https://me:p@ss@github.com/acme/x')).toBe('https://github.com/acme/x')
    expect(readRemote('https://me:p@ss@github.com/acme/x')?.host).toBe('github.com')
  })
})

test('A bad answer that no step reads is refused all the same', async () => {
  const { run } = await setStage()
  expect((await run(['--yes', '--set', 'githubProject=dummyapp'])).code).toBe(2)
})

test('An app that we made anew is recorded as made', async () => {
  const rehearsal = await rehearse()
  const other = makeEngine({ rehearsal })
  await carryOut(createApp, other)
  for (const app of rehearsal.world.heroku.apps) app.createdAt = '2020-01-01T00:00:00.000Z'
  const engine = makeEngine({ rehearsal })
  await walk([createApp], engine, { agreed: ['heroku.create-app'] })
  expect(engine.progress.saved.records['heroku.create-app']?.how).toBe('adopted')
  rehearsal.world.heroku.apps = []
  await walk([createApp], engine)
  expect(engine.progress.saved.records['heroku.create-app']?.how).toBe('made')
})

test('What was agreed for one thing is not done to another', async () => {
  let id = 'agreed'
  const ran: unknown[] = []
  const { clouds, ...engine } = makeEngine()
  const run = async (command: unknown) => {
    ran.push(command)
    return { code: 0, stdout: '', stderr: '' }
  }
  const look = async (): Promise<Seen<unknown>> => ({
    is: 'differs',
    state: 0,
    how: [{ what: 'x', expected: 'a', found: 'b' }],
    owned: { id, what: 'app', owner: 'me', since: new Date(0), alsoAccess: [] },
  })
  const step = fakeStep('a.one', { look })
  const { outcomes } = await walk(
    [step],
    { ...engine, clouds: { ...clouds, run } },
    {
      agreed: ['a.one'],
      meanwhile: () => {
        id = 'another'
      },
    },
  )
  expect(outcomes.get('a.one')).toMatchObject({ why: 'changed' })
  expect(ran).toEqual([])
})

test('A mistake of ours in one lane lets the others finish first', async () => {
  let ended = false
  const { clouds, ...engine } = makeEngine()
  const run = async () => {
    await new Promise(resolve => setImmediate(() => setImmediate(resolve)))
    ended = true
    return { code: 0, stdout: '', stderr: '' }
  }
  const slow = fakeStep('a.slow', { look: async () => (ended ? { is: 'present', state: 0 } : { is: 'missing' }) })
  let looked = 0
  const bad = fakeStep('b.bad', {
    look: async () => {
      looked += 1
      if (looked > 1) throw new TypeError('a mistake of ours')
      return { is: 'missing' }
    },
  })
  await expect(walk([slow, bad], { ...engine, clouds: { ...clouds, run } })).rejects.toThrow('a mistake of ours')
  expect(ended).toBe(true)
})

test('Heroku’s refusals are told by its words, whatever the team is called', async () => {
  const team = (name: string) => ({
    id: 'a7a0d6a1-5a5c-4b11-8d0b-0d2f7b6f0001',
    name,
    verified: true,
    members: [],
    createdAt: '2026-11-01T00:00:00.000Z',
  })
  const one = await rehearse(({ heroku }) => void heroku.teams.push(team('acme-apps')))
  expect(
    await causeOf(carryOut(createApp, makeEngine({ rehearsal: one, answers: { herokuTeam: 'acme-apps' } }))),
  ).toMatchObject({ code: 'not-in-team' })
  const two = await rehearse(({ heroku }) => {
    heroku.teams.push(team('acme'))
    for (const account of heroku.accounts) account.twoFactorCode = '1'
  })
  expect(
    await causeOf(carryOut(createApp, makeEngine({ rehearsal: two, answers: { herokuTeam: 'acme' } }))),
  ).toMatchObject({ code: 'two_factor' })
})

test('A state folder that cannot be made is told, not called a mistake', async () => {
  const { run } = await setStage()
  const { all } = await run(['--yes', '--state-dir', '/dev/null/x'])
  expect(all).toContain('--state-dir DIR')
  expect(all).not.toContain('mistake in dummyapp-setup')
})

test('A vendor in trouble is no bad sign-in', async () => {
  const { run, rehearsal } = await setStage()
  rehearsal.faults.push({ path: '/account$', do: { status: 503, body: '' } })
  expect((await run(['--yes'], { env: { DUMMYAPP_SETUP_TIME_SCALE: '0.001' } })).code).toBe(1)
})

test('A file keeps its rights, and one that is not UTF-8 is not read', () => {
  const repo = temporaryFolder()
  writeFileSync(join(repo, 'latin'), Buffer.from([0x61, 0xff]))
  expect(readInside(repo, 'latin')).toBeUndefined()
  writeFileSync(join(repo, 'file'), 'x')
  chmodSync(join(repo, 'file'), 0o664)
  replaceInside(repo, 'file', 'x', 'y')
  expect(statSync(join(repo, 'file')).mode & 0o777).toBe(0o664)
})

test('Several exit codes may count as done, also with a document behind', () => {
  const said = (code: number) => {
    const line = commandLine({ argv: ['sh', '-c', `cat; exit ${code}`], okExit: [0, 5, 6], stdin: 'text\n' })
    return execFileSync('sh', ['-c', `${line}\necho $?`], { encoding: 'utf8' })
  }
  expect([0, 5, 6, 1].map(said)).toEqual(['text\n0\n', 'text\n0\n', 'text\n0\n', 'text\n1\n'])
})

test('A tool is not taken from node_modules/.bin in any spelling, and says that it was ended', async () => {
  const bin = join(temporaryFolder(), 'node_modules/.bin')
  mkdirSync(bin, { recursive: true })
  writeFileSync(join(bin, 'tool'), '')
  chmodSync(join(bin, 'tool'), 0o755)
  for (const PATH of [`${bin}//`, `${bin}/.`])
    expect(createTools({ repo: '/nowhere', env: { PATH } }).find('tool')).toBeUndefined()
  const slow = createTools({ repo: temporaryFolder(), env: bareEnvironment('/'), timeoutMs: 50 })
  expect((await slow.run({ argv: ['sleep', '60'] })).stderr).toMatch(/timed out/)
})
