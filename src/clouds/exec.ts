import { EventEmitter } from 'node:events'
import { accessSync, constants, existsSync, realpathSync, statSync } from 'node:fs'
import { delimiter, isAbsolute, join, normalize, sep } from 'node:path'
import { EXIT, SetupError } from './cause.ts'
import { descendants } from './descendants.ts'
import { makeDockerConfig } from './docker-config.ts'
import { makePrivateFolder } from './private-folder.ts'
import { quote } from './quote.ts'
import { redact, type Secret } from './secret.ts'
import { type Ended, spawned } from './spawned.ts'

/** What a finished command left. `code` is its exit code; 128 when it could not start or was killed. */
export interface Ran {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

export interface Command {
  readonly argv: readonly string[]
  readonly cwd?: string
  /** Goes to standard input; the only way a secret reaches a child. */
  readonly input?: Secret
  /** Beside what every child gets. */
  readonly env?: Readonly<Record<string, string>>
  /** The first word is a program of the checkout itself, which a person agreed to run. */
  readonly ofCheckout?: boolean
  /** How long it may take, in milliseconds; a minute unless told, and less for git that stays on this machine. */
  readonly timeoutMs?: number
  /** A registry that docker is signed in to for this one command, by a private configuration that is gone afterwards. */
  readonly registry?: { readonly host: string; readonly user: string; readonly secret: Secret }
  /** It has docker build an image, and hands the words of this variable to it: it has failed if docker names no image. */
  readonly buildsBy?: string
  /** Ends it, and all that it started. */
  readonly signal?: AbortSignal
}

export interface Tools {
  /** The absolute path of a tool, or undefined where PATH has none outside the repository. */
  find(name: string): string | undefined
  /** Hands the terminal to a tool, as for signing in; true when it ended well. */
  hand(argv: readonly string[]): Promise<boolean>
  /** Runs a command to its end. Throws SetupError when the tool is not there; an exit code is an answer, not an error. */
  run(command: Command): Promise<Ran>
}

/** What children get of the environment: enough to find home, speak the language and cross a proxy; no credential. */
const PASSED_ON =
  /^(HOME|USER|LOGNAME|LANG|LC_\w+|TZ|TERM|TMPDIR|SHELL|XDG_\w+|SSH_AUTH_SOCK|DISPLAY|WAYLAND_DISPLAY|BROWSER|DBUS_SESSION_BUS_ADDRESS|SSH_AGENT_PID|(HTTPS?|ALL|NO)_PROXY|(https?|all|no)_proxy|SSL_CERT_(FILE|DIR)|NODE_EXTRA_CA_CERTS|GIT_SSL_CAINFO|GIT_CONFIG_GLOBAL|GIT_CONFIG_SYSTEM|GIT_CONFIG_NOSYSTEM|DOCKER_(HOST|CONTEXT|TLS_VERIFY|CERT_PATH)|CLOUDSDK_CONFIG|CLOUDSDK_ACTIVE_CONFIG_NAME|CLOUDSDK_CORE_ACCOUNT|CLOUDSDK_AUTH_IMPERSONATE_SERVICE_ACCOUNT|HEROKU_HOST|GO(PATH|ROOT|CACHE|MODCACHE))$/

/** What a program of the checkout gets of that: what a build needs, and nothing that leads to an agent, a session or a password. */
const FOR_CHECKOUT =
  /^(PATH|HOME|USER|LOGNAME|LANG|LC_\w+|TZ|TERM|TMPDIR|SHELL|XDG_(RUNTIME_DIR|CACHE_HOME|CONFIG_HOME)|(HTTPS?|ALL|NO)_PROXY|(https?|all|no)_proxy|SSL_CERT_(FILE|DIR)|DOCKER_\w+|GIT_CONFIG_\w+|GIT_TERMINAL_PROMPT|GO(TOOLCHAIN|PATH|ROOT|CACHE|MODCACHE)|NO_COLOR)$/

/** Nothing that the checkout configures may run while we read or write its configuration. */
const GIT_RUNS_NOTHING = { 'core.fsmonitor': 'false', 'core.hooksPath': '/dev/null', 'core.pager': 'cat' }

/** No protocol at all: git fetches by itself what a partial clone lacks, by whatever command the checkout names for that. */
const GIT_STAYS_HERE = { GIT_ALLOW_PROTOCOL: 'none', GIT_NO_LAZY_FETCH: '1' }

/** For a git that speaks to another machine: it reads no configuration of the checkout, and goes by git’s own protocols alone. */
export const OUTSIDE_CHECKOUT = { GIT_DIR: '/dev/null', GIT_ALLOW_PROTOCOL: 'https:ssh:git:http:file' } as const

/** What that git gets of the environment besides: how the person has ssh go there. */
const WAY_OF_SSH = /^GIT_SSH(_COMMAND|_VARIANT)?$/

/** How long git may take that stays here, in milliseconds: in the place of a file, a pipe would hold it for ever. */
const GIT_LIMIT_MS = 10_000

/** Vendors' tools: no telemetry (it sends the token: facts/heroku.md 0.9), no updater left running, no colours. */
const QUIET = {
  NO_COLOR: '1',
  LC_ALL: 'C.UTF-8',
  GIT_TERMINAL_PROMPT: '0',
  GIT_OPTIONAL_LOCKS: '0',
  // Neither in a window: nobody can see what it is that waits.
  GIT_ASKPASS: '',
  SSH_ASKPASS_REQUIRE: 'never',
  GCM_INTERACTIVE: 'never',
  DISABLE_TELEMETRY: 'true',
  HEROKU_SKIP_NEW_VERSION_CHECK: 'true',
  HEROKU_DISABLE_AUTOUPDATE: 'true',
  OCLIF_COLUMNS: '500',
  // The checkout names a toolchain in go.mod, which go would fetch and run, even for its version.
  GOTOOLCHAIN: 'local',
}

/**
 * Local tools, each looked up once in PATH; entries that are relative, inside the repository or a `node_modules/.bin`
 * do not count, so that nothing of a checkout runs.
 */
export function createTools(options: { env: NodeJS.ProcessEnv; repo: string; timeoutMs?: number }): Tools {
  const { repo, timeoutMs = 60_000 } = options
  const folders = trustedFolders(options.env.PATH ?? '', repo)
  const env = { ...childEnvironment(options.env), PATH: folders.join(delimiter) }
  const ssh = keptOf(options.env, WAY_OF_SSH)
  const found = new Map<string, string | undefined>()

  function find(name: string): string | undefined {
    if (!found.has(name)) found.set(name, folders.map(folder => join(folder, name)).find(isExecutable))
    return found.get(name)
  }

  async function run(command: Command): Promise<Ran> {
    const { registry, buildsBy } = command
    if (buildsBy !== undefined) return build(command, buildsBy)
    if (registry === undefined) return runWith(command, {})
    const config = makeDockerConfig(options.env, registry)
    try {
      return await runWith(command, config.env)
    } finally {
      config.remove()
    }
  }

  /** A script may end well although docker failed: dummyapp's own does, and then an older image would be pushed. */
  async function build(command: Command, variable: string): Promise<Ran> {
    const { folder, remove } = makePrivateFolder(options.env, 'image')
    try {
      const file = join(folder, 'id')
      // Scripts split the words at blanks.
      if (/\s/.test(file)) return await runWith(command, {})
      const words = `${command.env?.[variable] ?? ''} --iidfile=${file}`.trim()
      const ran = await runWith({ ...command, env: { ...command.env, [variable]: words } }, {})
      if (ran.code !== 0 || existsSync(file)) return ran
      return { ...ran, code: NOTHING_BUILT, stderr: `${ran.stderr.trimEnd()}\n${nothingBuilt(variable)}` }
    } finally {
      remove()
    }
  }

  async function runWith(
    { argv, cwd = repo, input, env: given, ofCheckout = false, timeoutMs: wanted, signal }: Command,
    docker: Readonly<Record<string, string>>,
  ): Promise<Ran> {
    signal?.throwIfAborted()
    const [name = '', ...args] = argv
    const more = name === 'git' ? { ...GIT_STAYS_HERE, ...given } : given
    const staysHere = more?.GIT_ALLOW_PROTOCOL === GIT_STAYS_HERE.GIT_ALLOW_PROTOCOL
    const way = name === 'git' && !staysHere ? ssh : {}
    const limit = wanted ?? (staysHere ? Math.min(timeoutMs, GIT_LIMIT_MS) : timeoutMs)
    const file = ofCheckout ? join(repo, name) : find(name)
    if (file === undefined) throw missingTool(name)
    const started = ofCheckout ? descendants() : undefined
    const own = { ...(ofCheckout ? forCheckout(env) : env), ...way, ...more, ...docker, ...started?.env }
    const how = { cwd, env: own, maxBuffer: 16 * 2 ** 20 }
    const { execa } = name === 'git' ? { execa: undefined } : await import('./execa.ts')
    signal?.throwIfAborted()
    const inputText = input?.reveal() ?? ''
    const child =
      execa === undefined
        ? spawned(file, args, { ...how, input: inputText })
        : execa(file, args, {
            ...how,
            input: inputText,
            extendEnv: false,
            // A group of its own: Ctrl-C in the terminal must not tear an effect in the middle.
            detached: true,
            reject: false,
            stripFinalNewline: false,
          })
    // What a program of the checkout leaves in the background would also hold its output open.
    if (started && child instanceof EventEmitter) child.once('exit', () => started.end(child.pid))
    const { result, isLate } = await endedBy<Ended>(child, limit, signal)
    started?.end(undefined)
    if (signal?.aborted) throw signal.reason
    const late = isLate ? `timed out after ${limit / 1000} s` : ''
    const said = [result.stderr || (isLate || result.exitCode !== undefined ? '' : result.shortMessage), late]
    const stderr = redact(said.filter(text => text).join('\n'))
    return { code: isLate ? 128 : (result.exitCode ?? 128), stdout: result.stdout, stderr }
  }

  async function hand([name = '', ...args]: readonly string[]): Promise<boolean> {
    const file = find(name)
    if (file === undefined) throw missingTool(name)
    const { execa } = await import('./execa.ts')
    const { exitCode } = await execa(file, args, { env, extendEnv: false, stdio: 'inherit', reject: false })
    return exitCode === 0
  }

  return { find, hand, run }
}

const NOTHING_BUILT = 1
const nothingBuilt = (variable: string) =>
  `The script ended well, but docker did not say which image it built: its build failed (see above), or the script does not hand ${variable} to docker build.`

/** How long a group of processes may take to end when it is asked to, in milliseconds. */
const LAST_WORDS_MS = 2_000

/** Waits for a child; at its limit, or when it is given up, its whole group ends: what it started holds its output open. */
async function endedBy<Result>(
  child: Promise<Result> & { readonly pid?: number | undefined },
  limit: number,
  signal: AbortSignal | undefined,
): Promise<{ readonly result: Result; readonly isLate: boolean }> {
  const timers: NodeJS.Timeout[] = []
  let isLate = false
  const end = () => {
    killGroup(child.pid, 'SIGTERM')
    timers.push(setTimeout(() => killGroup(child.pid, 'SIGKILL'), LAST_WORDS_MS))
  }
  const late = () => {
    isLate = true
    end()
  }
  timers.push(setTimeout(late, limit))
  signal?.addEventListener('abort', end)
  try {
    return { result: await child, isLate }
  } finally {
    signal?.removeEventListener('abort', end)
    for (const timer of timers) clearTimeout(timer)
  }
}

function killGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  try {
    if (pid !== undefined) process.kill(-pid, signal)
  } catch {
    // It has ended by itself.
  }
}

