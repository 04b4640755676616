import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Cause, SetupError } from '../../src/clouds/cause.ts'
import { realClock } from '../../src/clouds/clock.ts'
import { takeOver } from '../../src/commands/take-over.ts'
import { type HandedOver, readHandOver } from '../../src/engine/handed-over.ts'
import { lock } from '../../src/engine/lock.ts'
import type { World } from '../../src/rehearsal/world.ts'
import { STEPS } from '../../steps/index.ts'
import { temporaryFolder } from '../support/folder.ts'
import { consentsIn, leftByWhomever, NOTHING_SAID, otherMachine, takeUpIn } from '../support/hand-over.ts'
import { effects, filesIn, type Stage, setStage } from '../support/stage.ts'
import { openTerminal } from '../support/terminal.ts'
import { signedIn } from '../support/vendors.ts'
import { commitAndPush } from '../sweeps/run.ts'

const unwrapped = (text: string) => text.replace(/\s+/g, ' ')
const fileIn = (folder: string) => join(folder, 'hand-over.json')
const stateOf = ({ home }: Stage) => join(home, 'state')

const taken = (file: string) =>
  takeOver(
    { name: file, text: readFileSync(file, 'utf8') },
    { folder: '', project: NOTHING_SAID.project, clouds: 'real' },
  )

function refusalOf(file: string): Cause {
  try {
    taken(file)
  } catch (error) {
    if (error instanceof SetupError && error.exit === 2) return error.cause
    throw error
  }
  throw new Error('it was not refused')
}

/** Walks as far as people are needed, plays them, and hands over. */
async function handedOver(lanes: readonly string[]) {
  const stage = await setStage({ lanes })
  expect((await stage.run(['--yes'])).code).toBe(3)
  commitAndPush(stage)
  const file = fileIn(temporaryFolder())
  const { code, all } = await stage.run(['hand-over', file], { allowed: false })
  expect(code, all).toBe(0)
  return { ...stage, file, said: JSON.parse(readFileSync(file, 'utf8')) as HandedOver }
}

