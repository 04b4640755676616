type Environment = Readonly<Record<string, string>>

/** A command as far as it is understood here: its words, and what the one before it pipes in. */
export interface Command {
  readonly words: readonly string[]
  readonly piped: readonly string[] | undefined
}

/** A word in quotes or without, an end of a command, or a comment. */
const TOKEN = /\\\n|(?<=^|\s)#[^\n]*|\|\||&&|[|;&\n]|<<<|(?:\\.|'[^']*'|"(?:\\.|[^"\\])*"|[^\s|;&'"\\])+|[^\S\n]+|./gs

/** The commands of a script, one after another, with their variables filled in; those that are not set are empty. */
export function commandsIn(script: string, environment: Environment): readonly Command[] {
  const commands: Command[] = []
  let words: string[] = []
  let piped: readonly string[] | undefined
  const end = (pipe: boolean) => {
    if (words.length) commands.push({ words, piped })
    piped = pipe ? passedOn(words, piped) : undefined
    words = []
  }
  for (const [token] of script.matchAll(TOKEN)) {
    if (/^(\|\||&&|[|;&\n])$/.test(token)) end(token === '|')
    else if (/^[^\s#]/.test(token) && token !== '\\\n') words.push(unquoted(token, environment))
  }
  end(false)
  return commands
}

/** What goes down a pipe: the words of whoever prints them, decoded where base64 stands between. */
function passedOn(words: readonly string[], piped: readonly string[] | undefined): readonly string[] {
  const decodes = words[0] === 'base64' && words.some(word => /^(-d|-D|--decode)$/.test(word))
  return decodes ? [Buffer.from(piped?.at(-1) ?? '', 'base64').toString()] : words
}

const PART = /'([^']*)'|"((?:\\.|[^"\\])*)"|\\(.)|([^'"\\]+)/gs

const unquoted = (word: string, environment: Environment): string =>
  word.replace(PART, (_, single, double, escaped, bare) => {
    const plain = single ?? escaped
    return plain ?? filled(double === undefined ? bare : double.replace(/\\(["\\`])/g, '$1'), environment)
  })

const filled = (text: string, environment: Environment): string =>
  text.replace(/\$(?:\{(\w+)(?::?-([^}]*)|:?\?[^}]*)?\}|(\w+))/g, (_, braced, otherwise, plain) => {
    const name = braced ?? plain
    return (Object.hasOwn(environment, name) ? environment[name] : undefined) || (otherwise ?? '')
  })
