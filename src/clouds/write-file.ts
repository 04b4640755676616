import { randomBytes } from 'node:crypto'
import { linkSync, lstatSync, renameSync, rmSync, type Stats, writeFileSync } from 'node:fs'
import { kindOf, NotOrdinary } from './ordinary-file.ts'

/** File systems without a second name for a file say one of these (link(2)). */
const NO_LINKS = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'])

/**
 * Writes a file where a person said, whole or not at all: a draft of a random name is put into its place. No link is
 * followed; a pipe, a device or a folder is not replaced.
 * @param options.overwrite may an ordinary file that is there be replaced?
 * @param options.mode its rights, for oneself alone unless told; the umask takes from them
 * @returns false where a file is there that may not be replaced
 * @throws NotOrdinary where something else is there; what the file system says where it cannot be written
 */
export function writeWhole(file: string, text: string, options: { overwrite: boolean; mode?: number }): boolean {
  const { overwrite, mode = 0o600 } = options
  if (isTaken(file) && !overwrite) return false
  const draft = `${file}.${randomBytes(4).toString('hex')}.new`
  try {
    writeFileSync(draft, text, { mode, flag: 'wx' })
    return overwrite ? replace(draft, file) : putBeside(draft, file)
  } finally {
    rmSync(draft, { force: true })
  }
}

/**
 * Is there a file of that name already?
 * @throws NotOrdinary where there is something else: what is written would go elsewhere, or remove it
 */
export function isTaken(file: string): boolean {
  const there: Stats | undefined = lstatSync(file, { throwIfNoEntry: false })
  if (there && !there.isFile()) throw new NotOrdinary(kindOf(there))
  return there !== undefined
}

function replace(draft: string, file: string): true {
  renameSync(draft, file)
  return true
}

/** A second name, since that, unlike renaming, never replaces what has come there meanwhile. */
function putBeside(draft: string, file: string): boolean {
  try {
    linkSync(draft, file)
    return true
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException
    if (code === 'EEXIST') return false
    if (NO_LINKS.has(code)) return replace(draft, file)
    throw error
  }
}
