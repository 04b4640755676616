import { SetupError } from './cause.ts'
import type { Clock } from './clock.ts'
import type { Identity, Vendor } from './identity.ts'
import type { Credential, VendorReply } from './vendor.ts'

/** An instant of a run. A later one is greater; what lies between two is not measured. */
export type Moment = number

interface Question {
  readonly vendor: Vendor
  readonly who: Identity
  /** All that goes out but the sign-in. */
  readonly text: string
  /** How new the answer must be: asked later than this. */
  readonly since: Moment
  /** What is there stays as it is, whatever a set-up does: only time makes the answer old. */
  readonly isLasting: boolean
}

/**
 * The answers of a run, so that nothing is asked twice while nothing has changed. What this run changes is known; what
 * others change, and it does not wait for, it learns no later than after `KEEP_MS`.
 */
export interface Memo {
  now(): Moment
  /** The answer to an equal question, where it is new enough; else `ask` gets one. Equal questions at once are asked once. */
  of(question: Question, ask: () => Promise<VendorReply>, signal?: AbortSignal): Promise<VendorReply>
  /** Something is about to change at a vendor, or has changed (without one: anywhere): what was asked before is asked again. */
  changed(vendor?: Vendor): void
}

/** For as long nobody else is taken to have changed anything. A step acts within seconds of its look, as it would without. */
const KEEP_MS = 10_000
const LASTING_MS = 60_000

interface Kept {
  readonly asked: Moment
  /** By our clock, in milliseconds: an answer is as old as its question. */
  readonly at: number
  /** Another sign-in may be answered otherwise. */
  readonly credential: Credential | undefined
  readonly reply: Promise<VendorReply>
  /** Once it has come, with what was asked for. */
  isThere?: boolean
}

export function createMemo(clock: Clock, credentials: ReadonlyMap<Identity, Credential>): Memo {
  const answers = new Map<string, Kept>()
  const changes = new Map<Vendor | undefined, Moment>()
  let moment: Moment = 0
  const now = () => (moment += 1)

  function isNew({ asked, at, credential, isThere }: Kept, { vendor, who, since, isLasting }: Question): boolean {
    const age = clock.now().getTime() - at
    if (credential !== credentials.get(who) || age < 0) return false
    if (isLasting && isThere) return age < LASTING_MS
    const changed = Math.max(changes.get(vendor) ?? 0, changes.get(undefined) ?? 0)
    return age < KEEP_MS && asked > changed && asked > since
  }

  return {
    now,
    async of(question, ask, signal) {
      const { who, text } = question
      const key = JSON.stringify([who, text])
      const known = answers.get(key)
      if (known && isNew(known, question)) {
        try {
          return await known.reply
        } catch (error) {
          // Whoever asked first gave it up; this one has not.
          if (!isAborted(error) || signal?.aborted) throw error
        }
      }
      const reply = ask()
      const kept: Kept = { asked: now(), at: clock.now().getTime(), credential: credentials.get(who), reply }
      answers.set(key, kept)
      try {
        const { status } = await reply
        kept.isThere = status < 300
        if (!isPassing(status)) return reply
      } catch {
        // Whoever asked hears of it below.
      }
      if (answers.get(key) === kept) answers.delete(key)
      return reply
    },
    changed: vendor => void changes.set(vendor, now()),
  }
}

/** What is meant for people came from the vendor, and is the same for all who asked. */
const isAborted = (error: unknown): boolean => !(error instanceof SetupError)

/** Of trouble at the vendor, or a sign-in that it does not take: the next answer may be another one. */
const isPassing = (status: number): boolean => status >= 500 || [401, 408, 429].includes(status)
