import { closeSync, fstatSync } from 'node:fs'
import { Socket } from 'node:net'
import { addAbortSignal } from 'node:stream'
import { kindOf, NotOrdinary, open, readUpTo, tooLong, WITHOUT_WAITING } from './ordinary-file.ts'

/** How long the writer of a pipe may take until its end, in milliseconds: longer than a command that fetches something. */
const LIMIT_MS = 60_000

/**
 * Reads what a person named: an ordinary file, also through links; or a pipe, as a shell makes of `<(command)`, until its
 * writer has closed it. A device or a folder is refused at once.
 * @param longest in bytes
 * @param stop ends the waiting for a pipe, with an AbortError
 * @param limitMs how long a pipe is waited for
 * @throws NotOrdinary in words, where it is neither, too long, or not written to the end in time; what the file system says
 */
export async function readNamed(
  file: string,
  longest: number,
  stop?: AbortSignal,
  limitMs = LIMIT_MS,
): Promise<Buffer> {
  const opened = open(file, WITHOUT_WAITING)
  const stat = fstatSync(opened)
  if (stat.isFIFO()) return readPipe(opened, longest, stop, limitMs)
  try {
    if (!stat.isFile()) throw new NotOrdinary(kindOf(stat))
    return readUpTo(opened, longest)
  } finally {
    closeSync(opened)
  }
}

async function readPipe(
  opened: number,
  longest: number,
  stop: AbortSignal | undefined,
  limitMs: number,
): Promise<Buffer> {
  // It closes what was opened, at the end and when it is given up.
  const pipe = new Socket({ fd: opened, readable: true, writable: false })
  const late = AbortSignal.timeout(limitMs)
  const chunks: Buffer[] = []
  let length = 0
  try {
    for await (const chunk of addAbortSignal(stop ? AbortSignal.any([stop, late]) : late, pipe)) {
      chunks.push(chunk)
      length += chunk.length
      if (length > longest) throw tooLong(longest)
    }
    return Buffer.concat(chunks)
  } catch (error) {
    if (late.aborted && !stop?.aborted) {
      throw new NotOrdinary(`it is a pipe, and nobody wrote to its end within ${limitMs / 1000} s`)
    }
    throw error
  }
}
