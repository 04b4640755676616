import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { asAnswers, resolve } from '../../src/answers/resolve.ts'
import type { Answers } from '../../src/answers/schema.ts'
import type { Action, Step } from '../../src/engine/step.ts'
import { fill, pieces, shown, t } from '../../src/engine/text.ts'
import { asHtml } from '../../src/output/checklist/html.ts'
import { asMarkdown } from '../../src/output/checklist/markdown.ts'
import { asJson, byHand, type Entry, entriesOf, typed } from '../../src/output/checklist/model.ts'
import { asScript } from '../../src/output/checklist/script.ts'
import { printText } from '../../src/output/checklist/text.ts'
import { createPrinter } from '../../src/output/printer.ts'
import { variableOf } from '../../src/output/shell.ts'
import { STEPS } from '../../steps/index.ts'
import { ANSWERS, fakeStep } from '../support/engine.ts'
import { temporaryFolder } from '../support/folder.ts'
import { hasShellcheck, shellcheck } from '../support/shellcheck.ts'

const place = { bases: new Map([['heroku', new URL('https://api.heroku.com')]] as const), checkout: '/home/me/it' }
/** The answers that the steps read: all of them holes, and all of them known. */
const USED = new Set(STEPS.flatMap(({ uses }) => [...uses]))
const HOLES: Answers = asAnswers(resolve([], USED).map(one => ({ ...one, chosen: undefined })))
const KNOWN: Answers = {
  ...HOLES,
  ...Object.fromEntries(Object.keys(HOLES).map(key => [key, `a-${key}`])),
  ...ANSWERS,
  circleJobs: 'build,deploy_heroku,push_gce_registry',
  dockerHubRoute: 'bot-team',
}

/** The whole checklist, in an empty world. */
/** Those of the usual routes. */
const MEANT = STEPS.filter(step => step.when?.(KNOWN) ?? true)
const whole = (answers: Answers): readonly Entry[] => entriesOf(STEPS, answers, new Map())

/** A step with one action of each kind, in which the app’s name stands wherever it can. */
function everyKind(app: Answers['herokuApp']): Entry {
  const common = { key: 'key', does: t`do it to ${app}` }
  const by = { argv: ['heroku', 'apps:info', '--app', app], okExit: [0, 2] }
  const actions: readonly Action[] = [
    { ...common, kind: 'run', argv: ['git', 'config', t`remote.${app}.url`, app] },
    {
      ...common,
      kind: 'request',
      host: 'heroku',
      method: 'POST',
      path: '/apps',
      body: { name: app },
      again: 'safe',
      byHand: [by],
    },
    { ...common, kind: 'request', host: 'heroku', method: 'DELETE', path: '/apps/x', again: 'safe', byHand: [by] },
    { ...common, kind: 'edit', file: 'a/file', from: 'one\n', to: `two ${typeof app === 'string' ? app : ''}\n` },
    { ...common, kind: 'person', who: 'an owner', instructions: [t`open ${app}`], url: t`https://x.test/${app}` },
  ]
  return { step: fakeStep('heroku.thing', { after: ['heroku.create-app'], section: 'Setup' }), actions }
}

