import { chmodSync, chownSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { isOnlyOf } from '../../src/clouds/trusted-path.ts'
import { temporaryFolder } from '../support/folder.ts'

const me = process.getuid?.() ?? 0
const SOMEBODY = 12345

/** A file in a folder of our own, below the machine's shared one. */
function ownFile(): string {
  const folder = join(temporaryFolder(), 'folder')
  mkdirSync(folder)
  writeFileSync(join(folder, 'file'), '')
  return join(folder, 'file')
}

test('A file of one’s own counts, also in a folder for all that keeps everybody’s apart, and one that is not there yet', () => {
  const file = ownFile()
  expect([file, dirname(file), `${file}.new`].map(path => isOnlyOf(path, [me]))).toEqual([true, true, true])
  chmodSync(dirname(file), 0o1777)
  expect(isOnlyOf(file, [me])).toBe(true)
})

describe('What somebody else could have put there, or can change, does not count:', () => {
  const elsewhere = () => {
    const file = ownFile()
    chmodSync(file, 0o666)
    return file
  }
  const CHANGES: Readonly<Record<string, (file: string) => string | undefined>> = {
    'a file that anybody can write to': file => void chmodSync(file, 0o666),
    'one in a folder that anybody can write to': file => void chmodSync(dirname(file), 0o777),
    'one that is not there yet, in a folder for all': file => {
      chmodSync(dirname(file), 0o1777)
      return join(dirname(file), 'new')
    },
    'a link to such a file': file => {
      symlinkSync(elsewhere(), `${file}.link`)
      return `${file}.link`
    },
    'a relative path': () => 'file',
    'no path': () => '',
    // As root alone a file can be given away.
    ...(me === 0 && {
      'another user’s file': file => void chownSync(file, SOMEBODY, SOMEBODY),
      'a file in another user’s folder': file => void chownSync(dirname(file), SOMEBODY, SOMEBODY),
      'a file of one’s own in another user’s folder for all': file => {
        chmodSync(dirname(file), 0o1777)
        chownSync(dirname(file), SOMEBODY, SOMEBODY)
        return undefined
      },
    }),
  }
  test.each(Object.entries(CHANGES))('%s', (_, change) => {
    const file = ownFile()
    expect(isOnlyOf(change(file) ?? file, [me])).toBe(false)
  })

  test.skipIf(me !== 0)('one’s own, where root’s alone counts; and another user’s, where that user counts', () => {
    const file = ownFile()
    chownSync(file, SOMEBODY, SOMEBODY)
    expect([isOnlyOf(file, []), isOnlyOf(file, [SOMEBODY]), isOnlyOf('/etc/passwd', [])]).toEqual([false, true, true])
  })
})
