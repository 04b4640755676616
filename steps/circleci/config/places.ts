import { isAlias, isMap, isScalar, isSeq, type Scalar } from 'yaml'
import { type Config, isMergeKey, resolved, textOf } from './document.ts'

/** A value of the config and the keys that lead to it. */
export interface Place {
  readonly path: readonly string[]
  readonly node: Scalar
  /** It is written here, and no alias. */
  readonly isHome: boolean
}

/** How much is looked through, since an alias may stand for much. */
const MOST_PLACES = 20_000

/** Every single value, in the text's order; one with an alias is at several places. */
export function placesOf(config: Config): readonly Place[] {
  const places: Place[] = []
  const enter = (written: unknown, path: readonly string[], isHome: boolean, depth: number) => {
    if (depth > 50 || places.length > MOST_PLACES) return
    const node = resolved(config, written)
    const isHere = isHome && !isAlias(written)
    if (isScalar(node)) places.push({ path, node, isHome: isHere })
    else if (isSeq(node))
      node.items.forEach((item, index) => {
        enter(item, [...path, String(index)], isHere, depth + 1)
      })
    else if (isMap(node))
      // What a merge key brings stands beside the keys.
      for (const { key, value } of node.items)
        enter(value, isMergeKey(key) ? path : [...path, textOf(config, key) ?? ''], isHere, depth + 1)
  }
  enter(config.root, [], true, 0)
  return places
}
