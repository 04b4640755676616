import { quote } from '../output/shell.ts'
import { VERSION } from '../version.ts'
import type { Options } from './options.ts'

/** The command that goes on where this run stopped: answers are saved by now, places and permissions are not. */
export function goOn(options: Options, command?: 'rehearse'): string {
  const { repo, stateDir, world, allowHost } = options
  const program = process.env.npm_command === 'exec' ? `npx dummyapp-setup@${VERSION}` : 'dummyapp-setup'
  const words = [
    ...(command ? [command] : []),
    ...(repo ? ['--repo', repo] : []),
    ...(stateDir ? ['--state-dir', stateDir] : []),
    ...(world ? ['--world', world] : []),
    ...allowHost.flatMap(host => ['--allow-host', host]),
  ]
  return [program, ...words.map(quote)].join(' ')
}
