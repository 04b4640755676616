import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream, readFileSync } from 'node:fs'
import { type AddressInfo, connect, createServer, type NetConnectOpts } from 'node:net'
import { setTimeout } from 'node:timers/promises'

/** A process that serves until it is stopped. */
export interface Service {
  stop(signal?: NodeJS.Signals): Promise<void>
}

const PATIENCE_MS = 20_000

/**
 * Starts a process and waits until it answers at an address.
 * @param log the file that gets what it says
 * @throws Error with what it said, where it ends or does not answer
 */
export async function serve(
  argv: readonly [string, ...string[]],
  { env, at, log }: { readonly env: NodeJS.ProcessEnv; readonly at: NetConnectOpts; readonly log: string },
): Promise<Service> {
  const [file, ...args] = argv
  const said = createWriteStream(log, { flags: 'a' })
  await once(said, 'open')
  const child = spawn(file, args, { env, stdio: ['ignore', said, said], detached: true })
  const ended = once(child, 'exit')
  const until = Date.now() + PATIENCE_MS
  while (!(await answers(at))) {
    if (child.exitCode !== null || Date.now() > until) {
      stop(child, 'SIGKILL')
      throw new Error(`${argv.join(' ')} does not serve:\n${readFileSync(log, 'utf8')}`)
    }
    await setTimeout(20)
  }
  return {
    stop: async (signal = 'SIGTERM') => {
      stop(child, signal)
      await ended
      said.close()
    },
  }
}

/** With all that it started. */
function stop({ pid, exitCode }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid !== undefined && exitCode === null) process.kill(-pid, signal)
}

async function answers(at: NetConnectOpts): Promise<boolean> {
  const socket = connect(at)
  try {
    await once(socket, 'connect')
    return true
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}

/** A port of this machine that nobody listens at. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