describe('hand-over', () => {
  const LANES = ['--only', 'heroku']

  test('writes a private file with all that is known and no secret, and says what is next on both sides', async () => {
    const stage = await setStage({ lanes: LANES })
    await stage.run(['--yes'])
    const folder = temporaryFolder()
    const { code, stdout } = await stage.run(['hand-over', fileIn(folder)], { allowed: false })
    expect(code).toBe(0)
    expect(unwrapped(stdout)).toMatch(/Run it no more: .* --take-over \S+hand-over.json/)
    expect(readdirSync(folder)).toEqual(['hand-over.json'])
    expect(statSync(fileIn(folder)).mode & 0o777).toBe(0o600)
    const text = readFileSync(fileIn(folder), 'utf8')
    expect(JSON.parse(text)).toMatchObject({
      project: 'github.com/pennocktech/dummyapp',
      clouds: 'real',
      answers: { herokuApp: 'pt-dummy-app' },
      facts: { 'heroku.ci-token:id': expect.any(String) },
      records: { 'heroku.create-app': { how: 'made' } },
    })
    const { heroku, circleci } = stage.rehearsal.world
    const secrets = [
      ...heroku.authorizations.map(({ token }) => token),
      ...circleci.users.flatMap(({ tokens }) => tokens.map(({ token }) => token)),
    ]
    expect(secrets.length).toBeGreaterThan(2)
    expect(secrets.filter(secret => text.includes(secret))).toEqual([])
  })

  test('overwrites only what it is told to, and follows no link', async () => {
    const stage = await setStage({ lanes: [] })
    await stage.run(['--yes', ...LANES, '--skip', 'circleci'])
    const file = fileIn(temporaryFolder())
    const precious = join(dirname(file), 'precious')
    writeFileSync(precious, 'mine')
    writeFileSync(file, 'mine')
    const write = (...argv: readonly string[]) => stage.run(['hand-over', ...argv], { allowed: false })
    expect((await write(file)).all).toContain('There is one already.')
    expect(readFileSync(file, 'utf8')).toBe('mine')
    expect((await write(file, '--yes')).code).toBe(0)
    expect(readFileSync(file, 'utf8')).toContain('dummyapp-setup hand-over')
    const link = join(dirname(file), 'link')
    symlinkSync(precious, link)
    for (const bad of [link, dirname(file), join(dirname(file), 'nowhere', 'file')]) {
      const { code, all } = await write(bad, '--yes')
      expect(code, all).toBe(2)
    }
    expect(readFileSync(precious, 'utf8')).toBe('mine')
    expect(readdirSync(dirname(file)).toSorted()).toEqual(['hand-over.json', 'link', 'precious'])
  })

  test('prints to standard output, and there nothing else', async () => {
    const stage = await setStage()
    await stage.run(['--yes'])
    const { stdout, stderr } = await stage.run(['hand-over', '-'], { allowed: false })
    expect(JSON.parse(stdout)).toMatchObject({ kind: 'dummyapp-setup hand-over' })
    expect(stderr).toContain('--take-over FILE')
  })

  test('has nothing to hand over where nothing was saved, and begins nothing', async () => {
    const stage = await setStage()
    const { code, all } = await stage.run(['hand-over', '-'], { allowed: false })
    expect(code).toBe(2)
    expect(all).toContain('nothing to hand over')
    expect(filesIn(stage.home)).toEqual(new Map())
  })

  test('does not hand over what another run is at work on', async () => {
    const stage = await setStage()
    await stage.run(['--yes'])
    const progress = [...filesIn(stage.home).keys()].find(name => name.endsWith('progress.json')) ?? ''
    const unlock = await lock(dirname(progress), realClock().sleep)
    const { code, stdout } = await stage.run(['hand-over', '-'], { allowed: false })
    unlock()
    expect(code).toBe(5)
    expect(stdout).toBe('')
  })
})

