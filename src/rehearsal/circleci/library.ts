/** A name of the repository's own, with what it is where nothing else is set. */
const NAME = /^: "\$\{(\w+):=([^}]*)\}"/gm

/** The names that build/common.lib.sh gives, as the shell reads them. */
export const libraryNames = (text: string | null): Readonly<Record<string, string>> =>
  Object.fromEntries([...(text ?? '').matchAll(NAME)].map(([, name, value]) => [name, value]))
