import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { withContexts } from '../../../../steps/circleci/config/contexts.ts'
import { removed } from './removed.ts'

/** A workflow around some entries. */
const around = (entries: string) => `# what runs
version: 2.1
jobs: {ship: {docker: [{image: "cimg/base:current"}], steps: [checkout]}}
workflows:
  version: 2
  all:
    jobs:
      - build
${entries}`

const shipIn = (entries: string, ...contexts: readonly string[]) =>
  withContexts(
    around(entries),
    contexts.map(context => ({ job: 'ship', context })),
  )

describe('An entry gets the context', () => {
  test.each([
    ['a plain name', '      - ship\n', '      - ship:\n          context: hub\n'],
    ['a name in quotes', "      - 'ship'\n", "      - 'ship':\n          context: hub\n"],
    [
      'a name with a comment behind it',
      '      - ship # at last\n      - other\n',
      '      - ship: # at last\n          context: hub\n      - other\n',
    ],
    ['the last line without an end', '      - ship', '      - ship:\n          context: hub'],
    [
      'options',
      '      - ship:\n          # waits\n          requires: [build]\n',
      '      - ship:\n          # waits\n          context: hub\n          requires: [build]\n',
    ],
    [
      'options that stand less deep, in the list’s own way',
      '      - other:\n         requires: [build]\n      - ship\n',
      '      - other:\n         requires: [build]\n      - ship:\n         context: hub\n',
    ],
    ['no options yet', '      - ship: # soon\n', '      - ship: # soon\n          context: hub\n'],
    ['empty options', '      - ship: {}\n', '      - ship: {context: hub}\n'],
    [
      'options in braces',
      '      - ship: { requires: [build] }\n',
      '      - ship: { context: hub, requires: [build] }\n',
    ],
    [
      'options behind an anchor',
      '      - ship: &ship\n          requires: [build]\n',
      '      - ship: &ship\n          context: hub\n          requires: [build]\n',
    ],
    [
      'options over a question mark',
      '      - ? ship\n        : requires: [build]\n',
      '      - ? ship\n        : context: hub\n          requires: [build]\n',
    ],
    [
      'a name of its own and a matrix',
      '      - ship:\n          name: later\n          matrix: {parameters: {os: [a, b]}}\n',
      '      - ship:\n          context: hub\n          name: later\n          matrix: {parameters: {os: [a, b]}}\n',
    ],
  ])('that is %s', (_, before, after) => {
    const edited = shipIn(before, 'hub')
    expect(edited.open).toEqual([])
    expect(edited.text).toBe(around(after))
    expect(removed(edited)).toBe(around(before))
  })
})

describe('A context is added to', () => {
  const one = (context: string) => `      - ship:\n          context: ${context}\n          requires: [build]\n`
  test.each([
    ['a name', one('old'), one('[old, hub]')],
    ['a name in quotes with a comment', one('"old" # why'), one('["old", hub] # why')],
    ['an anchored name', one('&name old'), one('[&name old, hub]')],
    ['CircleCI’s own variable', one('<< pipeline.parameters.where >>'), one('[<< pipeline.parameters.where >>, hub]')],
    ['nothing', '      - ship:\n          context:\n', '      - ship:\n          context: hub\n'],
    [
      'a name with a comma',
      one('old, odd # why'),
      '      - ship:\n          context:\n            - old, odd # why\n            - hub\n          requires: [build]\n',
    ],
    [
      'a name with a comma on its own line',
      '      - ship:\n          context:\n            old, odd\n',
      '      - ship:\n          context:\n            - old, odd\n            - hub\n',
    ],
    ['a list', one('[old]'), one('[old, hub]')],
    ['an empty list', one('[]'), one('[hub]')],
    ['a list with a comma at its end', one('[ old, ]'), one('[ old, hub, ]')],
    [
      'a list of lines',
      '      - ship:\n          context:\n          - old # first\n          # end\n          requires: [build]\n',
      '      - ship:\n          context:\n          - old # first\n          - hub\n          # end\n          requires: [build]\n',
    ],
  ])('%s', (_, before, after) => {
    const edited = shipIn(before, 'hub')
    expect(edited.open).toEqual([])
    expect(edited.text).toBe(around(after))
    expect(removed(edited)).toBe(around(before))
  })

  test('and every missing one comes, in order, while one that is there stays as it is', () => {
    expect(shipIn('      - ship: {context: [a, b]}\n', 'c', 'a', 'd').text).toBe(
      around('      - ship: {context: [a, b, c, d]}\n'),
    )
    expect(shipIn('      - ship\n', 'c', 'd').text).toBe(around('      - ship:\n          context: [c, d]\n'))
  })
})

