import { isPassing, Trouble } from './trouble.ts'

/** May a request be sent again when its answer was lost? */
export type Repeat = 'safe' | 'never'

/** What of a reply decides. */
interface Refusal {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly date?: Date
  /** Its JSON breaks off. */
  readonly isCutOff?: boolean
}

/** Three repeats outlast a restart at the vendor; what lasts longer is for a person to know. */
const ATTEMPTS = 4
const BASE_MS = 500
const CAP_MS = 8_000
/** A longer Retry-After than this is shown to the person instead of being waited for in silence. */
const LONGEST_WAIT_MS = 60_000
/** The vendor's or its front's momentary states; every other status will be the same a moment later. */
const PASSING = new Set([408, 429, 500, 502, 503, 504])

/**
 * The milliseconds to wait before the request is sent again, or undefined where it must not or need not be.
 * The wait is exponential with full jitter, and never shorter than Retry-After.
 */
export function pauseBefore(
  outcome: Refusal | Trouble,
  repeat: Repeat,
  attempt: number,
  now: Date,
): number | undefined {
  const asked = outcome instanceof Trouble ? undefined : retryAfter(outcome, now)
  const again = outcome instanceof Trouble ? mayFollow(outcome, repeat) : mayRepeat(outcome, repeat, asked)
  if (attempt >= ATTEMPTS || !again || (asked ?? 0) > LONGEST_WAIT_MS) return undefined
  return Math.max(asked ?? 0, Math.random() * Math.min(CAP_MS, BASE_MS * 2 ** (attempt - 1)))
}

const mayFollow = (trouble: Trouble, repeat: Repeat): boolean =>
  isPassing(trouble) && (repeat === 'safe' || trouble.effect === 'none')

/** With a date of its own for the next try, a 429 is a refusal by the vendor's door-keeper: nothing was done. */
const mayRepeat = ({ status, isCutOff = false }: Refusal, repeat: Repeat, asked: number | undefined): boolean =>
  repeat === 'safe' ? PASSING.has(status) || isCutOff : status === 429 && asked !== undefined

/**
 * Retry-After, seconds or a date, in milliseconds from now; a date is measured by the clock of the server that wrote it.
 * Docker Hub's older X-Retry-After is a moment in seconds since 1970 (facts/docker-hub.md 2).
 */
function retryAfter({ headers, date }: Refusal, now: Date): number | undefined {
  const text = headers['retry-after']?.trim() ?? ''
  if (/^\d+$/.test(text)) return Number(text) * 1000
  const moment = headers['x-retry-after']?.trim() ?? ''
  if (/^\d+$/.test(moment)) return Math.max(Number(moment) * 1000 - (date ?? now).getTime(), 0)
  // Date.parse would take `1.5` for a day in 2001.
  const until = text.endsWith(' GMT') ? Date.parse(text) : Number.NaN
  return Number.isNaN(until) ? undefined : Math.max(until - (date ?? now).getTime(), 0)
}
