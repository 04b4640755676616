import { readdirSync, readFileSync, readlinkSync, realpathSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

interface Running {
  readonly pid: number
  /** Its words, as it was started. */
  readonly command: string
}

/** How the folders of a run of the tests begin, by the process that runs them all. */
export const foldersOf = (runner: number): string => join(realpathSync(tmpdir()), `dummyapp-setup-test-${runner}-`)

/** The processes that run in a folder or below it, or name it; `folder` may be the beginning of one's path. None where the system has no /proc. */
export const processesIn = (folder: string): readonly Running[] =>
  pids().flatMap(pid => {
    try {
      const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim()
      const isThere = readlinkSync(`/proc/${pid}/cwd`).startsWith(folder) || command.includes(folder)
      return isThere && pid !== process.pid && pid !== process.ppid ? [{ pid, command }] : []
    } catch {
      // It has ended, or is another user's.
      return []
    }
  })

/** Ends them, also those that will not end. Returns those that were there. */
export function endProcessesIn(folder: string): readonly Running[] {
  const left = processesIn(folder)
  for (const { pid } of left) {
    try {
      process.kill(pid, 'SIGKILL')
    } catch {
      // It has ended by itself.
    }
  }
  return left
}

function pids(): readonly number[] {
  try {
    return readdirSync('/proc').flatMap(name => (/^\d+$/.test(name) ? [Number(name)] : []))
  } catch {
    return []
  }
}