describe('Nothing changes', () => {
  test.each([
    ['the name', '      - ship: {context: hub}\n'],
    ['a list', '      - ship:\n          context:\n            - other\n            - "hub"\n'],
    ['a merge key', '      - ship: {<<: {context: hub}, requires: [build]}\n'],
  ])('where %s has it', (_, entries) => {
    expect(shipIn(entries, 'hub')).toEqual({ text: around(entries), insertions: [], open: [] })
  })
})

describe('What is written once', () => {
  test('is overridden where a merge key brings the contexts', () => {
    const defaults = 'shared: &shared\n  context: old\n'
    const text = defaults + around('      - ship:\n          <<: *shared\n')
    const edited = withContexts(text, [{ job: 'ship', context: 'hub' }])
    expect(edited.text).toBe(defaults + around('      - ship:\n          context: [old, hub]\n          <<: *shared\n'))
  })

  test('is merged where the options are an alias', () => {
    const defaults = 'shared: &shared\n  requires: [build]\n  context: old\n'
    const edit = (entries: string) => withContexts(defaults + around(entries), [{ job: 'ship', context: 'hub' }])
    expect(edit('      - ship: *shared # same\n').text).toBe(
      defaults + around('      - ship:\n          context: [old, hub]\n          <<: *shared # same\n'),
    )
    expect(edit('      - {ship: *shared}\n').text).toBe(
      defaults + around('      - {ship: {context: [old, hub], <<: *shared}}\n'),
    )
  })

  test('is changed once for two workflows that share it', () => {
    const second = '  again:\n    jobs:\n      - *entry\n      - ship: *options\n'
    const edited = shipIn(`      - &entry\n        ship: &options\n          requires: [build]\n${second}`, 'hub')
    expect(edited.open).toEqual([])
    expect(edited.insertions).toHaveLength(1)
    expect(parse(edited.text).workflows.again.jobs[1]).toEqual({ ship: { context: 'hub', requires: ['build'] } })
  })

  test('is merged in each of two workflows that stand for it by alias', () => {
    const defaults = 'shared: &shared\n  requires: [build]\n'
    const text = `${defaults}${around('      - ship: *shared\n  again:\n    jobs:\n      - ship: *shared\n')}`
    const edited = withContexts(text, [{ job: 'ship', context: 'hub' }])
    expect(edited.open).toEqual([])
    expect(parse(edited.text, { merge: true }).workflows.again.jobs[0].ship.context).toBe('hub')
    expect(parse(edited.text, { merge: true }).workflows.all.jobs[1].ship.context).toBe('hub')
  })

  test('is left where a job that must not have the context shares it', () => {
    const edited = shipIn('      - ship: &options\n          requires: [build]\n      - other: *options\n', 'hub')
    expect(edited.open).toEqual([{ job: 'ship', why: expect.stringContaining('shared') }])
    expect(edited.insertions).toEqual([])
  })

  test('does not keep other jobs from their contexts', () => {
    const text = around('      - ship: &options\n          requires: [build]\n      - other: *options\n')
    const edited = withContexts(text, [
      { job: 'ship', context: 'hub' },
      { job: 'build', context: 'hub' },
    ])
    expect(edited.open.map(({ job }) => job)).toEqual(['ship'])
    expect(parse(edited.text).workflows.all.jobs[0]).toEqual({ build: { context: 'hub' } })
  })

  test('an alias to a plain name gets its own options', () => {
    const edited = withContexts(`name: &name ship\n${around('      - *name\n')}`, [{ job: 'ship', context: 'hub' }])
    expect(edited.text).toBe(`name: &name ship\n${around('      - *name :\n          context: hub\n')}`)
  })

  test('an alias to one context becomes one of two', () => {
    const edited = withContexts(`name: &name old\n${around('      - ship: {context: *name}\n')}`, [
      { job: 'ship', context: 'hub' },
    ])
    expect(parse(edited.text).workflows.all.jobs[1]).toEqual({ ship: { context: ['old', 'hub'] } })
  })
})

