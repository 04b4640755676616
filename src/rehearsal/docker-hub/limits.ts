import type { Meter } from './world.ts'

/** Takes one from a meter that is filled anew every so many seconds; false where nothing is left. */
export function spend(meter: Meter, limit: number, seconds: number, now: Date): boolean {
  refill(meter, limit, seconds, now)
  if (meter.rateLimitRemaining < 1) return false
  meter.rateLimitRemaining -= 1
  return true
}

/** Fills a meter whose time has come. */
export function refill(meter: Meter, limit: number, seconds: number, now: Date): void {
  if (new Date(meter.rateLimitReset) > now) return
  meter.rateLimitRemaining = limit
  meter.rateLimitReset = new Date(now.getTime() + seconds * 1000).toISOString()
}

/** When a meter is filled again, in seconds since 1970. */
export const resetOf = ({ rateLimitReset }: Meter): number => Math.ceil(Date.parse(rateLimitReset) / 1000)
