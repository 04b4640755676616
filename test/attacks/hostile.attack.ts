import { appendFileSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { expect, test } from 'vitest'
import { FORMATS } from '../../src/commands/formats.ts'
import { BUILD_SCRIPT, buildByDockerAlone } from '../support/build-script.ts'
import { PLAYED_TOOLS } from '../support/cli.ts'
import { temporaryFolder } from '../support/folder.ts'
import { setStage } from '../support/stage.ts'
import { executedIn, setTraps, type Traps, trapGit, watching } from '../support/traps.ts'

const LIBRARY = 'build/common.lib.sh'

/** What each run may execute of the checkout: its own build script alone, in the walk whose plan says so. */
type Run = readonly [argv: readonly string[], exit: number, ofCheckout: readonly string[]]
const READING: readonly Run[] = [
  ...FORMATS.map(format => [['--dry-run', '--format', format], 0, []] as const),
  [['plan', '--yes', '--set', 'dockerHubRoute=org-token'], 0, []],
]
const WRITING: readonly Run[] = [
  [['rehearse'], 0, []],
  [['--yes', '--set', 'dockerHubRoute=org-token'], 3, [BUILD_SCRIPT]],
]

test('Of a checkout nothing runs but its build script, whatever git and its folders name', async () => {
  const stage = await setStage({ lanes: [] })
  const { checkout } = stage
  // It starts docker alone: what else of the checkout runs is not of its doing.
  buildByDockerAlone(checkout)
  const traps = setTraps(checkout)
  trapFolders(checkout, traps)
  trapGit(checkout, traps)
  // So that git would look into the files themselves.
  appendFileSync(join(checkout, LIBRARY), '# changed\n')
  const inside = ['.', '', 'bin', checkout, join(checkout, 'bin'), join(checkout, 'node_modules/.bin')]
  const PATH = [...inside, PLAYED_TOOLS, process.env.PATH].join(delimiter)
  const run = async ([argv, exit, ofCheckout]: Run) => {
    const log = temporaryFolder()
    const { code, all } = await stage.run(argv, {
      under: watching(log),
      env: { PATH },
      ...(argv[0] === 'rehearse' && { allowed: false }),
    })
    expect(code, `${argv.join(' ')}\n${all}`).toBe(exit)
    expect(executedIn(checkout, log), argv.join(' ')).toEqual(ofCheckout)
  }
  // What only reads can be done side by side.
  await Promise.all(READING.map(run))
  await Promise.all(WRITING.map(run))
  expect(traps.sprung()).toEqual([])
})

const TOOLS = ['git', 'gcloud', 'heroku', 'docker', 'go', 'node', 'npm', 'sh', 'circleci', 'xdg-open']

/** Programs and settings where tools are looked for. */
function trapFolders(checkout: string, { trap }: Traps): void {
  for (const folder of ['', 'bin', 'node_modules/.bin'])
    for (const tool of TOOLS) trap(`${folder}-${tool}`.replaceAll('/', '_'), join(checkout, folder, tool))
  trap('docker-plugin', join(checkout, '.docker/cli-plugins/docker-buildx'))
  const scripts = Object.fromEntries(['preinstall', 'prepare', 'start'].map(name => [name, trap(name)]))
  for (const [file, text] of Object.entries({
    'package.json': JSON.stringify({ type: 'commonjs', scripts }),
    '.npmrc': `script-shell=${trap('npmrc')}\nnode-options=--require ${trap('node')}\n`,
    '.envrc': `${trap('envrc')}\n`,
    '.env': `NODE_OPTIONS=--require ${trap('env')}\n`,
  }))
    writeFileSync(join(checkout, file), text)
}
