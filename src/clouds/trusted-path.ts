import { lstatSync, realpathSync, type Stats } from 'node:fs'
import { dirname, isAbsolute } from 'node:path'

export const ANYBODY_WRITES = 0o002
/** Who writes to such a folder cannot rename or remove what others put there. */
export const STICKY = 0o1000
const ROOT = 0

/** Root; in a container that maps users, the machine's root goes by another number, as the owner of all. */
export const isRoot = (uid: number): boolean => uid === ROOT || uid === lstatSync('/').uid

/**
 * Can nobody but these users have put there what a path leads to, or put something else there at any time? Root always may.
 * A path that is relative leads elsewhere in every folder.
 * @param users the numbers of the users that may
 */
export function isOnlyOf(path: string, users: readonly number[]): boolean {
  if (!isAbsolute(path)) return false
  const trusted = (uid: number) => isRoot(uid) || users.includes(uid)
  return [path, realOf(path)].every(way =>
    stepsTo(way).every((step, index, all) => isSafe(step, all[index + 1], trusted)),
  )
}

/** Of a folder, is the entry in it on the way safe there? What is not there can be created by those who write to the folder. */
function isSafe(step: string, next: string | undefined, trusted: (uid: number) => boolean): boolean {
  const stat = statOf(step)
  if (stat === undefined) return true
  if (!trusted(stat.uid)) return false
  if (stat.isSymbolicLink() || (stat.mode & ANYBODY_WRITES) === 0) return true
  return stat.isDirectory() && (stat.mode & STICKY) !== 0 && next !== undefined && statOf(next) !== undefined
}

/** The folders on the way to a path from the root, and itself. */
function stepsTo(path: string): readonly string[] {
  const above = dirname(path)
  return above === path ? [path] : [...stepsTo(above), path]
}

const statOf = (entry: string): Stats | undefined => {
  try {
    return lstatSync(entry, { throwIfNoEntry: false })
  } catch {
    // It is below a file, or cannot be looked at.
    return undefined
  }
}

function realOf(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    return path
  }
}
