import { mkdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { wordsOf } from '../../src/clouds/cause.ts'
import { readOrdinary } from '../../src/clouds/ordinary-file.ts'
import { temporaryFolder } from '../support/folder.ts'
import { makePipe, makeSocket } from '../support/odd-files.ts'

/** What stands in the place of a file, and what is said of it; once links are followed, too. */
const STANDS: [what: string, put: (file: string) => void, said: RegExp, throughLinks?: RegExp][] = [
  ['a pipe that nobody writes to', makePipe, /it is a pipe/],
  ['a socket', makeSocket, /it is a socket/],
  ['a folder', file => void mkdirSync(file), /it is a folder/],
  ['a link to a device without an end', file => symlinkSync('/dev/zero', file), /it is a link/, /it is a device/],
  ['a link to itself', file => symlinkSync(basename(file), file), /it is a link/, /it is a link/],
  ['nothing', () => {}, /^ENOENT: /],
  [
    'a file without an end',
    file => {
      writeFileSync(file, '')
      truncateSync(file, 2 ** 30)
    },
    /it is longer than 1 MB/,
  ],
]

describe('Where there is no ordinary file, that is said at once:', () => {
  test.each<(typeof STANDS)[number]>(STANDS)('%s', (_, put, said, throughLinks = said) => {
    const file = join(temporaryFolder(), 'file')
    put(file)
    expect(() => readOrdinary(file, 2 ** 20)).toThrow(said)
    expect(() => readOrdinary(file, 2 ** 20, { throughLinks: true })).toThrow(throughLinks)
  })
})

test('An ordinary file is read whole, up to its longest; a link is followed where that is wanted alone', () => {
  const folder = temporaryFolder()
  const [file, link] = [join(folder, 'file'), join(folder, 'link')]
  const bytes = Buffer.alloc(200_000, 'words')
  writeFileSync(file, bytes)
  symlinkSync(file, link)
  expect(readOrdinary(file, bytes.length)).toEqual(bytes)
  expect(() => readOrdinary(file, bytes.length - 1)).toThrow('it is longer than 196 KiB')
  expect(readOrdinary(link, bytes.length, { throughLinks: true })).toEqual(bytes)
  expect(() => readOrdinary(link, bytes.length)).toThrow('it is a link')
})

test('The paths in an error of the file system are quoted', () => {
  try {
    readOrdinary("/nowhere/it's $&", 1)
  } catch (error) {
    expect(wordsOf(error)).toBe(String.raw`ENOENT: no such file or directory, open '/nowhere/it'\''s $&'`)
  }
  expect.assertions(1)
})
