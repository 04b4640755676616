import { STEPS } from '../../steps/index.ts'
import type { Known } from '../answers/schema.ts'
import type { Saved } from '../engine/saved.ts'
import type { Reach, SavedOf, Step } from '../engine/step.ts'
import { clean } from '../output/clean.ts'
import { type Printer, wrap } from '../output/printer.ts'

const savedOf = ({ facts, records }: Saved): SavedOf => ({
  fact: name => facts[name],
  record: step => records[step]?.how,
})

/** What was given for a while and still stands, by step. */
export const whatStands = (saved: Saved): readonly { readonly id: string; readonly text: string }[] =>
  STEPS.flatMap(step => {
    const text = step.stands?.(savedOf(saved))
    return text === undefined ? [] : [{ id: step.id, text }]
  })

/** Says it: every exit tells of it, however it came about. */
export function sayWhatStands(saved: Saved, { line, paint, width }: Printer): void {
  for (const { id, text } of whatStands(saved)) line(wrap(`  ${paint.yellow('!')} ${id}  `, clean(text), width))
}

/** With fewer columns, before and now stand below each other. */
const LEAST_FOR_COLUMNS = 72

/** Says who could push where before, and who can now, by the steps that are done. */
export function sayReach(done: readonly Step[], answers: Known, saved: Saved, printer: Printer): void {
  const rows = done.flatMap(step => step.reach?.(answers, savedOf(saved)) ?? [])
  if (rows.length === 0) return
  printer.line()
  if (printer.width < LEAST_FOR_COLUMNS) sayBelow(rows, printer)
  else sayBeside(rows, printer)
}

function sayBelow(rows: readonly Reach[], { line, paint, width }: Printer): void {
  line(paint.bold('Who may push'))
  for (const { where, before, now } of rows) {
    line(`  ${clean(where)}`)
    line(wrap('    before  ', clean(before), width))
    line(wrap('    now     ', clean(now), width))
  }
}

function sayBeside(rows: readonly Reach[], { line, paint, width }: Printer): void {
  const names = Math.max('Who may push'.length, ...rows.map(({ where }) => where.length)) + 2
  const half = Math.floor((width - names - 4) / 2)
  line(paint.bold(`${'Who may push'.padEnd(names)}  ${'before'.padEnd(half)}  now`))
  for (const { where, before, now } of rows) {
    const [left, right] = [before, now].map(text => wrap('', clean(text), half).split('\n'))
    for (let index = 0; index < Math.max(left?.length ?? 0, right?.length ?? 0); index += 1) {
      const name = index === 0 ? clean(where) : ''
      line(`${name.padEnd(names)}  ${(left?.[index] ?? '').padEnd(half)}  ${right?.[index] ?? ''}`.trimEnd())
    }
  }
}
