import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readRemote, withoutUserInfo } from '../../src/clouds/remote.ts'
import { inputs } from '../support/inputs.ts'

describe('A remote’s address', () => {
  test.each([
    ['https://github.com/acme/dummyapp.git', 'github.com', 'acme/dummyapp'],
    ['https://GitHub.com:443/acme/dummyapp/', 'github.com', 'acme/dummyapp'],
    ['ssh://git@example.com:2222/~me/x.git', 'example.com', '~me/x'],
    ['git@github.com:acme/dummyapp.git', 'github.com', 'acme/dummyapp'],
    ['github.com:/acme/dummyapp', 'github.com', 'acme/dummyapp'],
    ['git@work:acme/dummyapp.git', 'work', 'acme/dummyapp'],
    ['https://github.com/acme/dummyapp/.git', 'github.com', 'acme/dummyapp'],
    ['https://example.com/a/b/c.git.git', 'example.com', 'a/b/c.git'],
    ['ssh://git@[2001:db8::1]:22/acme/dummyapp.git', '[2001:db8::1]', 'acme/dummyapp'],
    ['ssh://[2001:DB8::1]/acme/dummyapp.git', '[2001:db8::1]', 'acme/dummyapp'],
    ['ssh://git@[fe80::1%25eth0]/~acme/x', '[fe80::1%25eth0]', '~acme/x'],
    ['https://user:word@[::1]:8443/acme/x.git', '[::1]', 'acme/x'],
    ['git@[2001:db8::1]:acme/dummyapp.git', '[2001:db8::1]', 'acme/dummyapp'],
    ['[::1]:acme/x', '[::1]', 'acme/x'],
    ['[github.com:443]:acme/x.git', 'github.com', 'acme/x'],
    ['[git@github.com:443]:acme/x.git', 'github.com', 'acme/x'],
    ['git@[github.com:22]:acme/x.git', 'github.com', 'acme/x'],
    ['ssh://git@github.com:/acme/x.git', 'github.com', 'acme/x'],
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
    'git@example.com:.git',
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
    fc.assert(fc.property(info, same), inputs(100, 20_000))
  })

  test('is a host and a path without user info, or nothing, whatever it is and at once', () => {
    const part = fc.constantFrom(
      'https://',
      'ssh://',
      'git@',
      'user:word@',
      '@',
      ':',
      '/',
      '//',
      '.git',
      '..',
      '~',
      ':22',
      '[::1]',
      'github.com',
    )
    const address = fc
      .array(fc.oneof(part, fc.string({ unit: 'binary', maxLength: 5 })), { maxLength: 12 })
      .map(all => all.join(''))
    const isRead = (text: string) => {
      const began = performance.now()
      const place = readRemote(text)
      expect(withoutUserInfo(withoutUserInfo(text))).toBe(withoutUserInfo(text))
      if (place !== undefined) {
        // An IPv6 address has colons, in brackets.
        expect(place.host.replace(/^\[[^\]]*\]$/, '')).not.toMatch(/[@:/[\]]|[A-Z]/)
        expect(place.host).not.toMatch(/[@/]|[A-Z]/)
        expect(place.path).not.toMatch(/^\/|\/$|^$/)
      }
      expect(performance.now() - began).toBeLessThan(1_000)
    }
    fc.assert(
      fc.property(
        fc.oneof(
          address,
          address.map(text => text.repeat(30)),
        ),
        isRead,
      ),
      inputs(200, 50_000),
    )
  })

  test('has no user info left behind one that was cut', () => {
    expect(withoutUserInfo('@https://user:word@example.com/a')).toBe('https://example.com/a')
  })

  test.each(['https://example.com/a@b', '/srv/a@b', '../a@b'])('keeps what is no user info: %s', address => {
    expect(withoutUserInfo(address)).toBe(address)
  })
})
