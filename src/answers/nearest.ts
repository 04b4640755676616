import leven from 'leven'

/** The known word that was probably meant: at most two letters away, or one in three; undefined when none is near. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const ranked = known.map(other => ({ other, away: leven(word.toLowerCase(), other.toLowerCase()) }))
  const best = ranked.toSorted((one, two) => one.away - two.away)[0]
  return best && best.away <= Math.max(2, best.other.length / 3) ? best.other : undefined
}
