import { execFileSync } from 'node:child_process'
import { build } from 'esbuild'

/** Puts what a module exports, as plain data, in its place: what that is made of need not be loaded. */
export const evaluated = file => ({
  name: 'evaluated',
  setup(made) {
    const { write, splitting, outdir, plugins, ...options } = made.initialOptions
    made.onLoad({ filter: new RegExp(`/${file.replaceAll('.', '\\.')}$`) }, async ({ path }) => {
      const contents = `import * as all from ${JSON.stringify(path)}; process.stdout.write(JSON.stringify(all))`
      const { outputFiles } = await build({
        ...options,
        entryPoints: undefined,
        stdin: { contents, resolveDir: process.cwd() },
        format: 'cjs',
        metafile: false,
        write: false,
      })
      const values = JSON.parse(execFileSync(process.execPath, ['-'], { input: outputFiles[0].text, encoding: 'utf8' }))
      return {
        contents: Object.entries(values)
          .map(([name, value]) => `export const ${name} = ${JSON.stringify(value)}\n`)
          .join(''),
      }
    })
  },
})
