import { execFileSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Json } from '../../src/clouds/json.ts'
import { FORMATS } from '../../src/commands/formats.ts'
import type { World } from '../../src/rehearsal/world.ts'
import { git, library, makeCheckout, UPSTREAM } from '../support/checkout.ts'
import { runCli } from '../support/cli.ts'
import { temporaryFolder } from '../support/folder.ts'
import { standingApp } from '../support/heroku-app.ts'
import { LIE, LYING_NAME, lieIn, lieOnTerminal } from '../support/lies.ts'
import { setStage } from '../support/stage.ts'
import { openTerminal } from '../support/terminal.ts'
import { signedIn } from '../support/vendors.ts'

/** Whoever owns, uses and made everything at Heroku, by a name that would lie; and an app is there already. */
function lyingPeople({ heroku }: World): void {
  const lying = JSON.stringify(heroku).replaceAll(
    'you@example.com',
    JSON.stringify(`you@example.com${LIE}`).slice(1, -1),
  )
  Object.assign(heroku, JSON.parse(lying))
  heroku.apps.push(
    standingApp({
      owner: `you@example.com${LIE}`,
      collaborators: [`helper${LIE}`],
      stack: 'heroku-24',
      buildStack: 'heroku-24',
      createdAt: '2026-01-01T00:00:00Z',
      updatedAt: '2026-01-01T00:00:00Z',
    }),
  )
}

/** Where each vendor is asked, and how it words a refusal. */
const REFUSALS: readonly (readonly [vendor: string, path: string, body: Json])[] = [
  ['heroku', '^/(account|apps|teams|oauth)', { id: `invalid${LIE}`, message: LIE, url: LIE }],
  ['circleci', '^/api/', { message: LIE, errors: [{ message: LIE }] }],
  [
    'docker-hub',
    '^/v2/(users|auth|orgs|namespaces|repositories)',
    { message: LIE, detail: LIE, errinfo: { [LIE]: LIE }, error: LIE },
  ],
  [
    'google',
    '^/v[123]/(projects|organizations|billingAccounts|folders)',
    { error: { code: 400, status: `FAILED${LIE}`, message: LIE, details: [{ reason: LIE, domain: LIE }] } },
  ],
]

/** A checkout whose folder, remotes, branch and files have such names and values. */
function lyingCheckout(): string {
  const folder = join(temporaryFolder(), `-$(touch made) '"\`;&|\n${LYING_NAME}`)
  mkdirSync(folder)
  const config = [
    'version: 2.1',
    `jobs: { ${JSON.stringify(`heroku ${LIE}`)}: { docker: [{ image: ${JSON.stringify(LIE)} }], steps: [checkout] } }`,
    `workflows: { x: { jobs: [{ ${JSON.stringify(`heroku ${LIE}`)}: { context: ${JSON.stringify(LIE)} } }] } }`,
  ]
  const checkout = makeCheckout({
    folder,
    origin: '',
    files: {
      'build/common.lib.sh': library({ ...UPSTREAM, GCR_IMAGE_NAME: LYING_NAME.replaceAll('\r', '') }),
      'build/Dockerfile': `FROM scratch\nCOPY --from=${LYING_NAME.replaceAll(/[\s]/g, '')} / /\n`,
      '.circleci/config.yml': config.join('\n'),
    },
  })
  git(checkout, 'config', '--local', `remote.x${LYING_NAME.replace(/\r/g, '')}.url`, LIE)
  git(checkout, 'config', '--local', 'user.name', LIE)
  return checkout
}

