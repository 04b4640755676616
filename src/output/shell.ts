import { jsonText } from '../clouds/json-text.ts'
import { LYING } from '../clouds/letters.ts'
import { numbered, quote } from '../clouds/quote.ts'
import type { Sh } from '../engine/step.ts'
import { type Body, fill, type Hole, mark, pieces, type Str, shown, t } from '../engine/text.ts'

/** A text for a document into which the shell puts variables. */
const inDocument = (text: string) => text.replace(/[\\$`]/g, '\\$&').replace(LYING, numbered)

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
  readonly headers: Readonly<Record<string, Str>>
  readonly body: Body | undefined
  /** It is asked again until this jq filter is true of the answer. */
  readonly until?: string
  readonly into?: Readonly<Record<string, string>>
  readonly okExit?: readonly number[]
}

export type ByHand = Sh | Curl
const isCurl = (command: ByHand): command is Curl => 'url' in command

/** A by-hand command as sh; what its answer teaches becomes variables. */
export function commandLine(command: ByHand): string {
  const { into = {}, okExit = [0] } = command
  const asText = 'text' in command && command.text ? 'Rs' : ''
  const others = okExit.filter(code => code !== 0)
  const allowed = others.length === 0 ? '' : ` || case $? in ${others.join(' | ')}) ;; *) false ;; esac`
  // The documents stand behind the command itself, not behind what looks at its exit code.
  const [head, ...documents] = isCurl(command) ? curlLines(command) : toolLines(command)
  const lines = [head + allowed, ...documents]
  const before = isCurl(command) ? madeJson(command.body) : []
  if (isCurl(command) && command.until !== undefined) return loop(lines, command.until, into)
  const wanted = Object.entries(into)
  if (wanted.length === 0) return [...before, ...lines].join('\n')
  const learned = wanted.map(([name, filter]) => taken(name, filter, asText))
  return [...before, ...answerOf(lines), ...learned].join('\n')
}

/** Words that no shell reads anything else in. */
const PLAIN = /^[\w@%+=:,./ -]*$/

/**
 * Puts what a command prints into `answer`. What has quotes, documents or a `case` in it is a function first: the bash 3.2
 * that is macOS's /bin/sh looks for the end of `$(` by counting brackets, and would take a text for code.
 */
function answerOf(lines: readonly string[]): readonly string[] {
  const [line = '', ...more] = lines
  if (more.length === 0 && PLAIN.test(line)) return [`answer=$(${line})`]
  return ['ask() {', ...lines, '}', 'answer=$(ask)']
}

/** CI and vendors take minutes: this asks every quarter of a minute. */
function loop(lines: readonly string[], until: string, into: Readonly<Record<string, string>>): string {
  const [ask = '', ...before] = answerOf(lines).toReversed()
  return [
    ...before.toReversed(),
    'while :; do',
    ask,
    `if printf '%s' "$answer" | jq -e ${quote(until)} >/dev/null; then break; fi`,
    'sleep 15',
    'done',
    ...Object.entries(into).map(([name, filter]) => taken(name, filter, '')),
  ].join('\n')
}

/** What the answer does not tell must stop the script, not become the word null. */
const taken = (name: string, filter: string, asText: string): string =>
  `${variableOf({ hole: name })}=$(printf '%s' "$answer" | jq -${asText}er ${quote(filter)})`

/** Does it take jq: for what its answer teaches, or for what its body is made of? */
export const needsJq = (command: ByHand): boolean =>
  command.into !== undefined || (isCurl(command) && textsIn(command.body).length > 0)

function toolLines({ argv, stdin }: Sh): readonly string[] {
  const [head, ...document] = stdin === undefined ? [''] : ` ${hereDocument(stdin)}`.split('\n')
  return [argv.map(argument).join(' ') + head, ...document]
}

/** The headers of a request, each on a line of its own; curl would take a body for a form. */
const headerLines = ({ headers, body }: Pick<Curl, 'headers' | 'body'>): readonly Str[] =>
  Object.entries({ ...headers, ...(body !== undefined && { 'content-type': 'application/json' }) }).map(
    ([name, value]) => t`${name}: ${value}`,
  )

function curlLines({ method, url, signIn, headers, body }: Curl): readonly string[] {
  const json = body === undefined ? [] : bodyLines(body)
  const shownHeaders = headerLines({ headers, body }).flatMap(line => ['-H', argument(line)])
  const words = ['curl', '-fsS', ...(isGlob(url) ? ['-g'] : []), '-X', method, ...shownHeaders, argument(url)]
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

/** In an address that is not told otherwise, curl takes these for patterns. */
const isGlob = (url: Str): boolean => pieces(url).some(part => typeof part === 'string' && /[[\]{}]/.test(part))

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

/** The texts of a body that are not known yet, in order; a number stands in it as it is. */
function textsIn(body: Body | undefined): readonly Str[] {
  if (typeof body !== 'object' || body === null) return []
  if (isStr(body)) return isNumber(body) || !pieces(body).some(part => typeof part !== 'string') ? [] : [body]
  return Object.values(body).flatMap(textsIn)
}

const isStr = (body: Body): body is Str =>
  typeof body === 'string' || (typeof body === 'object' && body !== null && ('hole' in body || 'parts' in body))
const isNumber = (text: Str): text is Hole => typeof text === 'object' && 'hole' in text && text.number === true

/** Makes JSON of them, whatever they hold: jq gets them in its environment, since its arguments can be seen by all. */
const madeJson = (body: Body | undefined): readonly string[] =>
  textsIn(body).map((text, index) => `json_${index}=$(text=${argument(text)} jq -n env.text)`)

/** A body in a document that the shell puts its variables into. */
function bodyLines(body: Body): readonly string[] {
  const texts = textsIn(body)
  const text = (part: Str) =>
    texts.includes(part) ? `\${json_${texts.indexOf(part)}:?}` : inDocument(jsonText(fill(part, mark)))
  return [writtenJson(body, hole => `\${${variableOf(hole)}:?}`, text)]
}

/** A body as JSON, with its numbers that are not known yet and its texts as they are to stand there. */
function writtenJson(body: Body, number: (hole: Hole) => string, text: (part: Str) => string): string {
  const written = (part: Body): string => {
    if (isStr(part)) return isNumber(part) ? number(part) : text(part)
    if (typeof part !== 'object' || part === null) return jsonText(part)
    if (Array.isArray(part)) return `[${part.map(written).join(',')}]`
    const members = Object.entries(part as { readonly [key: string]: Body | undefined })
    return `{${members.flatMap(([key, value]) => (value === undefined ? [] : [`${written(key)}:${written(value)}`])).join(',')}}`
  }
  return written(body)
}

/** A body for people: holes as `<name>`, where a number is meant without quotes. */
export const readableJson = (body: Body): string => writtenJson(body, mark, part => jsonText(fill(part, mark)))

/** A text for standard input that no line of its own can end; the shell puts its holes in, and takes all else as it is. */
function hereDocument(text: Str): string {
  if (pieces(text).every(part => typeof part === 'string')) return quotedDocument(shown(text))
  const variable = (hole: Hole) => `\${${variableOf(hole)}:?}`
  return documentOf(fill(text, variable, inDocument), end => end)
}

/** The shell puts nothing in, but what could not be read otherwise. */
const quotedDocument = (text: string): string =>
  text.search(LYING) === -1 ? documentOf(text, end => `'${end}'`) : documentOf(inDocument(text), end => end)

function documentOf(text: string, written: (end: string) => string): string {
  const lines = text.split('\n')
  let end = 'EOF'
  while (lines.includes(end)) end += '_'
  return `<<${written(end)}\n${text.replace(/\n$/, '')}\n${end}`
}

/** The same for people: holes as `<name>`, secrets as `••••`, no exit codes. */
export function readableLine(command: ByHand): string {
  const word = (part: Str) => fill(part, mark, quote)
  if (!isCurl(command)) {
    const { argv, stdin } = command
    return argv.map(word).join(' ') + (stdin === undefined ? '' : ` ${quotedDocument(shown(stdin))}`)
  }
  const { method, url, signIn, body } = command
  const json = body === undefined ? [] : ['--data', quote(readableJson(body))]
  const headers = headerLines(command).flatMap(line => ['-H', word(line)])
  const login = signIn ? [readableSignIn(signIn)] : []
  const globs = isGlob(url) ? ['-g'] : []
  const line = ['curl', ...globs, '-X', method, word(url), ...login, ...headers, ...json].join(' ')
  return command.until === undefined ? line : `${line}   # again and again, until ${command.until}`
}

const readableSignIn = (signIn: NonNullable<Curl['signIn']>): string =>
  'header' in signIn
    ? `-H "${signIn.header}$${signIn.variable}"`
    : `-u ${quote(shown(signIn.user))}:${mark(signIn.secret)}`
