import type { Account } from '../clouds/vendor.ts'
import { VENDORS, type Vendor } from '../clouds/vendors.ts'
import { clean } from '../output/clean.ts'
import { type Printer, wrap } from '../output/printer.ts'

/** Before anything is made: who is signed in where, what they lack, what it costs. */
export function sayPreflight(accounts: readonly (readonly [Vendor, Account])[], { line, paint, width }: Printer): void {
  if (accounts.length === 0) return
  line()
  line(paint.bold('Before anything is made'))
  for (const [vendor, { name, lacks }] of accounts) {
    const sign = lacks.length === 0 ? paint.green('✔') : paint.yellow('!')
    line(wrap(`  ${sign} ${VENDORS[vendor].name}  `, clean(name), width))
    for (const lack of lacks) line(wrap(`      ${paint.yellow('lacks')}  `, clean(lack), width))
    line(wrap(`      ${paint.dim('costs')}  `, paint.dim(VENDORS[vendor].costs), width))
  }
  if (accounts.some(([, { lacks }]) => lacks.length > 0)) {
    const next = 'What is lacking can be mended now, or later: the steps that need it stop and say so.'
    line(wrap('  ', next, width))
  }
}
