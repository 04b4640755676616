import { isAbsolute, join } from 'node:path'
import { stateHome } from './home.ts'

/**
 * Where progress is kept unless --state-dir says otherwise: the platform's place for state. A relative path does not count
 * (XDG Base Directory Specification).
 * @throws SetupError (exit 2) where there is none
 */
export function defaultStateFolder(env: NodeJS.ProcessEnv): string {
  const { XDG_STATE_HOME: state = '' } = env
  if (isAbsolute(state)) return join(state, 'dummyapp-setup')
  const home = stateHome(env)
  return process.platform === 'darwin'
    ? join(home, 'Library', 'Application Support', 'dummyapp-setup')
    : join(home, '.local', 'state', 'dummyapp-setup')
}
