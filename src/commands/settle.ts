import type { Candidate } from '../answers/infer.ts'
import type { Asker } from '../answers/prompts.ts'
import { asKnown, known, type Resolved, resolve } from '../answers/resolve.ts'
import { type AnswerKey, definitionOf, faultOf, type Known } from '../answers/schema.ts'
import { clean } from '../output/clean.ts'
import { type Printer, wrap } from '../output/printer.ts'

/**
 * Decides every answer. With somebody to ask: what is missing or bad is asked for, then all are shown and can be
 * changed until they are accepted. Without: all must be known already.
 * @throws SetupError (exit 2) where nobody can be asked and something is bad, missing or only proposed
 */
export async function settleAnswers(
  candidates: readonly Candidate[],
  used: ReadonlySet<AnswerKey>,
  { asker, printer, takeProposed }: { asker: Asker | undefined; printer: Printer; takeProposed: boolean },
): Promise<Known> {
  if (asker === undefined) {
    const resolved = resolve(candidates, used)
    const answers = asKnown(resolved, takeProposed)
    showAnswers(resolved, printer)
    return answers
  }
  let chosen = candidates
  for (const open of resolve(candidates, used).filter(needsAsking)) chosen = [await ask(open, asker), ...chosen]
  for (;;) {
    const resolved = resolve(chosen, used)
    showAnswers(resolved, printer)
    const change = await asker.choose('Are these right?', [
      { name: 'yes', value: undefined },
      ...resolved.map(({ key, chosen }) => ({
        name: `change ${key}${chosen ? '' : ' (not set)'}`,
        value: key,
        description: definitionOf(key).why,
      })),
    ])
    const picked = resolved.find(({ key }) => key === change)
    if (picked === undefined) return known(resolved)
    chosen = [await ask(picked, asker), ...chosen]
  }
}

const needsAsking = ({ key, chosen, fault }: Resolved) =>
  fault !== undefined || (!chosen && !definitionOf(key).optional)

async function ask({ key, chosen, fault }: Resolved, asker: Asker): Promise<Candidate> {
  const byDefault = fault ? undefined : chosen?.value
  const value = await asker.text(`${key} (${definitionOf(key).mustBe})`, {
    ...(byDefault !== undefined && { byDefault }),
    faultOf: typed => faultOf(key, typed),
  })
  return { key, value, from: 'you' }
}

function showAnswers(resolved: readonly Resolved[], { line, paint, width }: Printer): void {
  line()
  line(paint.bold('Answers'))
  const shown = resolved.filter(({ chosen }) => chosen !== undefined)
  const names = Math.max(...shown.map(({ key }) => key.length))
  for (const { key, chosen, instead } of shown) {
    const others = instead.map(({ value, from }) => `; ${clean(value)} in ${from}`).join('')
    const from = paint.dim(`${chosen?.proposed ? '' : 'from '}${chosen?.from}${others}`)
    line(wrap(`  ${key.padEnd(names)}  `, `${clean(chosen?.value ?? '')}  ${from}`, width))
  }
}