describe('Whatever foreign texts say, no line lies:', () => {
  test('names of people and things, to a pipe', async () => {
    const { run } = await setStage({ change: lyingPeople })
    const runs = [
      ['--yes'],
      ['--yes', '--verbose', '--adopt', 'heroku.create-app'],
      ['--yes', '--json'],
      ['plan', '--yes'],
    ]
    const all = []
    for (const argv of [...runs, ['plan', '--yes', '--json'], ['status'], ['status', '--json']])
      all.push(await run(argv))
    expect(all.filter(({ all }) => all.includes('FAKE')).length).toBeGreaterThan(3)
    expect(all.map(({ all }) => lieIn(all))).toEqual(all.map(() => undefined))
  })

  test.each(REFUSALS)('what %s says in its refusals', async (_, path, body) => {
    for (const nth of [1, 3]) {
      const { run, rehearsal } = await setStage({ lanes: [] })
      rehearsal.faults.push({ path, nth, do: { status: 400, body } })
      const { all } = await run(['--yes', '--set', 'dockerHubRoute=org-token'])
      expect(all).toContain('FAKE')
      expect(lieIn(all)).toBeUndefined()
    }
  })

  test('what the checkout has in its names and files, in every format', async () => {
    const cwd = lyingCheckout()
    const home = temporaryFolder()
    const set = ['--set', 'imageName=acme', '--set', 'herokuContext=a', '--set', 'circleJobs=a']
    const image = ['--set', 'dataImage=acme/data']
    const commands = [
      ['--dry-run'],
      ...FORMATS.map(format => ['--dry-run', '--format', format, '--verbose', ...set, ...image]),
      ['explain', 'repository.names'],
      ['status'],
    ]
    const ran = await Promise.all(commands.map(argv => runCli(argv, { cwd, home })))
    expect(ran.map(({ code }) => code)).toEqual([2, ...FORMATS.map(() => 0), 0, 0])
    expect(ran.map(({ all }) => lieIn(all))).toEqual(ran.map(() => undefined))
    const script = ran[1 + FORMATS.indexOf('sh')]?.stdout ?? ''
    const begin = script.indexOf('\ncd ')
    const cd = script.slice(begin, script.indexOf('\n\n', begin))
    const { PATH } = process.env
    const where = execFileSync('sh', ['-c', `${cd}\npwd; ls`], { encoding: 'utf8', env: { PATH }, cwd: home })
    expect(where).toBe(`${cwd}\nbuild\n`)
  })

  test('the branch that is checked out, and the subject of its commit', async () => {
    const cwd = makeCheckout()
    git(cwd, 'update-ref', '-d', 'refs/heads/main')
    git(cwd, 'checkout', '--quiet', '--orphan', 'ma\u202Ein\u200B')
    git(cwd, '-c', 'user.name=T', '-c', 'user.email=t@example.com', 'commit', '--quiet', `--message=${LIE}`)
    const { code, all } = await runCli(['--yes', '--only', 'circleci'], { cwd, home: temporaryFolder() })
    expect(code, all).toBe(2)
    expect(all).toContain('defaultBranch: a branch’s name as git takes it')
    expect(lieIn(all)).toBeUndefined()
  })

  test('names of people and things, on a terminal', async () => {
    const stage = await setStage({ change: lyingPeople })
    const terminal = openTerminal(['--only', 'heroku,git', '--skip', 'circleci', '--allow-host', '127.0.0.1'], {
      cwd: stage.checkout,
      home: stage.home,
      env: { DUMMYAPP_SETUP_TIME_SCALE: '0.01', ...signedIn(stage.rehearsal) },
      rows: 60,
    })
    await terminal.answer('Are these right', 'enter')
    await terminal.answer('Use what was found', 'enter')
    await terminal.until('FAKE')
    await terminal.until(/\? .*leave it for later|\? Use it|\? Overwrite/s)
    terminal.press('ctrl-c')
    expect(await terminal.exit).toBe(130)
    expect(terminal.raw()).toContain('\u001b[')
    expect(lieOnTerminal(terminal.raw())).toBeUndefined()
  })
})

test('The watch itself sees a lie', () => {
  expect(lieIn(`a${LIE}`)).toBeDefined()
  for (const sign of ['\u001b[35m', '\u001b]0;x\u0007', '\u009b1m', '\u202E', '\u200B', '\u0008'])
    expect(lieOnTerminal(`a${sign}b`)).toBeDefined()
  expect(lieOnTerminal('\u001b[31mred\u001b[39m\u001b[2K\r\n')).toBeUndefined()
})
