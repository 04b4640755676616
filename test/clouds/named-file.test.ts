import { spawn } from 'node:child_process'
import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { readNamed } from '../../src/clouds/named-file.ts'
import { temporaryFolder } from '../support/folder.ts'
import { makePipe, makeSocket } from '../support/odd-files.ts'

const LONGEST = 100_000
const inFolder = () => join(temporaryFolder(), 'file')
const pipe = () => {
  const file = inFolder()
  makePipe(file)
  return file
}

/** Writes into a pipe what a command of the shell prints. */
function write(file: string, command: string): void {
  const child = spawn('sh', ['-c', `{ ${command}; } > "$0"`, file], { stdio: 'ignore' })
  onTestFinished(() => void child.kill('SIGKILL'))
}

describe('What a person names is read:', () => {
  test('a file, also through a link', async () => {
    const [file, link] = [inFolder(), inFolder()]
    writeFileSync(file, 'words')
    symlinkSync(file, link)
    for (const name of [file, link]) expect(String(await readNamed(name, LONGEST))).toBe('words')
  })

  test('what another process writes into a pipe, to its end', async () => {
    const file = pipe()
    write(file, 'printf one; printf two')
    expect(String(await readNamed(file, LONGEST))).toBe('onetwo')
  })
})

describe('What would never end is refused in words:', () => {
  test.each<[string, (file: string) => void, string]>([
    ['a folder', file => void mkdirSync(file), 'it is a folder'],
    ['a socket', makeSocket, 'it is a socket'],
    ['a device without an end', file => symlinkSync('/dev/zero', file), 'it is a device'],
    ['a terminal', file => symlinkSync('/dev/ptmx', file), 'it is a device'],
    ['a long file', file => writeFileSync(file, 'a'.repeat(LONGEST + 1)), 'it is longer than 98 KiB'],
    ['nothing', () => {}, 'ENOENT'],
  ])('%s', async (_, put, said) => {
    const file = inFolder()
    put(file)
    await expect(readNamed(file, LONGEST)).rejects.toThrow(said)
  })

  test('a pipe that is written to for ever', async () => {
    const file = pipe()
    write(file, 'yes')
    await expect(readNamed(file, LONGEST)).rejects.toThrow('it is longer than 98 KiB')
  })

  test('a pipe that nobody writes to, and one whose writer does not come to its end', async () => {
    const said = 'it is a pipe, and nobody wrote to its end within 0.1 s'
    await expect(readNamed(pipe(), LONGEST, undefined, 100)).rejects.toThrow(said)
    const file = pipe()
    write(file, 'echo begun; exec sleep 60')
    await expect(readNamed(file, LONGEST, undefined, 100)).rejects.toThrow(said)
  })

  test('and is left when it is given up, with nothing open', async () => {
    const before = readdirSync('/proc/self/fd').length
    const stop = new AbortController()
    const reading = readNamed(pipe(), LONGEST, stop.signal)
    stop.abort()
    await expect(reading).rejects.toThrow('aborted')
    await new Promise(setImmediate)
    expect(readdirSync('/proc/self/fd').length).toBe(before)
  })
})
