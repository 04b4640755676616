import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import { stringify } from 'yaml'
import { given } from '../../src/answers/given.ts'
import { ANSWER_KEYS, faultOf } from '../../src/answers/schema.ts'
import { looksLikeCredential } from '../../src/clouds/credential-shapes.ts'
import { CREDENTIALS, linesOf } from '../support/credentials.ts'
import { githubProjects, herokuApps, herokuTeams } from '../support/names.ts'
import { refusal } from '../support/refusal.ts'

function inFile(text: string): void {
  given({ set: [], answers: { name: 'answers', text } })
}

/** Every way in, of one answer. */
const ways: Readonly<Record<string, (key: string, value: string) => void>> = {
  '--set': (key, value) => void given({ set: [`${key}=${value}`] }),
  JSON: (key, value) => inFile(JSON.stringify({ [key]: value })),
  YAML: (key, value) => inFile(stringify({ [key]: value })),
  'a key': (_, value) => inFile(JSON.stringify({ [value]: 'x' })),
  'a list': (key, value) => inFile(JSON.stringify({ [key]: [value] })),
  'no answers': (_, value) => inFile(JSON.stringify(value)),
  'broken YAML': (key, value) => inFile(`${key}: *${value.replace(/\s/g, '')}\n`),
}

describe.each(Object.entries(CREDENTIALS))('%s, in whatever answer it stands', (_, credential) => {
  test.each(Object.keys(ways))('is refused and not repeated: by %s', way => {
    // What is read is the same for every answer; that every answer is looked at, --set shows.
    const keys = way === '--set' ? ANSWER_KEYS : ANSWER_KEYS.slice(3, 5)
    for (const key of keys) {
      const { cause, exit, message } = refusal(() => ways[way]?.(key, credential))
      expect(exit).toBe(2)
      const said = [...Object.values(cause), message].join('\n')
      for (const form of linesOf(credential)) expect(said).not.toContain(form)
      if (['--set', 'JSON', 'YAML'].includes(way)) expect(cause.means).toContain(`${key} looks like a credential`)
    }
  })

  test('is a fault where the repository or a person says it', () => {
    for (const key of ANSWER_KEYS) {
      const said = faultOf(key, credential) ?? ''
      expect(said).toContain('looks like a credential')
      for (const form of linesOf(credential)) expect(said).not.toContain(form)
    }
  })
})

test('User info is cut from an address that is repeated, and a token kept in none', () => {
  const { cause } = refusal(() => ways['--set']?.('githubProject', 'https://me:hunter2@github.com/acme/it/x'))
  expect(cause.means).toContain('"https://github.com/acme/it/x" is not')
  expect(JSON.stringify(cause)).not.toContain('hunter2')
  expect(faultOf('googleServiceAccountName', 'HRKU-AAabcdefghijk@example')).toContain('looks like a credential')
})

test.each(ANSWER_KEYS)('User info is not in what is suggested instead: %s', key => {
  const address = 'https://me:hunter2@github.com/acme/it'
  for (const text of [address, ` ${address}`, `${address} ${address}`]) {
    expect(faultOf(key, text) ?? '').not.toContain('hunter2')
  }
})

test('A megabyte of blanks is judged at once', () => {
  const started = performance.now()
  expect(looksLikeCredential(`a${' '.repeat(2 ** 20)}a`)).toBe(false)
  expect(performance.now() - started).toBeLessThan(2_000)
})

test('No warning repeats a word of an answers file', () => {
  const warned = vi.spyOn(process, 'emitWarning')
  expect(() => inFile('herokuApp: !HRKU-AAabcdefghijk acme-dummy')).not.toThrow()
  expect(warned).not.toHaveBeenCalled()
})

describe('No good name looks like one:', () => {
  test.each([
    'PROJ-1234-Some-Long-Description-Of-The-Branch',
    'Feature_12_make_the_Setup_better_and_faster',
    'dependabot/npm_and_yarn/Types-node-20.19.43-and-more',
    'us.gcr.io/dummyapp-214121/pt-dummy-app:1.2@sha256:' + 'a1'.repeat(32),
    'circleci/9YytKzouJxzu4TjCRFqAoD/44n9wujWcTnVZ2b5S8Fnat',
    'circleci-dummyapp-image-build@dummyapp-214121.iam.gserviceaccount.com',
    'CircleCI 2 image builder of the Dummyapp project, in Production',
    'pipeline.git.branch == "main" and not job.ssh.enabled',
    'git@github.com:acme/dummyapp.git',
    'ssh://git@github.com:22/acme/dummyapp.git',
    '012345-6789AB-CDEF01',
    'read-protected,write-protected',
    '/home/Somebody/Work/2024/Dummyapp-Checkout/build',
  ])('%s', name => expect(looksLikeCredential(name)).toBe(false))

  test.each([
    ['herokuApp', herokuApps],
    ['herokuTeam', herokuTeams],
    ['githubProject', githubProjects],
  ] as const)('%s', (key, names) => {
    fc.assert(
      fc.property(names, name => {
        expect(given({ set: [`${key}=${name}`] })).toMatchObject([{ key, value: name }])
      }),
      { numRuns: 200 },
    )
  })

  test('a branch of words', () => {
    const word = fc.stringMatching(/^([A-Z]?[a-z]{2,9}|\d{1,5}|[A-Z]{2,6})$/)
    const branches = fc.array(word, { minLength: 1, maxLength: 9 }).map(words => words.join('-'))
    fc.assert(fc.property(branches, name => !looksLikeCredential(name)))
  })
})
