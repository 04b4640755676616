import type { Tools } from './exec.ts'

/** One value of git's configuration. */
export interface Setting {
  /** Whose it is: `system`, `global`, `command`, `local`, `worktree`. */
  readonly scope: string
  /** Section and name in small letters; what is between them as it was written. */
  readonly key: string
  readonly value: string
}

/** The scopes of git's configuration that are not the checkout's. */
export const NOT_OF_CHECKOUT = ['system', 'global', 'command']

/**
 * All that git is configured with where it runs, in the order in which it counts.
 * @param env what git gets of the environment besides
 */
export async function readSettings(
  run: Tools['run'],
  env: Readonly<Record<string, string>> = {},
): Promise<readonly Setting[]> {
  const { stdout } = await run({ argv: ['git', 'config', '--show-scope', '--null', '--list'], env })
  const fields = stdout.split('\0')
  return fields.flatMap((scope, at) => {
    const [key = '', ...value] = fields[at + 1]?.split('\n') ?? []
    // A key without a value means true.
    return at % 2 === 0 && key ? [{ scope, key, value: value.length > 0 ? value.join('\n') : 'true' }] : []
  })
}
