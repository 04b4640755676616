import type { Answers } from '../../answers/schema.ts'
import { shown } from '../../engine/text.ts'
import { harmless } from '../clean.ts'
import { type Entry, overTheWire, type Place, toldPerson, typed } from './model.ts'

/** The checklist as Markdown with boxes to tick. */
export function asMarkdown(
  entries: readonly Entry[],
  answers: Answers,
  place: Place,
  options: {
    readonly title: string
    readonly verbose: boolean
    readonly proposed: ReadonlySet<string>
    readonly notes?: readonly string[]
  },
): string {
  const facts = Object.entries(answers).map(
    ([key, value]) => `| ${key} | ${plain(shown(value))}${options.proposed.has(key) ? ' (proposed)' : ''} |`,
  )
  const steps = entries.map(({ step, actions }, index) => {
    const boxes = typed(actions, step, place).map(({ action, lines: commands }) => {
      const wire = options.verbose ? overTheWire(action, place) : undefined
      const blocks = [
        ...toldPerson(action).map(text => `  ${paragraph(shown(text))}`),
        ...(wire ? [fenced('http', [wire])] : []),
        ...(commands.length > 0 ? [fenced('sh', commands)] : []),
      ]
      return [`- [ ] ${plain(shown(action.does))}`, ...blocks].map(block => `${block}\n`).join('\n')
    })
    const head = `## ${index + 1}. ${plain(step.title)}\n\n\`${step.id}\`: ${plain(step.why)}\n`
    return [head, ...boxes].join('\n')
  })
  // One quotation, which a blank line would end.
  const notes = (options.notes ?? []).map(note => `> ${plain(note)}\n`).join('>\n')
  const head = [`# ${plain(options.title)}\n`, '| answer | value |', '|---|---|', ...facts, '']
  const whole = [...head, ...(notes === '' ? [] : [notes]), ...steps].join('\n')
  return harmless(`${whole.trimEnd()}\n`)
}

/** An address by itself is a link; all else is a text. */
const paragraph = (text: string) => (/^https:\/\/[^\s<>[\]*~|\\`]+$/.test(text) ? `<${text}>` : plain(text))

/** Nothing in a text is taken for Markdown or HTML. */
const plain = (text: string) => text.replace(/[\\`*_{}[\]<>#|~@]/g, '\\$&').replaceAll('\n', ' ')

/** A block that no line of its own can end, indented below its box. */
function fenced(language: string, lines: readonly string[]): string {
  const longest = Math.max(2, ...lines.flatMap(text => [...text.matchAll(/`+/g)].map(([run]) => run.length)))
  const fence = '`'.repeat(longest + 1)
  return [`${fence}${language}`, ...lines.flatMap(text => text.split('\n')), fence].map(text => `  ${text}`).join('\n')
}
