import { delimiter, resolve } from 'node:path'
import { execa } from 'execa'
import { GIT_ENVIRONMENT } from './checkout.ts'

/** The bundled program; test/build.ts makes it. */
export const CLI = resolve('dist/cli.js')

export interface Ran {
  readonly code: number | undefined
  readonly stdout: string
  readonly stderr: string
  /** Both, in the order in which they came. */
  readonly all: string
}

/** Tools that tests play, since no machine need have them: docker with an engine that answers, and Go. */
export const PLAYED_TOOLS = resolve('test/support/bin')

/** What the program gets of the environment: nothing of the machine's but the way to its tools, docker and Go played. */
export const bareEnvironment = (home: string): Record<string, string> => ({
  PATH: [PLAYED_TOOLS, process.env.PATH].join(delimiter),
  HOME: home,
  XDG_STATE_HOME: `${home}/state`,
  XDG_RUNTIME_DIR: home,
  ...GIT_ENVIRONMENT,
})

/** Runs the program as a person without a terminal would; `home` is where all that it keeps goes. */
export async function runCli(
  argv: readonly string[],
  options: {
    readonly cwd: string
    readonly home: string
    readonly env?: Readonly<Record<string, string>>
    readonly input?: string
    readonly node?: readonly string[]
    /** What runs the program: a command that watches it. */
    readonly under?: readonly string[]
  },
): Promise<Ran> {
  const { cwd, home, env = {}, input = '', node = [], under = [] } = options
  const [file = '', ...words] = [...under, process.execPath, ...node, CLI, ...argv]
  const { exitCode, stdout, stderr, all } = await execa(file, words, {
    cwd,
    env: { ...bareEnvironment(home), ...env },
    extendEnv: false,
    input,
    reject: false,
    all: true,
  })
  return { code: exitCode, stdout, stderr, all }
}
