/** The middle one; of two middle ones the lower. */
export function median(figures: readonly number[]): number {
  const sorted = figures.toSorted((a, b) => a - b)
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? Number.NaN
}

/** Milliseconds that something takes. */
export async function timed(something: () => Promise<unknown>): Promise<number> {
  const began = performance.now()
  await something()
  return performance.now() - began
}

type Measure = () => Promise<number>

/**
 * Measures a base and then each of the others, in turn, so that whatever else the machine does meets them all. The first
 * round warms up.
 * @returns a row for the base and for each: its name, the median in milliseconds, and the median of its ratios to the base
 */
export async function medianRatios(
  rounds: number,
  base: Measure,
  others: Readonly<Record<string, Measure>>,
): Promise<readonly (readonly string[])[]> {
  const all: readonly (readonly [string, Measure])[] = [['node -e 0', base], ...Object.entries(others)]
  const taken: number[][] = []
  for (let round = 0; round <= rounds; round += 1) {
    const took: number[] = []
    for (const [, measure] of all) took.push(await measure())
    if (round > 0) taken.push(took)
  }
  return all.map(([name], at) => {
    const times = taken.map(took => took[at] ?? Number.NaN)
    const ratios = taken.map(took => (took[at] ?? Number.NaN) / (took[0] ?? Number.NaN))
    return [name, median(times).toFixed(0), `${median(ratios).toFixed(2)} ×`]
  })
}

/** Prints rows in columns, the first one flush left, figures flush right. */
export function printTable(title: string, rows: readonly (readonly string[])[]): void {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map(row => row[column]?.length ?? 0)))
  const lines = rows.map(row =>
    row.map((cell, at) => (at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0))).join('  '),
  )
  process.stdout.write(`\n${title}\n${lines.map(line => `  ${line}`).join('\n')}\n`)
}
