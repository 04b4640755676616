import { execa } from 'execa'
import { expect, test } from 'vitest'
import { DOCUMENTED } from '../../src/rehearsal/stand-in/checkouts.ts'
import { makeCheckout } from '../support/checkout.ts'
import { bareEnvironment, CLI, runCli } from '../support/cli.ts'
import { temporaryFolder } from '../support/folder.ts'
import { openTerminal } from '../support/terminal.ts'
import { cpuOf } from './cpu.ts'
import { medianRatios, printTable, timed } from './figures.ts'

const ROUNDS = 11

test('start-up, against node alone', async () => {
  // With the real files' size and form.
  const cwd = makeCheckout({ files: DOCUMENTED.files, branch: DOCUMENTED.defaultBranch })
  const [home, used] = [temporaryFolder(), temporaryFolder()]
  const at = { cwd, env: bareEnvironment(home) }
  const node = () => cpuOf([process.execPath, '-e', '0'], at)
  const ours = (argv: readonly string[], env = at.env) => cpuOf([process.execPath, CLI, ...argv], { cwd, env })
  // Something is saved there: an answer that nobody can give stops the run after it.
  await runCli(['--yes', '--only', 'git', '--state-dir', used], { cwd, home })
  const saved = await runCli(['status', '--state-dir', used], { cwd, home })
  expect(saved.stdout).toContain('git.heroku-remote')
  const rows = await medianRatios(ROUNDS, node, {
    '--version': () => ours(['--version']),
    '--help': () => ours(['--help']),
    'status, nothing saved': () => ours(['status']),
    'status, something saved': () => ours(['status', '--state-dir', used]),
    '--dry-run': () => ours(['--dry-run']),
  })
  printTable(`Start-up, processor time (medians of ${ROUNDS} rounds)`, [['', 'ms', 'node'], ...rows])
})

test('rehearse, to its first question, against node alone', async () => {
  const [home, cwd] = [temporaryFolder(), temporaryFolder()]
  const node = () => timed(() => execa(process.execPath, ['-e', '0'], { env: bareEnvironment(home), extendEnv: false }))
  const question = async () => {
    const terminal = openTerminal(['rehearse'], { cwd, home })
    const took = await timed(() => terminal.until('? Are these right'))
    terminal.kill('SIGKILL')
    await terminal.exit
    return took
  }
  const rows = await medianRatios(ROUNDS, node, { 'rehearse, to its first question': question })
  printTable(`First question, on the clock (medians of ${ROUNDS} rounds)`, [['', 'ms', 'node'], ...rows])
})
