import { describe, expect, test } from 'vitest'
import type { App } from '../../src/rehearsal/heroku/world.ts'
import type { Rehearsal } from '../../src/rehearsal/server.ts'
import { admit, herokuClient, rehearse } from '../rehearsal/client.ts'
import { git, makeCheckout } from '../support/checkout.ts'
import { temporaryFolder } from '../support/folder.ts'
import { normalized, openTerminal, type Terminal, type TerminalOptions } from '../support/terminal.ts'

const APP = 'pt-dummy-app'
const COLOUR = /\u001b\[[\d;]*m/
/** The cursor moved up, or a line emptied: something is drawn over. */
const REDRAWN = /\u001b\[\d*[AFJK]/
const IS_STOPPING = /Ctrl-C\s+again\s+stops\s+at\s+once/
const WIDTHS = [80, 40] as const

type Size = Pick<TerminalOptions, 'cols' | 'rows'>

/** The wizard's real way, with the simulated clouds of this process behind it. */
async function walk(more: Size & { argv?: readonly string[]; cwd?: string; token?: string } = {}) {
  const clouds = await rehearse()
  return { clouds, ...walkOn(clouds, more) }
}

function walkOn(
  clouds: Rehearsal,
  more: Size & { argv?: readonly string[]; cwd?: string; token?: string; env?: Record<string, string> } = {},
) {
  const { argv = [], cwd = makeCheckout(), token = tokenOf(clouds), env, ...size } = more
  const terminal = openTerminal(argv, {
    cwd,
    home: temporaryFolder(),
    env: { HEROKU_HOST: clouds.origins.heroku, ...(token && { HEROKU_API_KEY: token }), ...env },
    ...size,
  })
  const earlier = clouds.log.length
  const configBefore = configOf(cwd)
  return {
    terminal,
    cwd,
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
  await terminal.answer('Type 127', { text: host }, 'enter')
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
    await terminal.answer('Carry it out', 'enter')
    expect(await terminal.exit).toBe(0)
    expect(terminal.screen()).toContain('REHEARSAL')
    expectCursorBack(terminal)
    await expectScreen(terminal, `rehearse-${cols}`)
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
    await terminal.until('? Type 127')
    terminal.type('api.heroku.com')
    terminal.press('enter')
    await terminal.until(`> Type ${host}`)
    terminal.press('ctrl-c')
    expect(await terminal.exit).toBe(130)
    expect(clouds.log).toEqual([])
  })

  test('an answer is changed: a bad name gets the rule and a better one', async () => {
    const { clouds, terminal, host } = await walk()
    await terminal.answer('Type 127', { text: host }, 'enter')
    await terminal.choose('Are these right', 'change herokuApp')
    await terminal.until('? herokuApp')
    terminal.type('My App_')
    terminal.press('enter')
    const shown = await terminal.until('"My App_"')
    expect(shown).toContain('lowercase letters')
    expect(shown).toContain('my-app')
    await terminal.answer('herokuApp (', 'ctrl-u', { text: 'acme-dummy' }, 'enter')
    expect(await terminal.until(/\? Are these right/)).toContain('acme-dummy')
    await terminal.answer('Are these right', 'enter')
    await terminal.answer('Use what was found', 'enter')
    await terminal.answer('Carry it out', 'enter')
    expect(await terminal.exit).toBe(0)
    expect(clouds.world.heroku.apps.map(({ name }) => name)).toEqual(['acme-dummy'])
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
    expect(await terminal.exit).toBe(1)
    expect(terminal.screen()).toContain('--set herokuApp=')
    expectSameConfig()
    await expectScreen(terminal, `taken-${cols}`)
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
    await terminal.answer('Type 127', { text: host }, 'enter')
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
    expect(terminal.screen()).toMatch(/3 of \d+ steps done/)
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
    expect(terminal.screen()).toMatch(/heroku\.create-app the end is not\s+known/)
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

  test.each<[string, Size & { argv?: string[]; env?: Record<string, string> }]>([
    ['too low for the list', { rows: 8 }],
    ['--plain', { argv: ['--plain'] }],
    ['CI=true', { env: { CI: 'true' } }],
    ['TERM=dumb', { env: { TERM: 'dumb' } }],
  ])('%s: nothing of the run is drawn over', async (_, options) => {
    const clouds = await rehearse()
    const { terminal, host, effects } = walkOn(clouds, options)
    await terminal.answer('Type 127', { text: host }, 'enter')
    await terminal.answer('Are these right', 'enter')
    await terminal.answer('Use what was found', 'enter')
    await terminal.answer('Carry it out', 'enter')
    expect(await terminal.exit).toBe(0)
    expect(runOf(terminal)).not.toMatch(REDRAWN)
    expect(effects()).toContain('POST /apps')
  })

  test.each([{ NO_COLOR: '1' }, { TERM: 'dumb' }])('%o: no colours', async env => {
    const clouds = await rehearse()
    const { terminal, host } = walkOn(clouds, { env })
    await upToThePlan(terminal, host)
    await terminal.until('? Carry it out')
    expect(terminal.raw()).not.toMatch(COLOUR)
    terminal.press('ctrl-c')
    expect(await terminal.exit).toBe(130)
  })
})
