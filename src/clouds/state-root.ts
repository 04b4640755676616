import { homedir } from 'node:os'
import { join } from 'node:path'

/** Where progress is kept unless --state-dir says otherwise: the platform's place for state. */
export function defaultStateFolder(env: NodeJS.ProcessEnv): string {
  if (env.XDG_STATE_HOME) return join(env.XDG_STATE_HOME, 'dummyapp-setup')
  return process.platform === 'darwin'
    ? join(env.HOME || homedir(), 'Library', 'Application Support', 'dummyapp-setup')
    : join(env.HOME || homedir(), '.local', 'state', 'dummyapp-setup')
}
