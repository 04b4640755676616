import type { Account } from '../clouds/vendor.ts'
import { VENDORS, type Vendor } from '../clouds/vendors.ts'
import { clean } from '../output/clean.ts'
import { type Printer, wrap } from '../output/printer.ts'

/** Before anything is made: who is signed in where, what they lack, what it costs. */
export function sayPreflight(accounts: readonly (readonly [Vendor, Account])[], { line, paint, width }: Printer): void {
  for (const [vendor, { name, lacks }] of accounts) {
    const sign = lacks.length === 0 ? paint.green('✔') : paint.yellow('!')
    line(wrap(`  ${sign} ${VENDORS[vendor].name}  `, clean(name), width))
    for (const lack of lacks) line(wrap('      lacks  ', lack, width))
    line(wrap('      ', paint.dim(VENDORS[vendor].costs), width))
  }
}
