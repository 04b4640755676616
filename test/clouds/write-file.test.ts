import { mkdirSync, readdirSync, readFileSync, readlinkSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { writeWhole } from '../../src/clouds/write-file.ts'
import { temporaryFolder } from '../support/folder.ts'
import { makePipe } from '../support/odd-files.ts'

const modeOf = (file: string) => statSync(file).mode & 0o777

test('A new file is written whole, for oneself alone unless told, and no draft stays', () => {
  const folder = temporaryFolder()
  expect(writeWhole(join(folder, 'own'), 'text', { overwrite: false })).toBe(true)
  expect(writeWhole(join(folder, 'open'), 'text', { overwrite: false, mode: 0o666 })).toBe(true)
  expect([modeOf(join(folder, 'own')), modeOf(join(folder, 'open'))]).toEqual([0o600, 0o666 & ~process.umask()])
  expect(readdirSync(folder)).toEqual(['open', 'own'])
})

test('A file that is there is replaced only where that was asked', () => {
  const folder = temporaryFolder()
  const file = join(folder, 'file')
  writeFileSync(file, 'mine')
  expect(writeWhole(file, 'new', { overwrite: false })).toBe(false)
  expect(readFileSync(file, 'utf8')).toBe('mine')
  expect(writeWhole(file, 'new', { overwrite: true })).toBe(true)
  expect(readFileSync(file, 'utf8')).toBe('new')
  expect(readdirSync(folder)).toEqual(['file'])
})

describe('What is not a file stays, and nothing is written through it:', () => {
  test.each<[string, (file: string, precious: string) => void, string]>([
    ['a link', (file, precious) => symlinkSync(precious, file), 'it is a link'],
    ['a link that leads nowhere', file => symlinkSync('nowhere', file), 'it is a link'],
    ['a pipe', makePipe, 'it is a pipe'],
    ['a folder', file => void mkdirSync(file), 'it is a folder'],
  ])('%s', (_, put, said) => {
    const folder = temporaryFolder()
    const [file, precious] = [join(folder, 'file'), join(folder, 'precious')]
    writeFileSync(precious, 'mine')
    put(file, precious)
    for (const overwrite of [true, false]) expect(() => writeWhole(file, 'new', { overwrite })).toThrow(said)
    expect(readFileSync(precious, 'utf8')).toBe('mine')
    expect(readdirSync(folder)).toEqual(['file', 'precious'])
    if (said === 'it is a link') expect(readlinkSync(file)).not.toBe('')
  })
})
