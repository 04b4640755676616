import { type Answers, definitionOf, isAnswerKey } from '../../answers/schema.ts'
import { hostOf } from '../../clouds/hosts.ts'
import { quote } from '../../clouds/quote.ts'
import { VENDORS } from '../../clouds/vendors.ts'
import type { Action, Step } from '../../engine/step.ts'
import { type Hole, hole, pieces, type Str, shown } from '../../engine/text.ts'
import { harmless } from '../clean.ts'
import { argument, commandLine, needsJq, variableOf } from '../shell.ts'
import { byHand, type Entry, type Place, signIns } from './model.ts'

/** The checklist as a sh script that a person could run: the same effects, by the vendors' own commands. */
export function asScript(
  entries: readonly Entry[],
  answers: Answers,
  options: { readonly title: string; readonly place: Place; readonly notes?: readonly string[] },
): string {
  const { place } = options
  const by = entries.flatMap(({ step, actions }) => actions.flatMap(action => byHand(action, step, place)))
  const hosts = new Set(
    entries.flatMap(({ actions }) => actions.flatMap(action => ('host' in action ? [action.host] : []))),
  )
  const vendors = [...new Set([...hosts].map(host => hostOf(host).vendor))]
  const usesCurl = by.some(command => 'url' in command)
  const usesJq = by.some(needsJq)
  const own = by.flatMap(command => ('argv' in command ? [programOf(command.argv)] : []))
  const tools = [...new Set([...own, ...(usesCurl ? ['curl'] : []), ...(usesJq ? ['jq'] : [])])]
  const logins = vendors.flatMap(vendor => VENDORS[vendor].signIn.login?.join(' ') ?? [])
  const env = Object.assign({}, ...vendors.map(vendor => VENDORS[vendor].signIn.env ?? {}))
  const settings = Object.entries<string>(env).map(([name, value]) => `${name}=${quote(value)}`)
  const misleading = vendors.flatMap(vendor => VENDORS[vendor].misleading)
  const steps = entries.flatMap(({ step, actions }, index) => [
    '',
    comment(`${index + 1} ${step.id}: ${step.title}`),
    ...commandsOf(actions, step, place),
  ])
  return [
    '#!/bin/sh',
    comment(options.title),
    ...(options.notes ?? []).map(note => comment(note)),
    comment(`Needs ${tools.join(', ')}${logins.length > 0 ? `; sign in first: ${logins.join(', ')}` : ''}.`),
    'set -eu',
    ...(misleading.length > 0
      ? [comment('These would change what the commands act on.'), `unset ${misleading.join(' ')}`]
      : []),
    ...(settings.length > 0
      ? [comment('So that nothing is asked, silenced, or written to a log.'), `export ${settings.join(' ')}`]
      : []),
    ...missing(answers),
    ...partsOf(answers),
    ...(steps.some(line => line.includes(`\${${PROJECT_NAME}:?}`)) ? [poolName] : []),
    `cd ${quote(place.checkout)}`,
    ...steps,
    '',
  ].join('\n')
}

/** What is run, in an environment of its own or not. */
const programOf = (argv: readonly Str[]): string =>
  shown(argv.find((word, index) => !(index === 0 && word === 'env') && !/^\w+=/.test(shown(word))) ?? '')

/** A step's commands, each action under what it does. */
const commandsOf = (actions: readonly Action[], step: Step, place: Place): readonly string[] =>
  signIns(actions, step, place).flatMap(({ action, login }) => [
    comment(`- ${shown(action.does)}`),
    ...login,
    ...commands(action, step, place),
  ])

/** What does it; where only a person can, and no command, the script waits for them. */
function commands(action: Action, step: Step, place: Place): readonly string[] {
  const lines = byHand(action, step, place).map(commandLine)
  if (action.kind !== 'person' || lines.length > 0) return lines
  const words = [`${action.who}:`, ...action.instructions.map(argument), ...(action.url ? [argument(action.url)] : [])]
  return [`printf '%s\\n' ${[quote(words[0] ?? ''), ...words.slice(1)].join(' ')} 'Enter goes on.'`, 'read -r _']
}

/** A line that stays a comment, whatever it says. */
const comment = (text: string) => `# ${harmless(text).replace(/\s+/g, ' ')}`

/** The answers that are not known yet: the script stops at once where one is not set. */
function missing(answers: Answers): readonly string[] {
  const holes = Object.values(answers).flatMap((value: Str) =>
    pieces(value).filter((part): part is Hole => typeof part !== 'string'),
  )
  return holes.map(hole => {
    const rule = isAnswerKey(hole.hole) ? definitionOf(hole.hole).mustBe : ''
    // Not within double quotes, where shells differ on what a single one in the rule means.
    return `: \${${variableOf(hole)}:?${quote(`set it first: ${rule}`)}}`
  })
}

const PROJECT_NAME = variableOf(hole('circleProject:name'))

/** Of GROUP/OWNER/NAME the name, as Google takes it behind circleci- (google-identity.ts makes the same of a name that is known). */
const poolName = `${PROJECT_NAME}="$(printf '%s' "\${circleProject##*/}" | tr '[:upper:]' '[:lower:]' | tr -c 'a-z0-9-' '-' | cut -c 1-23 | sed 's/-*$//')"`

/** What is made of an answer that is not known yet: requests name the two parts of NAMESPACE/NAME apart. */
function partsOf({ dockerHubRepository }: Partial<Answers>): readonly string[] {
  if (dockerHubRepository === undefined || typeof dockerHubRepository === 'string') return []
  return [
    `dockerHubRepository_namespace="\${dockerHubRepository%%/*}"`,
    `dockerHubRepository_name="\${dockerHubRepository#*/}"`,
  ]
}
