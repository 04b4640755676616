export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }

/** The value at a path of keys, or undefined where the path leads nowhere; never throws. */
export function at(value: Json | undefined, ...keys: readonly string[]): Json | undefined {
  let here = value
  for (const key of keys) {
    if (typeof here !== 'object' || here === null || Array.isArray(here)) return undefined
    here = Object.hasOwn(here, key) ? (here as { readonly [key: string]: Json })[key] : undefined
  }
  return here
}

/** The string at a path of keys, or undefined where there is none. */
export function textAt(value: Json | undefined, ...keys: readonly string[]): string | undefined {
  const found = at(value, ...keys)
  return typeof found === 'string' ? found : undefined
}
