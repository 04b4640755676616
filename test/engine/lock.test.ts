import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout } from 'node:timers/promises'
import { build } from 'esbuild'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { SetupError } from '../../src/clouds/cause.ts'
import { lock } from '../../src/engine/lock.ts'
import { asAnotherUser } from '../support/another-user.ts'
import { temporaryFolder } from '../support/folder.ts'
import { makePipe } from '../support/odd-files.ts'

/** A process that tries for the lock when it is told to, says what came of it, and gives it back when told. */
const CHILD = `
import { createInterface } from 'node:readline'
import { setTimeout } from 'node:timers/promises'
import { lock } from './src/engine/lock.ts'
let unlock = () => {}
const say = word => process.stdout.write(word + '\\n')
for await (const order of createInterface({ input: process.stdin })) {
  if (order === 'try') await lock(process.argv[2] ?? '', ms => setTimeout(ms)).then(
    free => { unlock = free; say('mine') },
    error => say(error.cause.code),
  )
  else { unlock(); unlock = () => {}; say('free') }
}
`

let bundle: string
beforeAll(async () => {
  bundle = mkdtempSync(join(tmpdir(), 'lock-test-'))
  await build({
    stdin: { contents: CHILD, resolveDir: process.cwd(), loader: 'ts' },
    outfile: join(bundle, 'child.mjs'),
    bundle: true,
    platform: 'node',
    format: 'esm',
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url)" },
  })
})
afterAll(() => rmSync(bundle, { recursive: true }))

