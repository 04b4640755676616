import type { Sh } from '../engine/step.ts'
import { fill, type Hole, type Str } from '../engine/text.ts'

/** A word as sh reads it back, whatever it holds. */
export const quote = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`

/** The name of a hole as a shell variable: herokuApp, heroku_create_app_id. */
export const variableOf = ({ hole }: Hole): string => hole.replace(/\W/g, '_')

/** One argument for sh; a hole becomes its variable, which must be set. */
export const argument = (text: Str): string => fill(text, hole => `"\${${variableOf(hole)}:?}"`, quote) || "''"

/** A by-hand command as one line of sh. */
export function commandLine({ argv, okExit = [0], stdin }: Sh): string {
  const others = okExit.filter(code => code !== 0)
  const allowed = others.length === 0 ? '' : ` || case $? in ${others.join(' | ')}) ;; *) false ;; esac`
  // The document stands behind the command itself, not behind what looks at its exit code.
  const [head, ...document] = stdin === undefined ? [''] : ` ${hereDocument(stdin)}`.split('\n')
  return [argv.map(argument).join(' ') + head + allowed, ...document].join('\n')
}

/** A text for standard input that no line of its own can end. */
function hereDocument(text: string): string {
  const lines = text.split('\n')
  let end = 'EOF'
  while (lines.includes(end)) end += '_'
  return `<<'${end}'\n${text.replace(/\n$/, '')}\n${end}`
}

/** The same for people: holes as `<name>`, no exit codes. */
export const readableLine = ({ argv, stdin }: Sh): string =>
  argv.map(part => fill(part, ({ hole }) => `<${hole}>`, quote)).join(' ') +
  (stdin === undefined ? '' : ` ${hereDocument(stdin)}`)
