import { expect, test } from 'vitest'
import { temporaryFolder } from '../support/folder.ts'
import { openTerminal } from '../support/terminal.ts'
import { printTable } from './figures.ts'

const OPEN = /^\? \S/m
/** Matches where as many questions stand there with their answers. */
const answered = (times: number) => new RegExp(`(?:^✔ [^\\n]*\\? [^]*){${times}}`, 'm')

test('what a person is asked in a whole walk in which everything can be inferred', async () => {
  const terminal = openTerminal(['rehearse'], { cwd: temporaryFolder(), home: temporaryFolder() })
  const { exit } = terminal
  // A question that is none, once the program has ended.
  const isAsked = () =>
    Promise.race([
      exit.then(() => false),
      terminal.until(OPEN).then(
        () => true,
        () => false,
      ),
    ])
  let keys = 0
  while (await isAsked()) {
    keys += 1
    terminal.press('enter')
    await terminal.until(answered(keys))
  }
  expect(await exit).toBe(0)
  printTable('A whole walk', [
    ['questions', 'keys'],
    [`${keys}`, `${keys}`],
  ])
})
