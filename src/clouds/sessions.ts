import type { Clock } from './clock.ts'
import type { Identity } from './identity.ts'
import type { Credential, Session } from './vendor.ts'

/** The short-lived tokens that sign-ins were exchanged for: each is opened once, and anew when its time is over. */
export interface Sessions {
  /** The token of whoever that is; `open` makes one. A sign-in that was given anew opens anew. */
  of(who: Identity, credential: Credential, open: () => Promise<Session>): Promise<Credential>
  end(who: Identity): void
}

interface Opened {
  readonly credential: Credential
  readonly session: Promise<Session>
  /** When it was asked for, since that is when its life may have begun. */
  readonly at: number
}

export function createSessions(clock: Clock): Sessions {
  const opened = new Map<Identity, Opened>()
  return {
    async of(who, credential, open) {
      const now = clock.now().getTime()
      const known = opened.get(who)
      if (known?.credential === credential) {
        const { bearer, lifeMs } = await known.session
        if (now - known.at < lifeMs) return { secret: bearer }
      }
      // Another request may have opened one meanwhile.
      const newer = opened.get(who)
      const fresh =
        newer !== known && newer?.credential === credential ? newer : { credential, session: open(), at: now }
      opened.set(who, fresh)
      try {
        return { secret: (await fresh.session).bearer }
      } catch (error) {
        if (opened.get(who) === fresh) opened.delete(who)
        throw error
      }
    },
    end: who => void opened.delete(who),
  }
}
