import { mkdirSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { FORMATS } from '../../src/commands/formats.ts'
import { git } from '../support/checkout.ts'
import { PLAYED_TOOLS } from '../support/cli.ts'
import { temporaryFolder } from '../support/folder.ts'
import { setStage } from '../support/stage.ts'
import { executedIn, setTraps, type Traps, trapGit } from '../support/traps.ts'

const BUILD_SCRIPT = 'build/build.with-docker.sh'
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

/** Runs all of it in one checkout, each under strace, and expects that no trap has sprung. */
async function survey(set: (checkout: string, traps: Traps) => void, PATH = (_: string) => '') {
  const stage = await setStage({ lanes: [] })
  const { checkout } = stage
  const traps = setTraps(checkout)
  set(checkout, traps)
  const path = [PATH(checkout), PLAYED_TOOLS, process.env.PATH].filter(folder => folder !== '').join(delimiter)
  const run = async ([argv, exit, ofCheckout]: Run) => {
    const log = join(temporaryFolder(), 'calls')
    const under = ['strace', '-f', '--seccomp-bpf', '-qq', '-s', '4096', '-e', 'trace=execve', '-o', log]
    const isRehearsal = argv[0] === 'rehearse'
    const { code, all } = await stage.run(argv, { under, env: { PATH: path }, ...(isRehearsal && { allowed: false }) })
    expect(code, `${argv.join(' ')}\n${all}`).toBe(exit)
    expect(executedIn(checkout, log), argv.join(' ')).toEqual(ofCheckout)
  }
  // What only reads can be done side by side.
  await Promise.all(READING.map(run))
  await Promise.all(WRITING.map(run))
  expect(traps.sprung()).toEqual([])
  return traps
}

describe('Of a checkout nothing runs but its build script,', () => {
  test('whatever its git configuration, hooks and attributes name', async () => {
    const traps = await survey((checkout, traps) => {
      trapGit(checkout, traps)
      // So that git must look into the files themselves.
      writeFileSync(join(checkout, LIBRARY), `${git(checkout, 'cat-file', 'blob', `HEAD:${LIBRARY}`)}# changed\n`)
    })
    expect(traps.sprung()).toEqual([])
  })

  test('whatever lies where tools are looked for', async () => {
    await survey(
      (checkout, { trap }) => {
        for (const folder of ['', 'bin', 'node_modules/.bin']) {
          for (const tool of ['git', 'gcloud', 'heroku', 'docker', 'go', 'node', 'npm', 'sh', 'circleci', 'xdg-open'])
            trap(`${folder}-${tool}`.replaceAll('/', '_'), join(checkout, folder, tool))
        }
        const scripts = Object.fromEntries(['preinstall', 'prepare', 'start'].map(name => [name, trap(name)]))
        writeFileSync(join(checkout, 'package.json'), JSON.stringify({ type: 'commonjs', scripts }))
        writeFileSync(
          join(checkout, '.npmrc'),
          `script-shell=${trap('npmrc')}\nnode-options=--require ${trap('node')}\n`,
        )
        writeFileSync(join(checkout, '.envrc'), `${trap('envrc')}\n`)
        writeFileSync(join(checkout, '.env'), `NODE_OPTIONS=--require ${trap('env')}\n`)
        mkdirSync(join(checkout, '.docker/cli-plugins'), { recursive: true })
        trap('docker-plugin', join(checkout, '.docker/cli-plugins/docker-buildx'))
      },
      checkout =>
        ['.', '', 'bin', checkout, join(checkout, 'bin'), join(checkout, 'node_modules/.bin')].join(delimiter),
    )
  })
})
