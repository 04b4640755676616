import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'

/** How a process is kept from doing anything for a while: as a kill does, but that it can go on. */
export class Standstill {
  readonly #pid: number
  #asked = 0

  constructor(pid: number) {
    this.#pid = pid
  }

  /** It may be asked for again before it has ended. */
  begin(): void {
    this.#asked += 1
    if (this.#asked > 1) return
    this.#send('SIGSTOP')
    while (!threadsOf(this.#pid).every(isStopped)) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1)
  }

  end(): void {
    this.#asked -= 1
    if (this.#asked === 0) this.#send('SIGCONT')
  }

  #send(signal: NodeJS.Signals): void {
    try {
      process.kill(this.#pid, signal)
    } catch {
      // It has ended: it does nothing more.
    }
  }

  /** Resolves when what it has started has come to its end, but for what is left out, as far as it does so by itself. */
  async childrenEnd(isLeftOut: (command: string) => boolean): Promise<void> {
    const running = () => childrenOf(this.#pid).filter(command => !isLeftOut(command))
    for (let ms = 0; running().length > 0 && ms < LONGEST_MS; ms += STEP_MS) await setTimeout(STEP_MS)
  }
}

/** What reads on until its standard input ends does not end by itself; nor would it change anything. */
const LONGEST_MS = 2_000
const STEP_MS = 5

const read = (file: string): string => {
  try {
    return readFileSync(file, 'latin1')
  } catch {
    // It has gone.
    return ''
  }
}

function threadsOf(pid: number): readonly string[] {
  try {
    return readdirSync(`/proc/${pid}/task`).map(thread => `/proc/${pid}/task/${thread}`)
  } catch {
    return []
  }
}

/** By proc(5): T is stopped, and Z and X are over. */
const stateOf = (folder: string): string => /^\d+ \(.*\) (\w)/s.exec(read(`${folder}/stat`))?.[1] ?? 'X'
const isStopped = (folder: string) => 'TZX'.includes(stateOf(folder))

/** The commands of the children that have not ended. */
function childrenOf(pid: number): readonly string[] {
  const pids = threadsOf(pid).flatMap(folder => read(`${folder}/children`).split(' ').filter(Boolean))
  return pids.filter(child => !'ZX'.includes(stateOf(`/proc/${child}`))).map(child => read(`/proc/${child}/cmdline`))
}
