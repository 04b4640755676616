import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: (process.env.MUTATION_TESTS ?? '').split(' '),
    testTimeout: 60_000,
    setupFiles: ['test/own-modules.ts', 'test/strict-match.ts'],
    isolate: false,
  },
})
