import { chmodSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { realClock } from '../../src/clouds/clock.ts'
import { lock } from '../../src/engine/lock.ts'
import type { World } from '../../src/rehearsal/world.ts'
import { git, library } from '../support/checkout.ts'
import { CLI, PLAYED_TOOLS } from '../support/cli.ts'
import { temporaryFolder } from '../support/folder.ts'
import { standingApp } from '../support/heroku-app.ts'
import { effects, filesIn, type RunOptions, type Stage, setStage } from '../support/stage.ts'

/** Words as they were before they were wrapped. */
const unwrapped = (text: string) => text.replace(/\s+/g, ' ')

/** What the checkout's configuration says of the remote, the only thing that the wizard writes there. */
const herokuRemote = ({ checkout }: Stage) => git(checkout, 'config', '--local', '--list').match(/^remote\.heroku.*$/gm)

/** Runs, and expects a refusal before the first request and the first write. */
async function refused(argv: readonly string[], options: RunOptions = {}) {
  const stage = await setStage()
  const { code, stdout, stderr, all } = await stage.run(argv, options)
  expect(code, all).toBe(2)
  expect(stage.rehearsal.log).toEqual([])
  expect(herokuRemote(stage)).toBeNull()
  return { said: unwrapped(all), stdout, stderr }
}

describe('Bad input is refused with exit 2 before anything is asked or done:', () => {
  test.each([
    ['herokuApp=Pt_Dummy', 'herokuApp must be 3 to 30 lowercase letters, digits and dashes', 'Try pt-dummy.'],
    ['herokuTeam=Acme Team', 'herokuTeam must be the name of a Heroku team', 'Try acme-team.'],
  ])('the name %s', async (pair, rule, hint) => {
    const { said } = await refused(['--yes', '--set', pair])
    expect(said).toContain(rule)
    expect(said).toContain(hint)
  })

  test.each([
    [['--set', 'herokuap=acme-dummy'], 'there is no answer "herokuap". next Did you mean herokuApp?'],
    [['--set', 'herokuApp'], '--set takes KEY=VALUE.'],
    [['--adopt', 'heroku.create-ap'], 'There is no step "heroku.create-ap". next Did you mean heroku.create-app?'],
    [['--replace', 'git.heroku-remot'], 'Did you mean git.heroku-remote?'],
    [['--yess'], 'Did you mean --yes?'],
    [['rehears'], 'Did you mean rehearse?'],
    [['something-else'], 'Known are checklist, '],
    [['checklist', '--format', 'pdf'], 'Allowed choices are text, markdown, json, sh, html'],
  ])('%j', async (argv, words) => {
    expect((await refused(argv, { allowed: false })).said).toContain(words)
  })

  test('a name from the repository’s own files', async () => {
    const stage = await setStage()
    writeFileSync(join(stage.checkout, 'build/common.lib.sh'), library({ HEROKU_APP: 'Pt_Dummy' }))
    const { code, all } = await stage.run(['--yes'])
    expect(code).toBe(2)
    expect(unwrapped(all)).toContain('Try pt-dummy. (from build/common.lib.sh)')
    expect(stage.rehearsal.log).toEqual([])
  })

  test('every bad name at once', async () => {
    const { said } = await refused(['--yes', '--set', 'herokuApp=A', '--set', 'herokuTeam=B B'])
    expect(said).toMatch(/herokuApp must be .* herokuTeam must be /)
  })

  test('a fork’s missing answers, all at once, with what is proposed for each', async () => {
    const stage = await setStage({ origin: 'git@github.com:acme/dummyapp.git' })
    const { code, all } = await stage.run(['--yes'])
    expect(code).toBe(2)
    expect(unwrapped(all)).toContain('herokuApp: 3 to 30 lowercase')
    expect(all).toContain('--set herokuApp=acme-dummyapp')
    expect(all).not.toContain('pt-dummy-app')
    expect(stage.rehearsal.log).toEqual([])
  })

  test('a folder that is no git repository', async () => {
    expect((await refused(['--yes'], { cwd: temporaryFolder() })).said).toContain('is not in a git repository.')
  })

  test('a folder that does not exist', async () => {
    const { said } = await refused(['--yes', '--repo', '/nowhere/at/all'])
    expect(said).toContain('There is no folder /nowhere/at/all.')
  })

  test('a file in the place of a folder', async () => {
    const file = join(temporaryFolder(), 'file')
    writeFileSync(file, '')
    expect((await refused(['--yes', '--repo', file])).said).toContain('is not a folder.')
  })

  test('an answers file that is not there, or is a folder', async () => {
    expect((await refused(['--yes', '--answers', '/nowhere.yml'])).said).toContain('/nowhere.yml cannot be read.')
    expect((await refused(['--yes', '--answers', temporaryFolder()])).said).toContain('cannot be read.')
  })

  test('answers on standard input that are none', async () => {
    const { said } = await refused(['--yes', '--answers', '-'], { input: '{"herokuApp": 5}' })
    expect(said).toContain('standard input: herokuApp must be a text.')
  })

  test('a credential among the answers, which is not repeated', async () => {
    const token = 'HRKU-AAbbccddeeffgghhiijjkkllmmnnooppqqrrssttuuvvwwxxyyzz0123456789'
    const { said } = await refused(['--yes', '--set', `herokuApp=${token}`])
    expect(said).toContain('the value of herokuApp looks like a credential')
    expect(said).not.toContain('HRKU-')
  })

  test('a host that is not the vendor’s and was not allowed', async () => {
    const { said } = await refused(['--yes'], { allowed: false })
    expect(said).toMatch(/Heroku would be asked at 127\.0\.0\.1:\d+, which is not its own address\./)
    expect(said).toMatch(/--allow-host 127\.0\.0\.1:\d+/)
  })

  test('a host that is not the vendor’s, though another one was allowed', async () => {
    await refused(['--yes', '--allow-host', 'localhost', '--allow-host', '127.0.0.1:1'], { allowed: false })
  })

  test('a CircleCI Server that was not allowed, with what is not covered there', async () => {
    const { said } = await refused(['--yes'], { env: { CIRCLE_HOST: 'circleci.example.com' } })
    expect(said).toContain('CircleCI is asked at circleci.example.com')
    expect(said).toMatch(/It is taken for a CircleCI Server\..* Not covered: the names of contexts must be free/)
    expect(said).toContain('--allow-host circleci.example.com')
  })

  test.each([
    ['http://10.1.2.3', 'would be asked at 10.1.2.3 without encryption'],
    ['https://me:word@example.com', 'an http or https address with no sign-in (…@) in it'],
  ])('the endpoint %s, whatever is allowed', async (endpoint, words) => {
    const { said } = await refused(['--yes', '--allow-host', '10.1.2.3'], {
      env: { HEROKU_HOST: endpoint },
    })
    expect(said).toContain(words)
    expect(said).not.toContain('word@')
  })

  test('no sign-in', async () => {
    const bin = temporaryFolder()
    symlinkSync(gitFile(), join(bin, 'git'))
    const { said } = await refused(['--yes'], { env: { HEROKU_API_KEY: '', PATH: bin } })
    expect(said).toContain(
      'No sign-in for Heroku was found: HEROKU_API_KEY is not set, and the command heroku is not in PATH.',
    )
    expect(said).toContain(
      'Install heroku and sign in with heroku login, or put a token from https://dashboard.heroku.com/account',
    )
  })

  test('a token with a character that no token has', async () => {
    const { said } = await refused(['--yes'], { env: { HEROKU_API_KEY: 'tok\nen-in-two-lines' } })
    expect(said).toContain('HEROKU_API_KEY holds characters that no token has.')
    expect(said).not.toContain('two-lines')
  })
})

test('A wrong token is told with exit 2 after one question, and nothing is done', async () => {
  const stage = await setStage()
  const { code, all } = await stage.run(['--yes'], { env: { HEROKU_API_KEY: 'of-somebody-else' } })
  expect(code).toBe(2)
  expect(unwrapped(all)).toContain('Heroku does not accept the token: it is wrong, has expired or was revoked.')
  expect(all).not.toContain('of-somebody-else')
  expect(stage.rehearsal.log.map(({ method, path }) => `${method} ${path}`)).toEqual(['GET /account'])
  expect(herokuRemote(stage)).toBeNull()
})

test('Without a terminal and without --yes nothing is sent, and it is said who must do what (exit 3)', async () => {
  const stage = await setStage()
  const { code, all } = await stage.run(['--only', 'heroku,git', '--skip', 'circleci'])
  expect(code).toBe(3)
  expect(unwrapped(all)).toContain('Run it in a terminal, or say yes beforehand with --yes.')
  expect(stage.rehearsal.log).toEqual([])
  expect(herokuRemote(stage)).toBeNull()
})

test('While another run holds the lock, it is named, and nothing is done (exit 5)', async () => {
  const stage = await setStage()
  await stage.run(['--yes'])
  const asked = stage.rehearsal.log.length
  onTestFinished(await lock(dirname(progressFile(stage)), ms => realClock().sleep(ms)))
  const { code, all } = await stage.run(['--yes'])
  expect(code).toBe(5)
  expect(unwrapped(all)).toContain(`Another run is at work on this set-up: process ${process.pid} on `)
  expect(stage.rehearsal.log).toHaveLength(asked)
})

/** Somebody made the app by hand yesterday, on the right stack. */
function madeByHand({ heroku }: World): void {
  const yesterday = new Date(Date.now() - 86_400_000).toISOString()
  heroku.apps.push(standingApp({ collaborators: ['helper@example.com'], createdAt: yesterday, updatedAt: yesterday }))
}

describe('An app made by hand yesterday', () => {
  test('is shown with owner, date and who else has access, and is left alone without --adopt (exit 3)', async () => {
    const stage = await setStage({ change: madeByHand })
    const { code, all } = await stage.run(['--yes'])
    expect(code, all).toBe(3)
    const said = unwrapped(all)
    expect(said).toContain('app pt-dummy-app is there already (owner you@example.com, since ')
    expect(said).toContain('helper@example.com can change it too')
    expect(said).toContain('To allow it: --adopt heroku.create-app')
    expect(effects(stage.rehearsal)).toEqual([])
    expect(herokuRemote(stage)).toBeNull()
  })

  test('is taken over with --adopt (exit 0), and the record says so', async () => {
    const stage = await setStage({ change: madeByHand })
    const { code, all } = await stage.run(['--yes', '--adopt', 'heroku.create-app'])
    expect(code, all).toBe(0)
    expect(effects(stage.rehearsal)).not.toContain('POST /apps')
    expect(savedRecords(stage)['heroku.create-app']).toMatchObject({
      how: 'adopted',
      id: '0b8c1f7e-52a5-4a3c-9d0e-6d2f4f1c9a11',
    })
  })

  test('needs no second yes in the next run', async () => {
    const stage = await setStage({ change: madeByHand })
    await stage.run(['--yes', '--adopt', 'heroku.create-app'])
    expect((await stage.run(['--yes'])).code).toBe(0)
    expect(savedRecords(stage)['heroku.create-app']).toMatchObject({ how: 'adopted' })
  })
})

describe('A set-up half made by hand two years ago', () => {
  const halfMade = (world: World) => {
    madeByHand(world)
    for (const app of world.heroku.apps) {
      Object.assign(app, { createdAt: '2024-11-24T10:00:00.000Z', features: ['go-language-metrics'] })
    }
  }

  test('is adopted and completed: what stands is left, only what lacks is made', async () => {
    const stage = await setStage({ change: halfMade })
    git(stage.checkout, 'remote', 'add', 'heroku', 'https://git.heroku.com/pt-dummy-app.git')
    const { code, all } = await stage.run(['--yes', '--adopt', 'heroku.create-app'])
    expect(code, all).toBe(0)
    const labs = effects(stage.rehearsal).filter(one => one.includes('/features/'))
    expect(labs).toEqual(['PATCH /apps/pt-dummy-app/features/runtime-heroku-metrics'])
    expect(effects(stage.rehearsal)).not.toContain('POST /apps')
    expect(git(stage.checkout, 'remote', 'get-url', '--push', 'heroku')).not.toContain('git.heroku.com')
    const done = effects(stage.rehearsal).length
    expect((await stage.run(['--yes'])).code).toBe(0)
    expect(effects(stage.rehearsal)).toHaveLength(done)
  })

  test('--only git completes the remote alone', async () => {
    const stage = await setStage({ change: halfMade, lanes: ['--only', 'git'] })
    const { code, all } = await stage.run(['--yes', '--adopt', 'heroku.create-app'])
    expect(code, all).toBe(0)
    expect(effects(stage.rehearsal)).toEqual([])
    expect(herokuRemote(stage)).not.toBeNull()
  })
})

describe('A remote heroku of another app', () => {
  const OTHER = 'https://git.heroku.com/somebody-elses.git'

  test('is shown and left alone without --replace (exit 3)', async () => {
    const stage = await setStage()
    git(stage.checkout, 'remote', 'add', 'heroku', OTHER)
    const before = herokuRemote(stage)
    const { code, all } = await stage.run(['--yes', '--set', 'herokuApp=pt-dummy-app'])
    expect(code, all).toBe(3)
    expect(unwrapped(all)).toContain(
      `remote.heroku.url is ${OTHER}, expected https://git.heroku.com/pt-dummy-app.git. Nothing of it was touched.`,
    )
    expect(all).toContain('--replace git.heroku-remote')
    expect(herokuRemote(stage)).toEqual(before)
  })

  test('is rewritten with --replace (exit 0)', async () => {
    const stage = await setStage()
    git(stage.checkout, 'remote', 'add', 'heroku', OTHER)
    const { code, all } = await stage.run([
      '--yes',
      '--set',
      'herokuApp=pt-dummy-app',
      '--replace',
      'git.heroku-remote',
    ])
    expect(code, all).toBe(0)
    expect(herokuRemote(stage)?.toSorted()).toEqual([
      'remote.heroku.pushurl=no_push_because_we_deploy_docker_images',
      'remote.heroku.skipfetchall=true',
      'remote.heroku.url=https://git.heroku.com/pt-dummy-app.git',
    ])
  })
})

describe('With --json', () => {
  test('standard output has the events, one a line, and nothing else', async () => {
    const { run } = await setStage()
    const { code, stdout, stderr } = await run(['--yes', '--json'])
    expect(code).toBe(0)
    expect(stderr).toContain('REAL')
    const events = stdout.split('\n').map(line => JSON.parse(line))
    for (const event of events) {
      expect(Object.keys(event)).toEqual(['time', 'clouds', 'step', 'event', 'detail'])
      expect(event.clouds).toBe('real')
      expect(new Date(event.time).toISOString()).toBe(event.time)
    }
    const ofTheApp = events.filter(({ step }) => step === 'heroku.create-app').map(({ event }) => event)
    expect(ofTheApp).toEqual(['start', 'done'])
  })

  test('a refusal leaves standard output empty', async () => {
    const { stdout, stderr } = await refused(['--yes', '--json', '--set', 'herokuApp=A'])
    expect(stdout).toBe('')
    expect(stderr).toContain('herokuApp must be')
  })
})

describe('The token stays out of', () => {
  /** A git that writes down what it was given of the environment and the arguments, and does its work. */
  function watchedGit(): { bin: string; notes: string } {
    const bin = temporaryFolder()
    const notes = temporaryFolder()
    const script = `#!/bin/sh\n{ env; echo "$*"; } > '${notes}'/$$\nexec '${gitFile()}' "$@"\n`
    writeFileSync(join(bin, 'git'), script)
    chmodSync(join(bin, 'git'), 0o755)
    return { bin, notes }
  }

  /** The token as it stands, and in the forms that a careless program would write it in. */
  const forms = (token: string) => [
    token,
    Buffer.from(token).toString('base64').slice(0, -4),
    Buffer.from(`:${token}`).toString('base64').slice(4, -4),
    Buffer.from(token).toString('hex'),
  ]

  test.each([
    ['a run that goes well', []],
    ['a run that the vendor refuses with the token in its words', [{ method: 'POST', times: 9 }]],
  ])('everything in %s', async (_, faults) => {
    const stage = await setStage()
    for (const fault of faults) {
      const body = { id: 'invalid_params', message: `Bad bearer ${stage.token}, ${btoa(stage.token)}` }
      stage.rehearsal.faults.push({ ...fault, do: { status: 422, body } })
    }
    const { bin, notes } = watchedGit()
    const options = { env: { PATH: [bin, PLAYED_TOOLS, process.env.PATH].join(delimiter) } }
    const runs = [await stage.run(['--yes', '--verbose'], options), await stage.run(['--yes', '--json'], options)]
    const childrens = filesIn(notes)
    expect(childrens.size).toBeGreaterThan(2)
    const places = [
      ...runs.map(({ all }) => all),
      ...childrens.values(),
      ...filesIn(stage.home).values(),
      ...filesIn(stage.checkout).values(),
    ]
    for (const form of forms(stage.token)) expect(places.filter(text => text.includes(form))).toEqual([])
  })

  test('a program that is started from a checkout it does not know', async () => {
    const stage = await setStage()
    const bin = join(stage.checkout, 'node_modules/.bin')
    mkdirSync(bin, { recursive: true })
    writeFileSync(join(bin, 'git'), `#!/bin/sh\nenv > '${stage.home}/stolen'\n`)
    chmodSync(join(bin, 'git'), 0o755)
    const { code } = await stage.run(['--yes'], {
      env: { PATH: [bin, PLAYED_TOOLS, process.env.PATH].join(delimiter) },
    })
    expect(code).toBe(0)
    expect([...filesIn(stage.home).keys()].filter(file => file.endsWith('stolen'))).toEqual([])
  })
})

test('The program under test is the bundle', () => expect(CLI).toMatch(/dist\/cli\.js$/))

/** Where the real git is. */
function gitFile(): string {
  const execPath = git(temporaryFolder(), '--exec-path').trim()
  return join(execPath, 'git')
}

function progressFile({ home }: Stage): string {
  return [...filesIn(home).keys()].find(file => file.endsWith('/progress.json')) ?? ''
}

const savedRecords = (stage: Stage): Record<string, unknown> =>
  JSON.parse(readFileSync(progressFile(stage), 'utf8')).records
