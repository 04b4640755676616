import { mkdtempSync, rmSync } from 'node:fs'
import { onTestFinished } from 'vitest'
import { endProcessesIn, foldersOf } from './processes.ts'

/**
 * A new empty folder that is removed when the test is over; where it has failed, with the processes that it left there.
 * @param finished the hook of the test's own context, where several run at once
 */
export function temporaryFolder(finished: typeof onTestFinished = onTestFinished): string {
  const folder = mkdtempSync(foldersOf(process.ppid))
  finished(({ task }) => {
    if (task.result?.state === 'fail') endProcessesIn(folder)
    rmSync(folder, { recursive: true, force: true })
  })
  return folder
}
