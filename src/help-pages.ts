/** Run by the build: prints every page of help as JSON, for `helpText` to wrap later, without commander. */
import type { Command } from 'commander'
import { program } from './cli.ts'
import type { Pages, Row } from './help.ts'

const pages: Pages = Object.fromEntries([
  ['', rowsOf(program)],
  ...program.commands.map(command => [command.name(), rowsOf(command)]),
])
process.stdout.write(JSON.stringify(pages))

function rowsOf(command: Command): readonly Row[] {
  const helper = command.createHelp()
  helper.prepareContext({ helpWidth: Number.POSITIVE_INFINITY })
  // Two blanks before the names, and two behind the longest.
  const column = 2 + helper.padWidth(command, helper) + 2
  const lines = helper.formatHelp(command, helper).split('\n')
  return lines.map(line => {
    if (line.startsWith('Usage:')) return [line, '']
    return line.startsWith('  ') ? [line.slice(0, column), line.slice(column)] : ['', line]
  })
}