describe('As JSON', () => {
  test('it has the form that the contract gives it', () => {
    const { steps, ...head } = asJson([everyKind('acme-dummy')], { ...ANSWERS, herokuApp: 'acme-dummy' }, place, ['A.'])
    expect(head).toEqual({ version: 1, answers: { ...ANSWERS, herokuApp: 'acme-dummy' }, notes: ['A.'] })
    const byHand = ['heroku apps:info --app acme-dummy']
    const headers = { accept: 'application/vnd.heroku+json; version=3', authorization: 'Bearer ••••' }
    expect(steps).toEqual([
      {
        id: 'heroku.thing',
        lane: 'heroku',
        title: 'heroku.thing',
        section: 'Setup',
        after: ['heroku.create-app'],
        by: 'person',
        actions: [
          { kind: 'run', argv: ['git', 'config', 'remote.acme-dummy.url', 'acme-dummy'], cwd: '/home/me/it', env: {} },
          {
            kind: 'request',
            method: 'POST',
            url: 'https://api.heroku.com/apps',
            headers: { ...headers, 'content-type': 'application/json' },
            body: { name: 'acme-dummy' },
            byHand,
          },
          { kind: 'request', method: 'DELETE', url: 'https://api.heroku.com/apps/x', headers, body: null, byHand },
          { kind: 'edit', file: 'a/file', diff: expect.stringContaining('-one\n+two acme-dummy\n') },
          { kind: 'person', who: 'an owner', instructions: ['open acme-dummy'], url: 'https://x.test/acme-dummy' },
        ],
      },
    ])
  })

  test('what is not known stands as a hole', () => {
    const json = JSON.stringify(asJson(whole(HOLES), HOLES, place))
    expect(JSON.parse(json).answers.herokuApp).toBe('<herokuApp>')
    expect(json).toContain('"body":{"name":"<herokuApp>"')
    expect(json).not.toContain('pt-dummy-app')
  })

  test('every step is there, in order, done by the wizard or by a person', () => {
    const { steps } = asJson(whole(KNOWN), KNOWN, place)
    expect(steps.map(({ id }) => id)).toEqual(MEANT.map(({ id }: Step) => id))
    for (const { by } of steps) expect(['wizard', 'person']).toContain(by)
  })
})

/** Answers that would do harm, were they not quoted. None of them would be accepted. */
const harmful = fc.oneof(
  fc.constantFrom(
    "a'; touch made #",
    '$(touch made)',
    '`touch made`',
    'a\ntouch made',
    '# x',
    '```\nsh',
    '<b>|x|</b>',
    '[a](b)',
    '-n',
    '',
  ),
  fc.string({ unit: fc.constantFrom(...'\'"\\$`|<>[]#*_~&;() \na-'), maxLength: 20 }),
)

