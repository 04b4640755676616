import { closeSync, constants, fstatSync, openSync, readSync, type Stats } from 'node:fs'
import { sizeOf } from './size.ts'

/** Opening waits for nobody at the other end of a pipe, and a terminal does not become this process's own. */
export const WITHOUT_WAITING = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY

/** What is not an ordinary file, or is longer than it can be; its message says so in words. */
export class NotOrdinary extends Error {
  override readonly name = 'NotOrdinary'
}

/**
 * Reads an ordinary file. A pipe, a device, a socket or a folder in its place is refused at once, and so is a link: what
 * is looked at is what was opened, so nothing can be swapped in between.
 * @param longest in bytes
 * @param options.throughLinks follow links, as where people link their settings to files elsewhere
 * @throws NotOrdinary; what the file system says where it cannot be read (ENOENT where there is none)
 */
export function readOrdinary(file: string, longest: number, options: { throughLinks?: boolean } = {}): Buffer {
  const opened = open(file, WITHOUT_WAITING | (options.throughLinks ? 0 : constants.O_NOFOLLOW))
  try {
    const stat = fstatSync(opened)
    if (!stat.isFile()) throw new NotOrdinary(kindOf(stat))
    return readUpTo(opened, longest)
  } finally {
    closeSync(opened)
  }
}

/** Opens what stands there; throws NotOrdinary where that cannot be opened as a file. */
export function open(file: string, flags: number): number {
  try {
    return openSync(file, flags)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ELOOP' || code === 'EMLINK') throw new NotOrdinary('it is a link')
    if (code === 'ENXIO' || code === 'EOPNOTSUPP') throw new NotOrdinary('it is a socket')
    throw error
  }
}

/** Reads a file to its end; one that is written to meanwhile may have none. Throws NotOrdinary where it is longer, in bytes. */
export function readUpTo(opened: number, longest: number): Buffer {
  const chunks: Buffer[] = []
  for (let length = 0; ; ) {
    const chunk = Buffer.alloc(Math.min(64 * 1024, longest + 1 - length))
    const read = readSync(opened, chunk)
    if (read === 0) return Buffer.concat(chunks)
    chunks.push(chunk.subarray(0, read))
    length += read
    if (length > longest) throw tooLong(longest)
  }
}

/** @param longest in bytes */
export const tooLong = (longest: number) => new NotOrdinary(`it is longer than ${sizeOf(longest)}`)

/** What stands in the place of an ordinary file, in words. */
export function kindOf(stat: Stats): string {
  if (stat.isDirectory()) return 'it is a folder'
  if (stat.isFIFO()) return 'it is a pipe'
  if (stat.isSocket()) return 'it is a socket'
  return stat.isSymbolicLink() ? 'it is a link' : 'it is a device'
}
