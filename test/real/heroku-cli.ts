import { join } from 'node:path'
import { installed } from '../support/installed.ts'

const VERSION = '11.10.0'
/** The path of the real heroku command, installed at the first use. Throws what npm throws. */
export const herokuCli = async (): Promise<string> => join(await installed('heroku', VERSION), '.bin', 'heroku')

/** The whole environment of a heroku command that speaks to `origin` alone and writes into `home` alone (facts/heroku.md 6). */
export function herokuEnv(origin: string, home: string, token: string): Record<string, string> {
  return {
    PATH: process.env.PATH ?? '',
    HOME: home,
    XDG_CACHE_HOME: join(home, 'cache'),
    XDG_CONFIG_HOME: join(home, 'config'),
    XDG_DATA_HOME: join(home, 'data'),
    GIT_CONFIG_GLOBAL: join(home, 'gitconfig'),
    HEROKU_HOST: origin,
    HEROKU_PARTICLEBOARD_URL: origin,
    HEROKU_GIT_HOST: 'git.heroku.com',
    HEROKU_API_KEY: token,
    DISABLE_TELEMETRY: 'true',
    HEROKU_SKIP_NEW_VERSION_CHECK: 'true',
    HEROKU_DISABLE_AUTOUPDATE: 'true',
    OCLIF_COLUMNS: '500',
    NO_COLOR: '1',
  }
}
