import { quote } from '../output/shell.ts'
import { VERSION } from '../version.ts'
import type { Options } from './options.ts'

/** How it was called. */
export const program = (): string =>
  process.env.npm_command === 'exec' ? `npx dummyapp-setup@${VERSION}` : 'dummyapp-setup'

/** The command that goes on where this run stopped: answers are saved by now, places and permissions are not. */
export function goOn(options: Options, command?: 'rehearse'): string {
  const { repo, stateDir, takeOver, world, allowHost } = options
  const words = [
    ...(command ? [command] : []),
    ...(repo ? ['--repo', repo] : []),
    ...(stateDir ? ['--state-dir', stateDir] : []),
    ...(takeOver ? ['--take-over', takeOver] : []),
    ...(world ? ['--world', world] : []),
    ...allowHost.flatMap(host => ['--allow-host', host]),
  ]
  return [program(), ...words.map(quote)].join(' ')
}
