import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { defineConfig } from 'vitest/config'

/**
 * `npm test` runs `unit`; the others are sweeps and measurements with scripts of their own. Files share a process and the
 * libraries in it, which halves the processor time, and no module of ours.
 */
const project = (name: string, include: string | readonly string[], more: object = {}) => ({
  test: {
    name,
    include: [include].flat(),
    isolate: false,
    setupFiles: ['test/own-modules.ts', 'test/strict-match.ts'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    ...more,
  },
})

/** The files with properties of open inputs: those that ask how many to try. */
const withProperties = readdirSync('test', { recursive: true, encoding: 'utf8' })
  .map(file => join('test', file))
  .filter(file => file.endsWith('.test.ts') && readFileSync(file, 'utf8').includes('support/inputs.ts'))

export default defineConfig({
  test: {
    globalSetup: 'test/build.ts',
    // Both cores of the smallest machine; vitest would leave one for a person.
    maxWorkers: 2,
    reporters: ['default', './test/closing-line.ts'],
    projects: [
      project('unit', 'test/**/*.test.ts'),
      project('screens', 'test/commands/*.screens.ts'),
      project('attacks', 'test/attacks/*.attack.ts'),
      project('fuzz', withProperties, { testTimeout: 600_000, env: { FUZZ: '1' } }),
      project('crash', 'test/sweeps/crash.sweep.ts', { testTimeout: 1_800_000, hookTimeout: 600_000 }),
      project('hand-over', 'test/sweeps/hand-over.sweep.ts', { testTimeout: 1_800_000, hookTimeout: 600_000 }),
      project('faults', 'test/sweeps/faults.sweep.ts', { testTimeout: 1_800_000, hookTimeout: 600_000 }),
      project('two', 'test/sweeps/two.sweep.ts', { testTimeout: 1_800_000, hookTimeout: 600_000 }),
      project('spec', 'test/spec/*.spec.ts', { testTimeout: 300_000 }),
      project('real', 'test/real/*.real.ts', { testTimeout: 300_000 }),
      project('engine', 'test/real/*.engine.ts', { testTimeout: 120_000 }),
      // Each walk is another process, which waits much of its time.
      project('checkout', 'test/checkout/*.walk.ts', { testTimeout: 300_000, maxConcurrency: 4 }),
      project('nodes', 'test/nodes/*.nodes.ts', { sequence: { concurrent: true } }),
      project('bench', 'test/bench/*.bench.ts', { testTimeout: 600_000 }),
    ],
  },
})
