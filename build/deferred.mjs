/**
 * What is loaded when the first of these functions is called, each in a file of its own: an import in the source stays as
 * it is, and a function takes its place in the bundle. A name that is missing here fails the build.
 */
const DEFERRED = {
  yaml: ['isAlias', 'isMap', 'isScalar', 'isSeq', 'parse', 'parseDocument', 'stringify', 'visit'],
  './columns-any.ts': ['widthOfAny', 'wrapAny'],
}

/** As modules, of which what is not called can be left out. */
const WHERE = { yaml: './node_modules/yaml/browser/index.js', './columns-any.ts': './src/output/columns-any.ts' }

const fileOf = module => `${module.replace(/^\.\/|\.ts$/g, '')}.js`

export const deferred = {
  name: 'deferred',
  setup(made) {
    for (const [module, functions] of Object.entries(DEFERRED)) {
      const filter = new RegExp(`^${module.replaceAll('.', '\\.')}$`)
      made.onResolve({ filter }, () => ({ path: module, namespace: 'deferred', sideEffects: false }))
      made.onLoad({ filter, namespace: 'deferred' }, () => ({
        contents: [
          `let loaded\nconst load = () => (loaded ??= require('./${fileOf(module)}'))`,
          ...functions.map(name => `export const ${name} = (...args) => load().${name}(...args)`),
        ].join('\n'),
      }))
    }
    made.onResolve({ filter: /^\.\/(?:yaml|columns-any)\.js$/ }, ({ path, namespace }) =>
      namespace === 'deferred' ? { path, external: true } : undefined,
    )
  },
}

/** For esbuild: an entry for each, by the name of its file. */
export const deferredEntries = Object.keys(DEFERRED).map(module => ({
  in: `called:${module}`,
  out: fileOf(module).replace(/\.js$/, ''),
}))

/** Each entry has what is called of it, and no more. */
export const onlyCalled = {
  name: 'only-called',
  setup(made) {
    made.onResolve({ filter: /^called:/ }, ({ path }) => ({ path: path.slice('called:'.length), namespace: 'called' }))
    made.onLoad({ filter: /.*/, namespace: 'called' }, ({ path }) => ({
      contents: `export { ${DEFERRED[path].join(', ')} } from ${JSON.stringify(WHERE[path] ?? path)}`,
      resolveDir: '.',
    }))
  },
}
