import { cpSync, readFileSync } from 'node:fs'
import { execa } from 'execa'
import { expect, test } from 'vitest'
import { bareEnvironment } from './support/cli.ts'
import { temporaryFolder } from './support/folder.ts'

interface Locked {
  readonly integrity?: string
  readonly resolved?: string
  readonly hasInstallScript?: true
  readonly link?: true
}
const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8')) as { packages: Record<string, Locked> }
const locked = Object.entries(packages).filter(([place]) => place !== '')

test('npm ci takes the lock file on a fresh machine', async () => {
  const [folder, home] = [temporaryFolder(), temporaryFolder()]
  for (const file of ['package.json', 'package-lock.json', '.npmrc']) cpSync(file, `${folder}/${file}`)
  const argv = [
    'ci',
    '--dry-run',
    '--offline',
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
    '--cache',
    `${home}/cache`,
  ]
  const env = { ...bareEnvironment(home), npm_config_update_notifier: 'false' }
  const { exitCode, stderr } = await execa('npm', argv, { cwd: folder, env, extendEnv: false, reject: false })
  expect(exitCode, stderr).toBe(0)
})

test('every package is held by its content, and comes from whatever registry a machine uses', () => {
  expect(locked.length).toBeGreaterThan(200)
  for (const [place, { integrity, resolved, link }] of locked) {
    expect(integrity, place).toMatch(/^sha512-[\w+/]{86}==$/)
    expect([resolved, link], place).toEqual([undefined, undefined])
  }
})

test('what is installed runs nothing: one package would, and does without', () => {
  // esbuild's script only checks that its program is there.
  expect(locked.filter(([, { hasInstallScript }]) => hasInstallScript).map(([place]) => place)).toEqual([
    'node_modules/esbuild',
  ])
  const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> }
  expect(scripts.deps).toMatch(/npm ci --ignore-scripts /)
})
