import { spawn } from 'node:child_process'
import { quote } from './quote.ts'

/** How a command ended. Without an exit code it could not start, was killed, or said too much; `shortMessage` tells. */
export interface Ended {
  readonly exitCode?: number | undefined
  readonly stdout: string
  readonly stderr: string
  readonly shortMessage?: string | undefined
}

interface How {
  readonly cwd: string
  readonly env: Readonly<Record<string, string>>
  readonly input: string
  /** The most that it may write to either stream, in bytes. */
  readonly maxBuffer: number
}

/**
 * Runs a command to its end, in a process group of its own, without a shell; never rejects. For git, which is asked a dozen
 * times before the first question: execa takes longer for each than git itself.
 */
export function spawned(
  file: string,
  args: readonly string[],
  { cwd, env, input, maxBuffer }: How,
): Promise<Ended> & { readonly pid?: number | undefined } {
  const child = spawn(file, args, { cwd, env, detached: true, stdio: 'pipe' })
  let fault: string | undefined
  const read = (stream: NodeJS.ReadableStream): (() => string) => {
    const chunks: Buffer[] = []
    let size = 0
    stream.on('data', (chunk: Buffer) => {
      chunks.push(chunk)
      size += chunk.length
      if (size <= maxBuffer || fault !== undefined) return
      fault = `${quote(file)} wrote more than ${maxBuffer} bytes`
      child.kill('SIGKILL')
    })
    return () => Buffer.concat(chunks).toString()
  }
  const [stdout, stderr] = [read(child.stdout), read(child.stderr)]
  // What it does not read is lost on it.
  child.stdin.on('error', () => {})
  child.stdin.end(input)
  const ended = new Promise<Ended>(resolve => {
    child.on('error', ({ message }) => {
      fault ??= message
      // Of one that could not start, nothing more is heard.
      if (child.pid === undefined) resolve({ stdout: '', stderr: '', shortMessage: fault })
    })
    child.on('close', (code, signal) => {
      const exitCode = fault === undefined ? (code ?? undefined) : undefined
      const shortMessage = fault ?? (signal === null ? undefined : `${quote(file)} was killed with ${signal}`)
      resolve({ exitCode, stdout: stdout(), stderr: stderr(), shortMessage })
    })
  })
  return Object.assign(ended, { pid: child.pid })
}
