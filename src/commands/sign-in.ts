import type { Asker } from '../answers/prompts.ts'
import { EXIT, SetupError } from '../clouds/cause.ts'
import type { Endpoint } from '../clouds/endpoints.ts'
import type { Secret } from '../clouds/secret.ts'
import { type Found, findSignIn, noSignIn, type takeSecrets } from '../clouds/sign-in.ts'
import { VENDORS, type Vendor } from '../clouds/vendors.ts'
import { wrap } from '../output/printer.ts'
import type { Options } from './options.ts'
import type { Checkout } from './repository.ts'
import type { Screen } from './screen.ts'

interface SigningIn {
  readonly taken: ReturnType<typeof takeSecrets>
  readonly checkout: Checkout
  readonly used: readonly Endpoint[]
  readonly options: Options
  readonly screen: Screen
}

/** Lists what was found with where it goes, gets one yes for it, and asks for the rest. */
export async function signIn(vendors: readonly Vendor[], context: SigningIn): Promise<ReadonlyMap<Vendor, Secret>> {
  if (vendors.length === 0) return new Map()
  const { taken, checkout, used, options, screen } = context
  const { asker, printer } = screen
  const looked = await Promise.all(vendors.map(vendor => findSignIn(vendor, taken, checkout.tools)))
  const found = looked.filter(one => one !== undefined)
  const baseOf = (vendor: Vendor) =>
    used.find(endpoint => endpoint.vendor === vendor)?.base ?? new URL(VENDORS[vendor].home)
  printer.line()
  printer.line(printer.paint.bold('Sign in'))
  for (const vendor of vendors) {
    const source = found.find(one => one.vendor === vendor)?.source ?? 'nothing found'
    const line = `${source}  ${printer.paint.dim(`sent only to ${baseOf(vendor).host}`)}`
    printer.line(wrap(`  ${VENDORS[vendor].name}  `, line, printer.width))
  }
  const missing = vendors.filter(vendor => !found.some(one => one.vendor === vendor))
  if (missing.length > 0 && asker === undefined) throw noSignIn(missing)
  const usable = (await maySend(found, options, screen)) ? found : []
  const signedIn = new Map<Vendor, Secret>()
  for (const vendor of vendors) {
    const secret =
      usable.find(one => one.vendor === vendor)?.secret ?? (asker && (await obtain(vendor, asker, context)))
    if (secret !== undefined) signedIn.set(vendor, secret)
  }
  return signedIn
}

/** @throws SetupError (exit 3) when nobody is here to say yes */
async function maySend(found: readonly Found[], { yes }: Options, { asker }: Screen): Promise<boolean> {
  if (found.length === 0 || yes) return true
  if (asker !== undefined) return asker.yes('Use what was found?', true)
  throw new SetupError(
    {
      code: 'no-consent',
      means: 'Nobody is here to say yes to using these sign-ins and to the plan.',
      next: 'Run it in a terminal, or say yes beforehand with --yes.',
    },
    EXIT.person,
  )
}

/** Signs in with the vendor's tool in this terminal, where there is one; else asks for a token. */
async function obtain(vendor: Vendor, asker: Asker, { checkout, taken, screen }: SigningIn): Promise<Secret> {
  const { name, signIn } = VENDORS[vendor]
  const { tools } = checkout
  const [tool] = signIn.login
  const login = signIn.login.join(' ')
  if (tools.find(tool) !== undefined && !signIn.variables.some(variable => taken.has(variable))) {
    const how = await asker.choose(`${name}: how to sign in?`, [
      { name: `run ${login} here`, value: 'login' },
      { name: 'paste a token', value: 'paste' },
    ])
    const found =
      how === 'login' && (await tools.hand(signIn.login)) ? await findSignIn(vendor, taken, tools) : undefined
    if (found !== undefined) return found.secret
  }
  const { line, width } = screen.printer
  line(wrap(`  ${name}  `, `a token from ${signIn.page}\nleast right: ${signIn.right}`, width))
  return asker.secret(`${name} token`)
}
