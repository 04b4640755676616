import { SetupError } from '../../src/clouds/cause.ts'

/** The refusal that the work throws; fails where it throws none, or something else. */
export function refusal(work: () => unknown): SetupError {
  try {
    work()
  } catch (error) {
    if (error instanceof SetupError) return error
    throw error
  }
  throw new Error('it was not refused')
}