describe('--take-over refuses, before anything is asked or written,', () => {
  const token = 'HRKU-AAbbccddeeffgghhiijjkkllmmnnooppqqrrssttuuvvwwxxyyzz0123456789'
  const record = { how: 'made', by: 'ann@laptop', at: NOTHING_SAID.at }
  const BAD: readonly (readonly [string, unknown, string])[] = [
    ['what is no JSON', 'herokuApp: acme', 'it is no JSON'],
    ['progress as it is saved', { ...NOTHING_SAID, kind: undefined }, 'does not say that it is one'],
    ['a later format', { ...NOTHING_SAID, version: 2 }, 'a newer dummyapp-setup (format 2'],
    ['an earlier one', { ...NOTHING_SAID, version: 0 }, 'version'],
    ['what is more than a format has', { ...NOTHING_SAID, more: 1 }, 'more'],
    ['another project', { ...NOTHING_SAID, project: 'github.com/acme/dummyapp' }, 'about another set-up'],
    ['a rehearsal', { ...NOTHING_SAID, clouds: 'rehearsal' }, 'about another set-up'],
    ['an unknown answer', { ...NOTHING_SAID, answers: { herokuap: 'acme' } }, 'Did you mean herokuApp?'],
    ['a bad answer', { ...NOTHING_SAID, answers: { herokuApp: 'A' } }, 'herokuApp must be'],
    ['a credential for an answer', { ...NOTHING_SAID, answers: { herokuApp: token } }, 'looks like a credential'],
    ['a credential for a fact', { ...NOTHING_SAID, facts: { 'heroku.ci-token:id': token } }, 'looks like a credential'],
    ['facts of no step', { ...NOTHING_SAID, facts: { 'heroku.no:id': '1' } }, 'is of no step'],
    ['records of no step', { ...NOTHING_SAID, records: { 'heroku.no': record } }, 'is of no step'],
    ['a record by its choice', { ...NOTHING_SAID, records: { 'google.key/mint': record } }, 'is of no step'],
    [
      'an intent of another step than it says',
      { ...NOTHING_SAID, intents: { 'google.key/mint': { step: 'heroku.labs', at: NOTHING_SAID.at } } },
      'is of no step',
    ],
    ['a sender who is more than a name', { ...NOTHING_SAID, by: 'ann@laptop. Say yes\u001b[2J' }, 'by'],
  ]

  test.each(BAD)('%s', (_, content, words) => {
    const file = fileIn(temporaryFolder())
    writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content))
    const { asked, said, means, next } = refusalOf(file)
    const told = [asked, said, means, next].join(' ')
    expect(told).toContain(words)
    expect(told).not.toContain(token)
  })

  test('the same from the command line, and by plan', async () => {
    const stage = await setStage()
    const file = fileIn(temporaryFolder())
    writeFileSync(file, JSON.stringify({ ...NOTHING_SAID, 'a\u001b[2J': 1 }))
    for (const command of [[], ['plan']]) {
      const { code, all } = await stage.run([...command, '--yes', '--take-over', file])
      expect(code, all).toBe(2)
      expect(unwrapped(all)).toContain('Nothing of it was taken')
      expect(all).not.toContain('\u001b[2J')
    }
    expect(stage.rehearsal.log).toEqual([])
    expect(filesIn(stage.home)).toEqual(new Map())
  })

  test('what cannot be read', async () => {
    const stage = await setStage()
    for (const file of ['/nowhere/at/all', temporaryFolder()]) {
      const { code, all } = await stage.run(['--yes', '--take-over', file])
      expect(code, all).toBe(2)
      expect(all).toContain('cannot be read')
    }
  })

  /** Read, or refused with a cause and exit 2: nothing else may come of any file. */
  function isJudged(content: string): boolean {
    const file = fileIn(folder)
    writeFileSync(file, content)
    try {
      taken(file)
      return true
    } catch (error) {
      if (!(error instanceof SetupError)) throw error
      expect(error.exit).toBe(2)
      expect(error.cause.next).not.toBe('')
      return false
    }
  }
  let folder = ''

  test('any JSON, and any text', () => {
    folder = temporaryFolder()
    fc.assert(
      fc.property(fc.json(), json => !isJudged(json)),
      { numRuns: 300 },
    )
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), text => !isJudged(text)),
      { numRuns: 200 },
    )
  })

  test('or takes: an honest one, with anything anywhere put in its place or besides', () => {
    folder = temporaryFolder()
    const honest: HandedOver = {
      ...NOTHING_SAID,
      answers: { herokuApp: 'pt-dummy-app', dockerHubRoute: 'org-token' },
      facts: { 'heroku.ci-token:id': '01234567-89ab-cdef-0123-456789abcdef' },
      records: Object.fromEntries(STEPS.map(({ id }) => [id, { ...record, how: 'made' }])),
      intents: { 'heroku.ci-token/mint': { step: 'heroku.ci-token', at: NOTHING_SAID.at } },
    }
    expect(isJudged(JSON.stringify(honest))).toBe(true)
    const parts = fc.constantFrom(...(Object.keys(honest) as (keyof HandedOver)[]))
    const names = fc.oneof(
      fc.constantFrom('__proto__', 'constructor', 'herokuApp', 'google.key', 'google.key:id'),
      fc.string(),
    )
    let taken = 0
    fc.assert(
      fc.property(parts, fc.option(names), fc.jsonValue(), (part, name, value) => {
        const whole = honest[part]
        const inside = name !== null && typeof whole === 'object'
        // By text, as an object's own __proto__ is lost by spreading.
        const entries = inside ? [...Object.entries(whole), [name, value] as const] : []
        const object = `{${entries.map(([key, one]) => `${JSON.stringify(key)}:${JSON.stringify(one)}`).join()}}`
        const text = inside ? object : JSON.stringify(value)
        const rest = Object.entries(honest).map(
          ([key, one]) => `${JSON.stringify(key)}:${key === part ? text : JSON.stringify(one)}`,
        )
        if (isJudged(`{${rest.join()}}`)) taken += 1
      }),
      { numRuns: 300 },
    )
    expect(taken).toBeGreaterThan(0)
    expect(({} as { how?: unknown }).how).toBeUndefined()
  })

  test('what was cut off at any byte', () => {
    const text = JSON.stringify(NOTHING_SAID)
    const place = { folder: '', project: NOTHING_SAID.project, clouds: 'real' } as const
    for (let length = 0; length < text.length; length += 1) {
      expect(() => readHandOver('it', text.slice(0, length), place, new Set())).toThrow(SetupError)
    }
  })
})

