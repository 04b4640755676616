import { execFileSync } from 'node:child_process'

/** A pipe that nobody reads or writes. */
export const makePipe = (file: string): void => void execFileSync('sh', ['-c', 'mkfifo "$0"', file])

/** A socket that nobody listens at any more. */
export const makeSocket = (file: string): void =>
  void execFileSync(process.execPath, [
    '-e',
    'require("net").createServer().listen(process.argv[1], () => process.exit())',
    file,
  ])