describe('Every use', () => {
  test('of every workflow, an orb’s job by its full name, and no approval', () => {
    const text = around(
      '      - ship: {type: approval}\n      - aws/ship\n  nightly:\n    jobs: [build, aws/ship, ship]\n',
    )
    const edited = withContexts(text, [
      { job: 'ship', context: 'hub' },
      { job: 'aws/ship', context: 'cloud' },
    ])
    expect(edited.open).toEqual([])
    expect(parse(edited.text).workflows).toEqual({
      version: 2,
      all: { jobs: ['build', { ship: { type: 'approval' } }, { 'aws/ship': { context: 'cloud' } }] },
      nightly: { jobs: ['build', { 'aws/ship': { context: 'cloud' } }, { ship: { context: 'hub' } }] },
    })
    expect(edited.text).toContain('    jobs: [build, {aws/ship: {context: cloud}}, {ship: {context: hub}}]\n')
  })

  test('has the line ends of the file', () => {
    const before = around('      - ship # here\n      - other').replaceAll('\n', '\r\n')
    const edited = withContexts(before, [{ job: 'ship', context: 'hub' }])
    expect(edited.text).toBe(
      around('      - ship: # here\n          context: hub\n      - other').replaceAll('\n', '\r\n'),
    )
  })
})

describe('A context’s name is quoted', () => {
  test.each(['a: b', 'true', '12', '*all', 'a, b', 'x # y', 'é', '"', 'no', '1e3', '-', "it's", '{}'])(
    'where it is %s',
    name => {
      for (const entries of ['      - ship\n', '      - ship: {context: old}\n']) {
        const { ship } = parse(shipIn(entries, name).text).workflows.all.jobs[1]
        expect([ship.context].flat().at(-1)).toBe(name)
      }
    },
  )
})

describe('It stays open, with the reason', () => {
  test.each([
    ['no workflow runs the job', '# - ship\n', 'no workflow runs it'],
    ['the options are null in words', '      - ship: null\n', 'written as null'],
    ['the options are a text', '      - ship: soon\n', 'no list of options'],
    ['the contexts are no texts', '      - ship: {context: [1]}\n', 'no list of texts'],
    ['the context is a block of text', '      - ship:\n          context: |-\n            old\n', 'block of text'],
    [
      'the contexts are an alias to a list',
      '      - other: {context: &list [old]}\n      - ship: {context: *list}\n',
      'alias',
    ],
    ['the options say the context twice', '      - ship: {context: a, context: b}\n', 'twice'],
    ['an alias stands for nothing', '      - ship: *nowhere\n', 'an alias'],
    ['it is no YAML', '      - ship: [\n', 'cannot be read as YAML'],
  ])('where %s', (_, entries, why) => {
    const edited = shipIn(entries, 'hub')
    expect(edited).toEqual({
      text: around(entries),
      insertions: [],
      open: [{ job: 'ship', why: expect.stringContaining(why) }],
    })
  })
})
