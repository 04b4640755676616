import { userInfo } from 'node:os'
import { isAbsolute } from 'node:path'
import { EXIT, SetupError } from './cause.ts'

/**
 * The person's home folder: HOME where it is an absolute path, else the account's own. An empty or relative one would lead
 * into the folder where the program was started.
 * @returns undefined where the account has none
 */
export function homeFolder({ HOME = '' }: NodeJS.ProcessEnv): string | undefined {
  if (isAbsolute(HOME)) return HOME
  try {
    const { homedir } = userInfo()
    return isAbsolute(homedir) ? homedir : undefined
  } catch {
    // An account without an entry, as in a container that was started with any number.
    return undefined
  }
}

/** @throws SetupError (exit 2) where there is no home folder, and no other place was named for what is saved */
export function stateHome(env: NodeJS.ProcessEnv): string {
  const home = homeFolder(env)
  if (home !== undefined) return home
  throw new SetupError(
    {
      code: 'no-home',
      means: 'There is no place to save progress: HOME is not an absolute path, and this account has no home folder.',
      next: 'Name a folder with --state-dir DIR, or set XDG_STATE_HOME or HOME to an absolute path, and run again.',
    },
    EXIT.input,
  )
}
