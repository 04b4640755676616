import type { Asker } from '../answers/prompts.ts'
import { EXIT, NeedsSecret, SetupError } from '../clouds/cause.ts'
import type { Clock } from '../clouds/clock.ts'
import type { Endpoint } from '../clouds/endpoints.ts'
import { hostOf } from '../clouds/hosts.ts'
import type { Identity } from '../clouds/identity.ts'
import { TYPED } from '../clouds/refusal.ts'
import { type Found, findBot, findSignIn, isFound, isInEnvironment, noSignIn, type Taken } from '../clouds/sign-in.ts'
import type { Credential } from '../clouds/vendor.ts'
import { VENDORS, type Vendor } from '../clouds/vendors.ts'
import { wrap } from '../output/printer.ts'
import { sayCause } from './end.ts'
import type { TryOut } from './ground.ts'
import type { Options } from './options.ts'
import type { Checkout } from './repository.ts'
import type { Screen } from './screen.ts'

interface SigningIn {
  readonly taken: Taken
  readonly checkout: Checkout
  readonly used: readonly Endpoint[]
  readonly options: Options
  readonly screen: Screen
  readonly clock: Clock
  readonly tryOut: TryOut
}

/** Lists what was found with where it goes, gets one yes for it, and asks for the rest. */
export async function signIn(vendors: readonly Vendor[], context: SigningIn): Promise<Map<Identity, Credential>> {
  if (vendors.length === 0) return new Map()
  const { taken, checkout, used, options, screen, clock, tryOut } = context
  const { asker, printer } = screen
  const hostsOf = (vendor: Vendor) => used.filter(({ host }) => hostOf(host).vendor === vendor)
  const namesOf = (vendor: Vendor) =>
    hostNames(
      hostsOf(vendor).map(({ base }) => base),
      VENDORS[vendor].domain,
    )
  const looked = await Promise.all(
    vendors.map(vendor => {
      const host = hostsOf(vendor)[0]?.base.host ?? ''
      return findSignIn(vendor, taken, { tools: checkout.tools, host, clock, stop: screen.interrupt.stop })
    }),
  )
  const bot = vendors.includes('docker-hub') ? findBot(taken) : undefined
  const found = [...looked.filter(isFound), ...(bot ? [bot] : [])]
  printer.line()
  printer.line(printer.paint.bold('Sign in'))
  const say = (name: string, source: string, hosts: string) =>
    printer.line(wrap(`  ${name}  `, `${source}  ${printer.paint.dim(`sent only to ${hosts}`)}`, printer.width))
  for (const vendor of vendors) {
    const source = found.find(({ identity }) => identity === vendor)?.credential.source ?? 'nothing found'
    say(VENDORS[vendor].name, source, namesOf(vendor))
  }
  if (bot) say('Docker Hub bot', bot.credential.source, namesOf('docker-hub'))
  const missing = looked.flatMap(one => (isFound(one) ? [] : [one]))
  if (missing.length > 0 && asker === undefined) throw noSignIn(missing)
  const usable = (await maySend(found, options, screen)) ? found : []
  const signedIn = new Map<Identity, Credential>(usable.map(({ identity, credential }) => [identity, credential]))
  const known = vendors.flatMap(vendor => {
    const credential = signedIn.get(vendor)
    return credential ? [isTaken(vendor, credential, tryOut)] : []
  })
  // What was found is judged before anything is typed; several faults are told one by one.
  await Promise.all(known)
  for (const vendor of vendors) {
    if (asker !== undefined && !signedIn.has(vendor)) signedIn.set(vendor, await obtainGood(vendor, asker, context))
  }
  return signedIn
}

/** Each host once; or the domain, where all are of the one that is the vendor's alone. */
export function hostNames(bases: readonly URL[], domain: string | undefined): string {
  const hosts = [...new Set(bases.map(({ host }) => host))]
  const isWhole = hosts.length > 1 && hosts.every(host => host.endsWith(`.${domain}`))
  return isWhole ? `*.${domain}` : hosts.join(', ')
}

/** @throws SetupError (exit 3) when nobody is here to say yes */
async function maySend(found: readonly Found[], { yes }: Options, { asker }: Screen): Promise<boolean> {
  if (found.length === 0 || yes) return true
  if (asker !== undefined) return asker.yes('Use what was found?', true)
  throw new SetupError(
    {
      code: 'no-consent',
      means: 'There is no terminal here in which somebody could say yes to using these sign-ins and to the plan.',
      next: 'Run it in a terminal, or say yes beforehand with --yes.',
    },
    EXIT.person,
  )
}

/** Asks until the vendor takes it. */
async function obtainGood(vendor: Vendor, asker: Asker, context: SigningIn): Promise<Credential> {
  for (;;) {
    const credential = await obtain(vendor, asker, context)
    try {
      await isTaken(vendor, credential, context.tryOut)
      return credential
    } catch (error) {
      // A vendor in trouble says nothing of the sign-in.
      if (!(error instanceof SetupError) || error.exit !== EXIT.input) throw error
      sayCause(error.cause, context.screen.printer)
    }
  }
}

/** @throws SetupError where the vendor does not take it; a code that it wants besides is asked for later */
async function isTaken(vendor: Vendor, credential: Credential, tryOut: TryOut): Promise<void> {
  try {
    await tryOut(vendor, credential)
  } catch (error) {
    if (!(error instanceof NeedsSecret)) throw error
  }
}

/** Signs in with the vendor's tool in this terminal, where there is one; else asks for a token. */
async function obtain(
  vendor: Vendor,
  asker: Asker,
  { checkout, taken, used, clock, screen }: SigningIn,
): Promise<Credential> {
  const { name, signIn } = VENDORS[vendor]
  const { tools } = checkout
  const { login } = signIn
  if (login && tools.find(login[0]) !== undefined && !isInEnvironment(vendor, taken)) {
    const how = await asker.choose(`${name}: how to sign in?`, [
      { name: `run ${login.join(' ')} here`, value: 'login' },
      { name: 'paste a token', value: 'paste' },
    ])
    const host = used.find(endpoint => hostOf(endpoint.host).vendor === vendor)?.base.host ?? ''
    const found =
      how === 'login' && (await tools.hand(login))
        ? await findSignIn(vendor, taken, { tools, host, clock, stop: screen.interrupt.stop })
        : undefined
    if (found && isFound(found)) return found.credential
  }
  const { line, width } = screen.printer
  const what = signIn.user === undefined ? `a token from ${signIn.page}` : `your ${signIn.user} and its password`
  line(wrap(`  ${name}  `, `${what}\nleast right: ${signIn.right}`, width))
  if (signIn.user === undefined) return { secret: await asker.secret(`${name} token`), source: TYPED }
  const user = await asker.text(`${name}: ${signIn.user}`, {
    faultOf: typed => (typed.trim() === '' ? `Type the ${signIn.user}, or leave with Ctrl-C.` : undefined),
  })
  return { user: user.trim(), secret: await asker.secret(`${name}: password of ${user.trim()}`), source: TYPED }
}
