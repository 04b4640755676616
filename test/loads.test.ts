/** What each command loads and starts before it answers. Of clocks nothing is said: they depend on the machine. */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, test } from 'vitest'
import { DOCUMENTED } from '../src/rehearsal/stand-in/checkouts.ts'
import { makeCheckout } from './support/checkout.ts'
import { runCli } from './support/cli.ts'
import { temporaryFolder } from './support/folder.ts'
import { openTerminal } from './support/terminal.ts'

const HOOK = resolve('test/support/loads.cjs')

function readLoads(file: string) {
  const lines = readFileSync(file, 'utf8').trim().split('\n')
  const noted = lines.map(line => JSON.parse(line) as readonly ['file', string] | readonly ['process', string[]])
  const files = noted.flatMap(([kind, what]) => (kind === 'file' ? [what] : []))
  return {
    files: files.length,
    kilobytes: Math.round(files.reduce((sum, name) => sum + statSync(name).size, 0) / 1000),
    processes: noted.flatMap(([kind, what]) => (kind === 'process' ? [what.join(' ')] : [])),
  }
}

async function loadsOf(...argv: readonly string[]) {
  const file = join(temporaryFolder(), 'loads')
  const cwd = makeCheckout({ files: DOCUMENTED.files, branch: DOCUMENTED.defaultBranch })
  const ran = await runCli(argv, { cwd, home: temporaryFolder(), node: ['--require', HOOK], env: { LOADS: file } })
  expect(ran, ran.all).toMatchObject({ code: 0 })
  return readLoads(file)
}

test.each([
  ['--version', { files: 2, kilobytes: 4, processes: 0 }],
  ['--help', { files: 2, kilobytes: 4, processes: 0 }],
  ['status', { files: 30, kilobytes: 250, processes: 2 }],
  ['--dry-run', { files: 52, kilobytes: 900, processes: 3 }],
])('%s loads and starts no more than it needs', async (argument, most) => {
  const { files, kilobytes, processes } = await loadsOf(argument)
  const said = JSON.stringify({ files, kilobytes, processes }, null, 1)
  expect(files, said).toBeLessThanOrEqual(most.files)
  expect(kilobytes, said).toBeLessThanOrEqual(most.kilobytes)
  expect(processes.length, said).toBeLessThanOrEqual(most.processes)
  for (const command of processes) expect(command).toMatch(/\bgit (?:rev-parse|config)\b/)
})

test('status loads no steps where they would say nothing', async () => {
  const file = join(temporaryFolder(), 'loads')
  const [cwd, home, state] = [makeCheckout(), temporaryFolder(), temporaryFolder()]
  await runCli(['--yes', '--only', 'git', '--state-dir', state], { cwd, home })
  const ran = await runCli(['status', '--state-dir', state], {
    cwd,
    home,
    node: ['--require', HOOK],
    env: { LOADS: file },
  })
  expect(ran.stdout).toContain('✔ docker-hub.credential-store')
  const { kilobytes, ...said } = readLoads(file)
  expect(kilobytes, JSON.stringify(said)).toBeLessThanOrEqual(360)
})

test('rehearse loads and starts no more than it needs before its first question', async () => {
  const file = join(temporaryFolder(), 'loads')
  const env = { NODE_OPTIONS: `--require ${HOOK}`, LOADS: file }
  const terminal = openTerminal(['rehearse'], { cwd: temporaryFolder(), home: temporaryFolder(), env })
  await terminal.until('? Are these right')
  terminal.kill('SIGKILL')
  const { files, kilobytes, processes } = readLoads(file)
  const said = JSON.stringify({ files, kilobytes, processes }, null, 1)
  expect(files, said).toBeLessThanOrEqual(74)
  expect(kilobytes, said).toBeLessThanOrEqual(1_200)
  expect(processes.length, said).toBeLessThanOrEqual(9)
})

test('the whole program takes no more than 2.5 MB', () => {
  const files = readdirSync('dist').map(name => statSync(join('dist', name)).size)
  expect(files.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(2_500_000)
})
