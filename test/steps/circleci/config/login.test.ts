import { spawnSync } from 'node:child_process'
import { diffLines } from 'diff'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { hole, type Str, shown, t } from '../../../../src/engine/text.ts'
import { keylessLines, keylessLogin, type LoginWish } from '../../../../steps/circleci/config/login.ts'
import { withRepairs } from '../../../../steps/circleci/config/repairs.ts'
import { acme, circleClient } from '../../../rehearsal/circleci-client.ts'
import { CONFIG } from '../../../rehearsal/circleci-config.ts'
import { inputs } from '../../../support/inputs.ts'
import { written } from './generate.ts'

const PROVIDER = t`projects/${hole('google.project:number')}/locations/global/workloadIdentityPools/circleci-demo/providers/circleci`
const WISH: LoginWish = {
  job: 'push',
  variable: 'KEY64',
  provider: PROVIDER,
  account: 'ci@acme.iam.gserviceaccount.com',
  number: undefined,
}
const LINES = keylessLines(WISH).map(shown)
const [TOKEN = '', MADE = '', LOGIN = ''] = LINES

/** The text with its repair; undefined where there is none. */
function repaired(text: string, wish = WISH): Str | undefined {
  const repair = keylessLogin(text, wish)
  if (repair === undefined) return undefined
  if (!('changes' in repair)) throw new Error(`left open: ${repair.why}`)
  return withRepairs(text, [repair])
}

const openOf = (text: string, wish = WISH) => {
  const found = keylessLogin(text, wish)
  return found && !('changes' in found) ? found.why : undefined
}

const NO_KEY = "echo 'There is no key to take away.'"
const DECODE = `echo "$KEY64" | base64 -d > /tmp/key.json`
const ACTIVATE = 'gcloud auth activate-service-account --key-file=/tmp/key.json'

/** A job with this step, which other things stand around. */
const job = (...lines: readonly string[]) => `# first
jobs:
  build: {steps: [checkout]}   # builds
  push:
    docker: [{image: google/cloud-sdk}]
    steps:
      - setup_remote_docker
${lines.map(line => `      ${line}\n`).join('')}      - run: /tmp/persist/gcr-deploy.sh # last
`
const block = (...lines: readonly string[]) =>
  job('- run:', '    name: Sign in', '    command: |', ...lines.map(line => (line === '' ? '' : `      ${line}`)))

describe('A key’s lines in a block', () => {
  test.each<[string, readonly string[], readonly string[]]>([
    ['the plain form', [DECODE, ACTIVATE], LINES],
    [
      'a file in quotes, here with braces',
      [
        `printf '%s' "\${KEY64}" | base64 --decode --ignore-garbage >"$HOME/key.json"`,
        `gcloud auth activate-service-account --key-file \${HOME}/key.json`,
      ],
      LINES,
    ],
    [
      'what is before and behind stays',
      ['umask 077', DECODE, '# by the key', ACTIVATE, 'rm -f /tmp/key.json', '/tmp/persist/gcloud-login.sh'],
      ['umask 077', TOKEN, '# by the key', MADE, LOGIN, '/tmp/persist/gcloud-login.sh'],
    ],
    [
      'blank lines stay',
      [DECODE, '', ACTIVATE, 'rm /tmp/key.json', '', 'docker info'],
      [TOKEN, '', MADE, LOGIN, '', 'docker info'],
    ],
    [
      'lines that go on',
      [
        `echo $KEY64 \\`,
        `  | base64 --decode \\`,
        `  >/tmp/key.json`,
        'gcloud auth \\',
        '  activate-service-account \\',
        '  --key-file=/tmp/key.json --quiet',
      ],
      [TOKEN, MADE, `${LOGIN} --quiet`],
    ],
    [
      'one line',
      [`umask 077 && ${DECODE} && ${ACTIVATE}; rm /tmp/key.json; docker info`],
      [`umask 077 && ${TOKEN} && ${MADE} && ${LOGIN}; docker info`],
    ],
    [
      'within a condition',
      ['if true; then', `  ${DECODE}`, `  ${ACTIVATE}`, '  rm /tmp/key.json', 'fi'],
      ['if true; then', `  ${TOKEN}`, `  ${MADE}`, `  ${LOGIN}`, `  ${NO_KEY}`, 'fi'],
    ],
    ['by a here-string', ['base64 -d <<< "$KEY64" >/tmp/key.json', ACTIVATE], LINES],
    ['by a pipe', [`echo $KEY64 | base64 -d | gcloud auth activate-service-account --key-file=-`], LINES],
    [
      'with the account and the project',
      [
        DECODE,
        'gcloud auth activate-service-account old@acme.iam.gserviceaccount.com --project=acme --key-file=/tmp/key.json',
      ],
      [TOKEN, MADE, `${LOGIN} --project=acme`],
    ],
  ])('are replaced, and nothing else: %s', (_, lines, meant) => {
    for (const end of ['\n', '\r\n']) {
      const [text, after] = [block(...lines), block(...meant)].map(one => one.replaceAll('\n', end)) as [string, string]
      expect(shown(repaired(text) ?? '')).toBe(after)
      expect(keylessLogin(after.replaceAll('<google.project:number>', '17'), { ...WISH, number: '17' })).toBeUndefined()
    }
  })

  test('carry the number as a hole', () => {
    expect(repaired(block(DECODE, ACTIVATE))).toMatchObject({
      parts: expect.arrayContaining([hole('google.project:number')]),
    })
  })

  test('in the last block of a text without a line break at its end', () => {
    const text = `jobs:\n  push:\n    steps:\n      - run: |-\n          ${DECODE}\n          ${ACTIVATE}`
    expect(shown(repaired(text) ?? '')).toBe(
      `jobs:\n  push:\n    steps:\n      - run: |-\n          ${LINES.join('\n          ')}`,
    )
  })
})