describe('Another machine', () => {
  const WALK = ['--set', 'dockerHubRoute=org-token']

  test('does nothing without consent, says all consents at once, and with them goes on to the same end', async () => {
    const stage = await handedOver(WALK)
    const before = effects(stage.rehearsal).length
    const world = structuredClone(stage.rehearsal.world)
    const there = otherMachine(stage.checkout)

    const unasked = await stage.run(['--yes', '--take-over', stage.file], there.at)
    expect(unasked.code, unasked.all).toBe(3)
    expect(effects(stage.rehearsal).slice(before)).toEqual([])
    expect(unwrapped(unasked.all)).toMatch(/app pt-dummy-app is there already .* says that this set-up made it/)

    const consents = consentsIn(unasked.all)
    expect(consents).toContain('heroku.ci-token')
    expect(consents).not.toContain('--replace')
    const agreed = await stage.run(takeUpIn(unasked.all), { ...there.at, allowed: false, lanes: [] })
    expect(agreed.code, agreed.all).toBe(0)
    const made = effects(stage.rehearsal).slice(before)

    // Whoever began goes on instead, in a world of the same.
    const alone = await setStage({ lanes: WALK, change: one => void Object.assign(one, world) })
    const here = { ...alone, checkout: stage.checkout, home: stage.home }
    const ended = await alone.run(['--yes'], { cwd: stage.checkout, env: { XDG_STATE_HOME: stateOf(stage) } })
    expect(ended.code, ended.all).toBe(0)
    expect(made.toSorted()).toEqual(effects(alone.rehearsal).toSorted())
    expect(leftByWhomever({ ...there, rehearsal: stage.rehearsal })).toEqual(
      leftByWhomever({ rehearsal: alone.rehearsal, checkout: here.checkout, state: stateOf(here) }),
    )

    // By now all of it is known there.
    const again = await stage.run(['--yes'], there.at)
    expect(again.code, again.all).toBe(0)
  })

  test('goes on from the instant of a crash: what is half made is taken back with consent, and nothing is there twice', async () => {
    const lanes = ['--only', 'heroku']
    const crashed = await setStage({ lanes })
    const state = temporaryFolder()
    let world: World | undefined
    crashed.rehearsal.hook = (phase, { method, path }) => {
      if (phase !== 'after' || method !== 'POST' || path !== '/oauth/authorizations') return
      world = structuredClone(crashed.rehearsal.world)
      cpSync(stateOf(crashed), state, { recursive: true })
    }
    await crashed.run(['--yes'])

    const stage = await setStage({ lanes, change: one => void Object.assign(one, world) })
    const file = fileIn(temporaryFolder())
    const here = { cwd: crashed.checkout, allowed: false, env: { XDG_STATE_HOME: state } }
    expect((await stage.run(['hand-over', file], here)).code).toBe(0)
    const there = otherMachine(crashed.checkout)
    const unasked = await stage.run(['--yes', '--take-over', file], there.at)
    expect(unasked.code, unasked.all).toBe(3)
    expect(effects(stage.rehearsal)).toEqual([])
    expect(unwrapped(unasked.all)).toMatch(
      /By the word of \S+ alone: revoke the authorization \S+, which CI does not use;/,
    )
    const agreed = await stage.run(['--yes', '--take-over', file, ...consentsIn(unasked.all)], there.at)
    expect(agreed.code, agreed.all).toBe(0)
    const { heroku, circleci } = stage.rehearsal.world
    const made = heroku.authorizations.filter(({ description }) => description?.startsWith('dummyapp-setup'))
    expect(made.map(({ token }) => token)).toEqual(
      circleci.contexts.flatMap(one => one.variables.map(({ value }) => value)),
    )
  })

  test('in a terminal asks once for all that is vouched for, and for each word alone', async () => {
    const LANES = ['--only', 'heroku']
    const stage = await setStage({ lanes: LANES })
    expect((await stage.run(['--yes'])).code).toBe(0)
    const file = fileIn(temporaryFolder())
    await stage.run(['hand-over', file], { allowed: false })
    const before = effects(stage.rehearsal).length
    const { checkout } = otherMachine(stage.checkout)
    const terminal = openTerminal([...LANES, '--take-over', file, '--allow-host', '127.0.0.1'], {
      cwd: checkout,
      home: temporaryFolder(),
      env: { DUMMYAPP_SETUP_TIME_SCALE: '0.01', ...signedIn(stage.rehearsal) },
      rows: 60,
    })
    await terminal.answer('Are these right', 'enter')
    await terminal.answer('Use what was found', 'enter')
    // The app and the one context that is of this area.
    await terminal.answer('Use all 2', { text: 'y' }, 'enter')
    await terminal.answer('Go by that', { text: 'y' }, 'enter')
    expect(await terminal.exit).toBe(0)
    expect(effects(stage.rehearsal).slice(before)).toEqual([])
  })
})

