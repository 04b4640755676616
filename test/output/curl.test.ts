import { execFile, spawnSync } from 'node:child_process'
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { HOST_IDS } from '../../src/clouds/hosts.ts'
import type { RequestAction } from '../../src/engine/step.ts'
import { hole, numberHole, path, secretHole, t } from '../../src/engine/text.ts'
import { byHand } from '../../src/output/checklist/model.ts'
import { commandLine } from '../../src/output/shell.ts'
import { json, serve } from '../clouds/servers.ts'
import { fakeStep } from '../support/engine.ts'
import { temporaryFolder } from '../support/folder.ts'
import { inputs } from '../support/inputs.ts'

const whereIs = (name: string) => spawnSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8' }).stdout.trim()
const TOOLS = { curl: whereIs('curl'), jq: whereIs('jq') }
const SHELLS = ['/bin/sh', '/bin/bash'].filter(file => existsSync(file))

const request: RequestAction = {
  kind: 'request',
  key: 'do',
  does: 'do it',
  host: 'circleci',
  method: 'POST',
  path: '/thing',
  again: 'safe',
}
const TOKEN = 'canary-of-a-sign-in'

/** A server, and a shell whose curl and jq note their arguments before they run. */
async function stand(answer: (nth: number) => { status?: number; body: unknown } = () => ({ body: {} })) {
  const { base, heard } = await serve((response, nth) => {
    const { status = 200, body } = answer(nth)
    json(response, status, body)
  })
  const bin = temporaryFolder()
  const noted = join(bin, 'argv')
  for (const [name, file] of Object.entries(TOOLS)) {
    writeFileSync(join(bin, name), `#!/bin/sh\nprintf '%s\\0' ${name} "$@" >> '${noted}'\nexec ${file} "$@"\n`)
    chmodSync(join(bin, name), 0o755)
  }
  const bases = new Map(HOST_IDS.map(host => [host, base]))
  const linesOf = (action: RequestAction) =>
    byHand(action, fakeStep('a.thing'), { bases, checkout: '/' }).map(commandLine)
  const run = (actions: readonly RequestAction[], env: Record<string, string> = {}, shell = '/bin/sh', more = '') =>
    new Promise<{ code: number; stdout: string; stderr: string }>(resolve => {
      const script = ['set -eu', ...actions.flatMap(linesOf), more].join('\n')
      const options = { env: { PATH: `${bin}:${process.env.PATH}`, HOME: bin, CIRCLE_TOKEN: TOKEN, ...env } }
      execFile(shell, ['-c', script], options, (error, stdout, stderr) =>
        resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr }),
      )
    })
  const argv = () => (existsSync(noted) ? readFileSync(noted, 'utf8').split('\0').slice(0, -1) : [])
  return { heard, run, argv }
}

/** Any text that a variable of the environment can hold. */
const anyText = fc
  .oneof(
    fc.string({ unit: 'grapheme', maxLength: 12 }),
    fc.string({ unit: fc.constantFrom(...`'"\\$\`!*?[]{}()<>|&;#~=%-+@ \n\t\ra{BODY`), maxLength: 12 }),
    fc.constantFrom(
      '\nBODY\n',
      '$(touch made)',
      '$' + '{CIRCLE_TOKEN}',
      '`id`',
      '\\"',
      '\ue000x\ue001',
      'a\n',
      '@/etc/passwd',
    ),
  )
  .map(text => text.replaceAll('\0', ''))
/** What an HTTP header can carry, and no blanks around it. */
const anyHeader = fc
  .string({ unit: fc.constantFrom(...`'"\\$\`!*?[]{}()<>|&;#~=%-+@ ab`), maxLength: 12 })
  .map(text => `x${text}x`)

const missing = Object.entries(TOOLS).flatMap(([name, file]) => (file === '' ? [name] : []))
const why = missing.length === 0 ? '' : ` (skipped: ${missing.join(' and ')} cannot be found; apt-get install curl jq)`

