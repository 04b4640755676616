import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { execa } from 'execa'
import { expect, test } from 'vitest'
import { VERSION } from '../src/version.ts'
import { makeCheckout } from './support/checkout.ts'
import { bareEnvironment } from './support/cli.ts'
import { temporaryFolder } from './support/folder.ts'

/** npm without the machine's settings and without the network. */
function npm(home: string, cwd: string, ...argv: readonly string[]) {
  const env = { ...bareEnvironment(home), npm_config_cache: join(home, 'cache'), npm_config_update_notifier: 'false' }
  return execa('npm', [...argv, '--offline'], { cwd, env, extendEnv: false })
}

test('the package is the program and nothing else, and runs where it is installed', async () => {
  const home = temporaryFolder()
  // Not built once more: other tests are running what is there.
  const { stdout } = await npm(home, resolve('.'), 'pack', '--json', '--ignore-scripts', '--pack-destination', home)
  const [packed] = JSON.parse(stdout) as { filename: string; files: { path: string }[] }[]
  const dist = readdirSync('dist', { recursive: true, encoding: 'utf8' }).map(file => `dist/${file}`)
  expect(dist).toEqual(expect.arrayContaining(['dist/cli.js', 'dist/THIRD-PARTY-NOTICES.txt']))
  const known =
    /^dist\/(?:(?:cli|start|main|yaml|string-width|wrap-ansi|[a-z-]+-[A-Z\d]{8})\.js|(?:help|package)\.json|THIRD-PARTY-NOTICES\.txt)$/
  for (const file of dist) expect(file).toMatch(known)
  expect(packed?.files.map(({ path }) => path).sort()).toEqual(['LICENSE', 'README.md', 'package.json', ...dist].sort())

  const folder = temporaryFolder()
  await npm(home, folder, 'install', '--no-audit', '--no-fund', join(home, packed?.filename ?? ''))
  const read = (file: string): unknown => JSON.parse(readFileSync(join(folder, 'node_modules', file), 'utf8'))
  const { packages } = read('.package-lock.json') as { packages: object }
  expect(Object.keys(packages)).toEqual(['node_modules/dummyapp-setup'])
  const installed = read('dummyapp-setup/package.json') as { scripts?: object }
  for (const kind of ['dependencies', 'optionalDependencies', 'peerDependencies', 'bundleDependencies'])
    expect(installed).not.toHaveProperty(kind)
  for (const script of ['preinstall', 'install', 'postinstall', 'prepare'])
    expect(installed.scripts ?? {}).not.toHaveProperty(script)

  const run = (cwd: string, ...argv: readonly string[]) =>
    execa(join(folder, 'node_modules/.bin/dummyapp-setup'), argv, { cwd, env: bareEnvironment(home), extendEnv: false })
  expect((await run(folder, '--version')).stdout).toBe(VERSION)
  expect((await run(makeCheckout(), '--dry-run')).stdout).toContain('heroku.create-app')
  expect((await run(temporaryFolder(), 'rehearse')).stdout).toContain('REHEARSAL')
})

test('No message and no page says npx without a version', () => {
  const sources = ['src', 'steps'].flatMap(folder =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' }).map(file => join(folder, file)),
  )
  const texts = [...sources.filter(file => file.endsWith('.ts')), 'README.md', 'SECURITY.md', 'CONTRIBUTING.md']
  const bad = texts.filter(file =>
    /npx dummyapp-setup(?!@(?:VERSION|\$\{VERSION\}|\d+\.\d+\.\d+))/.test(readFileSync(file, 'utf8')),
  )
  expect(bad).toEqual([])
})
