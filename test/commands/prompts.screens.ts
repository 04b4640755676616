import { describe, expect, test } from 'vitest'
import { rehearse } from '../rehearsal/client.ts'
import { git, makeCheckout } from '../support/checkout.ts'
import { temporaryFolder } from '../support/folder.ts'
import { openTerminal } from '../support/terminal.ts'
import { signedIn } from '../support/vendors.ts'

/** The real way to the simulated Heroku; its token is not in the environment. */
async function stand(argv: readonly string[] = [], more: { origin?: string; env?: Record<string, string> } = {}) {
  const clouds = await rehearse()
  const { HEROKU_API_KEY: token = '', ...others } = signedIn(clouds)
  const { origin, env } = more
  const hosts = Object.values(clouds.origins).flatMap(one => ['--allow-host', new URL(one).host])
  const terminal = openTerminal([...argv, '--only', 'heroku,git', '--skip', 'circleci', ...hosts], {
    cwd: makeCheckout(origin === undefined ? {} : { origin }),
    home: temporaryFolder(),
    env: { ...others, ...env },
  })
  return { clouds, terminal, token }
}

describe('A secret at the masked prompt', () => {
  test.each([1_000, 5_000])('of %i characters that are pasted is there at once', async length => {
    const { terminal } = await stand()
    await terminal.answer('Are these right', 'enter')
    await terminal.until('? Heroku token')
    const before = terminal.raw().length
    terminal.type(`${'x'.repeat(length)}\r`)
    await terminal.until('401 unauthorized')
    // It was drawn once for each piece that arrived, not for each character.
    expect(terminal.raw().length - before).toBeLessThan(4_000 + length / 4)
    expect(terminal.raw()).not.toContain('xxxx')
  })

  test('is tried as soon as it is typed; blanks around it do not count', async () => {
    const { terminal, token, clouds } = await stand()
    await terminal.answer('Are these right', 'enter')
    await terminal.answer('Heroku token', { text: 'HRKU-AA-of-last-year' }, 'enter')
    const screen = await terminal.until('It is what you typed')
    expect(screen).not.toContain('HEROKU_API_KEY')
    await terminal.answer('Heroku token', { text: `  ${token}\t ` }, 'enter')
    await terminal.answer('Carry it out', 'enter')
    expect(await terminal.exit).toBe(0)
    expect(clouds.world.heroku.apps).toHaveLength(1)
  })

  test('is corrected by backspace and Ctrl-U', async () => {
    const { terminal, token } = await stand()
    await terminal.answer('Are these right', 'enter')
    await terminal.answer(
      'Heroku token',
      { text: 'not this' },
      'ctrl-u',
      { text: `${token}xy` },
      'backspace',
      'backspace',
      'enter',
    )
    await terminal.until('? Carry it out')
  })
})

test('--yes asks nothing in a terminal: a missing sign-in ends the run (exit 2)', async () => {
  const { terminal } = await stand(['--yes'])
  expect(await terminal.exit).toBe(2)
  expect(terminal.screen()).toContain('No sign-in for Heroku was found')
  expect(terminal.screen()).not.toMatch(/^\? /m)
})

test('--yes carries out the plan without a question', async () => {
  const clouds = await rehearse()
  const hosts = Object.values(clouds.origins).flatMap(one => ['--allow-host', new URL(one).host])
  const terminal = openTerminal(['-y', '--only', 'heroku,git', '--skip', 'circleci', ...hosts], {
    cwd: makeCheckout(),
    home: temporaryFolder(),
    env: signedIn(clouds),
  })
  expect(await terminal.exit, terminal.screen()).toBe(0)
  expect(terminal.screen()).not.toMatch(/^[?✔] .*\?/m)
})

test('Where nothing says which remote is theirs, a person is asked for the project', async () => {
  const cwd = makeCheckout()
  git(cwd, 'config', '--rename-section', 'remote.origin', 'remote.upstream')
  git(cwd, 'remote', 'add', 'fork', 'git@github.com:acme/dummyapp.git')
  const terminal = openTerminal(['rehearse', '--only', 'repository'], { cwd, home: temporaryFolder() })
  await terminal.answer('githubProject', { text: 'acme/dummyapp' }, 'enter')
  terminal.press('ctrl-c')
  expect(await terminal.exit).toBe(130)
})

describe('Ctrl-D', () => {
  test('leaves a question as Ctrl-C does', async () => {
    const { terminal } = await stand()
    await terminal.until('? Are these right')
    terminal.press('ctrl-d')
    expect(await terminal.exit).toBe(130)
    expect(terminal.screen()).toContain('Interrupted (exit 130)')
  })

  test('leaves a hidden question', async () => {
    const { terminal } = await stand()
    await terminal.answer('Are these right', 'enter')
    await terminal.until('? Heroku token')
    terminal.press('ctrl-d')
    expect(await terminal.exit).toBe(130)
  })

  test('leaves a list', async () => {
    const { terminal, token } = await stand()
    await terminal.answer('Are these right', 'enter')
    await terminal.answer('Heroku token', { text: token }, 'enter')
    await terminal.until('? Carry it out')
    terminal.press('ctrl-d')
    expect(await terminal.exit).toBe(130)
  })
})

describe('A terminal that closes while a question stands ends the run by SIGHUP, not by an abort with a core:', () => {
  test.each(['Are these right', 'Heroku token'])('%s', async question => {
    const { terminal } = await stand()
    if (question !== 'Are these right') await terminal.answer('Are these right', 'enter')
    await terminal.until(`? ${question}`)
    terminal.hangUp()
    expect(await terminal.exit).toBe(128 + 1)
  })
})
