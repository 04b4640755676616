/** Where every run begins: a short question is answered at once, without loading the program. */
import { fstatSync, readFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { HELP_FLAGS, VERSION_FLAGS } from './flags.ts'
import { helpText, type Pages } from './help.ts'
import { notWritten } from './not-written.ts'
import { VERSION } from './version.ts'

const STDOUT = 1

const is = (word: string | undefined, flags: string) => flags.split(', ').some(flag => flag === word)

/** What the words ask for, where that is all they ask; undefined for what the program itself must answer. */
function answerTo(words: readonly string[]): string | undefined {
  const last = words.at(-1)
  if (words.length === 1 && is(last, VERSION_FLAGS)) return `${VERSION}\n`
  if (words.length > 2 || !is(last, HELP_FLAGS)) return undefined
  const pages: Pages = JSON.parse(readFileSync(join(__dirname, 'help.json'), 'utf8'))
  const name = words.length === 1 ? '' : (words[0] ?? '')
  if (!Object.hasOwn(pages, name)) return undefined
  return helpText(pages[name] ?? [], columns() ?? 80)
}

/** How wide the terminal is, if it is one. process.stdout is touched only where it may be. */
const columns = () => (fstatSync(STDOUT).isCharacterDevice() ? process.stdout.columns : undefined)

/** process.stdout alone takes a tenth of Node's own start, so it is left to texts that cannot be written at once. */
function print(text: string): void {
  const bytes = Buffer.from(text)
  let written = 0
  try {
    while (written < bytes.length) written += writeSync(STDOUT, bytes, written)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EAGAIN') process.stdout.write(bytes.subarray(written))
    else sayNotWritten(error as NodeJS.ErrnoException)
  }
}

function sayNotWritten(error: NodeJS.ErrnoException): void {
  const told = notWritten('Standard output', error)
  if (told === undefined) return
  process.exitCode = 1
  process.stderr.write(told)
}

const answer = answerTo(process.argv.slice(2))
if (answer === undefined) void import('./main.ts')
else print(answer)
