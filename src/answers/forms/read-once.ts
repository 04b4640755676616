/** Many steps look at the same few texts: a file as it is, and as it will be. */
const KEPT = 4

/** A reader that keeps what it read from the last few texts. What it gives must not be changed. */
export function readOnce<Read>(read: (text: string) => Read): (text: string) => Read {
  const kept = new Map<string, { readonly read: Read }>()
  return text => {
    const known = kept.get(text) ?? { read: read(text) }
    // To the end, since the first is the next to go.
    kept.delete(text)
    kept.set(text, known)
    const [oldest = text] = kept.keys()
    if (kept.size > KEPT) kept.delete(oldest)
    return known.read
  }
}
