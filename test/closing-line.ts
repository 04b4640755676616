import type { Reporter, TestModule } from 'vitest/node'

/** The tests' closing line, in the form that any reader of logs can count on. */
export default class ClosingLine implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly unknown[]): void {
    const all = modules.flatMap(module => [...module.children.allTests()])
    const states = all.map(test => test.result().state)
    const count = (state: string) => states.filter(one => one === state).length
    // A file that cannot be read has no tests to fail.
    const broken = modules.filter(
      module => module.state() === 'failed' && [...module.children.allTests('failed')].length === 0,
    )
    const failed = count('failed') + broken.length + unhandled.length
    for (const test of all) {
      const { inputs } = test.meta()
      if (inputs !== undefined && test.project.name === 'fuzz')
        process.stdout.write(`${inputs} inputs: ${test.fullName}\n`)
    }
    process.stdout.write(`\n${count('passed')} passed, ${failed} failed, ${count('skipped')} skipped\n`)
  }
}