describe('A key’s lines elsewhere', () => {
  test.each<[string, string, string]>([
    ['plain', `- run: ${DECODE} && ${ACTIVATE} # why`, `- run: ${LINES.join(' && ')} # why`],
    [
      'in single quotes',
      `- run: {name: x, command: '${DECODE} && ${ACTIVATE} && echo ''done'''}`,
      `- run: {name: x, command: '${LINES.join(' && ').replaceAll("'", "''")} && echo ''done'''}`,
    ],
    [
      'in double quotes',
      `- run: ${JSON.stringify(`${DECODE}; ${ACTIVATE}`)}`,
      `- run: ${JSON.stringify(`${TOKEN}; ${MADE} && ${LOGIN}`)}`,
    ],
  ])('on one line: %s', (_, before, after) => {
    expect(shown(repaired(job(before)) ?? '')).toBe(job(after))
  })

  test('in steps of their own: each becomes its part', () => {
    const text = job(`- run: ${DECODE}`, `- run: ${ACTIVATE}`, '- run: rm /tmp/key.json')
    expect(shown(repaired(text) ?? '')).toBe(job(`- run: ${TOKEN}`, `- run: ${MADE} && ${LOGIN}`, `- run: ${NO_KEY}`))
  })

  test('in a command of the config, and behind an alias: where they are written, which is said', () => {
    const command = (lines: readonly string[]) => `commands:
  sign-in:
    steps:
      - when:
          condition: true
          steps:
            - run: &sign |
${lines.map(line => `                ${line}\n`).join('')}jobs:
  push: {steps: [checkout, sign-in]}
  other: {steps: [{run: *sign}]}
`
    const text = command([DECODE, ACTIVATE])
    expect(shown(repaired(text) ?? '')).toBe(command(LINES))
    expect(keylessLogin(text, WISH)).toMatchObject({
      key: 'commands.sign-in.steps.0.when.steps.0.run',
      why: expect.stringContaining('It also changes other'),
    })
  })
})

