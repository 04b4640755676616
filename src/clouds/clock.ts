/** Where time comes from: everything that waits is given one, so that a rehearsal can run fast. */
export interface Clock {
  now(): Date
  /** Resolves after that many milliseconds (before scaling); rejects with the signal's reason when it aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
  /** A time-out in milliseconds, scaled and rounded up. */
  timeout(ms: number): number
}

/** setTimeout takes no longer wait, and fires at once when asked to. */
const LONGEST_TIMER = 2 ** 31 - 1

/** The computer's clock; `scale` multiplies every wait and time-out. */
export function realClock(scale = 1): Clock {
  const scaled = (ms: number): number => Math.min(Math.ceil(ms * scale), LONGEST_TIMER)
  return {
    now: () => new Date(),
    timeout: scaled,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        signal?.throwIfAborted()
        const stop = () => {
          clearTimeout(timer)
          reject(signal?.reason)
        }
        const timer = setTimeout(() => {
          signal?.removeEventListener('abort', stop)
          resolve()
        }, scaled(ms))
        signal?.addEventListener('abort', stop, { once: true })
      }),
  }
}
