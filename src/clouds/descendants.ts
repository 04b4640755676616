import { randomUUID } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'

/** By this variable, which children inherit, what a command started is known wherever it goes. */
const NAME = 'DUMMYAPP_SETUP_STARTED'
const ROUNDS = 20

/** What a command starts, and ends no later than the command. */
export interface Descendants {
  /** For the command's environment. */
  readonly env: Readonly<Record<string, string>>
  /** Ends whatever is left; on Linux also what has left the group, unless it hides on purpose. */
  end(group: number | undefined): void
}

/** Descendants of one command, to be told from all others'. */
export function descendants(): Descendants {
  const value = randomUUID()
  return {
    env: { [NAME]: value },
    end: group => {
      if (group !== undefined) kill(-group)
      // Until none is found: one may be starting another.
      for (let round = 0; round < ROUNDS; round += 1) {
        const left = marked(`${NAME}=${value}`)
        if (left.length === 0) return
        for (const pid of left) kill(pid)
      }
    },
  }
}

function marked(mark: string): readonly number[] {
  if (process.platform !== 'linux') return []
  return readdirSync('/proc').flatMap(name => {
    try {
      return /^\d+$/.test(name) && readFileSync(`/proc/${name}/environ`, 'latin1').split('\0').includes(mark)
        ? [Number(name)]
        : []
    } catch {
      // Another user's, or it has ended.
      return []
    }
  })
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It has ended by itself.
  }
}
