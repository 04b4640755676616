import { execa } from 'execa'

/**
 * Processor time (user and system, children included) that a command takes to its end, in milliseconds; its output is thrown
 * away. Throws where it fails. Other load moves this far less than the time on the clock.
 */
export async function cpuOf(
  argv: readonly string[],
  { cwd, env }: { readonly cwd: string; readonly env: Readonly<Record<string, string>> },
): Promise<number> {
  const script = 'TIMEFORMAT="%3U %3S"; time "$@" >/dev/null 2>/dev/null'
  const { stderr } = await execa('bash', ['-c', script, 'bash', ...argv], { cwd, env, extendEnv: false, input: '' })
  const [user = Number.NaN, system = Number.NaN] = stderr.trim().split(' ').map(Number)
  return (user + system) * 1000
}
