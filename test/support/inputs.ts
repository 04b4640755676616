import { onTestFinished } from 'vitest'

declare module 'vitest' {
  interface TaskMeta {
    /** How many inputs its properties were tried with. */
    inputs?: number
  }
}

/**
 * With how many inputs fast-check tries a property: few in `npm test`, many in `npm run test:fuzz`, where the closing
 * line tells how many. What fails is told with its seed.
 */
export function inputs(few: number, many: number) {
  const numRuns = process.env.FUZZ === undefined ? few : many
  onTestFinished(({ task }) => {
    task.meta.inputs = (task.meta.inputs ?? 0) + numRuns
  })
  return { numRuns }
}
