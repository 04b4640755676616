/** A command of a script as far as its words tell, and where its standard input comes from. */
export interface ShellCommand {
  /** Without their quotes; variables stand as they are written. */
  readonly words: readonly string[]
  /** The commands before it in its pipe, the nearest last. */
  readonly piped: readonly (readonly string[])[]
}

/** A word in quotes or without, an end of a command, or a comment. */
const TOKEN =
  /\\\r?\n|(?<=^|\s)#[^\n]*|\|\||\|&|&&|[|;&\n]|<<<|(?:\\.|'[^']*'|"(?:\\.|[^"\\])*"|[$<>]\([^()\n]*\)|[^\s|;&'"\\])+|[^\S\n]+|./gs

/** The commands of a shell script in their order; none is carried out, and every branch counts. */
export function shellCommands(script: string): readonly ShellCommand[] {
  const commands: ShellCommand[] = []
  let words: string[] = []
  let piped: readonly (readonly string[])[] = []
  const end = (isPipe: boolean) => {
    if (words.length > 0) commands.push({ words, piped })
    piped = isPipe ? [...piped, words] : []
    words = []
  }
  for (const [token] of script.matchAll(TOKEN)) {
    if (/^(?:\|\||\|&|&&|[|;&\n])$/.test(token)) end(token === '|' || token === '|&')
    else if (/^[^\s#\\]|^\\[^\r\n]/.test(token)) words.push(token.replaceAll(/\\(.)|["']/g, '$1'))
  }
  end(false)
  return commands
}

/** The variable that a word is, with whatever the shell is told to do where it is not set. */
export const variableIn = (word: string | undefined): string | undefined =>
  /^\$(?:(\w+)|\{(\w+)(?::?[-=?+][^}]*)?\})$/
    .exec(word ?? '')
    ?.slice(1)
    .find(Boolean)
