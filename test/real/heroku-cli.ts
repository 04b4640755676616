import { existsSync, renameSync, rmSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'

const VERSION = '11.10.0'
const CACHE = join(homedir(), '.cache', 'dummyapp-setup-test')

/** The path of the real heroku command, installed into a cache of its own at the first use. Throws what npm throws. */
export async function herokuCli(): Promise<string> {
  const dir = join(CACHE, `heroku-${VERSION}`)
  const command = join(dir, 'node_modules', '.bin', 'heroku')
  if (existsSync(command)) return command
  const draft = `${dir}.${process.pid}`
  await execa('npm', ['install', '--prefix', draft, `heroku@${VERSION}`, '--no-save', '--ignore-scripts'], {
    env: { DISABLE_TELEMETRY: 'true', HEROKU_DISABLE_AUTOUPDATE: 'true' },
  })
  // Whole or not at all; another test file may have been quicker.
  if (existsSync(command)) rmSync(draft, { recursive: true })
  else renameSync(draft, dir)
  return command
}

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
