import { accessSync, constants, lstatSync, mkdtempSync, readdirSync, rmSync, type Stats } from 'node:fs'
import { isAbsolute, join } from 'node:path'
import { SetupError, wordsOf } from './cause.ts'
import { makeFolder } from './make-folder.ts'
import { quote } from './quote.ts'
import { defaultStateFolder } from './state-root.ts'

/** What a folder is for: docker's sign-in, the id of an image that is built, a rehearsal's checkout. */
export type Purpose = 'docker' | 'image' | 'rehearsal'

const NAME = /^dummyapp-setup-(docker|image|rehearsal)-(\d+)-/

/** Older than any build or push takes: what was left by a process whose number another one has now. */
const LEFT_BEHIND_MS = 3_600_000

/** May others write there, or read what is in it? */
const OTHERS_WRITE = 0o022
const OTHERS = 0o077

/** A folder of this process alone, and what removes it; where the disk can only be read, the next run removes it. */
export interface PrivateFolder {
  readonly folder: string
  remove(): void
}

/**
 * Creates a folder that nobody else can read, where nobody else can put anything in its place: in the session's memory-backed
 * folder ($XDG_RUNTIME_DIR) if that is the user's alone, else beside the saved progress. Never in a shared temporary folder.
 * @throws SetupError where it cannot be created
 */
export function makePrivateFolder(env: NodeJS.ProcessEnv, purpose: Purpose): PrivateFolder {
  const root = rootFor(env, purpose)
  try {
    if (root !== env.XDG_RUNTIME_DIR) makeFolder(root)
    if (!isOwn(lstatSync(root), OTHERS_WRITE))
      throw new Error(`${quote(root)} is not a folder that only its owner can write to`)
    const folder = mkdtempSync(join(root, `dummyapp-setup-${purpose}-${process.pid}-`))
    const remove = () => {
      try {
        rmSync(folder, { recursive: true, force: true })
      } catch {
        // The next run does.
      }
    }
    return { folder, remove }
  } catch (error) {
    throw noPlace(root, error)
  }
}

/** The failure to write into a private folder. */
export const noPlace = (asked: string, error: unknown): SetupError =>
  new SetupError({
    code: 'no-private-folder',
    asked: quote(asked),
    said: wordsOf(error),
    means: 'A private folder is needed for a moment, and it cannot be written.',
    next: 'Free space, or make it writable for you alone (XDG_RUNTIME_DIR, XDG_STATE_HOME), and run again.',
  })

/** Removes what runs left behind that were killed. What is not a real folder of our own is left alone. */
export function removeLeftFolders(env: NodeJS.ProcessEnv): void {
  for (const root of rootsIn(env)) {
    // What others can write to, they can also swap between a look and a removal.
    if (isThere(root, OTHERS_WRITE)) for (const name of namesIn(root)) removeLeft(root, name)
  }
}

/** None where there is no home folder: then nothing was put there either. */
function rootsIn(env: NodeJS.ProcessEnv): ReadonlySet<string> {
  try {
    return new Set([rootFor(env, 'docker'), rootFor(env, 'rehearsal')])
  } catch {
    return new Set()
  }
}

function removeLeft(root: string, name: string): void {
  const [, purpose, pid] = NAME.exec(name) ?? []
  const folder = join(root, name)
  if (purpose === undefined || !isThere(folder, OTHERS)) return
  try {
    // A rehearsal may wait for a person as long as it likes.
    const isOld = purpose !== 'rehearsal' && Date.now() - lstatSync(folder).mtimeMs > LEFT_BEHIND_MS
    if (isOld || hasEnded(Number(pid))) rmSync(folder, { recursive: true, force: true })
  } catch {
    // It has gone in the meantime, or cannot be removed.
  }
}

/** Where such folders are: a checkout may be too large for memory. */
function rootFor(env: NodeJS.ProcessEnv, purpose: Purpose): string {
  const { XDG_RUNTIME_DIR: session } = env
  if (
    purpose !== 'rehearsal' &&
    session &&
    isAbsolute(session) &&
    isThere(session, OTHERS_WRITE) &&
    isWritable(session)
  )
    return session
  return join(defaultStateFolder(env), 'run')
}

function namesIn(root: string): readonly string[] {
  try {
    return readdirSync(root)
  } catch {
    return []
  }
}

function isThere(folder: string, kept: number): boolean {
  try {
    return isOwn(lstatSync(folder), kept)
  } catch {
    return false
  }
}

/** A real folder of this user's, in which the others have none of these rights. */
const isOwn = (stat: Stats, kept: number): boolean =>
  stat.isDirectory() && stat.uid === process.getuid?.() && (stat.mode & kept) === 0

function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK | constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** Is there no process of that number? One of another user's is there. */
function hasEnded(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return false
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ESRCH'
  }
}