describe('As a script', () => {
  const scriptOf = (entries: readonly Entry[], answers: Answers, checkout = '/home/me/it') =>
    asScript(entries, answers, { title: 'a title\nin two lines', place: { ...place, checkout } })
  const passes = (script: string, argv: readonly [string, ...string[]]) => {
    const { status, stdout, stderr } = spawnSync(argv[0], argv.slice(1), { input: script, encoding: 'utf8' })
    expect(status, `${stdout}${stderr}`).toBe(0)
  }

  test.each([
    ['known answers', KNOWN],
    ['unknown answers', HOLES],
    ['a team', { ...KNOWN, herokuTeam: 'acme' }],
  ])('the whole checklist is good sh with %s', (_, answers) => {
    const script = scriptOf([...whole(answers), everyKind(answers.herokuApp)], answers)
    passes(script, ['sh', '-n'])
    if (hasShellcheck) expect(shellcheck(script)).toBe('')
  })

  test('it is good sh whatever the answers are', () => {
    const isGood = (herokuApp: string) => {
      const answers = { ...KNOWN, herokuApp }
      passes(scriptOf([...whole(answers), everyKind(herokuApp)], answers, `/tmp/${herokuApp}`), ['sh', '-n'])
    }
    fc.assert(fc.property(harmful, isGood), { numRuns: 30 })
  })

  /** Runs it with tools that only write down how many words they got, and which; one of them may fail. */
  function runScript(script: string, env: Readonly<Record<string, string>> = {}, failing = '') {
    const [bin, log] = [temporaryFolder(), join(temporaryFolder(), 'log')]
    writeFileSync(log, '')
    for (const tool of ['heroku', 'git']) {
      const exit = tool === failing ? 'exit 1' : ''
      writeFileSync(join(bin, tool), `#!/bin/sh\nprintf '%s\\0' $(($# + 1)) ${tool} "$@" >> '${log}'\n${exit}\n`)
      chmodSync(join(bin, tool), 0o755)
    }
    const options = { env: { PATH: bin, ...env }, input: '\n\n\n', encoding: 'utf8' } as const
    const { status, stderr } = spawnSync('/bin/sh', ['-c', script], options)
    const words = readFileSync(log, 'utf8').split('\0')
    const ran: string[][] = []
    while (words.length > 1) ran.push(words.splice(0, Number(words.shift())))
    return { status, stderr, ran }
  }
  const handsOf = (entries: readonly Entry[]) =>
    entries
      .flatMap(({ step, actions }) => actions.flatMap(action => byHand(action, step, place)))
      .filter(command => 'argv' in command)
  /** The steps that are done by hand with these two tools alone, each command by itself. */
  const plain = (answers: Answers): readonly Entry[] =>
    whole(answers).filter(({ step, actions }) =>
      actions
        .flatMap(action => byHand(action, step, place))
        .every(one => 'argv' in one && one.into === undefined && /^(heroku|git)$/.test(shown(one.argv[0] ?? ''))),
    )
  /** Something for every hole that the commands have, by its variable. */
  const fillings = (entries: readonly Entry[], answers: Answers) =>
    Object.fromEntries(
      [...handsOf(entries).flatMap(({ argv }) => argv), ...Object.values(answers)]
        .flatMap(pieces)
        .flatMap(part => (typeof part === 'string' ? [] : [[variableOf(part), `it's $(x) ${part.hole}`]])),
    )
  /** The by-hand commands with the holes bound. */
  const commandsOf = (entries: readonly Entry[], env: Readonly<Record<string, string>>) =>
    handsOf(entries).map(({ argv }) => argv.map(part => fill(part, one => env[variableOf(one)] ?? '')))

  test('it runs the commands that the checklist shows, and nothing else', () => {
    const checkout = temporaryFolder()
    const runs = (herokuApp: string) => {
      const answers = { ...KNOWN, herokuApp }
      const entries = [...plain(answers), everyKind(herokuApp)]
      const env = fillings(entries, answers)
      const { status, stderr, ran } = runScript(scriptOf(entries, answers, checkout), env)
      expect(status, stderr).toBe(0)
      expect(ran).toEqual(commandsOf(entries, env))
      expect(existsSync(join(checkout, 'made'))).toBe(false)
    }
    fc.assert(fc.property(harmful, runs), { numRuns: 15 })
  })

  test('it runs with what is set for the unknown answers', () => {
    const entries = [...plain(HOLES), everyKind(HOLES.herokuApp)]
    expect(entries.length).toBeGreaterThan(3)
    const script = scriptOf(entries, HOLES, temporaryFolder())
    const env = fillings(entries, HOLES)
    const { status, stderr, ran } = runScript(script, env)
    expect(status, stderr).toBe(0)
    expect(ran).toEqual(commandsOf(entries, env))
  })

  test('it runs nothing where an answer is not set, and says which, with its rule', () => {
    const { herokuApp, ...env } = fillings(plain(HOLES), HOLES)
    expect(herokuApp).toBeDefined()
    const { status, stderr, ran } = runScript(scriptOf(plain(HOLES), HOLES, temporaryFolder()), env)
    expect(status).not.toBe(0)
    expect(stderr).toContain('herokuApp: set it first: 3 to 30 lowercase letters')
    expect(ran).toEqual([])
  })

  test('it stops at the first command that fails', () => {
    const { status, ran } = runScript(scriptOf([everyKind('acme')], ANSWERS, temporaryFolder()), {}, 'git')
    expect(status).toBe(1)
    expect(ran).toEqual([['git', 'config', 'remote.acme.url', 'acme']])
  })
})

