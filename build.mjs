// Bundles src into dist: what npx installs is one package, and each command is loaded when it is called.
import { chmod, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { build } from 'esbuild'

// Made beside and then swapped in, so that whoever runs it meanwhile finds the old one or the new one.
const made = `dist.${process.pid}`
const { metafile } = await build({
  entryPoints: { cli: 'src/cli.ts' },
  outdir: made,
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.17',
  metafile: true,
  legalComments: 'none',
  logLevel: 'warning',
  // Some libraries are CommonJS and ask for Node's own modules.
  banner: {
    js: "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);",
  },
})
const cli = await readFile(join(made, 'cli.js'), 'utf8')
await writeFile(join(made, 'cli.js'), `#!/usr/bin/env node\n${cli}`)
await chmod(join(made, 'cli.js'), 0o755)
await writeFile(join(made, 'THIRD-PARTY-NOTICES.txt'), await notices(Object.keys(metafile.inputs)))

await rm('dist', { recursive: true, force: true })
await rename(made, 'dist')

/** The licence of every package that is in the bundle, as each asks for. */
async function notices(inputs) {
  const folders = new Set(inputs.flatMap(file => file.match(/^.*node_modules\/(?:@[^/]+\/)?[^/]+/)?.[0] ?? []))
  const texts = await Promise.all([...folders].sort().map(notice))
  return texts.join(`\n${'-'.repeat(80)}\n\n`)
}

async function notice(folder) {
  const { name, version, license } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'))
  const names = ['LICENSE', 'license', 'LICENSE.md', 'LICENSE.txt', 'LICENCE', 'license.md']
  for (const file of names) {
    const text = await readFile(join(folder, file), 'utf8').catch(() => undefined)
    if (text) return `${name} ${version}\n\n${text.trim()}\n`
  }
  if (!license) throw new Error(`${dirname(folder)}: no licence found for ${name}`)
  return `${name} ${version}\n\nLicensed under ${license}.\n`
}
