import type { Candidate } from '../answers/candidate.ts'
import type { Resolved } from '../answers/resolve.ts'
import { definitionOf } from '../answers/schema.ts'
import { withCodes } from '../clouds/letters.ts'
import { clean } from './clean.ts'
import { widthOf } from './columns.ts'
import { type Printer, wrap } from './printer.ts'

/** Rows that the heading, what follows the answers and the question under them take. */
const ROWS_AROUND = 6
/** A value longer than this does not push the others' origins away from theirs. */
const WIDEST_VALUE = 32

/**
 * The answers, each with where it comes from and what other sources say instead; those that are not set are left out.
 * Where they can be changed they are numbered, and none is left out.
 * @param fold leaves out what nothing disagrees with where the screen is too low for all; the rest is counted
 */
export function showAnswers(
  resolved: readonly Resolved[],
  printer: Printer,
  { numbered, fold }: { readonly numbered: boolean; readonly fold: boolean },
): void {
  const { line, paint, width, stream } = printer
  const listed = resolved.map((one, index) => ({ ...one, number: index + 1 })).filter(one => numbered || one.chosen)
  const lead = leadOf(resolved, printer, numbered)
  const chosen = listed.flatMap(one => (one.chosen ? [{ ...one.chosen, lead: lead(one) }] : []))
  const longest = (texts: readonly string[]) => Math.max(0, ...texts.map(text => widthOf(text)))
  // Origins stand below each other where none is broken by that.
  const room = width - longest(chosen.map(one => one.lead)) - longest(chosen.map(originOf)) - 2
  const values = Math.min(room, WIDEST_VALUE, longest(chosen.map(({ value }) => clean(withCodes(value)))))
  const rows = listed.map(one => ({ one, text: rowOf(one, lead(one), values, printer) }))
  const isLow = fold && stream.rows !== undefined
  const shown = isLow ? fitting(rows, stream.rows - ROWS_AROUND) : rows
  line()
  line(paint.bold('Answers'))
  for (const { text } of shown) line(text)
  const left = rows.filter(row => !shown.includes(row)).map(({ one }) => one)
  if (left.length === 0) return
  const from = [...new Set(left.map(({ chosen }) => chosen?.from ?? 'not set'))]
  const more = `${left.length} more that nothing disagrees with: ${clean(from.join(', '))} (a shows them)`
  line(wrap('  … ', paint.dim(more), width))
}

/** Why each is asked, its rule, and what every source says of it. */
export function explainAnswers(
  explained: readonly Resolved[],
  all: readonly Resolved[],
  { line, paint, width }: Printer,
): void {
  for (const one of explained) {
    const { key, chosen, instead, fault } = one
    const { why, mustBe, optional, byDefault } = definitionOf(key)
    const say = (name: string, text: string) => line(wrap(`    ${name.padEnd(8)} `, text, width))
    line()
    line(
      `  ${all.indexOf(one) + 1} ${paint.bold(key)}  ${chosen ? clean(withCodes(chosen.value)) : paint.dim('not set')}`,
    )
    say('why', why)
    say('must be', `${mustBe}${optional ? '; may be left out' : ''}`)
    if (chosen) say('from', clean(chosen.from))
    for (const { value, from } of instead) say('but', paint.yellow(`${clean(from)} says ${clean(withCodes(value))}`))
    if (byDefault !== undefined && byDefault !== chosen?.value) say('usual', byDefault)
    if (fault) say('but', paint.red(clean(fault)))
  }
}

interface Row {
  readonly one: Resolved
  readonly text: string
}

/** What a person must see, and as many of the others as there is room for. */
function fitting(rows: readonly Row[], room: number): readonly Row[] {
  const height = ({ text }: Row) => text.split('\n').length
  const total = (some: readonly Row[]) => some.reduce((sum, row) => sum + height(row), 0)
  if (total(rows) <= room) return rows
  let left = room - 1 - total(rows.filter(isLoud))
  return rows.filter(row => {
    if (isLoud(row)) return true
    left -= height(row)
    return left >= 0
  })
}

/** Another source disagrees, it was only proposed, it is new, or it is bad. */
const isLoud = ({ one: { chosen, instead, fault } }: Row) =>
  instead.length > 0 || fault !== undefined || chosen?.proposed !== undefined || chosen?.from === 'you'

function leadOf(resolved: readonly Resolved[], { paint }: Printer, numbered: boolean) {
  const names = Math.max(0, ...resolved.map(({ key }) => key.length))
  const digits = String(resolved.length).length
  return ({ key, number }: { readonly key: string; readonly number: number }) =>
    `  ${numbered ? `${paint.cyan(String(number).padStart(digits))} ` : ''}${key.padEnd(names)}  `
}

const originOf = ({ from, proposed }: Candidate) => clean(`${proposed ? '' : 'from '}${from}`)

function rowOf({ chosen, instead }: Resolved, lead: string, values: number, { paint, width }: Printer): string {
  if (chosen === undefined) return lead + paint.dim('not set')
  const value = clean(withCodes(chosen.value)).padEnd(values)
  const from = originOf(chosen)
  const others = instead.map(({ value, from }) => paint.yellow(`but ${clean(from)} says ${clean(withCodes(value))}`))
  return wrap(
    lead,
    [`${value}  ${chosen.proposed ? paint.yellow(from) : paint.dim(from)}`, ...others].join('\n'),
    width,
  )
}
