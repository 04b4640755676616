import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { shown } from '../../../../src/engine/text.ts'
import { notes } from '../../../../steps/circleci/config/notes.ts'
import { repairs, withRepairs } from '../../../../steps/circleci/config/repairs.ts'

const engine = (version: string) => `jobs:
  build:
    steps:
      - setup_remote_docker:
          version: ${version} # engine
`

const repaired = (text: string, names = {}) => withRepairs(text, repairs(text, names))

describe('The remote engine', () => {
  test.each([
    ['18.06.0-ce', 'default'],
    ['"19.03.12"', '"default"'],
    ["'20.10.24'", "'default'"],
    ['20.10', 'default'],
    ['docker24', 'default'],
  ])('%s becomes %s, and nothing else changes', (from, to) => {
    expect(repaired(engine(from))).toBe(engine(to))
  })

  test.each([
    'default',
    'edge',
    'docker26',
    'docker29',
    'docker31',
    '<< parameters.engine >>',
    '$ENGINE',
    '[18]',
    'null',
  ])('%s stays', version => {
    expect(repairs(engine(version), {})).toEqual([])
  })

  test('is changed once, where an alias of several jobs comes from', () => {
    const text = `kept:
  engine: &engine
    18.06.0-ce   # the old one
commands:
  start: {steps: [{setup_remote_docker: {version: *engine}}]}
jobs:
  one: {steps: [{setup_remote_docker: {version: *engine}}]}
  two: {steps: [{setup_remote_docker: {version: 17.09.0-ce}}]}
`
    const found = repairs(text, {})
    expect(found.map(({ key, from }) => [key, from])).toEqual([
      ['kept.engine', '18.06.0-ce'],
      ['jobs.two.steps.0.setup_remote_docker.version', '17.09.0-ce'],
    ])
    expect(withRepairs(text, found.slice(0, 1))).toBe(text.replace('18.06.0-ce', 'default'))
    expect(found[0]?.why).toBe('CircleCI no longer offers 18.06.0-ce; default is the one it keeps up to date.')
  })

  test('says what else changes where the value is used otherwise too', () => {
    const text = `jobs:
  one:
    environment: {ENGINE: &engine 18.06.0-ce}
    steps: [{setup_remote_docker: {version: *engine}}]
`
    expect(repairs(text, {})).toMatchObject([
      { why: expect.stringContaining('also changes jobs.one.environment.ENGINE') },
    ])
  })

  test('comes through a merge key as well', () => {
    const text = `kept: &kept
  version: 18.06.0-ce
jobs:
  one: {steps: [{setup_remote_docker: {<<: *kept}}]}
`
    expect(repaired(text)).toBe(text.replace('18.06.0-ce', 'default'))
  })
})

describe('A name', () => {
  const names = { DOCKER_PROJECT: 'acme/demo', GCR_PROJECT: 'acme-1' }
  const text = `executors:
  main:
    docker: [{image: "cimg/go:1.24"}]
    environment:
      DOCKER_PROJECT: "other/thing"   # whose
      GCR_PROJECT: other-1
      BUILDER: other/thing
jobs:
  build:
    executor: main
    environment: {DOCKER_PROJECT: acme/demo, GCR_PROJECT: $ELSEWHERE}
    steps:
      - run: {command: make, environment: {DOCKER_PROJECT: 'third/one'}}
`
  test('that is another than the answers’ is replaced, each by itself and in any order', () => {
    const found = repairs(text, names)
    expect(found.map(({ key, what, from, to }) => [key, what, from, to])).toEqual([
      ['executors.main.environment.DOCKER_PROJECT', 'DOCKER_PROJECT', 'other/thing', 'acme/demo'],
      ['executors.main.environment.GCR_PROJECT', 'GCR_PROJECT', 'other-1', 'acme-1'],
      ['jobs.build.steps.0.run.environment.DOCKER_PROJECT', 'DOCKER_PROJECT', 'third/one', 'acme/demo'],
    ])
    const all = text
      .replace('"other/thing"', '"acme/demo"')
      .replace('other-1', 'acme-1')
      .replace('third/one', 'acme/demo')
    expect(withRepairs(text, found)).toBe(all)
    expect(withRepairs(text, found.toReversed())).toBe(all)
    let oneByOne = text
    for (const { key } of found.toReversed()) {
      oneByOne = shown(
        withRepairs(
          oneByOne,
          repairs(oneByOne, names).filter(repair => repair.key === key),
        ),
      )
    }
    expect(oneByOne).toBe(all)
    expect(repairs(all, names)).toEqual([])
  })

  test('is asked for by its variable, not by a word that every object knows', () => {
    expect(repairs('jobs: {a: {environment: {constructor: x, toString: y}}}\n', names)).toEqual([])
  })

  test('stays where the text has changed since', () => {
    const [first] = repairs(text, names)
    expect(() => withRepairs(`# new\n${text}`, first ? [first] : [])).toThrow('There is no "other/thing"')
  })
})

describe('A machine image', () => {
  const machine = (image: string) => `executors: {vm: {machine: {image: "${image}"}}}\n`
  test('with a date becomes the current one of the same Ubuntu', () => {
    expect(repaired(machine('ubuntu-2204:2023.04.2'))).toBe(machine('ubuntu-2204:current'))
    expect(notes(machine('ubuntu-2204:2023.04.2'))).toEqual([])
  })

  test('of an Ubuntu that is going away is a person’s decision', () => {
    expect(repairs(machine('ubuntu-2004:202201-02'), {})).toEqual([])
    expect(notes(machine('ubuntu-2004:202201-02'))).toMatchObject([{ key: 'executors.vm.machine.image' }])
    expect(notes(machine('ubuntu-2404:current'))).toEqual([])
  })
})

describe('A note', () => {
  const run = (command: string) => `jobs: {a: {steps: [{run: ${JSON.stringify(command)}}]}}\n`
  test.each(['docker login -u me -p "$PASS"', 'docker login \\\n  --password=$PASS reg', 'cd x && docker login -p $P'])(
    'tells of a password in the process list: %j',
    command => {
      expect(notes(run(command))).toMatchObject([{ key: 'jobs.a.steps.0.run' }])
    },
  )

  test.each(['docker login -u me --password-stdin', 'docker login; mkdir -p x', 'docker run -p 80:80 login'])(
    'does not of %j',
    command => {
      expect(notes(run(command))).toEqual([])
    },
  )

  test('tells of a docker command that is too old for the newest engine', () => {
    const image = (name: string) => `executors: {d: {docker: [{image: "docker:${name}"}]}}\n`
    expect(notes(image('18.06.0-ce-git'))).toMatchObject([{ key: 'executors.d.docker.0.image' }])
    expect(notes(image('24'))).toHaveLength(1)
    expect(notes(image('28-cli'))).toEqual([])
    expect(notes(image('25.0'))).toEqual([])
  })
})

test('Nothing is found in what cannot be read', () => {
  expect([repairs('a: [', {}), notes('a: ['), repairs('- x', {}), notes('')]).toEqual([[], [], [], []])
  expect(parse(engine('20.10')).jobs.build.steps[0].setup_remote_docker.version).toBe(20.1)
})
