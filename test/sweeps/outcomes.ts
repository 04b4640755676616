import { readFileSync, writeFileSync } from 'node:fs'
import { table } from './table.ts'

/** Under version control, so that a change of what comes of a fault is seen. */
const KEPT = 'test/sweeps/faults.txt'

const NO_CASE = '·'
const FAILED = '✖'
const UNTRIED = '?'

/** What a request meets: a kind of fault, once or for ever. */
interface Case {
  readonly title: string
  readonly request: string
  readonly kind: string
  readonly times: 1 | undefined
}

export const caseName = ({ title, request, kind, times }: Case): string =>
  `${title}: ${request} ${kind}, ${times === 1 ? 'once' : 'for ever'}`

interface Section {
  readonly title: string
  readonly requests: readonly string[]
}

/**
 * Puts what came of a run's cases into the kept table; what was not to be tried in this run stays in it as it was.
 * Nothing is kept of a run in which a case failed.
 * @param isTried by the case's name: whether its turn was in this run; undefined where that is no case
 * @param outcomes by the case's name: 0 where it was got over, else the exit code of the run that told
 * @returns the table of this run, and what is new in it
 */
export function keepOutcomes(
  sections: readonly Section[],
  kinds: readonly string[],
  isTried: (name: string) => boolean | undefined,
  outcomes: ReadonlyMap<string, string>,
): string {
  const before = kept()
  const outcomeOf = (one: Case) => {
    const name = caseName(one)
    const isNow = isTried(name)
    if (isNow === undefined) return NO_CASE
    return isNow ? (outcomes.get(name) ?? FAILED) : (before.get(name) ?? UNTRIED)
  }
  const rows = sections.flatMap(({ title, requests }) => [
    ...(requests.length > 0 ? [[`${title}:`]] : []),
    ...requests.map(request => [
      `  ${request}`,
      ...kinds.map(kind =>
        ([1, undefined] as const).map(times => outcomeOf({ title, request, kind, times })).join(' '),
      ),
    ]),
  ])
  const said = `With the fault once, and for ever: 0 got over it, 1, 2 or 3 is the exit code of a run that told, ${NO_CASE} no case, ${UNTRIED} its turn comes, ${FAILED} failed the sweep.\n${table([['', ...kinds], ...rows])}`
  // A sweep in parts tells of a part.
  if (!rows.some(row => row.some(cell => cell.includes(FAILED)))) writeFileSync(KEPT, said)
  const news = [...outcomes].flatMap(([name, outcome]) => {
    const earlier = before.get(name) ?? outcome
    return earlier === outcome ? [] : [`${name}: ${outcome}, it was ${earlier} before\n`]
  })
  return `${said}\n${news.join('')}`
}

/** What the table says of each case that was tried. */
function kept(): ReadonlyMap<string, string> {
  const [, header = '', ...lines] = readFileSync(KEPT, 'utf8').split('\n')
  const kinds = header.trim().split(/ +/)
  const cells = new Map<string, string>()
  let title = ''
  for (const line of lines) {
    if (/^\S.*:$/.test(line)) title = line.slice(0, -1)
    const [request = '', ...columns] = line.trim().split(/ {2,}/)
    for (const [index, column] of columns.entries()) {
      const [once = '', always = ''] = column.split(' ')
      const kind = kinds[index] ?? ''
      for (const [cell, times] of [
        [once, 1],
        [always, undefined],
      ] as const) {
        if (/^\d$/.test(cell)) cells.set(caseName({ title, request, kind, times }), cell)
      }
    }
  }
  return cells
}
