/** Leaves a file out of a bundle, which loads it from beside itself. */
export function besideIt(file, path) {
  const filter = new RegExp(`^${file.replaceAll('.', '\\.')}$`)
  return { name: 'beside-it', setup: made => made.onResolve({ filter }, () => ({ path, external: true })) }
}

/** conf loads these, a tenth of a megabyte each, and calls them for its options `schema` and `migrations` alone. */
const OF_CONF = /^(?:ajv\/dist\/2020\.js|ajv-formats|semver)$/

/** What stands in their place says so should it ever be called. */
const REFUSES = name => `
  function refuse() { throw new Error(${JSON.stringify(`${name} is not in the bundle: no option of conf that needs it is used`)}) }
  export { refuse as Ajv2020 }
  export default new Proxy({}, { get: () => refuse })
`

/** Leaves out what conf loads and never calls here. */
export const neverCalled = {
  name: 'never-called',
  setup(made) {
    made.onResolve({ filter: OF_CONF }, ({ path, importer }) =>
      /node_modules\/conf\//.test(importer) ? { path, namespace: 'never-called' } : undefined,
    )
    made.onLoad({ filter: /.*/, namespace: 'never-called' }, ({ path }) => ({ contents: REFUSES(path) }))
  },
}
