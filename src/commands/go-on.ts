import { STDIN } from '../answers/given.ts'
import { program } from '../output/program.ts'
import { quote } from '../output/shell.ts'
import type { Options } from './options.ts'

/** The command that goes on where this run stopped: answers are saved by now, places and permissions are not. */
export function goOn(options: Options, command?: 'rehearse'): string {
  const { repo, stateDir, takeOver, world, allowHost } = options
  const words = [
    ...(command ? [command] : []),
    ...(repo ? ['--repo', repo] : []),
    ...(stateDir ? ['--state-dir', stateDir] : []),
    ...(takeOver ? ['--take-over', takeOver === STDIN ? 'FILE' : takeOver] : []),
    ...(world ? ['--world', world] : []),
    ...allowHost.flatMap(host => ['--allow-host', host]),
  ]
  return [program(), ...words.map(quote)].join(' ')
}
