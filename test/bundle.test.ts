import { cpSync, mkdirSync, readdirSync, readFileSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { build } from 'esbuild'
import { execa } from 'execa'
import { describe, expect, test } from 'vitest'
// @ts-expect-error: it is JavaScript, which Node 20 runs as it is
import { neverCalled } from '../build/left-out.mjs'
import { temporaryFolder } from './support/folder.ts'

const read = (file: string) => readFileSync(file, 'utf8')
const NOTICES = 'dist/THIRD-PARTY-NOTICES.txt'

/** Every file of which something is in a bundle of all that starts there. */
async function inputsOfBundle(): Promise<readonly string[]> {
  const { metafile } = await build({
    ...{ entryPoints: ['src/main.ts', 'src/start.ts'], outdir: 'dist', write: false, metafile: true },
    ...{
      bundle: true,
      platform: 'node',
      format: 'esm',
      splitting: true,
      preserveSymlinks: true,
      plugins: [neverCalled],
    },
  })
  const inputs = Object.values(metafile.outputs).flatMap(({ inputs }) => Object.entries(inputs))
  const files = inputs.flatMap(([file, { bytesInOutput }]) => (bytesInOutput > 0 ? [file] : []))
  return files.filter(file => !file.startsWith('never-called:'))
}

/** Builds what is in a folder; its packages are this checkout's, beside others where they are given. */
async function buildIn(folder: string, packages: Readonly<Record<string, object>> = {}) {
  for (const part of ['build.mjs', 'build']) cpSync(part, join(folder, part), { recursive: true })
  mkdirSync(join(folder, 'node_modules'))
  for (const name of readdirSync('node_modules'))
    symlinkSync(resolve('node_modules', name), join(folder, 'node_modules', name))
  for (const [name, description] of Object.entries(packages)) {
    mkdirSync(join(folder, 'node_modules', name))
    writeFileSync(join(folder, 'node_modules', name, 'index.js'), 'export const one = 1\n')
    writeFileSync(
      join(folder, 'node_modules', name, 'package.json'),
      JSON.stringify({ name, version: '1.0.0', type: 'module', ...description }),
    )
  }
  return execa(process.execPath, ['build.mjs'], { cwd: folder, reject: false })
}

describe('The bundle', () => {
  test('is the same to the byte wherever it is built', async () => {
    const folder = join(temporaryFolder(), 'in/a longer folder')
    mkdirSync(folder, { recursive: true })
    for (const part of ['src', 'steps', 'package.json']) cpSync(part, join(folder, part), { recursive: true })
    expect(await buildIn(folder)).toMatchObject({ exitCode: 0 })
    expect(readdirSync(join(folder, 'dist'))).toEqual(readdirSync('dist'))
    for (const file of readdirSync('dist'))
      expect(read(join(folder, 'dist', file)) === read(join('dist', file)), file).toBe(true)
  })

  test('has nothing of the machine that built it, no map of its source and no test', async () => {
    const machine = [resolve('.'), realpathSync('node_modules')]
    for (const file of readdirSync('dist')) {
      const text = read(join('dist', file))
      for (const folder of machine) expect(text.includes(folder), `${folder} in ${file}`).toBe(false)
      expect(text).not.toContain('sourceMappingURL')
    }
    for (const file of await inputsOfBundle()) expect(file).toMatch(/^(?:src|steps|node_modules|package\.json)(?:\/|$)/)
  })

  test('has the notice of every package that is in it, with its licence in full', async () => {
    const packages = (await inputsOfBundle()).flatMap(
      file => /^node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1] ?? [],
    )
    const notices = read(NOTICES)
      .split(/^-{80}$/m)
      .map(text => text.trim())
    const named = new Map(notices.map(text => [text.split(' ')[0], text]))
    expect(packages.length).toBeGreaterThan(50)
    expect([...named.keys()].sort()).toEqual([...new Set(packages)].sort())
    for (const [name, text] of named)
      expect(text, name).toMatch(/permission|redistribution|licensed under the apache license/i)
  })

  test.each([
    ['a licence that asks for more', { license: 'GPL-3.0-only' }, 'its licence is GPL-3.0-only'],
    ['no licence', {}, 'its licence is undefined'],
    ['no text of its licence', { license: 'MIT' }, 'it has no text of its licence'],
  ])('takes in no package with %s', async (_, description, why) => {
    const folder = temporaryFolder()
    mkdirSync(join(folder, 'src'))
    writeFileSync(join(folder, 'src/start.ts'), '')
    writeFileSync(join(folder, 'src/main.ts'), "export { one } from 'evil'\n")
    const { exitCode, stderr } = await buildIn(folder, { evil: description })
    expect(exitCode).toBe(1)
    expect(stderr).toContain(`evil may not be bundled: ${why}`)
  })
})

test('what conf never calls here is not in the bundle, and says so should it be called', async () => {
  const { outputFiles } = await build({
    stdin: {
      contents: `
        import Conf from 'conf'
        const conf = new Conf({ cwd: process.argv[1], configName: 'progress' })
        conf.store = { one: 1 }
        process.stdout.write(JSON.stringify(conf.store) + '\\n')
        new Conf({ cwd: process.argv[1], schema: { one: { type: 'number' } } })
      `,
      resolveDir: '.',
    },
    ...{ bundle: true, write: false, platform: 'node', format: 'cjs', plugins: [neverCalled] },
  })
  const { stdout, stderr } = await execa(process.execPath, ['--eval', outputFiles[0]?.text ?? '', temporaryFolder()], {
    reject: false,
  })
  expect(stdout).toBe('{"one":1}')
  expect(stderr).toContain('ajv/dist/2020.js is not in the bundle')
  for (const name of ['ajv', 'ajv-formats', 'semver', 'fast-uri'])
    expect(read(NOTICES), name).not.toMatch(new RegExp(`^${name} `, 'm'))
})
