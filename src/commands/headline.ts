import { LIBRARY } from '../answers/forms/library.ts'
import { withCodes } from '../clouds/letters.ts'
import { quote } from '../clouds/quote.ts'
import { clean } from '../output/clean.ts'
import { type Printer, wrap } from '../output/printer.ts'
import { VERSION } from '../version.ts'
import type { Checkout } from './repository.ts'

/** The first line: which program, what about, which clouds. */
export function headline(printer: Printer, checkout: Checkout, clouds: string, promise: string): void {
  const { line, paint, width } = printer
  line(wrap('', `${paint.bold(titleOf(checkout))} · ${paint.bold(clouds)} · ${promise}`, width))
  sayNotes(printer, checkout)
}

/** What a person should know of the checkout first. Most of what the wizard does makes no sense in another one. */
export function sayNotes({ line, width }: Printer, { isDummyapp, folder, notes }: Checkout): void {
  const stranger = isDummyapp ? [] : [`There is no ${LIBRARY} in ${quote(folder)}: is this a checkout of dummyapp?`]
  for (const note of [...stranger, ...notes]) line(wrap('  ! ', clean(note), width))
}

/** The program and what it is about. */
export const titleOf = ({ githubProject, folder }: Pick<Checkout, 'githubProject' | 'folder'>): string =>
  `dummyapp-setup ${VERSION} · ${githubProject === undefined ? quote(folder) : withCodes(githubProject)}`
