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

/** Prints rows in columns, the first one flush left, figures flush right. */
export function printTable(title: string, rows: readonly (readonly string[])[]): void {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map(row => row[column]?.length ?? 0)))
  const lines = rows.map(row =>
    row.map((cell, at) => (at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0))).join('  '),
  )
  process.stdout.write(`\n${title}\n${lines.map(line => `  ${line}`).join('\n')}\n`)
}
