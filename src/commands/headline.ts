import { LIBRARY } from '../answers/infer.ts'
import { withCodes } from '../clouds/letters.ts'
import { type Printer, wrap } from '../output/printer.ts'
import { VERSION } from '../version.ts'
import type { Checkout } from './repository.ts'

/** The first line: which program, what about, which clouds. */
export function headline(printer: Printer, checkout: Checkout, clouds: string, promise: string): void {
  const { line, paint, width } = printer
  line(wrap('', `${paint.bold(titleOf(checkout))} · ${paint.bold(clouds)} · ${promise}`, width))
  warnStranger(printer, checkout)
}

/** Most of what the wizard does makes no sense elsewhere; whoever stands there by mistake should know. */
export function warnStranger({ line, width }: Printer, { isDummyapp, folder }: Checkout): void {
  if (isDummyapp) return
  line(wrap('  ! ', `There is no ${LIBRARY} in ${folder}: is this a checkout of dummyapp?`, width))
}

/** The program and what it is about. */
export function titleOf({ inferred, folder }: Checkout): string {
  const project = inferred.find(({ key }) => key === 'githubProject')?.value
  return `dummyapp-setup ${VERSION} · ${project === undefined ? folder : withCodes(project)}`
}
