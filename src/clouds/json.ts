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

/** Far deeper than any answer that is asked for; what looks through it, a level at a time, would run out of room. */
const DEEPEST = 100

/** JSON that is nested too deep to be looked through. */
export class TooDeep extends Error {
  override readonly name = 'TooDeep'
}

/**
 * Reads JSON that somebody else has written.
 * @throws SyntaxError where it is none; TooDeep
 */
export function parseJson(text: string): Json {
  if (depthOf(text) > DEEPEST) throw new TooDeep(`nested more than ${DEEPEST} levels deep`)
  return JSON.parse(text) as Json
}

/** How deep the brackets outside of texts go; a text may be megabytes long. */
function depthOf(text: string): number {
  let depth = 0
  let deepest = 0
  let isQuoted = false
  for (let at = 0; at < text.length; at += 1) {
    const sign = text[at]
    if (isQuoted && sign === '\\') at += 1
    else if (sign === '"') isQuoted = !isQuoted
    else if (isQuoted) continue
    else if (sign === '[' || sign === '{') {
      depth += 1
      if (depth > deepest) deepest = depth
    } else if (sign === ']' || sign === '}') depth -= 1
  }
  return deepest
}