describe('What is left open, with the lines to put there', () => {
  test.each<[string, string, string]>([
    ['a folded block', block(DECODE, ACTIVATE).replace('|', '>').replace(DECODE, `${DECODE} &&`), 'folded'],
    ['another way to decode', block('./decode /tmp/key.json', ACTIVATE), 'how the key comes'],
    ['another file', block(DECODE, ACTIVATE.replace('/tmp/key', '/tmp/other')), 'how the key comes'],
    ['encoded, not decoded', block(DECODE.replace(' -d', ''), ACTIVATE), 'how the key comes'],
    ['a script', job('- run: ./sign-in.sh'), 'known here'],
    ['a flag that is not known', block(DECODE, `${ACTIVATE} --configuration=x`), 'does not sign in'],
    [
      'a use of the key',
      block(DECODE, ACTIVATE, 'docker login -u _json_key --password-stdin gcr.io </tmp/key.json'),
      'something else',
    ],
    ['a condition on the key', block('if [ -z "$KEY64" ]; then exit 1; fi', DECODE, ACTIVATE), 'something else'],
    ['two sign-ins', block(DECODE, ACTIVATE, ACTIVATE), 'more than once'],
    ['a failure that is let be', block(DECODE, `${ACTIVATE} || true`), 'does not sign in'],
    ['in a comment', block(`# ${DECODE}`, `# ${ACTIVATE}`), 'does not sign in'],
    [
      'without a key, by variables',
      block(
        TOKEN,
        'gcloud iam workload-identity-pools create-cred-config "projects/$N/locations/global/workloadIdentityPools/p/providers/q" --service-account=$A',
        LOGIN,
      ),
      'variables',
    ],
    [
      'without a key and an account',
      block(TOKEN, MADE.replace(/ --service-account=\S+/, ''), LOGIN),
      'a way of its own',
    ],
  ])('%s', (_, text, why) => {
    const said = openOf(text)
    expect(said).toContain(why)
    for (const line of LINES) expect(said).toContain(line)
  })

  test('nothing where there is no such job, or no config', () => {
    expect(openOf('jobs: {build: {steps: [checkout]}}\n')).toBeUndefined()
    expect(openOf('jobs: [\n')).toBeUndefined()
  })
})

