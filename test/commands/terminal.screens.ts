import { randomUUID } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { App } from '../../src/rehearsal/heroku/world.ts'
import type { Rehearsal } from '../../src/rehearsal/server.ts'
import { admit, herokuClient, rehearse } from '../rehearsal/client.ts'
import { git, makeCheckout } from '../support/checkout.ts'
import { runCli } from '../support/cli.ts'
import { temporaryFolder } from '../support/folder.ts'
import { normalized, openTerminal, type Terminal, type TerminalOptions } from '../support/terminal.ts'
import { signedIn } from '../support/vendors.ts'

const APP = 'pt-dummy-app'
const COLOUR = /\u001b\[[\d;]*m/
/** The cursor moved up, or a line emptied: something is drawn over. */
const REDRAWN = /\u001b\[\d*[AFJK]/
const IS_STOPPING = /Ctrl-C\s+again\s+stops\s+at\s+once/
const ARE_RIGHT = /\? Are these right\? \(yes\)$/
const WIDTHS = [80, 40] as const

type Size = Pick<TerminalOptions, 'cols' | 'rows'>

/** The wizard's real way, with the simulated clouds of this process behind it. */
async function walk(more: Size & { argv?: readonly string[]; cwd?: string; token?: string } = {}) {
  const clouds = await rehearse()
  return { clouds, ...walkOn(clouds, more) }
}

/** An app and a remote; the other vendors are asked nothing that needs a yes. */
const aboutHeroku = ({ origins }: Rehearsal): readonly string[] => [
  ...['--only', 'heroku,git', '--skip', 'circleci'],
  ...[origins.circleci, origins['docker-hub'], origins.google].flatMap(origin => [
    '--allow-host',
    new URL(origin).host,
  ]),
]

function walkOn(
  clouds: Rehearsal,
  more: Size & {
    argv?: readonly string[]
    cwd?: string
    home?: string
    token?: string
    env?: Record<string, string>
  } = {},
) {
  const { argv = [], cwd = makeCheckout(), home = temporaryFolder(), token = tokenOf(clouds), env, ...size } = more
  const { HEROKU_API_KEY: _, ...others } = signedIn(clouds)
  const terminal = openTerminal([...argv, ...aboutHeroku(clouds)], {
    cwd,
    home,
    env: { ...others, ...(token && { HEROKU_API_KEY: token }), ...env },
    ...size,
  })
  const earlier = clouds.log.length
  const configBefore = configOf(cwd)
  return {
    terminal,
    cwd,
    home,
    host: new URL(clouds.origins.heroku).host,
    /** What the walk changed in the clouds. */
    effects: () =>
      clouds.log
        .slice(earlier)
        .filter(({ effect }) => effect)
        .map(({ method, path }) => `${method} ${path}`),
    expectSameConfig: () => expect(configOf(cwd)).toBe(configBefore),
  }
}

const tokenOf = ({ world }: Rehearsal) => world.heroku.authorizations[0]?.token ?? ''
const configOf = (cwd: string) => git(cwd, 'config', '--local', '--list')

/** Says yes to all that comes before the plan. */
async function upToThePlan(terminal: Terminal, host: string): Promise<void> {
  await terminal.answer('Type that host', { text: host }, 'enter')
  await terminal.answer('Are these right', 'enter')
  await terminal.answer('Use what was found', 'enter')
}

/** An app that somebody made by hand, the day before; the log forgets how. */
async function madeByHand(clouds: Rehearsal, token: string, more: Partial<App> = {}): Promise<void> {
  await herokuClient(clouds, token)('POST', '/apps', { name: APP, stack: 'container' })
  for (const app of clouds.world.heroku.apps) Object.assign(app, { createdAt: '2026-11-22T21:14:00.000Z', ...more })
}

const expectScreen = (terminal: Terminal, name: string) =>
  expect(normalized(terminal.screen())).toMatchFileSnapshot(`screens/${name}.txt`)

function expectCursorBack(terminal: Terminal): void {
  expect(terminal.raw()).toContain('\u001b[?25l')
  expect(terminal.raw().lastIndexOf('\u001b[?25h')).toBeGreaterThan(terminal.raw().lastIndexOf('\u001b[?25l'))
}

describe('rehearse, in an empty folder', () => {
  test.each(WIDTHS)('with Enter to everything, %i columns wide', async cols => {
    const terminal = openTerminal(['rehearse'], { cwd: temporaryFolder(), home: temporaryFolder(), cols })
    await terminal.answer('Are these right', 'enter')
    // Where the machine is slow, CI may run before it has its rights: then the run is planned once more.
    const agreeing = async () => {
      for (;;) await terminal.answer('Carry it out', 'enter')
    }
    agreeing().catch(() => {})
    expect(await terminal.exit, terminal.screen()).toBe(0)
    expectCursorBack(terminal)
    // From there on it depends on how quick CI is.
    const [before = '', ...runs] = terminal.screen().split(/^Run /m)
    expect(normalized(before)).toMatchFileSnapshot(`screens/rehearse-${cols}.txt`)
    expect(runs.length).toBeGreaterThan(1)
    const [, done, all] = /\(exit\s+0\), (\d+) of (\d+)\s+steps\s+done/.exec(terminal.screen()) ?? []
    expect(done).toBe(all)
  })
})

describe('the walk', () => {
  test.each(WIDTHS)('with Enter to everything, %i columns wide', async cols => {
    const { clouds, terminal, cwd, host, effects } = await walk({ cols })
    await upToThePlan(terminal, host)
    await terminal.answer('Carry it out', 'enter')
    expect(await terminal.exit).toBe(0)
    expect(effects()[0]).toBe('POST /apps')
    expect(configOf(cwd)).toContain(`remote.heroku.url=https://git.heroku.com/${APP}.git`)
    expect(terminal.raw()).not.toContain(tokenOf(clouds))
    expectCursorBack(terminal)
    await expectScreen(terminal, `walk-${cols}`)
  })

  test('another host than the one asked about is not taken', async () => {
    const { clouds, terminal, host } = await walk()
    await terminal.until('? Type that host')
    terminal.type('api.heroku.com')
    terminal.press('enter')
    await terminal.until(`> Type ${host}`)
    terminal.press('ctrl-c')
    expect(await terminal.exit).toBe(130)
    expect(clouds.log).toEqual([])
  })

  test('a declined plan changes nothing', async () => {
    const { terminal, host, effects, expectSameConfig } = await walk()
    await upToThePlan(terminal, host)
    await terminal.choose('Carry it out', 'no')
    expect(await terminal.exit).toBe(3)
    expect(terminal.screen()).toContain('Go on:')
    expect(effects()).toEqual([])
    expectSameConfig()
  })

  test.each(WIDTHS)('every request is shown before the plan is agreed to, %i columns wide', async cols => {
    const { terminal, host, effects, expectSameConfig } = await walk({ cols })
    await upToThePlan(terminal, host)
    await terminal.choose('Carry it out', 'show every request')
    const shown = await terminal.until(/\? Carry it out.*select$/s)
    expect(shown).toContain('POST http://')
    expect(shown).toContain('heroku apps:create')
    expect(effects()).toEqual([])
    expectSameConfig()
    await expectScreen(terminal, `requests-${cols}`)
    terminal.press('ctrl-c')
    expect(await terminal.exit).toBe(130)
  })
})

describe('the answers', () => {
  test.each(WIDTHS)(
    'two sources that disagree are told at once, and why each is asked, %i columns wide',
    async cols => {
      const cwd = makeCheckout()
      git(cwd, 'remote', 'add', 'heroku', 'https://git.heroku.com/freds-app.git')
      const { terminal, host } = await walk({ cwd, cols })
      await terminal.answer('Type that host', { text: host }, 'enter')
      const shown = await terminal.until('? Are these right')
      expect(shown).toContain('freds-app')
      expect(shown).toContain(APP)
      await terminal.answer('Are these right', { text: '?' }, 'enter')
      await terminal.until(ARE_RIGHT)
      await expectScreen(terminal, `answers-${cols}`)
      terminal.press('ctrl-c')
      expect(await terminal.exit).toBe(130)
    },
  )

  test('one is changed by its number: a bad name gets the rule and a better one', async () => {
    const { clouds, terminal, host } = await walk()
    await terminal.answer('Type that host', { text: host }, 'enter')
    await terminal.until('? Are these right')
    terminal.type('3')
    terminal.press('enter')
    expect(await terminal.until('> Type a number')).toContain('(1-2)')
    await terminal.answer('Are these right', 'ctrl-u', { text: '1' }, 'enter')
    await terminal.until('? herokuApp')
    terminal.type('My App_')
    terminal.press('enter')
    const shown = await terminal.until('"My App_"')
    expect(shown).toContain('lowercase letters')
    expect(shown).toContain('my-app')
    await terminal.answer('herokuApp', 'ctrl-u', { text: 'acme-dummy' }, 'enter')
    expect(await terminal.until(ARE_RIGHT)).toMatch(/acme-dummy +from you/)
    await terminal.answer('Are these right', 'enter')
    await terminal.answer('Use what was found', 'enter')
    await terminal.answer('Carry it out', 'enter')
    expect(await terminal.exit).toBe(0)
    expect(clouds.world.heroku.apps.map(({ name }) => name)).toEqual(['acme-dummy'])
  })

  test('an optional one is left out by Enter, and taken back by a dash', async () => {
    const { terminal, host } = await walk()
    await terminal.answer('Type that host', { text: host }, 'enter')
    const changeTeam = async (...keys: { readonly text: string }[]) => {
      await terminal.answer('Are these right', { text: 'herokuTeam' }, 'enter')
      await terminal.answer('herokuTeam', ...keys, 'enter')
      return (await terminal.until(ARE_RIGHT)).split('Answers').at(-1)
    }
    expect(await changeTeam()).toMatch(/herokuTeam +not set/)
    expect(await changeTeam({ text: 'acme' })).toMatch(/herokuTeam +acme +from you/)
    expect(await changeTeam()).toMatch(/herokuTeam +acme +from you/)
    expect(await changeTeam({ text: '-' })).toMatch(/herokuTeam +not set/)
    terminal.press('ctrl-c')
    expect(await terminal.exit).toBe(130)
  })

  test('an optional one that was taken back does not return with the next run', async () => {
    const clouds = await rehearse(({ heroku }) => {
      const members = heroku.accounts.map(({ email }) => ({ account: email, role: 'admin' as const }))
      const createdAt = '2026-11-22T21:14:00.000Z'
      heroku.teams.push({ id: randomUUID(), name: 'acme', verified: true, members, createdAt })
    })
    const { terminal, cwd, home, host } = walkOn(clouds, { argv: ['--set', 'herokuTeam=acme'] })
    await upToThePlan(terminal, host)
    await terminal.choose('Carry it out', 'change an answer')
    await terminal.answer('Are these right', { text: 'herokuTeam' }, 'enter')
    await terminal.answer('herokuTeam', { text: '-' }, 'enter')
    await terminal.answer('Are these right', 'enter')
    await terminal.until(/\? Carry it out[^✔]*select$/s)
    terminal.press('ctrl-c')
    expect(await terminal.exit).toBe(130)
    const again = walkOn(clouds, { cwd, home })
    await again.terminal.answer('Type that host', { text: again.host }, 'enter')
    expect(await again.terminal.until(ARE_RIGHT)).toMatch(/herokuTeam +not set/)
  })
})

describe('the agreement', () => {
  test.each(WIDTHS)('the plan is saved as plan --out saves it, over nothing unasked, %i columns wide', async cols => {
    const clouds = await rehearse()
    const { terminal, cwd, host, effects } = walkOn(clouds, { cols })
    await upToThePlan(terminal, host)
    await terminal.choose('Carry it out', 'save the plan')
    await terminal.answer('Save it as', 'enter')
    await terminal.until('Saved:')
    const saved = join(cwd, 'dummyapp-setup-plan.json')
    const planned = join(temporaryFolder(), 'plan.json')
    const env = signedIn(clouds)
    const argv = ['plan', '--yes', ...aboutHeroku(clouds), '--allow-host', '127.0.0.1', '--out', planned]
    expect(await runCli(argv, { cwd, home: temporaryFolder(), env })).toMatchObject({ code: 0 })
    expect(readFileSync(saved, 'utf8')).toBe(readFileSync(planned, 'utf8'))
    writeFileSync(saved, 'mine')
    await terminal.choose('Carry it out', 'save the plan')
    await terminal.answer('Save it as', 'enter')
    await terminal.answer('Overwrite it', 'enter')
    expect(readFileSync(saved, 'utf8')).toBe('mine')
    await terminal.until(/Not saved\.\n\? Carry it out.*select$/s)
    expect(effects()).toEqual([])
    await expectScreen(terminal, `agreement-${cols}`)
    terminal.press('ctrl-c')
    expect(await terminal.exit).toBe(130)
  })

  test('where the plan cannot be written, that is said, and it is asked again', async () => {
    const { terminal, cwd, host } = await walk()
    await upToThePlan(terminal, host)
    await terminal.choose('Carry it out', 'save the plan')
    await terminal.answer('Save it as', { text: 'no/such/folder/plan.json' }, 'enter')
    expect(await terminal.until(/cannot be written there.*\? Carry it out.*select$/s)).toContain('ENOENT')
    expect(existsSync(join(cwd, 'no'))).toBe(false)
    terminal.press('ctrl-c')
    expect(await terminal.exit).toBe(130)
  })

  test('an answer is changed: it is looked at again, planned anew, and kept', async () => {
    const { clouds, terminal, cwd, home, host } = await walk()
    await upToThePlan(terminal, host)
    await terminal.choose('Carry it out', 'change an answer')
    await terminal.answer('Are these right', { text: '1' }, 'enter')
    await terminal.answer('herokuApp', { text: 'acme-dummy' }, 'enter')
    await terminal.answer('Are these right', 'enter')
    expect(await terminal.until(/\? Carry it out[^✔]*select$/s)).toContain('create the app acme-dummy')
    await terminal.answer('Carry it out', 'enter')
    expect(await terminal.exit).toBe(0)
    expect(clouds.world.heroku.apps.map(({ name }) => name)).toEqual(['acme-dummy'])
    expect(configOf(cwd)).toContain('remote.heroku.url=https://git.heroku.com/acme-dummy.git')
    const again = walkOn(clouds, { cwd, home })
    await again.terminal.answer('Type that host', { text: again.host }, 'enter')
    expect(await again.terminal.until('? Are these right')).toMatch(/acme-dummy +from your earlier run/)
  })
})

describe('before anything is made', () => {
  test.each(WIDTHS)('it is said who is signed in, what they lack and what it costs, %i columns wide', async cols => {
    const clouds = await rehearse(({ heroku }) => {
      for (const account of heroku.accounts) account.verified = false
    })
    const { terminal, host, effects } = walkOn(clouds, { cols })
    await upToThePlan(terminal, host)
    const shown = await terminal.until('? Carry it out')
    expect(shown).toMatch(/lacks +a payment method/)
    expect(effects()).toEqual([])
    await terminal.until(/select$/)
    await expectScreen(terminal, `preflight-${cols}`)
    terminal.press('ctrl-c')
    expect(await terminal.exit).toBe(130)
  })
})

describe('what is there already', () => {
  test.each(WIDTHS)('is adopted after a yes, and only then, %i columns wide', async cols => {
    const clouds = await rehearse()
    await madeByHand(clouds, tokenOf(clouds), { collaborators: ['fred@example.com'] })
    const { terminal, host, effects } = walkOn(clouds, { cols })
    await upToThePlan(terminal, host)
    const question = await terminal.until(/\? Use it.*\(y\/N\)$/s)
    expect(question).toMatch(/2026-11-\s*22/)
    expect(question).toMatch(/fred@\s*example\.com/)
    await expectScreen(terminal, `adopt-${cols}`)
    await terminal.answer('Use it', { text: 'y' }, 'enter')
    await terminal.answer('Carry it out', 'enter')
    expect(await terminal.exit).toBe(0)
    expect(effects()).not.toContain('POST /apps')
  })

  test('is left alone after a no, and what builds on it too', async () => {
    const clouds = await rehearse()
    await madeByHand(clouds, tokenOf(clouds))
    const { terminal, host, effects, expectSameConfig } = walkOn(clouds)
    await upToThePlan(terminal, host)
    await terminal.answer('Use it', 'enter')
    expect(await terminal.exit).toBe(3)
    expect(effects()).toEqual([])
    expectSameConfig()
    expect(terminal.screen()).toContain('--adopt heroku.create-app')
  })

  test.each(WIDTHS)('a remote that points elsewhere is overwritten by nobody unasked, %i columns wide', async cols => {
    const cwd = makeCheckout()
    git(cwd, 'remote', 'add', 'heroku', 'https://git.heroku.com/freds-app.git')
    const { terminal, host, expectSameConfig } = await walk({ cwd, cols, argv: ['--set', `herokuApp=${APP}`] })
    await upToThePlan(terminal, host)
    expect(await terminal.until(/\? Overwrite that.*\(y\/N\)$/s)).toContain('freds-app')
    await terminal.answer('Overwrite that', 'enter')
    await terminal.until(/\? Carry it out.*select$/s)
    await expectScreen(terminal, `differs-${cols}`)
    await terminal.answer('Carry it out', 'enter')
    expect(await terminal.exit).toBe(3)
    expectSameConfig()
    expect(terminal.screen()).toMatch(/--replace\s+git\.heroku-remote/)
  })
})

describe('a failure', () => {
  test.each(WIDTHS)('a name that is taken is said with what to do, %i columns wide', async cols => {
    const clouds = await rehearse()
    await madeByHand(clouds, admit(clouds.world, 'fred@example.com'))
    const { terminal, host, expectSameConfig } = walkOn(clouds, { cols })
    await upToThePlan(terminal, host)
    await terminal.answer('Nothing can be done', 'enter')
    expect(await terminal.exit).toBe(1)
    expect(terminal.screen()).toContain('--set herokuApp=')
    expectSameConfig()
    await expectScreen(terminal, `taken-${cols}`)
  })

  test('a name that is taken can be changed at once', async () => {
    const clouds = await rehearse()
    await madeByHand(clouds, admit(clouds.world, 'fred@example.com'))
    const { terminal, host } = walkOn(clouds)
    await upToThePlan(terminal, host)
    await terminal.choose('Nothing can be done', 'look again')
    await terminal.choose('Nothing can be done', 'change an answer')
    await terminal.answer('Are these right', { text: '1' }, 'enter')
    await terminal.answer('herokuApp', { text: 'acme-dummy' }, 'enter')
    await terminal.answer('Are these right', 'enter')
    await terminal.answer('Carry it out', 'enter')
    expect(await terminal.exit).toBe(0)
    expect(clouds.world.heroku.apps.map(({ name }) => name)).toEqual([APP, 'acme-dummy'])
  })

  test.each(WIDTHS)('a token that is none is said with where to get one, %i columns wide', async cols => {
    const { terminal, host } = await walk({ cols, token: 'HRKU-AA-of-last-year' })
    await upToThePlan(terminal, host)
    expect(await terminal.exit).toBe(2)
    expect(terminal.screen()).toMatch(/401 unauthorized/)
    expect(terminal.screen()).toContain('HEROKU_API_KEY')
    expect(terminal.raw()).not.toContain('HRKU-AA-of-last-year')
    await expectScreen(terminal, `bad-token-${cols}`)
  })
})

describe('a token that is typed', () => {
  test('is never on the screen, also not with ctrl+t', async () => {
    const { clouds, terminal, host } = await walk({ token: '' })
    const token = tokenOf(clouds)
    await terminal.answer('Type that host', { text: host }, 'enter')
    await terminal.answer('Are these right', 'enter')
    await terminal.until('? Heroku token')
    terminal.type(token.slice(0, 10))
    await terminal.until('••••••••••')
    terminal.press('ctrl-t')
    terminal.type(token.slice(10))
    await terminal.until('•'.repeat(20))
    terminal.press('enter')
    await terminal.answer('Carry it out', 'enter')
    expect(await terminal.exit).toBe(0)
    expect(terminal.raw()).not.toContain(token.slice(0, 10))
    expect(terminal.raw()).not.toContain(token.slice(10))
  })
})

describe('an interruption', () => {
  test('Ctrl-C at a question ends at once, and gives the cursor back', async () => {
    const { terminal, host, effects, expectSameConfig } = await walk()
    await upToThePlan(terminal, host)
    await terminal.until('? Carry it out')
    terminal.press('ctrl-c')
    expect(await terminal.exit).toBe(130)
    expectCursorBack(terminal)
    expect(effects()).toEqual([])
    expectSameConfig()
  })

  test('SIGTERM at a question does the same', async () => {
    const { terminal, host, effects, expectSameConfig } = await walk()
    await upToThePlan(terminal, host)
    await terminal.until('? Carry it out')
    terminal.kill('SIGTERM')
    expect(await terminal.exit).toBe(130)
    expectCursorBack(terminal)
    expect(effects()).toEqual([])
    expectSameConfig()
  })

  test.each([
    ['Ctrl-C', (terminal: Terminal) => terminal.press('ctrl-c')],
    ['SIGTERM', (terminal: Terminal) => terminal.kill('SIGTERM')],
  ])('%s lets an effect in flight finish, and begins no other', async (_, interrupt) => {
    const clouds = await rehearse()
    const { terminal, host, effects, expectSameConfig } = walkOn(clouds)
    clouds.hook = async (phase, { method }) => {
      if (phase === 'after' || method !== 'POST') return
      interrupt(terminal)
      // Said while it is still waited for, however the run is drawn.
      await terminal.until(IS_STOPPING)
    }
    await upToThePlan(terminal, host)
    await terminal.answer('Carry it out', 'enter')
    expect(await terminal.exit).toBe(130)
    expect(effects()).toEqual(['POST /apps'])
    expectSameConfig()
    expect(terminal.screen()).toMatch(/^Go on: /m)
    expect(terminal.screen()).toMatch(/2 of \d+ steps done/)
    expectCursorBack(terminal)
  })

  test('a second Ctrl-C gives up what is in flight, and says that its end is not known', async () => {
    const clouds = await rehearse()
    const { terminal, host } = walkOn(clouds)
    const over = new AbortController()
    clouds.hook = async (phase, { method }) => {
      if (phase === 'before' || method !== 'POST' || over.signal.aborted) return
      terminal.press('ctrl-c')
      await terminal.until(IS_STOPPING)
      terminal.press('ctrl-c')
      await terminal.exit
      over.abort()
    }
    await upToThePlan(terminal, host)
    await terminal.answer('Carry it out', 'enter')
    expect(await terminal.exit).toBe(130)
    expect(terminal.screen()).toMatch(/Whether heroku\.create-app finished is\s+not known/)
    expect(clouds.world.heroku.apps.map(({ name }) => name)).toEqual([APP])
    expectCursorBack(terminal)
  })
})

describe('the terminal', () => {
  const runOf = (terminal: Terminal) => terminal.raw().slice(terminal.raw().lastIndexOf('Run '))

  test('a list that fits is drawn over itself', async () => {
    const { terminal, host } = await walk()
    await upToThePlan(terminal, host)
    await terminal.answer('Carry it out', 'enter')
    expect(await terminal.exit).toBe(0)
    expect(runOf(terminal)).toMatch(REDRAWN)
    expect(terminal.raw()).toMatch(COLOUR)
  })

  test.each<[string, Size & { env?: Record<string, string> }]>([
    ['too low for the list', { rows: 8 }],
    ['CI=true', { env: { CI: 'true' } }],
  ])('%s: nothing of the run is drawn over', async (_, options) => {
    const clouds = await rehearse()
    const { terminal, host, effects } = walkOn(clouds, options)
    await upToThePlan(terminal, host)
    await terminal.answer('Carry it out', 'enter')
    expect(await terminal.exit).toBe(0)
    expect(runOf(terminal)).not.toMatch(REDRAWN)
    expect(effects()).toContain('POST /apps')
  })

  test('NO_COLOR: no colours, from the first question to the last line', async () => {
    const clouds = await rehearse()
    const { terminal, host } = walkOn(clouds, { env: { NO_COLOR: '1' } })
    await upToThePlan(terminal, host)
    await terminal.answer('Carry it out', 'enter')
    expect(await terminal.exit).toBe(0)
    expect(terminal.raw()).not.toMatch(COLOUR)
    expect(runOf(terminal)).toMatch(REDRAWN)
    await expectScreen(terminal, 'walk-80')
  })
})

describe('in lines alone', () => {
  /** Any control sequence but a colour's. */
  const MOVED = /\u001b(?!\[[\d;]*m)/

  async function upToThePlanInLines({
    terminal,
    host,
  }: Pick<ReturnType<typeof walkOn>, 'terminal' | 'host'>): Promise<void> {
    await terminal.reply('Type that host', host)
    await terminal.reply('Are these right', '2?')
    await terminal.reply('Are these right', '')
    await terminal.reply('Use what was found', 'maybe')
    await terminal.reply('Use what was found', 'y')
    await terminal.reply('Carry it out', '6')
    await terminal.until(/> Type a number.*Number \(1\):$/s)
  }

  test.each(WIDTHS)('--plain: lists are numbered, and the cursor is never moved, %i columns wide', async cols => {
    const { terminal, host, effects } = walkOn(await rehearse(), { cols, argv: ['--plain'] })
    await upToThePlanInLines({ terminal, host })
    await expectScreen(terminal, `plain-${cols}`)
    await terminal.reply('Carry it out', '')
    expect(await terminal.exit).toBe(0)
    expect(terminal.raw()).toMatch(COLOUR)
    expect(terminal.raw()).not.toMatch(MOVED)
    expect(effects()).toContain('POST /apps')
  })

  test('TERM=dumb: the same, and no control sequence at all', async () => {
    const { terminal, host, effects } = walkOn(await rehearse(), { env: { TERM: 'dumb' } })
    await upToThePlanInLines({ terminal, host })
    await expectScreen(terminal, 'plain-80')
    await terminal.reply('Carry it out', '')
    expect(await terminal.exit).toBe(0)
    expect(terminal.raw()).not.toContain('\u001b')
    expect(effects()).toContain('POST /apps')
  })

  test('a token that is typed is never on the screen', async () => {
    const { clouds, terminal, host } = await walk({ argv: ['--plain'], token: '' })
    const token = tokenOf(clouds)
    await terminal.reply('Type that host', host)
    await terminal.reply('Are these right', '')
    await terminal.reply('Heroku token', `no, not this\u0015${token.slice(0, 9)}x\u007f${token.slice(9)}`)
    await terminal.reply('Carry it out', '1')
    expect(await terminal.exit).toBe(0)
    expect(terminal.raw()).not.toContain('not this')
    expect(terminal.raw()).not.toContain(token.slice(0, 9))
    expect(terminal.raw()).not.toContain(token.slice(9))
  })

  test.each(['ctrl-c', 'ctrl-d'] as const)('%s leaves a question, also a hidden one', async key => {
    for (const last of ['Are these right', 'Heroku token']) {
      const { terminal, host, effects } = await walk({ argv: ['--plain'], token: '' })
      await terminal.reply('Type that host', host)
      if (last === 'Heroku token') await terminal.reply('Are these right', '')
      await terminal.until(`? ${last}`)
      terminal.press(key)
      expect(await terminal.exit).toBe(130)
      expect(terminal.screen()).toMatch(/Interrupted \(exit 130\)/)
      expect(effects()).toEqual([])
    }
  })
})