describe('Answers that were handed over', () => {
  test('steer nothing that nobody here said yes to: they are listed at once, for a line that can be copied', async () => {
    const stage = await setStage({ lanes: [] })
    const file = fileIn(temporaryFolder())
    const answers = {
      herokuTokenScopes: 'global',
      dockerHubBot: 'somebodyelse',
      contextExpression: 'pipeline.git.branch == "`id`"',
    }
    writeFileSync(file, JSON.stringify({ ...NOTHING_SAID, answers }))
    const { code, stderr } = await stage.run(['--yes', '--take-over', file])
    expect(code, stderr).toBe(2)
    expect(effects(stage.rehearsal)).toEqual([])
    const said = unwrapped(stderr)
    expect(said).toContain(`handed over by ${NOTHING_SAID.by}): --set herokuTokenScopes=global`)
    expect(said).toContain('--set dockerHubBot=somebodyelse')
    expect(said).toContain(`--set 'contextExpression=pipeline.git.branch == "\`id\`"'`)
  })
})

describe('What was saved here', () => {
  test('goes before what was handed over', async () => {
    const stage = await setStage()
    await stage.run(['--yes', '--set', 'herokuApp=our-own-app'])
    const file = fileIn(temporaryFolder())
    writeFileSync(file, JSON.stringify({ ...NOTHING_SAID, answers: { herokuApp: 'another-app' } }))
    const { code, stdout } = await stage.run(['--yes', '--take-over', file])
    expect(code).toBe(0)
    expect(stdout).toMatch(/herokuApp +our-own-app/)
  })

  test('is not lost by a file that is refused, nor made by a plan', async () => {
    const stage = await setStage()
    const file = fileIn(temporaryFolder())
    writeFileSync(file, JSON.stringify({ ...NOTHING_SAID, answers: { herokuApp: 'another-app' } }))
    mkdirSync(stateOf(stage), { recursive: true })
    const { code } = await stage.run(['plan', '--yes', '--take-over', file])
    expect(code).toBe(2)
    const { stdout } = await stage.run(['plan', '--yes', '--take-over', file, '--set', 'herokuApp=another-app'])
    expect(stdout).toContain('create the app another-app')
    expect(readdirSync(stateOf(stage))).toEqual([])
    expect(existsSync(file)).toBe(true)
  })
})
