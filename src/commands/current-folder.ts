import { EXIT, SetupError, wordsOf } from '../clouds/cause.ts'

/** @throws SetupError (exit 2) where the folder that the program was started in has been removed */
export function assertCurrentFolder(): void {
  try {
    process.cwd()
  } catch (error) {
    throw new SetupError(
      {
        code: 'no-current-folder',
        said: wordsOf(error),
        means: 'The current folder no longer exists.',
        next: 'Change to a folder that exists (cd), and run again.',
      },
      EXIT.input,
    )
  }
}
