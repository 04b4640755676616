import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { program } from '../src/cli.ts'
import { helpText, type Pages } from '../src/help.ts'
import { VERSION } from '../src/version.ts'
import { CLI, runCli } from './support/cli.ts'
import { temporaryFolder } from './support/folder.ts'
import { openTerminal } from './support/terminal.ts'

const pages: Pages = JSON.parse(readFileSync('dist/help.json', 'utf8'))
const commands = [program, ...program.commands]
const nameOf = (command: (typeof commands)[number]) => (command === program ? '' : command.name())
const here = () => ({ cwd: temporaryFolder(), home: temporaryFolder() })

/** What commander itself prints, that many columns wide. */
function byCommander(command: (typeof commands)[number], columns: number): string {
  let said = ''
  command.configureOutput({ getOutHelpWidth: () => columns, writeOut: text => (said += text) }).outputHelp()
  return said
}

describe('The help that was made when the program was built', () => {
  test('has a page for the program and for each command', () => {
    expect(Object.keys(pages).toSorted()).toEqual(commands.map(nameOf).toSorted())
  })

  test.each(commands.map(command => [nameOf(command), command] as const))(
    'of "%s" is what commander prints, however wide the terminal is',
    (name, command) => {
      for (const columns of [1, 40, 60, 61, 62, 63, 64, 65, 79, 80, 81, 100, 120, 200, 1000])
        expect(helpText(pages[name] ?? [], columns), `${columns} columns`).toBe(byCommander(command, columns))
    },
  )

  test('is printed without a terminal, and as wide as a terminal is', async () => {
    for (const [argv, page] of [
      [['--help'], ''],
      [['plan', '--help'], 'plan'],
    ] as const) {
      expect(await runCli(argv, here())).toMatchObject({
        code: 0,
        stdout: helpText(pages[page] ?? [], 80).trimEnd(),
        stderr: '',
      })
      const terminal = openTerminal([...argv], { ...here(), cols: 100, rows: 100 })
      expect(await terminal.exit).toBe(0)
      expect(terminal.screen()).toBe(
        helpText(pages[page] ?? [], 100)
          .replaceAll(/ +$/gm, '')
          .trimEnd(),
      )
    }
  })
})

describe('The version', () => {
  test.each([['--version'], ['-V'], ['--dry-run', '--version']])('is printed for %s %s', async (...argv) => {
    expect(await runCli(argv, here())).toMatchObject({ code: 0, stdout: VERSION, stderr: '' })
  })

  test('is no failure where the reader has gone', () => {
    const run = (word: string) =>
      spawnSync('sh', ['-c', `{ "$0" "$1" ${word}; echo $? >&2; } | true`, process.execPath, CLI])
    for (const word of ['--version', '--help']) expect(String(run(word).stderr)).toBe('0\n')
  })
})

describe('Node', () => {
  /** Runs the program on a Node that says it is of that version. */
  function runAs(version: string) {
    const preload = join(temporaryFolder(), 'version.cjs')
    writeFileSync(preload, `Object.defineProperty(process.versions, 'node', { value: ${JSON.stringify(version)} })\n`)
    return runCli(['--version'], { ...here(), node: ['--require', preload] })
  }

  test.each(['0.10.48', '4.9.1', '18.20.8', '20.0.0', '20.16.9'])(
    '%s is too old, which one line says',
    async version => {
      const stderr = `dummyapp-setup needs Node.js 20.17 or newer. This is Node.js ${version} (${process.execPath}).`
      expect(await runAs(version)).toMatchObject({ code: 2, stdout: '', stderr })
    },
  )

  test.each(['20.17.0', '20.20.2', '22.0.0', '100.1.1'])('%s is new enough', async version => {
    expect(await runAs(version)).toMatchObject({ code: 0, stdout: VERSION, stderr: '' })
  })
})
