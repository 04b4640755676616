// Bundles src into dist: what npx installs is one package, and each command is loaded when it is called.
import { execFileSync } from 'node:child_process'
import { chmod, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { build, transform } from 'esbuild'
import { deferred, deferredEntries, onlyCalled } from './build/deferred.mjs'
import { evaluated } from './build/evaluated.mjs'
import { besideIt, neverCalled } from './build/left-out.mjs'

/** What may be bundled: each asks for no more than its notice. */
const ALLOWED = ['0BSD', 'Apache-2.0', 'BlueOak-1.0.0', 'BSD-2-Clause', 'BSD-3-Clause', 'CC0-1.0', 'ISC', 'MIT']

// Made beside and then swapped in, so that whoever runs it meanwhile finds the old one or the new one.
const made = `dist.${process.pid}`
const ofAll = {
  outdir: made,
  bundle: true,
  platform: 'node',
  target: 'node20.17',
  metafile: true,
  legalComments: 'none',
  // The same bytes wherever it is built, also where node_modules is a link.
  preserveSymlinks: true,
  logLevel: 'warning',
  // TypeScript's settings are for checking alone.
  tsconfigRaw: {},
}

/** Node loads CommonJS in half the time of its own modules. Without blanks and comments, dist is a fifth smaller; every name stays. */
const asShipped = {
  format: 'cjs',
  supported: { 'dynamic-import': false },
  minifyWhitespace: true,
  minifySyntax: true,
  lineLimit: 120,
}

// Only modules can be split into what each command loads, so they become CommonJS after that.
const program = await build({
  ...ofAll,
  entryPoints: ['src/main.ts'],
  splitting: true,
  format: 'esm',
  plugins: [neverCalled, deferred, evaluated('commands/step-index.ts')],
  write: false,
})
await mkdir(made)
for (const { path, text } of program.outputFiles) {
  // Strict, as modules are.
  const { code } = await transform(text, {
    ...asShipped,
    platform: 'node',
    target: ofAll.target,
    banner: '"use strict";',
  })
  await writeFile(join(made, basename(path)), code)
}

const libraries = await build({ ...ofAll, ...asShipped, entryPoints: deferredEntries, plugins: [onlyCalled] })

// What is asked in passing is answered by a file of its own.
const start = await build({
  ...ofAll,
  ...asShipped,
  entryPoints: ['src/start.ts'],
  plugins: [besideIt('./main.ts', './main.js')],
})

const inputs = [program, libraries, start].flatMap(({ metafile }) =>
  Object.values(metafile.outputs).flatMap(contributing),
)
await writeFile(join(made, 'THIRD-PARTY-NOTICES.txt'), await notices(inputs))

const { engines } = JSON.parse(await readFile('package.json', 'utf8'))
const oldest = await transform(await readFile('src/oldest.cjs', 'utf8'), {
  target: 'es5',
  define: { NODE_NEEDED: JSON.stringify(engines.node.replace(/^>=/, '')) },
})
await writeFile(join(made, 'cli.js'), `#!/usr/bin/env node\n${oldest.code}`)
await chmod(join(made, 'cli.js'), 0o755)
await writeFile(join(made, 'package.json'), '{ "type": "commonjs" }\n')
await writeFile(join(made, 'help.json'), await help())

await rm('dist', { recursive: true, force: true })
await rename(made, 'dist')

/** Every page of help, as the program itself has it. */
async function help() {
  const { outputFiles } = await build({ ...ofAll, entryPoints: ['src/help-pages.ts'], format: 'cjs', write: false })
  return execFileSync(process.execPath, ['-'], { input: outputFiles[0].text })
}

/** The files of which something is in an output. */
function contributing({ inputs }) {
  return Object.keys(inputs).filter(file => inputs[file].bytesInOutput > 0)
}

/** The licence of every package that is in the bundle, as each asks for. */
async function notices(files) {
  const folders = new Set(files.flatMap(file => file.match(/^.*node_modules\/(?:@[^/]+\/)?[^/]+/)?.[0] ?? []))
  const texts = await Promise.all([...folders].sort().map(notice))
  return texts.join(`\n${'-'.repeat(80)}\n\n`)
}

async function notice(folder) {
  const { name, version, license } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'))
  if (!ALLOWED.includes(license)) throw new Error(`${name} may not be bundled: its licence is ${license}`)
  const file = (await readdir(folder)).find(one => /^licen[cs]e/i.test(one))
  if (file === undefined) throw new Error(`${name} may not be bundled: it has no text of its licence`)
  return `${name} ${version} (${license})\n\n${(await readFile(join(folder, file), 'utf8')).trim()}\n`
}
