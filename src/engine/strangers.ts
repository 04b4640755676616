import { lstatSync, realpathSync, type Stats, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { EXIT, SetupError } from '../clouds/cause.ts'
import { quote } from '../clouds/quote.ts'
import { ANYBODY_WRITES, isRoot, STICKY } from '../clouds/trusted-path.ts'

const OTHERS_WRITE = 0o022

/**
 * Makes sure that nobody else can have put anything into the folder for the saved progress; before anything in it is opened.
 * @throws SetupError (exit 2) where it is a link, another user's, or writable by others, or a folder above it is
 */
export function refuseStrangersFolder(folder: string): void {
  refuseStrangers(folder)
  if (!lstatSync(folder).isDirectory()) throw notTrusted(folder, 'is not a folder')
  const real = realpathSync(folder)
  for (let above = dirname(real); ; above = dirname(above)) {
    if (isOpenToAll(statSync(above))) throw notTrusted(above, 'can be written by anybody', `chmod o-w ${quote(above)}`)
    if (above === dirname(above)) return
  }
}

/** Could anybody rename what is in that folder, and put something else in its place? */
const isOpenToAll = ({ mode, uid }: Stats): boolean =>
  (mode & ANYBODY_WRITES) !== 0 && !((mode & STICKY) !== 0 && (isRoot(uid) || uid === process.getuid?.()))

/**
 * Those who can write there could make us act on a forged claim.
 * @throws SetupError (exit 2) where the entry is a link, another user's, or writable by others
 */
export function refuseStrangers(entry: string): void {
  const stat = lstatSync(entry)
  if (stat.isSymbolicLink()) throw notTrusted(entry, 'is a link')
  if (process.getuid !== undefined && stat.uid !== process.getuid()) throw notTrusted(entry, 'belongs to another user')
  if ((stat.mode & OTHERS_WRITE) !== 0)
    throw notTrusted(entry, 'can be written by others', `chmod go-w ${quote(entry)}`)
}

function notTrusted(entry: string, fault: string, fix?: string): SetupError {
  return new SetupError(
    {
      code: 'unsafe-progress',
      asked: quote(entry),
      means: `The saved progress is not trusted, since others could have changed it: ${quote(entry)} ${fault}.`,
      next: `${fix === undefined ? 'Move' : `If it is yours: ${fix}\nOtherwise move`} it away, or name another place with --state-dir DIR. Progress starts again there, and what exists is found by looking. Then run again.`,
    },
    EXIT.input,
  )
}
