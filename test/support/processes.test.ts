import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { temporaryFolder } from './folder.ts'
import { endProcessesIn, processesIn } from './processes.ts'

test.skipIf(!existsSync('/proc/self/cwd'))(
  'Of what a test has started, all is found and ended: in groups of its own, deaf to a polite end (by /proc alone)',
  async () => {
    const [folder, other] = [temporaryFolder(), temporaryFolder()]
    writeFileSync(join(folder, 'x'), '')
    const script = `trap '' TERM HUP INT; setsid sh -c 'cd /; echo ready; exec tail -f "$0"' '${folder}/x' & wait`
    const child = spawn('sh', ['-c', script], { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'], detached: true })
    onTestFinished(() => void child.kill('SIGKILL'))
    await once(child.stdout, 'data')
    expect(processesIn(join(other, 'x'))).toEqual([])
    const ended = once(child, 'exit')
    expect(endProcessesIn(folder).length).toBeGreaterThanOrEqual(2)
    expect(await ended).toEqual([null, 'SIGKILL'])
    await expect.poll(() => processesIn(folder)).toEqual([])
  },
)
