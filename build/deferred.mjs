/**
 * What is loaded when the first of these functions is called, each package in a file of its own: an import in the source
 * stays as it is, and a function takes its place in the bundle. A name that is missing here fails the build.
 */
const DEFERRED = {
  yaml: ['isAlias', 'isMap', 'isScalar', 'isSeq', 'parse', 'parseDocument', 'stringify', 'visit'],
  // Their tables of letters take as long to set up as all else that is printed.
  'string-width': ['default'],
  'wrap-ansi': ['default'],
}

/** Made of modules, so that what is not called can be left out. */
const ENTRIES = { yaml: './node_modules/yaml/browser/index.js' }

const names = Object.keys(DEFERRED)

/** What stands in the place of a package. */
const functionsOf = name => {
  const functions = DEFERRED[name].map(
    one => `export ${one === 'default' ? 'default ' : `const ${one} = `}(...args) => load().${one}(...args)`,
  )
  return [`let loaded\nconst load = () => (loaded ??= require('./${name}.js'))`, ...functions].join('\n')
}

/** In our own files; what packages ask for among themselves may be of another version. */
export const deferred = {
  name: 'deferred',
  setup(made) {
    made.onResolve({ filter: new RegExp(`^(?:${names.join('|')})$`) }, ({ path, importer }) =>
      importer.includes('node_modules') ? undefined : { path, namespace: 'deferred', sideEffects: false },
    )
    made.onLoad({ filter: /.*/, namespace: 'deferred' }, ({ path }) => ({ contents: functionsOf(path) }))
    made.onResolve({ filter: /.*/, namespace: 'deferred' }, ({ path }) => ({ path, external: true }))
  },
}

/** For esbuild: an entry for each, by the name of its file. */
export const deferredEntries = names.map(name => ({ in: `called:${name}`, out: name }))

/** Each entry has what is called of it, and no more. */
export const onlyCalled = {
  name: 'only-called',
  setup(made) {
    made.onResolve({ filter: /^called:/ }, ({ path }) => ({ path: path.slice('called:'.length), namespace: 'called' }))
    made.onLoad({ filter: /.*/, namespace: 'called' }, ({ path }) => ({
      contents: `export { ${DEFERRED[path].join(', ')} } from ${JSON.stringify(ENTRIES[path] ?? path)}`,
      resolveDir: '.',
    }))
  },
}