describe('As Markdown', () => {
  const markdown = (app: string, verbose = true) =>
    asMarkdown([everyKind(app)], { ...ANSWERS, herokuApp: app }, place, {
      title: `of ${app}`,
      verbose,
      proposed: new Set<string>(),
    })

  /** What stands in code blocks, and the rest. */
  function read(text: string): { code: string[]; prose: string[] } {
    const [code, prose]: [string[], string[]] = [[], []]
    let fence = ''
    for (const line of text.split('\n')) {
      const mark = /^ {2}(`{3,})(\w*)$/.exec(line)
      if (fence === '' && mark?.[2]) fence = mark[1] ?? ''
      else if (fence !== '' && mark?.[1] === fence && !mark[2]) fence = ''
      else (fence === '' ? prose : code).push(line)
    }
    expect(fence).toBe('')
    return { code, prose }
  }

  test('every action has a box to tick', () => {
    const boxes = read(markdown('acme-dummy')).prose.filter(line => line.startsWith('- [ ] '))
    expect(boxes).toEqual(Array(5).fill('- [ ] do it to acme-dummy'))
  })

  test('the commands stand in code blocks, and the requests only when they are asked for', () => {
    const { code } = read(markdown('acme-dummy'))
    expect(code).toContain('  heroku apps:info --app acme-dummy')
    expect(code).toContain('  POST https://api.heroku.com/apps {"name":"acme-dummy"}')
    expect(read(markdown('acme-dummy', false)).code.join()).not.toContain('POST https://api.heroku.com')
  })

  test('a person is told what to do, and where', () => {
    const { prose } = read(markdown('acme-dummy'))
    expect(prose).toEqual(
      expect.arrayContaining(['  for an owner:', '  open acme-dummy', '  <https://x.test/acme-dummy>']),
    )
  })

  test('no answer breaks out of its place', () => {
    const staysIn = (app: string) => {
      const { code, prose } = read(markdown(app))
      expect(code.every(line => line.startsWith('  '))).toBe(true)
      expect(prose.filter(line => line.startsWith('#'))).toHaveLength(2)
      expect(prose.filter(line => line.startsWith('- '))).toHaveLength(5)
      for (const line of prose) {
        const bare = line
          .replace(/\\./g, '')
          .replace(/^- \[ \] /, '')
          .replace(/^ {2}<(https:[^\s<>]*)>$/, '$1')
        expect(bare).not.toMatch(/[<>[\]*~]/)
        expect(bare.match(/\|/g)?.length ?? 0).toBe(line.startsWith('|---') || line.startsWith('| ') ? 3 : 0)
      }
    }
    fc.assert(fc.property(harmful, staysIn))
  })
})

describe('As a page', () => {
  const page = (app: Answers['herokuApp'], verbose = true) =>
    asHtml([everyKind(app), ...whole(KNOWN)], { ...ANSWERS, herokuApp: app }, place, {
      title: `one · of ${typeof app === 'string' ? app : ''} · more`,
      verbose,
      proposed: new Set(['herokuApp']),
    })
  const tagsIn = (html: string) => html.match(/<[^>]*>/g) ?? []
  const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" }
  /** What is read, without tags. */
  const readIn = (html: string) =>
    html.replace(/<[^>]*>/g, '').replace(/&([^;]+);/g, (_, name: string) => ENTITIES[name] ?? `?${name}?`)

  test('it says what the Markdown says', () => {
    const read = readIn(page('acme-dummy'))
    const facts = ['acme-dummy', 'proposed', 'do it to acme-dummy', 'heroku apps:info --app acme-dummy']
    const more = ['POST https://api.heroku.com/apps {"name":"acme-dummy"}', '+two acme-dummy', 'for an owner:']
    for (const text of [...facts, ...more, 'open acme-dummy', 'https://x.test/acme-dummy']) expect(read).toContain(text)
    for (const { id, title, why } of MEANT) for (const text of [id, title, why]) expect(read).toContain(text)
    expect(readIn(page('acme-dummy', false))).not.toContain('POST https://api.heroku.com')
  })

  test('every action has a box to tick', () => {
    const boxes = tagsIn(page('acme-dummy')).filter(tag => tag.startsWith('<input'))
    expect(boxes).toHaveLength([everyKind('acme'), ...whole(KNOWN)].flatMap(({ actions }) => actions).length)
  })

  test('it runs nothing and loads nothing', () => {
    const html = page('acme-dummy')
    expect(html).not.toMatch(/<script|<link|<img|<iframe|\bsrc=|\bon\w+=|url\(|@import/i)
    expect(html).toContain(`content="default-src 'none'; style-src 'unsafe-inline'"`)
  })

  test('what is not known stands out', () => {
    expect(page(HOLES.herokuApp)).toContain('<dd><var>&lt;herokuApp&gt;</var>')
  })

  test('no answer breaks out of its place, and none is lost', () => {
    // The address of the person’s action is the one attribute that an answer is in.
    const frame = (html: string) => tagsIn(html).map(tag => tag.replace(/^<a href="https:[^"]*">$/, '<a>'))
    const plain = frame(page('acme-dummy'))
    const staysIn = (app: string) => {
      const html = page(app)
      expect(frame(html)).toEqual(plain)
      expect(readIn(html)).toContain(`do it to ${app}`)
    }
    fc.assert(fc.property(harmful, staysIn))
    fc.assert(
      fc.property(fc.constantFrom('"><script>alert(1)</script>', "' onclick='x", '</pre><b>', '&lt;b&gt;'), staysIn),
    )
  })

  test('no control character gets in', () => {
    expect(page('a\u0000b\u001b[31mc')).not.toMatch(/[^\P{Cc}\n\t]/u)
  })
})

describe('A token that does not last', () => {
  const asks = (key: string, as?: 'docker-hub.bot'): Action => ({
    ...{ kind: 'request', key, does: key, host: 'docker-hub', method: 'GET', path: `/v2/${key}`, again: 'safe' },
    ...(as && { as }),
  })
  const person: Action = { kind: 'person', key: 'p', does: 'wait', who: 'you', instructions: [] }
  const actions = [asks('a'), asks('b'), asks('c', 'docker-hub.bot'), asks('d'), person, asks('e')]
  const elsewhere = { ...place, bases: new Map([['docker-hub', new URL('https://hub.acme.example')]] as const) }
  const signedInFor = (printed: readonly { readonly lines: readonly string[] }[]) =>
    printed.map(({ lines }) => lines.flatMap(line => /^DOCKERHUB_JWT=.*env\.(\w+)_USER/.exec(line)?.[1] ?? []))

  test('is made before it is used, by whoever is to speak, and again after a person', () => {
    expect(signedInFor(typed(actions, fakeStep('docker-hub.x'), elsewhere))).toEqual([
      ['DOCKERHUB_ADMIN'],
      [],
      ['DOCKERHUB_BOT'],
      ['DOCKERHUB_ADMIN'],
      [],
      ['DOCKERHUB_ADMIN'],
    ])
  })

  test('is made at the address that is asked', () => {
    const [first] = typed(actions, fakeStep('docker-hub.x'), elsewhere)
    expect(first?.lines.join()).toContain('https://hub.acme.example/v2/auth/token')
    expect(first?.lines.join()).not.toContain('hub.docker.com')
  })

  test('is made in every format', () => {
    const entries = [{ step: fakeStep('docker-hub.x'), actions }]
    const options = { title: '', verbose: false, proposed: new Set<string>() }
    const lines: string[] = []
    const printer = { ...createPrinter(process.stdout, {}), line: (text = '') => lines.push(text) }
    printText(entries, KNOWN, elsewhere, { ...options, printer })
    const printed = {
      text: lines.join('\n'),
      markdown: asMarkdown(entries, KNOWN, elsewhere, options),
      html: asHtml(entries, KNOWN, elsewhere, options),
      sh: asScript(entries, KNOWN, { title: '', place: elsewhere }),
      json: JSON.stringify(asJson(entries, KNOWN, elsewhere)),
    }
    const count = (text: string) => text.split('DOCKERHUB_JWT=$(').length - 1
    // Each action of the JSON is one by itself.
    expect(Object.values(printed).map(count)).toEqual([4, 4, 4, 4, 5])
  })
})

test('As text, every step has its number, and every command its place', () => {
  const written: string[] = []
  const stream = { columns: 80, write: (text: string) => written.push(text) } as unknown as NodeJS.WriteStream
  const printer = createPrinter(stream, { NO_COLOR: '1' })
  printText(whole(KNOWN), KNOWN, place, { printer, title: 'A title', verbose: true, proposed: new Set<string>() })
  const text = written.join('')
  for (const [index, { id }] of MEANT.entries()) expect(text).toContain(`${index + 1} ${id}  `)
  expect(text).toContain('$ heroku apps:create pt-dummy-app')
  expect(text).toContain('POST https://api.heroku.com/apps {"name":"pt-dummy-app"')
})
