import { isatty } from 'node:tty'

/** What Ctrl-C, SIGTERM and SIGHUP set off. */
export interface Interrupt {
  /** Nothing new is begun. */
  readonly stop: AbortSignal
  /** What is in flight is given up too; its intent is saved. */
  readonly giveUp: AbortSignal
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/**
 * Where the terminal has closed, ends the process by the signal that says so. On its usual way out, Node 20 restores the
 * terminal, and aborts where that fails (nodejs/node#28479): with a core file, in which every secret in memory is readable.
 */
function endByHangUp(): void {
  const hasClosed = [process.stdin, process.stdout].some(({ isTTY, fd }) => isTTY && !isatty(fd))
  if (!hasClosed) return
  process.removeAllListeners('SIGHUP')
  process.kill(process.pid, 'SIGHUP')
}

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
  process.once('exit', endByHangUp)
  return { stop: stop.signal, giveUp: giveUp.signal }
}
