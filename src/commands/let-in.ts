import { NeedsSecret } from '../clouds/cause.ts'
import type { Vendor } from '../clouds/identity.ts'
import type { Account } from '../clouds/vendor.ts'
import { VENDORS } from '../clouds/vendors.ts'
import type { Engine } from '../engine/engine.ts'
import { wrap } from '../output/printer.ts'
import type { Ground } from './ground.ts'
import type { Screen } from './screen.ts'
import { obtainSecrets } from './secrets.ts'

/**
 * Who has signed in, by vendor. A one-time code is asked for where one is needed, and again where it was wrong.
 * @throws SetupError where a vendor does not let somebody in, NeedsSecret where nobody can be asked
 */
export async function letIn(
  engine: Pick<Engine, 'answers' | 'clouds'>,
  ground: Pick<Ground, 'secretFor'>,
  screen: Pick<Screen, 'asker' | 'printer' | 'interrupt'>,
): Promise<ReadonlyMap<Vendor, Account>> {
  const { printer, interrupt } = screen
  for (;;) {
    try {
      return await accountsIn(engine, interrupt.stop)
    } catch (error) {
      if (!(error instanceof NeedsSecret)) throw error
      if (screen.asker !== undefined) printer.line(wrap('  ! ', error.message, printer.width))
      if (!(await obtainSecrets([error], engine, ground, screen))) throw error
    }
  }
}

async function accountsIn(
  { clouds }: Pick<Engine, 'clouds'>,
  signal: AbortSignal,
): Promise<ReadonlyMap<Vendor, Account>> {
  const signedIn = [...clouds.credentials].flatMap(([identity, credential]) =>
    identity === 'docker-hub.bot' ? [] : [{ vendor: identity, credential }],
  )
  const accounts = signedIn.map(async ({ vendor, credential }) => {
    const read = (path: string) => clouds.send(vendor, { method: 'GET', path, repeat: 'safe' }, { signal })
    return [vendor, await VENDORS[vendor].account(read, credential)] as const
  })
  return new Map(await Promise.all(accounts))
}
