import {
  accessSync,
  constants,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { SetupError, wordsOf } from './cause.ts'
import { type Json, textAt } from './json.ts'
import { basic, type Secret } from './secret.ts'

const PREFIX = 'dummyapp-setup-docker-'

/** Older than any push takes: what was left by a process whose number another one has now. */
const LEFT_BEHIND_MS = 3_600_000

/** What docker looks up beside its configuration: without them it would speak to another daemon, or lack a command. */
const SHARED = ['contexts', 'cli-plugins']

/**
 * A configuration folder for docker that knows one registry, apart from the person's own, which docker would write the
 * sign-in into. It lies in the session's memory-backed folder where there is one, mode 700.
 * @returns the folder; the variables by which docker finds it, and podman under docker's name; and what removes it
 * @throws SetupError where it cannot be written
 */
export function makeDockerConfig(
  env: NodeJS.ProcessEnv,
  { host, user, secret }: { readonly host: string; readonly user: string; readonly secret: Secret },
): { readonly folder: string; readonly env: Readonly<Record<string, string>>; remove(): void } {
  const folder = makeFolder(rootIn(env))
  const remove = () => {
    try {
      rmSync(folder, { recursive: true, force: true })
    } catch {
      // Where the disk can only be read, the next run removes it.
    }
  }
  try {
    const own = join(env.HOME || homedir(), '.docker')
    const currentContext = contextIn(own)
    const auth = basic(user, secret).replace(/^Basic /, '')
    const file = join(folder, 'config.json')
    const config = { auths: { [host]: { auth } }, ...(currentContext && { currentContext }) }
    writeFileSync(file, JSON.stringify(config), { mode: 0o600 })
    for (const name of SHARED) symlinkSync(join(own, name), join(folder, name))
    return { folder, env: { DOCKER_CONFIG: folder, REGISTRY_AUTH_FILE: file }, remove }
  } catch (error) {
    remove()
    throw cannotSignIn(folder, error)
  }
}

function makeFolder(root: string): string {
  try {
    return mkdtempSync(join(root, `${PREFIX}${process.pid}-`))
  } catch (error) {
    throw cannotSignIn(root, error)
  }
}

const cannotSignIn = (asked: string, error: unknown): SetupError =>
  new SetupError({
    code: 'docker-sign-in',
    asked,
    said: wordsOf(error),
    means: 'docker is signed in by a configuration of its own, and there is no place to write it.',
    next: 'Free space or make it writable (XDG_RUNTIME_DIR, or TMPDIR), and run again.',
  })

/** The daemon that the person has chosen, by docker context use. */
function contextIn(folder: string): string | undefined {
  try {
    return textAt(JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8')) as Json, 'currentContext')
  } catch {
    return undefined
  }
}

const rootIn = ({ XDG_RUNTIME_DIR: own }: NodeJS.ProcessEnv): string => (isWritable(own) ? own : tmpdir())

function isWritable(folder: string | undefined): folder is string {
  try {
    accessSync(folder ?? '', constants.W_OK | constants.X_OK)
    return statSync(folder ?? '').isDirectory()
  } catch {
    return false
  }
}

/** Removes what runs left behind that were killed while docker was signed in. */
export function removeLeftConfigs(env: NodeJS.ProcessEnv): void {
  const root = rootIn(env)
  for (const name of readdirSync(root).filter(one => one.startsWith(PREFIX))) {
    try {
      const folder = join(root, name)
      const isOld = Date.now() - statSync(folder).mtimeMs > LEFT_BEHIND_MS
      if (isOld || hasEnded(Number.parseInt(name.slice(PREFIX.length), 10))) {
        rmSync(folder, { recursive: true, force: true })
      }
    } catch {
      // Another user's, or gone meanwhile.
    }
  }
}

/** Is there no process of that number? One of another user's is there. */
function hasEnded(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return false
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ESRCH'
  }
}
