import { once } from 'node:events'
import { watch, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** What conf writes to before it renames it: each write of a file has one of its own, and is brought to disk once. */
const DRAFT = /\.tmp-/

/** How often a file in the folder was written whole while the work went on, as the operating system tells it. */
export async function writesOf(folder: string, work: () => Promise<unknown>): Promise<number> {
  const drafts = new Set<string>()
  const watcher = watch(folder)
  try {
    const ended = new Promise<void>(resolve =>
      watcher.on('change', (_, name) => {
        if (name === 'end') resolve()
        else if (DRAFT.test(String(name))) drafts.add(String(name))
      }),
    )
    await work()
    // What it told before this, it has told by then.
    writeFileSync(join(folder, 'end'), '')
    await ended
    return drafts.size
  } finally {
    watcher.close()
    await once(watcher, 'close')
  }
}
