import { given } from '../answers/given.ts'
import { realClock } from '../clouds/clock.ts'
import { type Endpoint, endpoints, isAllowed, notAllowed, timeScale } from '../clouds/endpoints.ts'
import { hostOf } from '../clouds/hosts.ts'
import { keepObserversOut } from '../clouds/observers.ts'
import { removeLeftFolders } from '../clouds/private-folder.ts'
import { isLoopback } from '../clouds/proxy.ts'
import { takeSecrets } from '../clouds/sign-in.ts'
import { stateFolderOf } from '../clouds/state-folder.ts'
import { VENDORS } from '../clouds/vendors.ts'
import { wrap } from '../output/printer.ts'
import { goOn } from './go-on.ts'
import type { Ground } from './ground.ts'
import { headline } from './headline.ts'
import { readInputs } from './inputs.ts'
import { assertSteps, type Options } from './options.ts'
import { openCheckout } from './repository.ts'
import type { Screen } from './screen.ts'
import { signIn } from './sign-in.ts'
import { sayTakenOver, takeOver } from './take-over.ts'

/** The real clouds: the checkout, the vendors' addresses, and the sign-ins that are found or asked for. */
export async function realGround(options: Options, screen: Screen): Promise<Ground> {
  const { env } = process
  keepObserversOut()
  removeLeftFolders(env)
  const taken = takeSecrets(env)
  assertSteps(options)
  const checkout = await openCheckout(options.repo, env)
  const inputs = await readInputs(options, screen.interrupt.stop)
  const answers = given({ set: options.set, ...inputs })
  const state = stateFolderOf(options.stateDir, 'real', checkout.project, env)
  const takenOver = inputs.takeOver && takeOver(inputs.takeOver, state)
  const used = endpoints(env)
  headline(screen.printer, checkout, 'REAL clouds', 'nothing is changed before you agree')
  if (takenOver) sayTakenOver(takenOver, screen.printer)
  const clock = realClock(timeScale(used, env))
  const isNew = ({ base, host }: Endpoint, index: number) =>
    index === used.findIndex(one => one.base.host === base.host && hostOf(one.host).vendor === hostOf(host).vendor)
  for (const endpoint of used.filter(isNew)) await confirmHost(endpoint, options, screen)
  return {
    kind: 'real',
    checkout,
    state,
    keepsState: true,
    tools: checkout.tools,
    clock,
    bases: new Map(used.map(({ host, base }) => [host, base])),
    given: answers,
    ...(takenOver && { takenOver }),
    takeProposed: false,
    signIn: (vendors, _, tryOut) => signIn(vendors, { taken, checkout, used, options, screen, clock, tryOut }),
    goOn: goOn(options),
  }
}

/** @throws SetupError (exit 2) unless the host is the vendor's own, was allowed by a flag, or is typed now */
async function confirmHost(endpoint: Endpoint, { allowHost }: Options, { asker, printer }: Screen): Promise<void> {
  const { host, base } = endpoint
  if (!endpoint.foreign) return
  const { name } = VENDORS[hostOf(host).vendor]
  printer.line(
    wrap(
      '  ! ',
      `${name} is asked at ${base.host}, which is not its own address: your sign-in would go there.`,
      printer.width,
    ),
  )
  // On this machine it is a simulation.
  const { elsewhere } = hostOf(host)
  if (elsewhere !== undefined && !isLoopback(base.hostname)) printer.line(wrap('    ', elsewhere, printer.width))
  if (isAllowed(endpoint, allowHost)) return
  if (asker === undefined) throw notAllowed(endpoint)
  await asker.text('Type that host:', {
    faultOf: typed => (typed === base.host ? undefined : `Type ${base.host}, or leave with Ctrl-C.`),
  })
}
