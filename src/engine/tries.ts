/** When a thing came about, beside the requests of ours that may have made it and whose answers were lost. */

/** Vendors tell times in whole seconds: what was made by a request may seem a little older. */
const WHOLE_SECOND_MS = 1_000

/** A request is given up after 70 seconds, and the vendor may carry it on for a while. */
const LATEST_MS = 120_000

/** It came about no earlier than what was begun then. */
export const isSince = (at: Date, begun: Date): boolean => at.getTime() >= begun.getTime() - WHOLE_SECOND_MS

/** It came about no later than the effect of what was begun then can. */
export const isInTime = (at: Date, begun: Date): boolean => at.getTime() <= begun.getTime() + LATEST_MS
