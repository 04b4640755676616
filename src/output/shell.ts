import type { Sh } from '../engine/step.ts'
import { type Body, fill, fillBody, type Hole, mark, type Str, shown } from '../engine/text.ts'

/** A word as sh reads it back, whatever it holds. */
export const quote = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`

/** The name of a hole as a shell variable: herokuApp, heroku_create_app_id. */
export const variableOf = ({ hole }: Hole): string => hole.replace(/\W/g, '_')

/** One argument for sh; a hole becomes its variable, which must be set. */
export const argument = (text: Str): string => fill(text, hole => `"\${${variableOf(hole)}:?}"`, quote) || "''"

/** A request by hand, where the vendor has no command for it. */
export interface Curl {
  readonly method: string
  readonly url: Str
  /** Of the sign-in: made of a shell variable, and never in an argument; or a name with a secret that was made before. */
  readonly signIn:
    | { readonly header: string; readonly variable: string }
    | { readonly user: Str; readonly secret: Hole }
    | undefined
  readonly headers: Readonly<Record<string, string>>
  readonly body: Body | undefined
  readonly into?: Readonly<Record<string, string>>
  readonly okExit?: readonly number[]
}

export type ByHand = Sh | Curl
const isCurl = (command: ByHand): command is Curl => 'url' in command

/** A by-hand command as sh; what its answer teaches becomes variables. */
export function commandLine(command: ByHand): string {
  const { into = {}, okExit = [0] } = command
  const others = okExit.filter(code => code !== 0)
  const allowed = others.length === 0 ? '' : ` || case $? in ${others.join(' | ')}) ;; *) false ;; esac`
  // The documents stand behind the command itself, not behind what looks at its exit code.
  const [head, ...documents] = isCurl(command) ? curlLines(command) : toolLines(command)
  const lines = [head + allowed, ...documents]
  const wanted = Object.entries(into)
  if (wanted.length === 0) return lines.join('\n')
  const taken = wanted.map(
    ([name, filter]) => `${variableOf({ hole: name })}=$(printf '%s' "$answer" | jq -r ${quote(filter)})`,
  )
  return [`answer=$(${lines.join('\n')}${lines.length > 1 ? '\n' : ''})`, ...taken].join('\n')
}

function toolLines({ argv, stdin }: Sh): readonly string[] {
  const [head, ...document] = stdin === undefined ? [''] : ` ${hereDocument(stdin)}`.split('\n')
  return [argv.map(argument).join(' ') + head, ...document]
}

function curlLines({ method, url, signIn, headers, body }: Curl): readonly string[] {
  const json = body === undefined ? [] : bodyLines(body)
  const all = { ...headers, ...(body !== undefined && { 'content-type': 'application/json' }) }
  const shownHeaders = Object.entries(all).flatMap(([name, value]) => ['-H', quote(`${name}: ${value}`)])
  const words = ['curl', '-fsS', '-X', method, ...shownHeaders, argument(url)]
  return [
    [
      ...words,
      ...(signIn ? ['--config', '/dev/fd/3'] : []),
      ...(body === undefined ? [] : ['--data', '@-', '<<BODY']),
      ...(signIn ? ['3<<SIGNIN'] : []),
    ].join(' '),
    ...(body === undefined ? [] : [...json, 'BODY']),
    ...(signIn ? [signInLine(signIn), 'SIGNIN'] : []),
  ]
}

/** A line of curl's own configuration. */
function signInLine(signIn: NonNullable<Curl['signIn']>): string {
  if ('header' in signIn) return `header = "${signIn.header}\${${signIn.variable}:?}"`
  const user = fill(
    signIn.user,
    hole => `\${${variableOf(hole)}:?}`,
    part => part.replace(/[\\$`"]/g, '\\$&'),
  )
  return `user = "${user}:\${${variableOf(signIn.secret)}:?}"`
}

/** A body in a document that the shell puts its variables into. */
function bodyLines(body: Body): readonly string[] {
  const text = JSON.stringify(fillBody(body, hole => `${hole.number ? '\ue002' : '\ue000'}${variableOf(hole)}\ue001`))
  const variable = (_: string, name: string) => `\${${name}:?}`
  // A number stands without quotes.
  return [
    text
      .replace(/[\\$`]/g, '\\$&')
      .replace(/"\ue002(\w+)\ue001"/g, variable)
      .replace(/\ue000(\w+)\ue001/g, variable),
  ]
}

/** A text for standard input that no line of its own can end. */
function hereDocument(text: string): string {
  const lines = text.split('\n')
  let end = 'EOF'
  while (lines.includes(end)) end += '_'
  return `<<'${end}'\n${text.replace(/\n$/, '')}\n${end}`
}

/** The same for people: holes as `<name>`, secrets as `••••`, no exit codes. */
export function readableLine(command: ByHand): string {
  const word = (part: Str) => fill(part, mark, quote)
  if (!isCurl(command)) {
    const { argv, stdin } = command
    return argv.map(word).join(' ') + (stdin === undefined ? '' : ` ${hereDocument(stdin)}`)
  }
  const { method, url, signIn, body } = command
  const json = body === undefined ? [] : ['--data', quote(JSON.stringify(fillBody(body, mark)))]
  const header = signIn ? [readableSignIn(signIn)] : []
  return ['curl', '-X', method, word(url), ...header, ...json].join(' ')
}

const readableSignIn = (signIn: NonNullable<Curl['signIn']>): string =>
  'header' in signIn
    ? `-H "${signIn.header}$${signIn.variable}"`
    : `-u ${quote(shown(signIn.user))}:${mark(signIn.secret)}`
