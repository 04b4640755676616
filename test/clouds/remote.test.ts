import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readRemote, withoutUserInfo } from '../../src/clouds/remote.ts'

describe('A remote’s address', () => {
  test.each([
    ['https://github.com/acme/dummyapp.git', 'github.com', 'acme/dummyapp'],
    ['https://GitHub.com:443/acme/dummyapp/', 'github.com', 'acme/dummyapp'],
    ['ssh://git@example.com:2222/~me/x.git', 'example.com', '~me/x'],
    ['git@github.com:acme/dummyapp.git', 'github.com', 'acme/dummyapp'],
    ['github.com:/acme/dummyapp', 'github.com', 'acme/dummyapp'],
    ['git@work:acme/dummyapp.git', 'work', 'acme/dummyapp'],
    ['https://example.com/a/b/c.git.git', 'example.com', 'a/b/c.git'],
  ])('is read in every form: %s', (address, host, path) => {
    expect(readRemote(address)).toEqual({ host, path })
  })

  test.each([
    '',
    '/srv/git/x.git',
    './x',
    '../x.git',
    'x',
    'file:///srv/x.git',
    'file:/srv/x.git',
    'file://host/x.git',
    'FILE:///srv/x.git',
    'https://example.com',
    'https://',
  ])('is no place where it is a path or nothing: %j', address => {
    expect(readRemote(address)).toBeUndefined()
  })

  test('is read the same with user info and without', () => {
    const info = fc.stringMatching(/^[\w.~%!$&'()*+,;=-]{1,20}(:[\w.~%!$&'()*+,;=:-]{0,20})?$/)
    const same = (user: string) => {
      for (const [before, after] of [
        ['https://', 'github.com/acme/dummyapp.git'],
        ['ssh://', 'github.com:22/acme/dummyapp'],
        ['', 'github.com:acme/dummyapp.git'],
      ] as const) {
        expect(withoutUserInfo(`${before}${user}@${after}`)).toBe(`${before}${after}`)
        expect(readRemote(`${before}${user}@${after}`)).toEqual({ host: 'github.com', path: 'acme/dummyapp' })
      }
    }
    fc.assert(fc.property(info, same))
  })

  test.each(['https://example.com/a@b', '/srv/a@b', '../a@b'])('keeps what is no user info: %s', address => {
    expect(withoutUserInfo(address)).toBe(address)
  })
})
