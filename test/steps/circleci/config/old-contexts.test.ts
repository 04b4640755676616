import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { shown } from '../../../../src/engine/text.ts'
import { DOCUMENTED } from '../../../../src/rehearsal/stand-in/checkouts.ts'
import { oldContexts, type WantedContexts } from '../../../../steps/circleci/config/old-contexts.ts'
import { withRepairs } from '../../../../steps/circleci/config/repairs.ts'

const REAL = DOCUMENTED.files['.circleci/config.yml'] ?? ''

/** The push to Google without a key. */
const KEYLESS: readonly WantedContexts[] = [{ job: 'push', contexts: [], isOld: name => name === 'google-dummyapp' }]
/** Another name, which was taken since the first is somebody else's. */
const RENAMED: readonly WantedContexts[] = [{ job: 'push', contexts: ['hub-app'], isOld: name => name === 'hub' }]

const use = (options: string) => `workflows:\n  w:\n    jobs:\n      - build\n${options}\n      - last\n`

function changed(text: string, wanted: readonly WantedContexts[]) {
  const { found, open } = oldContexts(text, wanted)
  return { text: shown(withRepairs(text, found)), found, open }
}

test.each<[string, readonly WantedContexts[], string, string]>([
  [
    'the only one, beside other options',
    KEYLESS,
    '      - push:\n          context: google-dummyapp\n          requires: [build]',
    '      - push:\n          requires: [build]',
  ],
  [
    'the only one, below other options',
    KEYLESS,
    '      - push:\n          requires: [build]\n          context: google-dummyapp # of the team',
    '      - push:\n          requires: [build]',
  ],
  ['the only option', KEYLESS, '      - push:\n          context: google-dummyapp', '      - push'],
  ['a list of it alone', KEYLESS, '      - push:\n          context:\n            - google-dummyapp', '      - push'],
  [
    'one of a list',
    KEYLESS,
    '      - push:\n          context:\n            - google-dummyapp\n            - slack',
    '      - push:\n          context:\n            - slack',
  ],
  [
    'the first in brackets',
    KEYLESS,
    '      - push: {context: [google-dummyapp, slack]}',
    '      - push: {context: [slack]}',
  ],
  [
    'the last in brackets',
    KEYLESS,
    '      - push: {context: [slack, google-dummyapp]}',
    '      - push: {context: [slack]}',
  ],
  [
    'the only one, in braces',
    KEYLESS,
    '      - push: {context: google-dummyapp, requires: [build]}',
    '      - push: {requires: [build]}',
  ],
  [
    'the last in braces',
    KEYLESS,
    '      - push: {requires: [build], context: google-dummyapp}',
    '      - push: {requires: [build]}',
  ],
  [
    'one that another took the place of, before that is written',
    RENAMED,
    '      - push:\n          context: hub\n          requires: [build]',
    '      - push:\n          context: hub-app\n          requires: [build]',
  ],
  [
    'and after it is written',
    RENAMED,
    '      - push:\n          context:\n            - hub\n            - hub-app\n          requires: [build]',
    '      - push:\n          context:\n            - hub-app\n          requires: [build]',
  ],
])('%s', (_, wanted, before, after) => {
  const { text, found, open } = changed(use(before), wanted)
  expect({ text, open }).toEqual({ text: use(after), open: [] })
  expect(found.map(({ key }) => key)).toEqual(['workflows.w.push.context'])
  expect(parse(text)).toEqual(parse(use(after)))
})

test('Before and after the new name is written, the same is offered', () => {
  const offered = (options: string) =>
    oldContexts(use(options), RENAMED).found.map(({ key, what, from, to, why }) => ({ key, what, from, to, why }))
  const before = offered('      - push: {context: hub}')
  expect(before).toEqual(offered('      - push: {context: [hub, hub-app]}'))
  expect(before).toMatchObject([{ what: 'the context of push in the workflow w', from: 'hub', to: 'hub-app' }])
})

test.each<[string, string]>([
  ['a merge key', 'x: &o\n  context: google-dummyapp\nworkflows:\n  w:\n    jobs:\n      - push:\n          <<: *o\n'],
  ['an alias', 'x: &o\n  context: google-dummyapp\nworkflows:\n  w:\n    jobs:\n      - push: *o\n'],
])('What %s brings is left to a person, who is told', (_, text) => {
  const { found, open } = oldContexts(text, KEYLESS)
  expect(found).toEqual([])
  expect(open).toMatchObject([{ job: 'push', why: expect.stringContaining('google-dummyapp') }])
})

test('On the documented config it is one line of one job', () => {
  const wanted = [{ ...KEYLESS[0], job: 'push_gce_registry' } as WantedContexts]
  const { text, found } = changed(REAL, wanted)
  expect(found).toHaveLength(1)
  expect(text).toBe(REAL.replace('          context: google-dummyapp\n', ''))
})

test('A job that has none of them is left alone', () => {
  expect(oldContexts(use('      - push: {context: slack}'), KEYLESS)).toEqual({ found: [], open: [] })
})
