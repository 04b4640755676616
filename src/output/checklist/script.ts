import { type Answers, definitionOf, isAnswerKey } from '../../answers/schema.ts'
import { VENDORS } from '../../clouds/vendors.ts'
import type { Action } from '../../engine/step.ts'
import { type Hole, pieces, type Str, shown } from '../../engine/text.ts'
import { argument, commandLine, quote, variableOf } from '../shell.ts'
import { byHand, type Entry } from './model.ts'

/** The checklist as a sh script that a person could run: the same effects, by the vendors' own commands. */
export function asScript(
  entries: readonly Entry[],
  answers: Answers,
  options: { readonly title: string; readonly checkout: string },
): string {
  const actions = entries.flatMap(entry => entry.actions)
  const vendors = [...new Set(actions.flatMap(action => (action.kind === 'request' ? [action.vendor] : [])))]
  const tools = [...new Set(actions.flatMap(byHand).map(({ argv }) => shown(argv[0] ?? '')))]
  const logins = vendors.map(vendor => `${VENDORS[vendor].signIn.tool[0]} login`)
  const misleading = vendors.flatMap(vendor => VENDORS[vendor].misleading)
  return [
    '#!/bin/sh',
    comment(options.title),
    comment(`Needs ${tools.join(', ')}; sign in first: ${logins.join(', ')}.`),
    'set -eu',
    ...(misleading.length > 0
      ? [comment('These would change what the commands act on.'), `unset ${misleading.join(' ')}`]
      : []),
    ...missing(answers),
    `cd ${quote(options.checkout)}`,
    ...entries.flatMap(({ step, actions }, index) => [
      '',
      comment(`${index + 1} ${step.id}: ${step.title}`),
      ...actions.flatMap(action => [comment(`- ${shown(action.does)}`), ...commands(action)]),
    ]),
    '',
  ].join('\n')
}

/** What does it; where only a person can, and no command, the script waits for them. */
function commands(action: Action): readonly string[] {
  const lines = byHand(action).map(commandLine)
  if (action.kind !== 'person' || lines.length > 0) return lines
  const words = [`${action.who}:`, ...action.instructions.map(argument), ...(action.url ? [argument(action.url)] : [])]
  return [`printf '%s\\n' ${[quote(words[0] ?? ''), ...words.slice(1)].join(' ')} 'Enter goes on.'`, 'read -r _']
}

/** A line that stays a comment, whatever it says. */
const comment = (text: string) => `# ${text.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ')}`

/** The answers that are not known yet: the script stops at once where one is not set. */
function missing(answers: Answers): readonly string[] {
  const holes = Object.values(answers).flatMap((value: Str) =>
    pieces(value).filter((part): part is Hole => typeof part !== 'string'),
  )
  return holes.map(hole => {
    const rule = isAnswerKey(hole.hole) ? definitionOf(hole.hole).mustBe : ''
    return `: "\${${variableOf(hole)}:?set it first: ${rule}}"`
  })
}