function startChild(folder: string): { process: ChildProcess; tell(order: 'try' | 'free'): Promise<string> } {
  const child = spawn(process.execPath, [join(bundle, 'child.mjs'), folder], { stdio: ['pipe', 'pipe', 'inherit'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const tell = async (order: string) => {
    child.stdin.write(`${order}\n`)
    return (await lines.next()).value
  }
  return { process: child, tell }
}

const pause = (ms: number) => setTimeout(ms)
const claims = (folder: string) => readdirSync(folder).filter(name => name.startsWith('lock-'))

/** What the second run is told. */
async function refusal(folder: string): Promise<SetupError> {
  const outcome = await lock(folder, pause).catch((error: unknown) => error)
  if (outcome instanceof SetupError) return outcome
  throw new Error('it was not refused')
}

/** A claim as this very process writes it, with something changed. */
async function claim(folder: string, change: Readonly<Record<string, unknown>>): Promise<void> {
  const free = await lock(folder, pause)
  const [name = ''] = claims(folder)
  const whole = JSON.parse(readFileSync(join(folder, name), 'utf8'))
  free()
  writeFileSync(join(folder, 'lock-1-cafe.json'), JSON.stringify({ ...whole, ...change }))
}

test('Of processes that try in the same instant, again and again, exactly one gets the lock', async () => {
  const folder = temporaryFolder()
  const children = [startChild(folder), startChild(folder), startChild(folder)]
  for (let round = 1; round <= 40; round += 1) {
    const answers = await Promise.all(children.map(({ tell }) => tell('try')))
    expect(answers.toSorted(), `round ${round}`).toEqual(['locked', 'locked', 'mine'])
    await Promise.all(children.map(({ tell }) => tell('free')))
    expect(claims(folder)).toEqual([])
  }
})

test('A second run is told who holds it, and leaves the claim', async () => {
  const folder = temporaryFolder()
  const free = await lock(folder, pause)
  const { exit, cause } = await refusal(folder)
  expect(exit).toBe(5)
  expect(cause.means).toContain(`process ${process.pid} on `)
  expect(cause.next).toContain(`kill ${process.pid}`)
  expect(claims(folder)).toHaveLength(1)
  free()
  ;(await lock(folder, pause))()
  expect(claims(folder)).toEqual([])
})

test('A holder that was killed is replaced', async () => {
  const folder = temporaryFolder()
  const { process: child, tell } = startChild(folder)
  expect(await tell('try')).toBe('mine')
  child.kill('SIGKILL')
  await once(child, 'exit')
  expect(claims(folder)).toHaveLength(1)
  const free = await lock(folder, pause)
  expect(claims(folder)).toHaveLength(1)
  free()
  expect(claims(folder)).toEqual([])
})

test.each([
  ['on another host', { host: 'elsewhere' }],
  ['in another container of this boot', { namespace: 'pid:[1]' }],
  ['on another machine of the same name, with one home', { machine: 'another' }],
])('A holder %s is respected, since nothing is proven of it', async (_, change) => {
  // What is printed to be typed is quoted, whatever the folder is called.
  const folder = join(temporaryFolder(), "it's")
  mkdirSync(folder)
  await claim(folder, { ...change, pid: 999_999_999 })
  const { exit, cause } = await refusal(folder)
  expect(exit).toBe(5)
  expect(cause.next).toContain(String.raw`/it'\''s/lock-1-cafe.json', then`)
  expect(cause.next).not.toContain('kill')
  expect(claims(folder)).toEqual(['lock-1-cafe.json'])
})

test.each([
  ['of another version', JSON.stringify({ version: 2, holder: 'somebody' })],
  ['that is damaged', '{"host":"elsew'],
  ['that is empty', ''],
])('A claim %s is respected, since nothing is proven of it', async (_, text) => {
  const folder = temporaryFolder()
  writeFileSync(join(folder, 'lock-1-cafe.json'), text)
  const { exit, cause } = await refusal(folder)
  expect(exit).toBe(5)
  expect(cause).toMatchObject({ code: 'locked', asked: join(folder, 'lock-1-cafe.json') })
  expect(claims(folder)).toEqual(['lock-1-cafe.json'])
})

test.each([
  ['whose pid is another process by now', { started: '1' }],
  ['that is no more', { pid: 999_999_999 }],
  ['of before the last boot', { boot: '00000000-0000-0000-0000-000000000000' }],
])('A holder %s is replaced', async (_, change) => {
  const folder = temporaryFolder()
  await claim(folder, change)
  const free = await lock(folder, pause)
  expect(claims(folder)).not.toContain('lock-1-cafe.json')
  free()
})

test('What a run left that was killed while it claimed is no obstacle', async () => {
  const folder = temporaryFolder()
  writeFileSync(join(folder, 'lock-1-cafe.json.new'), '{"host":')
  ;(await lock(folder, pause))()
})

test('Where a claim cannot be removed, giving it back is no failure: the end of the process does', async () => {
  const folder = temporaryFolder()
  const unlock = await lock(folder, pause)
  const [claim = ''] = claims(folder)
  rmSync(join(folder, claim))
  mkdirSync(join(folder, claim))
  expect(unlock).not.toThrow()
})

describe('A folder that others could have put a claim into is refused (exit 2), and nothing in it is opened:', () => {
  const STRANGERS: Readonly<Record<string, (folder: string) => void>> = {
    'writable by others': folder => chmodSync(folder, 0o770),
    'in a folder that anybody can write to': folder => chmodSync(dirname(folder), 0o777),
    'in another user’s folder that is marked as a shared one': folder => {
      chownSync(dirname(folder), 12345, 12345)
      chmodSync(dirname(folder), 0o1777)
    },
    'another user’s': asAnotherUser,
    'a link': folder => {
      renameSync(folder, `${folder}.real`)
      symlinkSync(`${folder}.real`, folder)
    },
    'a file': folder => {
      rmSync(folder, { recursive: true })
      writeFileSync(folder, '')
    },
  }
  const giveAway = /another user’s folder/
  const kinds = Object.entries(STRANGERS)
  // As root alone a folder can be given away: for anybody else that case is left out.
  test.each(process.getuid?.() === 0 ? kinds : kinds.filter(([kind]) => !giveAway.test(kind)))(
    '%s',
    async (_, change) => {
      const folder = join(temporaryFolder(), 'state', 'dummyapp')
      mkdirSync(folder, { recursive: true })
      makePipe(join(folder, 'lock-1-cafe.json'))
      change(folder)
      const { exit, cause } = await refusal(folder)
      expect([exit, cause.code]).toEqual([2, 'unsafe-progress'])
    },
  )

  test('not one that is shared by all as /tmp is', async () => {
    const folder = join(temporaryFolder(), 'state', 'dummyapp')
    mkdirSync(folder, { recursive: true })
    chmodSync(dirname(folder), 0o1777)
    ;(await lock(folder, pause))()
  })
})

test('A claim that is a pipe nobody writes to is respected as one that is not known, and not waited for', async () => {
  const folder = temporaryFolder()
  makePipe(join(folder, 'lock-1-cafe.json'))
  expect((await refusal(folder)).cause.means).toContain('an unknown host')
})
