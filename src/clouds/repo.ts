import {
  closeSync,
  existsSync,
  fchmodSync,
  lstatSync,
  mkdirSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join, sep } from 'node:path'
import { EXIT, SetupError, wordsOf } from './cause.ts'
import type { Tools } from './exec.ts'
import { assertOwnGitFolder } from './git-folder.ts'
import { homeFolder } from './home.ts'
import { readOrdinary } from './ordinary-file.ts'
import { quote } from './quote.ts'

const LARGEST_FILE = 2 ** 20
const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * The top folder of the checkout that a folder is in, by the nearest `.git` above it: found without git, because git
 * itself must not be looked up inside the checkout.
 * @throws SetupError (exit 2) when there is no such folder, or no repository around it
 */
export function findCheckout(folder: string): string {
  if (!existsSync(folder))
    throw refusal(`There is no folder ${quote(folder)}.`, 'Check the path given with --repo, and run again.')
  if (!statSync(folder).isDirectory())
    throw refusal(
      `${quote(folder)} is not a folder.`,
      'Name the folder of the checkout with --repo DIR, and run again.',
    )
  const start = realpathSync(folder)
  for (let here = start; ; here = dirname(here)) {
    if (existsSync(join(here, '.git'))) return here
    if (isBare(here)) {
      throw refusal(
        `${quote(here)} is a bare repository: it has no work tree, so there are no files to set up.`,
        'Run it in a work tree of it (git worktree list), or in a clone of it, or name one with --repo DIR.',
      )
    }
    if (here === dirname(here)) {
      throw refusal(
        `${quote(start)} is not in a git repository.`,
        'Make a checkout (git clone https://github.com/PennockTech/dummyapp, or your fork), and run in it, or with --repo DIR.',
      )
    }
  }
}

/** gitrepository-layout(5): what git knows a repository by. What is below a `.git` belongs to its checkout. */
const isBare = (folder: string): boolean =>
  !folder.split(sep).includes('.git') && ['HEAD', 'objects', 'refs'].every(name => existsSync(join(folder, name)))

/**
 * @throws SetupError (exit 2) when git does not take the folder for a repository that we may read (its own words tell why),
 * or for one whose files are elsewhere, or keeps its own where they do not belong to the checkout
 */
export async function assertReadable(checkout: string, tools: Tools): Promise<void> {
  const { code, stdout, stderr } = await tools.run({ argv: ['git', 'rev-parse', '--show-toplevel'], cwd: checkout })
  const top = stdout.replace(/\n$/, '')
  if (code === 0 && existsSync(top) && realpathSync(top) === checkout) return assertOwnGitFolder(checkout, tools)
  if (code === 0) {
    throw refusal(
      `For git the files of ${quote(checkout)} are in ${quote(top)}: its configuration says so (core.worktree).`,
      `Run it in ${quote(top)}, or take that out (git config --unset core.worktree), and run again.`,
    )
  }
  const [, owned] = /detected dubious ownership in repository at '(.*)'/s.exec(stderr) ?? []
  if (owned !== undefined) {
    throw refusal(
      `git does not read ${quote(checkout)}, because another user owns it and could have put anything into it.`,
      `If you trust what is in it: git config --global --add safe.directory ${quote(owned)}\nOtherwise clone it again as yourself. Then run again.`,
      stderr.trim(),
    )
  }
  const isLate = stderr.includes('timed out after')
  throw refusal(
    `git cannot read the repository ${quote(checkout)}.`,
    isLate
      ? 'A pipe may be in the place of one of its files (find .git -type p), or its disk may not answer. Fix that, and run again.'
      : 'Fix what git says above, and run again.',
    stderr.trim(),
  )
}

/** A text file of the checkout (or another folder); undefined where there is none, it is too large, or a link leads out. */
export function readInside(checkout: string, name: string): string | undefined {
  try {
    const file = realpathSync(join(checkout, name))
    if (!file.startsWith(realpathSync(checkout) + sep)) return undefined
    // Other bytes than UTF-8 could not be written back as they were.
    return UTF8.decode(readOrdinary(file, LARGEST_FILE))
  } catch {
    return undefined
  }
}

