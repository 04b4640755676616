/**
 * What is said where a stream takes no more; undefined where its reader has gone (`| head`), which is not a failure of ours.
 * @param name the stream, at the beginning of a sentence
 */
export function notWritten(name: string, { code, message }: NodeJS.ErrnoException): string | undefined {
  if (code === 'EPIPE' || code === 'EIO') return undefined
  return `${name} cannot be written, so the run stopped: ${message}\nFree space there or write it somewhere else, then run the same command again.\n`
}
