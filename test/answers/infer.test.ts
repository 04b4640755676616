import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Candidate } from '../../src/answers/candidate.ts'
import { infer } from '../../src/answers/infer.ts'
import { library } from '../support/checkout.ts'

const UPSTREAM = library({ GITHUB_PROJECT: 'PennockTech/dummyapp', HEROKU_APP: 'pt-dummy-app' })
const from = (origin: string, text: string | undefined = UPSTREAM, more: Record<string, string> = {}) =>
  infer({ remotes: { origin, ...more }, library: text })
const best = (key: Candidate['key'], candidates: readonly Candidate[]) =>
  candidates.find(candidate => candidate.key === key)

/** One place on GitHub in every form that git takes, with user info in front of the host where there may be some. */
const forms = (path: string, user = '') => [
  `https://${user}github.com/${path}.git`,
  `https://${user}github.com/${path}`,
  `https://${user}github.com/${path}/`,
  `HTTPS://${user}GitHub.com/${path}.git`,
  `http://${user}github.com/${path}.git`,
  `git://${user}github.com/${path}.git`,
  `ssh://${user}github.com/${path}.git`,
  `ssh://${user}github.com:22/${path}.git`,
  `git+ssh://${user}github.com/${path}.git`,
  `${user}github.com:${path}.git`,
  `${user}github.com:/${path}`,
  ` ${user}github.com:${path}.git\n`,
]

describe('The project is read from origin', () => {
  test.each(forms('PennockTech/dummyapp', 'git@'))('in the form %j', url => {
    expect(best('githubProject', from(url))).toEqual({
      key: 'githubProject',
      value: 'PennockTech/dummyapp',
      from: 'git remote origin',
    })
  })

  test('without the user info that may stand in it, which is nowhere to be found then', () => {
    const secrets = fc.stringMatching(/^[\w.~%+-]{8,40}$/)
    const staysOut = (user: string, password: string) => {
      for (const url of forms('acme/dummyapp', `${user}:${password}@`)) {
        const inferred = from(url)
        expect(best('githubProject', inferred)?.value).toBe('acme/dummyapp')
        expect(JSON.stringify(inferred)).not.toContain(password)
      }
    }
    fc.assert(fc.property(secrets, secrets, staysOut), { numRuns: 40 })
  })

  test.each([
    'https://gitlab.com/acme/dummyapp.git',
    'https://github.com.example.com/acme/dummyapp.git',
    'https://example.com/github.com/acme/dummyapp.git',
    'https://github.com/acme/group/dummyapp.git',
    'https://github.com/acme',
    '/srv/git/github.com/acme/dummyapp.git',
    'file:///srv/git/acme/dummyapp.git',
    '../dummyapp',
    '',
  ])('but not where it is no project of GitHub: %j', url => {
    expect(from(url, '')).toEqual([])
  })
})

describe('Without origin', () => {
  const ACME = 'git@github.com:acme/dummyapp.git'
  const clone = (remotes: Record<string, string>, named: readonly string[] = []) =>
    infer({ remotes, named, library: UPSTREAM })

  test.each([
    ['the only remote', clone({ acme: ACME }), 'acme'],
    [
      'the one that is named',
      clone({ upstream: 'https://github.com/PennockTech/dummyapp', fork: ACME }, ['fork']),
      'fork',
    ],
  ])('the project is that of %s', (_, inferred, remote) => {
    expect(best('githubProject', inferred)).toEqual({
      key: 'githubProject',
      value: 'acme/dummyapp',
      from: `git remote ${remote}`,
    })
    expect(best('herokuApp', inferred)).toMatchObject({ value: 'acme-dummyapp', proposed: 'by-us' })
  })

  test('of several that nothing names, nothing is known, and no value is upstream’s', () => {
    const inferred = clone({ upstream: 'https://github.com/PennockTech/dummyapp', fork: ACME })
    expect(best('githubProject', inferred)).toBeUndefined()
    expect(JSON.stringify(inferred)).not.toMatch(/pt-dummy-app|PennockTech/i)
  })

  test('by an alias of ssh, the project of its path is proposed, and no value is upstream’s', () => {
    const inferred = clone({ origin: 'git@github-work:acme/dummyapp.git' })
    expect(best('githubProject', inferred)).toMatchObject({ value: 'acme/dummyapp', proposed: 'by-us' })
    expect(best('herokuApp', inferred)).toMatchObject({ value: 'acme-dummyapp', proposed: 'by-us' })
    expect(JSON.stringify(inferred)).not.toMatch(/pt-dummy-app|PennockTech/i)
    expect(best('githubProject', clone({ origin: 'git@git.acme.example:acme/dummyapp.git' }))).toBeUndefined()
  })

  test('by an alias of ssh, upstream’s is upstream’s', () => {
    const inferred = clone({ origin: 'git@github-work:PennockTech/dummyapp.git' })
    expect(best('herokuApp', inferred)).toMatchObject({ value: 'pt-dummy-app', from: 'build/common.lib.sh' })
  })

  test('at an IPv6 address, it is a fork on an unknown host', () => {
    const inferred = clone({ origin: 'ssh://git@[2001:db8::1]:22/acme/dummyapp.git' })
    expect(best('githubProject', inferred)).toBeUndefined()
    expect(JSON.stringify(inferred)).not.toMatch(/pt-dummy-app|PennockTech/i)
  })
})

