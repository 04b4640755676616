import { given } from '../answers/given.ts'
import { EXIT, SetupError } from '../clouds/cause.ts'
import { realClock } from '../clouds/clock.ts'
import type { SignedIn } from '../clouds/clouds.ts'
import { type Endpoint, endpoints, isAllowed, notAllowed, timeScale } from '../clouds/endpoints.ts'
import { type Found, findSignIn, noSignIn, takeSecrets } from '../clouds/sign-in.ts'
import { placeOf } from '../clouds/state-folder.ts'
import { VENDORS, type Vendor } from '../clouds/vendors.ts'
import { wrap } from '../output/printer.ts'
import { goOn } from './go-on.ts'
import type { Ground } from './ground.ts'
import { headline } from './headline.ts'
import { assertNames, type Options } from './options.ts'
import { type Checkout, openCheckout } from './repository.ts'
import type { Screen } from './screen.ts'

/** The real clouds: the checkout, the vendors' addresses, and the sign-ins that are found or asked for. */
export async function realGround(options: Options, screen: Screen): Promise<Ground> {
  const { env } = process
  const taken = takeSecrets(env)
  assertNames(options)
  const checkout = await openCheckout(options.repo, env)
  const answers = given(options)
  const used = endpoints(env)
  headline(screen.printer, checkout, 'REAL clouds', 'nothing is changed before you agree to a plan')
  for (const endpoint of used) await confirmHost(endpoint, options, screen)
  return {
    kind: 'real',
    checkout,
    state: placeOf(options.stateDir, 'real', checkout.project, env),
    keepsState: true,
    clock: realClock(timeScale(used, env)),
    bases: new Map(used.map(({ vendor, base }) => [vendor, base])),
    given: answers,
    takeProposed: false,
    signIn: vendors => signIn(vendors, { taken, checkout, used, options, screen }),
    goOn: goOn(options),
  }
}

/** @throws SetupError (exit 2) unless the host is the vendor's own, was allowed by a flag, or is typed now */
async function confirmHost(endpoint: Endpoint, { allowHost }: Options, { asker, printer }: Screen): Promise<void> {
  const { vendor, base } = endpoint
  if (!endpoint.foreign) return
  const { name } = VENDORS[vendor]
  printer.line(wrap('  ! ', `${name} is asked at ${base.host}, which is not its own address.`, printer.width))
  if (isAllowed(endpoint, allowHost)) return
  if (asker === undefined) throw notAllowed(endpoint)
  await asker.text(`To send your ${name} sign-in there, type the host`, {
    faultOf: typed => (typed === base.host ? undefined : `Type ${base.host}, or leave with Ctrl-C.`),
  })
}

interface SigningIn {
  readonly taken: ReturnType<typeof takeSecrets>
  readonly checkout: Checkout
  readonly used: readonly Endpoint[]
  readonly options: Options
  readonly screen: Screen
}

/** Lists what was found with where it goes, gets one yes for it, and asks for the rest. */
async function signIn(vendors: readonly Vendor[], context: SigningIn): Promise<ReadonlyMap<Vendor, SignedIn>> {
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
  const signedIn = new Map<Vendor, SignedIn>()
  for (const vendor of vendors) {
    const secret = usable.find(one => one.vendor === vendor)?.secret ?? (await asker?.secret(tokenQuestion(vendor)))
    if (secret !== undefined) signedIn.set(vendor, { base: baseOf(vendor), secret })
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

function tokenQuestion(vendor: Vendor): string {
  const { name, signIn } = VENDORS[vendor]
  return `${name} token (from ${signIn.page}; least right: ${signIn.right})`
}