describe('A sign-in without a key', () => {
  const there = (number: string, made = MADE) =>
    block(TOKEN, made.replace('<google.project:number>', number), LOGIN, 'docker info')

  test('by exactly these values stays', () => {
    expect(keylessLogin(there('17'), { ...WISH, number: '17' })).toBeUndefined()
    expect(keylessLogin(there('17'), WISH)).toBeUndefined()
  })

  test.each([
    ['the number', there('18'), '17'],
    ['the pool', there('17').replace('circleci-demo', 'circleci-other'), undefined],
    ['the provider', there('17').replace('providers/circleci', 'providers/theirs'), '17'],
    ['the account', there('17').replace('ci@acme', 'other@acme'), '17'],
    ['the account, apart', there('17').replace('--service-account=ci@', '--service-account=some@'), undefined],
  ])('by others gets these: %s', (_, text, number) => {
    const after = shown(repaired(text, { ...WISH, number }) ?? '').replaceAll('<google.project:number>', '17')
    expect(after).toBe(there('17'))
  })

  test('keeps the person’s own files and form', () => {
    const made = `gcloud iam workload-identity-pools create-cred-config \\\n              "projects/18/locations/global/workloadIdentityPools/a/providers/b" \\\n              --service-account "x@y" --output-file=/tmp/own`
    const after = shown(repaired(block(made)) ?? '')
    expect(after).toBe(block(made.replace(/projects[^"]*/, shown(PROVIDER)).replace('x@y', shown(WISH.account))))
  })
})

test.each([
  ['as it is', (text: string) => text],
  ['with the line ends of Windows', (text: string) => text.replaceAll('\n', '\r\n')],
  ['by a command of the config', byCommand],
])('CircleCI takes the document’s config with it: %s', async (_, ends) => {
  const text = ends(CONFIG)
  const wish = { ...WISH, job: 'push_gce_registry', variable: 'GCLOUD_AUTH_ENCODED' }
  const now = shown(repaired(text, wish) ?? '').replaceAll('<google.project:number>', '17')
  const lines = diffLines(text, now).filter(({ added, removed }) => added || removed)
  expect(lines.map(({ count }) => count)).toEqual([2, 3])
  const asked = await circleClient(await acme())('POST', '/api/v2/compile-config-with-defaults', { config_yaml: now })
  expect(asked.body).toMatchObject({ valid: true, 'output-yaml': expect.stringContaining('--cred-file=') })
})

/** The sign-in as a command, which the job names. */
function byCommand(text: string): string {
  const [step = ''] = /^ {6}- run:\n {10}name: GCR login\n(?: {10}.*\n)+/m.exec(text) ?? []
  return text
    .replace(step, '      - gcr-login\n')
    .replace('commands:\n', () => `commands:\n  gcr-login:\n    steps:\n${step}`)
}

test.each<[string, string]>([
  ['lines that all go on', block(DECODE, ACTIVATE, ...Array<string>(9_000).fill('\\'))],
  ['blanks', block(DECODE, `gcloud auth activate-service-account${' '.repeat(90_000)}x`)],
  ['backslashes', block(DECODE, ACTIVATE, `a${'\\'.repeat(90_000)}b`)],
  ['quotes', block(DECODE, ACTIVATE, `"'`.repeat(40_000))],
  [
    'commands that name each other',
    `commands:\n${Array.from({ length: 30 }, (_, n) => `  c${n}: {steps: [${`c${n + 1}, `.repeat(20)}]}\n`).join('')}${job('- c0')}`,
  ],
])('A hostile config is done within seconds: %s', (_, text) => {
  const before = performance.now()
  keylessLogin(text, WISH)
  expect(performance.now() - before).toBeLessThan(3_000)
})

test('The lines are commands that a shell can read', () => {
  const script = LINES.join('\n').replaceAll('<google.project:number>', '17')
  expect(spawnSync('/bin/sh', ['-n', '-c', script]).status).toBe(0)
})

test('Configs of every form: the lines concerned change, and nothing else is read', () => {
  const lines = fc.record({
    style: fc.constantFrom('|', '|-', 'plain', 'quotes'),
    umask: fc.boolean(),
    removes: fc.boolean(),
    apart: fc.boolean(),
  })
  fc.assert(
    fc.property(written, lines, ({ text }, { style, umask, removes, apart }) => {
      const feed = text.includes('\r\n') ? '\r\n' : '\n'
      const key = [...(umask ? ['umask 077'] : []), DECODE, ACTIVATE, ...(removes ? ['rm /tmp/key.json'] : [])]
      const keyless = [...(umask ? ['umask 077'] : []), ...LINES]
      const run = (commands: readonly string[]) => {
        const line = commands.join(' && ')
        if (style === 'plain') return [`      - run: ${line}`]
        if (style === 'quotes') return [`      - run: '${line.replaceAll("'", "''")}'`]
        return ['      - run:', `          command: ${style} # sign in`, ...commands.map(one => `             ${one}`)]
      }
      const cut = key.indexOf(ACTIVATE)
      const before = apart ? [...run(key.slice(0, cut)), ...run(key.slice(cut))] : run(key)
      const at = keyless.indexOf(MADE)
      const after = apart ? [...run(keyless.slice(0, at)), ...run(keyless.slice(at))] : run(keyless)
      const jobs = text.search(/^jobs:.*$/m)
      const put = (steps: readonly string[]) => {
        const end = text.indexOf('\n', jobs) + 1
        // Jobs may be deeper than these.
        const depth = ' '.repeat((/^( *)["']?build["']?:/m.exec(text.slice(end))?.[1] ?? '').length - 2)
        const body = ['  push:', '    docker: [{image: x}]', '    steps:', ...steps].map(line => depth + line + feed)
        return text.slice(0, end) + body.join('') + text.slice(end)
      }
      const [old, meant] = [put(before), put(after)]
      const now = shown(repaired(old) ?? '')
      expect(now).toBe(meant)
      const [read, reread] = [old, now].map(one => JSON.parse(JSON.stringify(parse(one, { merge: true }))))
      delete read.jobs.push
      delete reread.jobs.push
      expect(reread).toEqual(read)
      expect(keylessLogin(now.replaceAll('<google.project:number>', '17'), { ...WISH, number: '17' })).toBeUndefined()
    }),
    { ...inputs(40, 2_000), endOnFailure: true },
  )
})
