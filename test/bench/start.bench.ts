import { execa } from 'execa'
import { expect, test } from 'vitest'
import { makeCheckout } from '../support/checkout.ts'
import { bareEnvironment, runCli } from '../support/cli.ts'
import { temporaryFolder } from '../support/folder.ts'
import { openTerminal } from '../support/terminal.ts'
import { median, printTable, timed } from './figures.ts'

const ROUNDS = 10

test('start-up, against node alone', async () => {
  const home = temporaryFolder()
  const checkout = makeCheckout()
  const empty = temporaryFolder()
  const ours = async (...argv: string[]) => {
    expect((await runCli(argv, { cwd: checkout, home })).code).toBe(0)
  }
  const firstQuestion = async () => {
    const terminal = openTerminal(['rehearse'], { cwd: empty, home })
    await terminal.until('? Are these right')
    terminal.kill('SIGKILL')
  }
  const runs = {
    'node -e 0': () => execa(process.execPath, ['-e', '0'], { env: bareEnvironment(home), extendEnv: false }),
    '--version': () => ours('--version'),
    '--help': () => ours('--help'),
    '--dry-run': () => ours('--dry-run'),
    'rehearse, to its first question': firstQuestion,
  }
  // In turn, so that whatever else the machine does meets them all; the first round warms up.
  const rounds: number[][] = []
  for (let round = 0; round <= ROUNDS; round += 1) {
    const took: number[] = []
    for (const run of Object.values(runs)) took.push(await timed(run))
    if (round > 0) rounds.push(took)
  }
  const rows = Object.keys(runs).map((name, at) => {
    const times = rounds.map(took => took[at] ?? Number.NaN)
    const ratios = rounds.map(took => (took[at] ?? Number.NaN) / (took[0] ?? Number.NaN))
    return [name, median(times).toFixed(0), `${median(ratios).toFixed(1)} ×`]
  })
  printTable(`Start-up (medians of ${ROUNDS} rounds)`, [['', 'ms', 'node'], ...rows])
})