describe('In upstream’s own checkout', () => {
  test('the names in the files count, and stand before what would be proposed', () => {
    expect(best('herokuApp', from('git@github.com:PennockTech/dummyapp.git'))).toEqual({
      key: 'herokuApp',
      value: 'pt-dummy-app',
      from: 'build/common.lib.sh',
    })
  })

  test('it does not matter how the owner is spelt', () => {
    expect(best('herokuApp', from('https://github.com/pennocktech/DummyApp'))?.value).toBe('pt-dummy-app')
  })
})

describe('In a fork', () => {
  test.each(forms('acme/dummyapp', 'git@'))(
    'no value of upstream is left, and a proposal says that it is one: %j',
    url => {
      const inferred = from(url)
      expect(JSON.stringify(inferred)).not.toMatch(/pt-dummy-app|PennockTech/i)
      expect(best('herokuApp', inferred)).toEqual({
        key: 'herokuApp',
        value: 'acme-dummyapp',
        from: 'proposed, after acme/dummyapp',
        proposed: 'by-us',
      })
    },
  )

  test('whose files were changed to say so, the names in its files count', () => {
    const own = library({ GITHUB_PROJECT: 'acme/dummyapp', HEROKU_APP: 'acme-own' })
    expect(best('herokuApp', from('https://github.com/acme/dummyapp', own))?.value).toBe('acme-own')
  })
})

describe('The remote heroku', () => {
  test.each([
    'https://git.heroku.com/acme-live.git',
    'https://heroku:secret@git.heroku.com/acme-live.git',
    'git@heroku.com:acme-live.git',
    'ssh://git@heroku.com/acme-live.git',
  ])('names the app, and is believed before the files: %s', heroku => {
    const inferred = from('https://github.com/PennockTech/dummyapp', UPSTREAM, { heroku })
    expect(inferred.filter(({ key }) => key === 'herokuApp').map(({ value }) => value)).toEqual([
      'acme-live',
      'pt-dummy-app',
      'pennocktech-dummyapp',
    ])
    expect(JSON.stringify(inferred)).not.toContain('secret')
  })

  test('of another host says nothing', () => {
    const inferred = from('https://github.com/acme/dummyapp', '', { heroku: 'https://example.com/acme-live.git' })
    expect(best('herokuApp', inferred)?.value).toBe('acme-dummyapp')
  })
})

describe('The library', () => {
  const namesIn = (text: string) => infer({ remotes: {}, library: text }).map(({ key, value }) => `${key} ${value}`)

  test.each([
    [`: "\${HEROKU_APP:=a-b-c}"`],
    [`: "\${HEROKU_APP=a-b-c}"`],
    [`: "\${HEROKU_APP:=a-b-c}"  `],
    [`x=1\r\n: "\${HEROKU_APP:=a-b-c}"\r\ny=2\r\n`],
  ])('is read by a simple pattern: %j', text => {
    expect(namesIn(text)).toEqual(['herokuApp a-b-c'])
  })

  test.each([
    [`# : "\${HEROKU_APP:=a-b-c}"`],
    [`: "\${HEROKU_APP:=}"`],
    [`: "\${HEROKU_APP:=$(touch made)}"`],
    [`: "\${HEROKU_APP:=\`touch made\`}"`],
    [`: "\${HEROKU_APP:=\${OTHER}}"`],
    ['HEROKU_APP=a-b-c'],
    [`: "\${constructor:=a-b-c}"`],
    [`: "\${__proto__:=a-b-c}"`],
  ])('is not guessed at: %j', text => {
    expect(namesIn(text)).toEqual([])
  })

  test('may be missing', () => {
    expect(infer({ remotes: {}, library: undefined })).toEqual([])
  })
})
