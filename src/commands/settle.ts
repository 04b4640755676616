import type { Candidate } from '../answers/candidate.ts'
import type { Asker } from '../answers/prompts.ts'
import { asKnown, known, type Resolved, resolve } from '../answers/resolve.ts'
import { type AnswerKey, definitionOf, faultOf, type Known } from '../answers/schema.ts'
import { quote } from '../clouds/quote.ts'
import { explainAnswers, showAnswers } from '../output/answers.ts'
import { clean } from '../output/clean.ts'
import { type Printer, wrap } from '../output/printer.ts'

/** The answers, decided, and what they were decided from: a person's own come first. */
export interface Settled {
  readonly answers: Known
  readonly candidates: readonly Candidate[]
}

/**
 * Decides every answer. With somebody to ask: what is missing or bad is asked for, then all are shown and can be
 * changed until they are accepted. Without: all must be known already.
 * @throws SetupError (exit 2) where nobody can be asked and something is bad, missing or only proposed
 */
export async function settleAnswers(
  candidates: readonly Candidate[],
  used: ReadonlySet<AnswerKey>,
  { asker, printer, takeProposed }: { asker: Asker | undefined; printer: Printer; takeProposed: boolean },
): Promise<Settled> {
  if (asker === undefined) {
    const resolved = resolve(candidates, used)
    const answers = asKnown(resolved, takeProposed, quote)
    showAnswers(resolved, printer, { numbered: false, fold: false })
    return { answers, candidates }
  }
  for (let chosen = candidates, fold = true; ; ) {
    // One answer may make another one necessary: a route has answers of its own.
    const open = resolve(chosen, used).find(needsAsking)
    if (open !== undefined) {
      chosen = [await ask(open, asker, printer), ...chosen]
      continue
    }
    const resolved = resolve(chosen, used)
    showAnswers(resolved, printer, { numbered: true, fold })
    const wish = await askForWish(resolved, asker, printer)
    if (wish.is === 'accept') return { answers: known(resolved), candidates: chosen }
    if (wish.is === 'change') chosen = [await ask(wish.one, asker, printer), ...chosen]
    else fold = false
  }
}

/** What a person wants of the answers that are shown. */
type Wish =
  | { readonly is: 'accept' | 'all' }
  | { readonly is: 'change'; readonly one: Resolved }
  | { readonly is: 'why'; readonly of: readonly Resolved[] }

const needsAsking = ({ key, chosen, fault }: Resolved) =>
  fault !== undefined || (!chosen && !definitionOf(key).optional)

/** Asks what to do with the answers; why they are asked is told here, until it is something else. */
async function askForWish(
  resolved: readonly Resolved[],
  asker: Asker,
  printer: Printer,
): Promise<Exclude<Wish, { is: 'why' }>> {
  const numbers = resolved.length > 1 ? `1-${resolved.length}` : '1'
  const { line, paint, width } = printer
  line(wrap('  ', paint.dim(`⏎ accept · ${numbers} change one · ? why they are asked, 1? why that one`), width))
  for (;;) {
    const typed = await asker.text('Are these right?', {
      byDefault: 'yes',
      faultOf: text =>
        readWish(text, resolved) ? undefined : `Type a number (${numbers}) or an answer’s name, ? or nothing.`,
    })
    const wish = readWish(typed, resolved) ?? { is: 'accept' }
    if (wish.is !== 'why') return wish
    explainAnswers(wish.of, resolved, printer)
    line()
  }
}

/** Reads what was typed below the answers; undefined when it means nothing. */
function readWish(typed: string, resolved: readonly Resolved[]): Wish | undefined {
  const text = typed.trim()
  if (/^y(es)?$/i.test(text)) return { is: 'accept' }
  if (/^a(ll)?$/i.test(text)) return { is: 'all' }
  if (text === '?') return { is: 'why', of: resolved }
  const name = text.replace(/^\?|\?$/, '').trim()
  const one = resolved.find(({ key }, index) => name === String(index + 1) || name.toLowerCase() === key.toLowerCase())
  if (one === undefined) return undefined
  return text.includes('?') ? { is: 'why', of: [one] } : { is: 'change', one }
}

/** What takes an optional answer back: Enter alone keeps it. */
const NONE = '-'

async function ask(
  { key, chosen, fault }: Resolved,
  asker: Asker,
  { line, paint, width }: Printer,
): Promise<Candidate> {
  const { why, mustBe, optional } = definitionOf(key)
  const byDefault = fault ? undefined : chosen?.value
  const none = optional ? `; ${byDefault === undefined ? 'Enter' : NONE} leaves it out` : ''
  line()
  line(wrap(`  ${paint.bold(key)}  `, why, width))
  line(wrap('  ', paint.dim(`It must be ${mustBe}${none}.`), width))
  if (fault) line(wrap('  ', paint.yellow(clean(`${fault} (from ${chosen?.from})`)), width))
  const value = await asker.text(key, {
    ...(byDefault !== undefined && { byDefault }),
    faultOf: typed => (optional && isNone(typed) ? undefined : faultOf(key, typed)),
  })
  return { key, value: optional && isNone(value) ? '' : value, from: 'you' }
}

const isNone = (typed: string) => typed === '' || typed === NONE