/** The entries of a PATH that count: absolute, there, not inside the repository, no `node_modules/.bin`. */
export function trustedFolders(path: string, repo: string): readonly string[] {
  const inside = (folder: string) => folder === repo || folder.startsWith(repo + sep)
  return path.split(delimiter).filter(folder => {
    if (!isAbsolute(folder)) return false
    try {
      const real = realpathSync(folder)
      return ![normalize(folder), real].some(one => inside(one) || /\/node_modules\/\.bin\/?$/.test(one))
    } catch {
      return false
    }
  })
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return statSync(file).isFile()
  } catch {
    return false
  }
}

const keptOf = (env: NodeJS.ProcessEnv, names: RegExp): Record<string, string> =>
  Object.fromEntries(
    Object.entries(env).filter((entry): entry is [string, string] => names.test(entry[0]) && !!entry[1]),
  )

/** A proxy with a password in its address is left out. */
const forCheckout = (env: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(env).filter(
      ([name, value]) => FOR_CHECKOUT.test(name) && !(/_proxy$/i.test(name) && value.includes('@')),
    ),
  )

function childEnvironment(env: NodeJS.ProcessEnv): Record<string, string> {
  const git = Object.entries(GIT_RUNS_NOTHING).flatMap(([key, value], index) => [
    [`GIT_CONFIG_KEY_${index}`, key],
    [`GIT_CONFIG_VALUE_${index}`, value],
  ])
  return {
    ...keptOf(env, PASSED_ON),
    ...QUIET,
    GIT_CONFIG_COUNT: String(Object.keys(GIT_RUNS_NOTHING).length),
    ...Object.fromEntries(git),
  }
}

function missingTool(name: string): SetupError {
  return new SetupError(
    {
      code: 'no-tool',
      asked: quote(name),
      means: `The command ${quote(name)} is not in PATH (entries inside the repository and node_modules/.bin do not count).`,
      next: `Install ${quote(name)}, or put its folder in PATH, and run again.`,
    },
    EXIT.input,
  )
}
