import { closeSync, openSync, readFileSync, readSync, writeSync } from 'node:fs'

/** Which fields of /proc/PID/stat are the addresses of the initial environment, counted behind the name (proc(5): 50, 51). */
const [START, END] = [47, 48]
const LARGEST = 4 * 2 ** 20

/**
 * Overwrites the values of variables in the memory that a process was started with: deleted or not, everybody who runs as the
 * same user reads them there (/proc/PID/environ) as long as it runs. On Linux alone; elsewhere, and where the system does not
 * allow it, they stay. The process that started this one may have them still.
 * @returns whether none of them can be read there any more
 */
export function blankInitially(names: Iterable<string>): boolean {
  if (process.platform !== 'linux') return false
  try {
    const memory = openSync('/proc/self/mem', 'r+')
    try {
      return blank(memory, new Set(names))
    } finally {
      closeSync(memory)
    }
  } catch {
    return false
  }
}

function blank(memory: number, names: ReadonlySet<string>): boolean {
  // The name may have blanks and brackets in it.
  const fields = readFileSync('/proc/self/stat', 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ')
  const [from, to] = [Number(fields[START]), Number(fields[END])]
  if (!(to > from) || to - from > LARGEST) return false
  const text = Buffer.alloc(to - from)
  readSync(memory, text, 0, text.length, from)
  for (let at = 0; at < text.length; ) {
    const zero = text.indexOf(0, at)
    const end = zero === -1 ? text.length : zero
    const equals = text.indexOf('=', at)
    if (equals !== -1 && equals < end && names.has(text.toString('latin1', at, equals))) {
      writeSync(memory, Buffer.alloc(end - equals - 1), 0, end - equals - 1, from + equals + 1)
    }
    at = end + 1
  }
  return true
}
