/** What Ctrl-C, SIGTERM and SIGHUP set off. */
export interface Interrupt {
  /** Nothing new is begun. */
  readonly stop: AbortSignal
  /** What is in flight is given up too; its intent is saved. */
  readonly giveUp: AbortSignal
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** How long an effect in flight may take after the first signal, in milliseconds. */
const GRACE_MS = 5_000

/** The first signal stops, and gives up after a grace; the second gives up at once. */
export function listenForInterrupts(told: (again: boolean) => void): Interrupt {
  const stop = new AbortController()
  const giveUp = new AbortController()
  const onSignal = () => {
    told(stop.signal.aborted)
    if (stop.signal.aborted) return giveUp.abort()
    stop.abort()
    setTimeout(() => giveUp.abort(), GRACE_MS).unref()
  }
  for (const signal of SIGNALS) {
    // conf's atomically listens too and sends the signal once more (when-exit), which would count as the second.
    process.removeAllListeners(signal)
    process.on(signal, onSignal)
  }
  return { stop: stop.signal, giveUp: giveUp.signal }
}
