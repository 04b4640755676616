import { NeedsSecret } from '../clouds/cause.ts'
import type { Clouds } from '../clouds/clouds.ts'
import type { Vendor } from '../clouds/identity.ts'
import type { Account, Credential } from '../clouds/vendor.ts'
import { VENDORS } from '../clouds/vendors.ts'
import type { Engine } from '../engine/engine.ts'
import { wrap } from '../output/printer.ts'
import type { Ground, TryOut } from './ground.ts'
import type { Screen } from './screen.ts'
import { obtainSecrets } from './secrets.ts'

/** @param tried who has signed in, by vendor: each that is taken is added */
export function tryOut(clouds: Clouds, tried: Map<Vendor, Account>, signal: AbortSignal): TryOut {
  return async (vendor, credential) => {
    clouds.credentials.set(vendor, credential)
    tried.set(vendor, await accountOf(vendor, credential, clouds, signal))
  }
}

/**
 * Who has signed in, by vendor. A one-time code is asked for where one is needed, and again where it was wrong.
 * @param tried those who are known by now
 * @throws SetupError where a vendor does not let somebody in, NeedsSecret where nobody can be asked
 */
export async function letIn(
  engine: Pick<Engine, 'answers' | 'clouds'>,
  tried: ReadonlyMap<Vendor, Account>,
  ground: Pick<Ground, 'secretFor'>,
  screen: Pick<Screen, 'asker' | 'printer' | 'interrupt'>,
): Promise<ReadonlyMap<Vendor, Account>> {
  const { printer, interrupt } = screen
  for (;;) {
    try {
      return await accountsIn(engine, tried, interrupt.stop)
    } catch (error) {
      if (!(error instanceof NeedsSecret)) throw error
      if (screen.asker !== undefined) printer.line(wrap('  ! ', error.message, printer.width))
      if (!(await obtainSecrets([error], engine, ground, screen))) throw error
    }
  }
}

async function accountsIn(
  { clouds }: Pick<Engine, 'clouds'>,
  tried: ReadonlyMap<Vendor, Account>,
  signal: AbortSignal,
): Promise<ReadonlyMap<Vendor, Account>> {
  const signedIn = [...clouds.credentials].flatMap(([identity, credential]) =>
    identity === 'docker-hub.bot' ? [] : [{ vendor: identity, credential }],
  )
  const accounts = signedIn.map(
    async ({ vendor, credential }) =>
      [vendor, tried.get(vendor) ?? (await accountOf(vendor, credential, clouds, signal))] as const,
  )
  return new Map(await Promise.all(accounts))
}

function accountOf(vendor: Vendor, credential: Credential, clouds: Clouds, signal: AbortSignal): Promise<Account> {
  const read = (path: string) => clouds.send(vendor, { method: 'GET', path, repeat: 'safe' }, { signal })
  return VENDORS[vendor].account(read, credential)
}
