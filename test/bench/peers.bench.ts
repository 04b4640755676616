import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'vitest'
import { bareEnvironment, CLI } from '../support/cli.ts'
import { temporaryFolder } from '../support/folder.ts'
import { installed } from '../support/installed.ts'
import { nodeOf } from '../support/node-of.ts'
import { cpuOf } from './cpu.ts'
import { medianRatios, printTable } from './figures.ts'

const ROUNDS = 9

/** Some of them run on no older one. */
const NODE = '22.23.5'

/** Programs of this kind, the newest of each when this was written, with the command that each installs. */
const PEERS = [
  ['create-vite', '9.3.0', 'create-vite'],
  ['sv', '0.17.1', 'sv'],
  ['create-next-app', '16.4.3', 'create-next-app'],
  ['bumpp', '12.3.0', 'bumpp'],
  ['create-cloudflare', '2.74.0', 'create-cloudflare'],
  ['@changesets/cli', '3.0.3', 'changeset'],
  ['np', '12.1.1', 'np'],
  ['heroku', '11.10.0', 'heroku'],
] as const

/** The script behind a command of a package. */
async function scriptOf([name, version, command]: readonly [string, string, string]): Promise<string> {
  const folder = join(await installed(name, version), name)
  const { bin } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    bin: string | Record<string, string>
  }
  return join(folder, typeof bin === 'string' ? bin : (bin[command] ?? ''))
}

test.skipIf(!process.env.PEERS)('start-up, beside other programs', async () => {
  const [cwd, home] = [temporaryFolder(), temporaryFolder()]
  const env = { ...bareEnvironment(home), DISABLE_TELEMETRY: 'true', HEROKU_SKIP_NEW_VERSION_CHECK: 'true' }
  const node = await nodeOf(NODE)
  const theirs = PEERS.map(async peer => [peer[0], await scriptOf(peer)] as const)
  const scripts = new Map([['dummyapp-setup', CLI], ...(await Promise.all(theirs))])
  const cpu = (...argv: readonly string[]) => cpuOf([node, ...argv], { cwd, env })
  const words = ['--version', '--help']
  const runs = [...scripts].flatMap(([name, script]) =>
    words.map(word => [`${name} ${word}`, () => cpu(script, word)] as const),
  )
  const rows = await medianRatios(ROUNDS, () => cpu('-e', '0'), Object.fromEntries(runs))
  printTable(`Start-up beside others, Node ${NODE}, processor time (medians of ${ROUNDS} rounds)`, [
    ['', 'ms', 'node'],
    ...rows,
  ])
})