describe.skipIf(missing.length > 0)(`By hand, with the real curl and jq${why},`, () => {
  describe.each(SHELLS)('in %s,', shell => {
    test('the sign-in, the headers and the body arrive as the wizard sends them', async () => {
      const { heard, run } = await stand()
      const headers = { 'x-one': 'two' }
      const ran = await run(
        [{ ...request, headers, body: { a: [1, true, null, 'é “ß” 👩'], b: undefined, c: {} } }],
        {},
        shell,
      )
      expect(ran).toMatchObject({ code: 0 })
      expect(heard).toMatchObject([
        {
          method: 'POST',
          url: '/thing',
          headers: { 'circle-token': TOKEN, 'content-type': 'application/json', 'x-one': 'two' },
          body: '{"a":[1,true,null,"é “ß” 👩"],"c":{}}',
        },
      ])
    })

    test('whatever stands in address, header and body arrives unchanged', async () => {
      const { heard, run } = await stand()
      const arrives = async (known: string, value: string, header: string) => {
        const body = {
          [`k${known}`]: known,
          open: hole('b.c:d'),
          text: t`${known}-${hole('b.c:d')}'"`,
          list: [known, [hole('b.c:d')]],
        }
        const action = { ...request, path: path`/thing/${known}?q=${known}`, headers: { 'x-own': header }, body }
        const ran = await run([action], { b_c_d: value }, shell)
        expect(ran, ran.stderr).toMatchObject({ code: 0, stdout: '{}' })
        const got = heard.at(-1)
        expect(got?.url).toBe(`/thing/${encodeURIComponent(known)}?q=${encodeURIComponent(known)}`)
        expect(got?.headers['x-own']).toBe(header)
        expect(JSON.parse(got?.body ?? '')).toEqual({
          [`k${known}`]: known,
          open: value,
          text: `${known}-${value}'"`,
          list: [known, [value]],
        })
      }
      const anyKnown = anyText.filter(text => !['', '.', '..', '__proto__'].includes(text))
      await fc.assert(
        fc.asyncProperty(
          anyKnown,
          anyText.filter(text => text !== ''),
          anyHeader,
          arrives,
        ),
        inputs(5, 60),
      )
    })
  })

  test('no sign-in and no secret is ever in an argument', async () => {
    const { heard, run, argv } = await stand(() => ({ body: { id: 'x', access: { token: 'canary-of-a-secret' } } }))
    const mint = { ...request, learn: { id: ['id'] }, mint: { token: ['access', 'token'] } }
    const body = { value: secretHole('a.thing:token'), text: t`Bearer ${secretHole('a.thing:token')}` }
    expect(await run([mint, { ...request, method: 'PUT', path: t`/thing/${hole('a.thing:id')}`, body }])).toMatchObject(
      { code: 0 },
    )
    expect(heard.map(({ method, url }) => `${method} ${url}`)).toEqual(['POST /thing', 'PUT /thing/x'])
    expect(JSON.parse(heard[1]?.body ?? '')).toEqual({ value: 'canary-of-a-secret', text: 'Bearer canary-of-a-secret' })
    expect(argv().filter(word => word === 'curl')).toHaveLength(2)
    expect(argv().join(' ')).not.toContain('canary')
  })

  test('a name and a secret that was made sign in, and are in no argument either', async () => {
    const { heard, run, argv } = await stand(() => ({ body: { token: 'canary-of-a-secret' } }))
    const as = { user: 'acme"bot', secret: secretHole('a.thing:token') }
    await run([
      { ...request, mint: { token: ['token'] } },
      { ...request, host: 'docker-hub-auth', method: 'GET', as },
    ])
    const basic = heard[1]?.headers.authorization?.replace('Basic ', '') ?? ''
    expect(Buffer.from(basic, 'base64').toString()).toBe('acme"bot:canary-of-a-secret')
    expect(argv().join(' ')).not.toContain('canary')
  })

  test('what an answer teaches is there for the next, at any depth and under any key', async () => {
    const { heard, run } = await stand(() => ({ body: { id: 7, a: { 'b-c': { d: 'it\'s "so" $x' } } } }))
    const learn = { id: ['id'], deep: ['a', 'b-c', 'd'] }
    const next = {
      ...request,
      body: { n: numberHole('a.thing:id'), id: hole('a.thing:id'), deep: hole('a.thing:deep') },
    }
    expect(await run([{ ...request, learn }, next])).toMatchObject({ code: 0 })
    expect(JSON.parse(heard[1]?.body ?? '')).toEqual({ n: 7, id: '7', deep: 'it\'s "so" $x' })
  })

  test('what an answer does not teach stops the script', async () => {
    const { heard, run } = await stand(() => ({ body: { other: 1 } }))
    const ran = await run([{ ...request, learn: { id: ['id'] } }, request])
    expect(ran.code).not.toBe(0)
    expect(heard).toHaveLength(1)
  })

  test.each([
    ['the sign-in', request, { CIRCLE_TOKEN: '' }],
    ['a text of the body', { ...request, body: { a: hole('b.c:d') } }, {}],
    ['a number of the body', { ...request, body: { a: numberHole('b.c:d') } }, {}],
    ['a part of the address', { ...request, path: t`/x/${hole('b.c:d')}` }, {}],
  ])('nothing is sent where %s is not set', async (_, action, env) => {
    const { heard, run } = await stand()
    const ran = await run([action], env)
    expect(ran.code).not.toBe(0)
    expect(heard).toEqual([])
  })

  test.each([
    [404, [404], 'went on'],
    [404, undefined, ''],
    [500, undefined, ''],
  ])('a refusal of %i, where %j counts as done, stops it or does not', async (status, okStatus, said) => {
    const { run } = await stand(() => ({ status, body: {} }))
    const { stdout } = await run([{ ...request, ...(okStatus && { okStatus }) }], {}, '/bin/sh', 'echo went on')
    expect(stdout.trim()).toBe(said)
  })

  test('an address is no pattern', async () => {
    const { heard, run } = await stand()
    await run([{ ...request, path: '/thing?page[size]=1&a={b,c}' }])
    expect(heard.map(({ url }) => url)).toEqual(['/thing?page[size]=1&a={b,c}'])
  })
})