/** A text file below the home folder; undefined where there is none, or it is too large. */
export function readHome(name: string): string | undefined {
  const home = homeFolder(process.env)
  return home && readInside(home, name)
}

/**
 * Replaces the text of a file of the checkout: temporary file, then rename; its rights stay. From no text at all, a file
 * that is not there is made.
 * @throws SetupError when the file no longer has the text `from`, or cannot be written
 */
export function replaceInside(checkout: string, name: string, from: string, to: string): void {
  const file = join(checkout, name)
  const isNew = from === '' && !isThere(file)
  const found = isNew ? '' : readInside(checkout, name)
  if (found === undefined && from === '') {
    throw new SetupError({
      code: 'unreadable-file',
      asked: quote(name),
      means: `${quote(name)} is there and cannot be read as a text of the checkout: it is no file, a link that leads nowhere or out of the checkout, larger than 1 MB, or no UTF-8. It was left alone.`,
      next: `Put a text file in its place, or move it away, and run again.`,
    })
  }
  if (found !== from) {
    throw new SetupError({
      code: 'changed-file',
      asked: quote(name),
      means: `${quote(name)} is no longer as it was when you agreed to the change; it was left alone.`,
      next: 'Run again: it is read anew, and you are shown the new change first.',
    })
  }
  if (isNew) makeFolderInside(checkout, name)
  // One name for good: what a run left that was killed here is replaced by the next one.
  const draft = `${file}.dummyapp-setup.tmp`
  try {
    rmSync(draft, { force: true })
    writeNew(draft, to, isNew ? 0o666 & ~process.umask() : statSync(file).mode & 0o777)
    renameSync(draft, isNew ? file : realpathSync(file))
  } catch (error) {
    removeIfPossible(draft)
    throw unwritable(name, error)
  }
}

/** The rights are set on what was opened: whatever is put into its place meanwhile keeps its own. */
function writeNew(file: string, text: string, mode: number): void {
  const opened = openSync(file, 'wx', 0o600)
  try {
    writeFileSync(opened, text)
    fchmodSync(opened, mode)
  } finally {
    closeSync(opened)
  }
}

/** Where the disk can only be read, it stays; the next run replaces it. */
function removeIfPossible(file: string): void {
  try {
    rmSync(file, { force: true })
  } catch {}
}

const unwritable = (name: string, error: unknown): SetupError =>
  new SetupError({
    code: 'unwritable-file',
    asked: quote(name),
    said: wordsOf(error),
    means: `${quote(name)} cannot be written; it is as it was.`,
    next: `Make ${quote(name)} and its folder writable for you, and run again.`,
  })

/** Whatever it is, a link that leads nowhere included. */
function isThere(entry: string): boolean {
  try {
    return lstatSync(entry) !== undefined
  } catch {
    return false
  }
}

/** The folder that a new file goes into; no link may lead out of the checkout. */
function makeFolderInside(checkout: string, name: string): void {
  const folder = dirname(join(checkout, name))
  let there = folder
  while (!isThere(there)) there = dirname(there)
  const inside = realpathSync(checkout)
  // A link may also lead nowhere.
  const real = existsSync(there) ? realpathSync(there) : ''
  if (real !== inside && !real.startsWith(inside + sep)) {
    throw new SetupError({
      code: 'outside',
      asked: quote(name),
      means: `${quote(dirname(name))} is a link that leads out of the checkout, or nowhere; nothing was written there.`,
      next: 'Replace the link by a folder, and run again.',
    })
  }
  try {
    mkdirSync(folder, { recursive: true })
  } catch (error) {
    throw unwritable(name, error)
  }
}

function refusal(means: string, next: string, said?: string): SetupError {
  return new SetupError({ code: 'repository', means, next, ...(said && { said }) }, EXIT.input)
}
