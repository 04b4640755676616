import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

/**
 * A new empty folder that is removed when the test is over.
 * @param finished the hook of the test's own context, where several run at once
 */
export function temporaryFolder(finished: typeof onTestFinished = onTestFinished): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'dummyapp-setup-test-')))
  finished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}
