import type { Clock } from './clock.ts'
import type { Identity } from './identity.ts'
import type { Secret } from './secret.ts'
import type { Credential, Session } from './vendor.ts'

/** The short-lived tokens that sign-ins were exchanged for: each is opened once, and anew when its time is over. */
export interface Sessions {
  /** The token of whoever that is; `open` makes one. A sign-in that was given anew opens anew. */
  of(who: Identity, credential: Credential, open: () => Promise<Session>): Promise<Credential>
  /** That token is taken no longer. One that was opened meanwhile stays: many requests may have gone out with the old. */
  end(who: Identity, token: Credential): void
}

interface Opened {
  readonly credential: Credential
  readonly session: Promise<Session>
  /** When it was asked for, since that is when its life may have begun. */
  readonly at: number
  /** Once it is open. */
  bearer?: Secret
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
      const fresh: Opened =
        newer !== known && newer?.credential === credential ? newer : { credential, session: open(), at: now }
      opened.set(who, fresh)
      try {
        const { bearer } = await fresh.session
        fresh.bearer = bearer
        return { secret: bearer }
      } catch (error) {
        if (opened.get(who) === fresh) opened.delete(who)
        throw error
      }
    },
    end(who, { secret }) {
      if (opened.get(who)?.bearer === secret) opened.delete(who)
    },
  }
}
