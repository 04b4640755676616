import { setTimeout } from 'node:timers/promises'
import type { Reporter, TestModule } from 'vitest/node'
import { endProcessesIn, foldersOf, processesIn } from './support/processes.ts'

/** How long what was told to end may take to be gone, in milliseconds. */
const ENDING_MS = 2_000

/** The tests' closing line, in the form that any reader of logs can count on. */
export default class ClosingLine implements Reporter {
  async onTestRunEnd(modules: readonly TestModule[], unhandled: readonly unknown[]): Promise<void> {
    const all = modules.flatMap(module => [...module.children.allTests()])
    const states = all.map(test => test.result().state)
    const count = (state: string) => states.filter(one => one === state).length
    // A file that cannot be read has no tests to fail.
    const broken = modules.filter(
      module => module.state() === 'failed' && [...module.children.allTests('failed')].length === 0,
    )
    const left = await leftBehind()
    for (const { pid, command } of left) process.stdout.write(`A test has left a process behind: ${pid} ${command}\n`)
    if (left.length > 0) process.exitCode = 1
    const failed = count('failed') + broken.length + unhandled.length + left.length
    for (const test of all) {
      const { inputs } = test.meta()
      if (inputs !== undefined && test.project.name === 'fuzz')
        process.stdout.write(`${inputs} inputs: ${test.fullName}\n`)
    }
    process.stdout.write(`\n${count('passed')} passed, ${failed} failed, ${count('skipped')} skipped\n`)
  }
}

/** What still runs in the tests' folders once all tests are over; it is ended. */
async function leftBehind() {
  const folders = foldersOf(process.pid)
  const until = performance.now() + ENDING_MS
  while (processesIn(folders).length > 0 && performance.now() < until) await setTimeout(50)
  return endProcessesIn(folders)
}
