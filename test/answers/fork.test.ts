import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { infer } from '../../src/answers/infer.ts'
import { asAnswers, asKnown, resolve } from '../../src/answers/resolve.ts'
import { ANSWER_KEYS, type AnswerKey, faultOf } from '../../src/answers/schema.ts'
import { documented } from '../../src/answers/upstream.ts'
import { SetupError } from '../../src/clouds/cause.ts'
import { quote } from '../../src/clouds/quote.ts'
import { library } from '../support/checkout.ts'
import { inputs } from '../support/inputs.ts'
import { githubProjects } from '../support/names.ts'

const NAMES = {
  GITHUB_PROJECT: 'PennockTech/dummyapp',
  DOCKER_PROJECT: 'pennocktech/dummyapp',
  HEROKU_APP: 'pt-dummy-app',
  GCR_HOST: 'us.gcr.io',
  GCR_PROJECT: 'dummyapp-214121',
  GCR_IMAGE_NAME: 'pt-dummy-app',
}
const config = (contexts: { heroku: string; google: string }, repository = 'pennocktech/dummyapp') => `
executors: { main: { environment: { DOCKER_PROJECT: ${repository} } } }
jobs:
  push_docker_hub: { steps: [{ run: docker login -u "$DOCKERHUB_USER" }] }
  push_gce_registry: { steps: [{ run: gcloud info }] }
workflows:
  all: { jobs: [{ push_docker_hub: { context: ${contexts.heroku} } }, { push_gce_registry: { context: ${contexts.google} } }] }
`
const FILES = {
  library: library(NAMES),
  ciConfig: config({ heroku: 'heroku-and-dockerhub', google: 'google-dummyapp' }),
  dockerfile: 'FROM scratch\nCOPY --from=philpennock/poetry / /poetry/',
  branches: { head: 'refs/remotes/origin/main', usual: [] },
}
const cloneOf = (origin: string, more: object = {}) => infer({ remotes: { origin }, ...FILES, ...more })
const ALL = new Set(ANSWER_KEYS)
const decided = (candidates: ReturnType<typeof infer>) =>
  Object.fromEntries(resolve(candidates, ALL).map(one => [one.key, one] as const)) as Partial<
    Record<AnswerKey, ReturnType<typeof resolve>[number]>
  >

/** Names that are upstream's alone; what a context is called is each organization's own affair. */
const UPSTREAMS = [
  ...Object.values(NAMES).filter(name => name !== NAMES.GCR_HOST),
  ...documented().flatMap(({ key, value }) => (/Context$/.test(key) ? [] : [value])),
]

/** Owners and repositories at the edges: one sign, forbidden words, digits, and those that lead to upstream's own names. */
const projects = fc.oneof(
  githubProjects,
  fc.constantFrom(
    ...['a/b', '1/2', 'x/_', 'x/.-.', 'google/ssl', 'ssl/google', 'null/undefined', 'pt/dummy-app', 'pt-dummy/app'],
    ...['dummyapp/214121', 'PennockTech/other', 'pennocktech/x', 'dummyapp-image/builder', `${'a'.repeat(39)}/b`],
    ...[`a/${'b'.repeat(100)}`, `9/${'-'.repeat(100)}`, `${'g-'.repeat(19)}g/google`],
  ),
)

describe('In a fork', () => {
  test('every name of upstream gives way to a proposal after the owner; what names nobody stays', () => {
    const answers = decided(cloneOf('https://github.com/acme/dummyapp.git'))
    const values = ANSWER_KEYS.map(key => [
      key,
      answers[key]?.chosen?.value,
      answers[key]?.chosen?.proposed !== undefined,
    ])
    expect(values.filter(([, value]) => value !== undefined)).toEqual([
      ['githubProject', 'acme/dummyapp', false],
      ['defaultBranch', 'main', false],
      ['firstRunBranch', 'main', false],
      ['herokuApp', 'acme-dummyapp', true],
      ['herokuTokenVariable', 'HEROKU_API_KEY', false],
      ['herokuTokenScopes', 'read-protected,write-protected', false],
      ['herokuTokenExpiresIn', '31536000', false],
      ['dockerHubRoute', 'bot-team', false],
      ['dockerHubRepository', 'acme/dummyapp', true],
      ['dockerHubVisibility', 'public', false],
      ['dockerHubBot', 'acmecibot', true],
      ['dockerHubUserVariable', 'DOCKERHUB_USER', false],
      ['dockerHubTokenVariable', 'DOCKERHUB_PASS', false],
      ['dockerHubTeam', 'acme-dummyapp-pushers', true],
      ['circleOrg', 'gh/acme', false],
      ['circleProject', 'gh/acme/dummyapp', false],
      ['circleJobs', 'push_docker_hub,push_gce_registry', false],
      ['dockerHubJobs', 'push_docker_hub', false],
      ['googleJobs', 'push_gce_registry', false],
      ['herokuContext', 'heroku-and-dockerhub', true],
      ['googleContext', 'google-dummyapp', true],
      ['secretsUntilRestricted', 'wait', false],
      ['googleRoute', 'documented', false],
      ['googleProject', 'acme-dummyapp', true],
      ['googleProjectName', 'acme-dummyapp', true],
      ['googleServiceAccountId', 'acme-dummyapp-image-builder', true],
      ['googleKeyVariable', 'GCLOUD_AUTH_ENCODED', false],
      ['googleServiceAccountName', 'acme-dummyapp-image-builder', true],
      ['registryHost', 'us.gcr.io', false],
      ['imageName', 'acme-dummyapp', true],
      ['dataImage', 'philpennock/poetry', false],
    ])
  })

  test('without anybody to ask, every proposal is listed as missing, with its value', () => {
    const lines = missing(cloneOf('https://github.com/acme/dummyapp.git'))
    expect(lines.map(line => /Proposed: --set (\w+)=/.exec(line)?.[1] ?? line.split(':')[0])).toEqual([
      ...['herokuApp', 'dockerHubRepository', 'dockerHubBot', 'dockerHubTeam', 'herokuContext', 'googleContext'],
      ...['googleProject', 'googleProjectName', 'googleServiceAccountId', 'googleServiceAccountName', 'imageName'],
    ])
  })

  test('a context with upstream’s name in it is not offered', () => {
    const ciConfig = config({ heroku: 'PennockTech-secrets', google: 'pennocktech-google' })
    const { herokuContext, googleContext } = decided(cloneOf('https://github.com/acme/it', { ciConfig }))
    expect(herokuContext?.chosen?.value).toBe('heroku-and-dockerhub')
    expect(googleContext?.chosen?.value).toBe('google-it')
  })

  test('no name of upstream survives, and every proposal keeps its rule, whatever it is called', () => {
    const holds = (project: string) => {
      const candidates = cloneOf(`git@github.com:${project}.git`)
      const answers = asAnswers(resolve(candidates, ALL))
      for (const name of UPSTREAMS)
        expect([...Object.values(answers), ...candidates.map(one => one.value)]).not.toContain(name)
      for (const { key, value } of candidates) expect(faultOf(key, value)).toBeUndefined()
      const proposed = new Set(candidates.filter(one => one.proposed).map(one => one.key))
      for (const { key } of documented()) expect(proposed).toContain(key)
    }
    fc.assert(fc.property(projects, holds), inputs(100, 3_000))
  })

  test('of a project on another host, or of another upstream, the same', () => {
    const elsewhere = cloneOf('https://gitlab.com/acme/dummyapp.git').map(one => one.value)
    for (const name of UPSTREAMS) expect(elsewhere).not.toContain(name)
    const theirs = library({ ...NAMES, GITHUB_PROJECT: 'other/it', HEROKU_APP: 'others-app' })
    expect(cloneOf('https://github.com/acme/it', { library: theirs }).map(one => one.value)).not.toContain('others-app')
  })
})

describe('A fork with its own name in its files', () => {
  const OWN = { ...NAMES, GITHUB_PROJECT: 'acme/it', HEROKU_APP: 'acme-own', DOCKER_PROJECT: 'acmehub/it' }
  const origin = 'https://github.com/acme/it'

  test('has its own values; of what it left, upstream’s is shown beside its own and never chosen', () => {
    const { herokuApp, dockerHubRepository, googleProject, dataImage } = decided(
      cloneOf(origin, { library: library(OWN) }),
    )
    expect(herokuApp?.chosen?.value).toBe('acme-own')
    expect(dockerHubRepository).toMatchObject({
      chosen: { value: 'acmehub/it', from: 'build/common.lib.sh' },
      instead: [{ value: 'pennocktech/dummyapp', from: '.circleci/config.yml' }],
    })
    expect(googleProject?.chosen).toMatchObject({ value: 'acme-it', proposed: 'by-us' })
    expect(dataImage?.chosen?.value).toBe('philpennock/poetry')
  })

  test('also where the older value stands first', () => {
    const ciConfig = config({ heroku: 'a', google: 'b' }, 'acmehub/it')
    const text = library({ ...OWN, DOCKER_PROJECT: NAMES.DOCKER_PROJECT })
    const { dockerHubRepository } = decided(cloneOf(origin, { library: text, ciConfig }))
    expect(dockerHubRepository?.chosen?.value).toBe('acmehub/it')
    expect(dockerHubRepository?.instead.map(({ value }) => value)).toEqual([NAMES.DOCKER_PROJECT])
  })

  test('where a file does not say whose it is, upstream’s names are still not taken', () => {
    const { GITHUB_PROJECT: _, ...rest } = NAMES
    const { herokuApp } = decided(cloneOf(origin, { library: library(rest) }))
    expect(herokuApp?.chosen).toMatchObject({ value: 'acme-it', proposed: 'by-us' })
  })
})

describe('In upstream’s own checkout', () => {
  test.each([
    'git@github.com:pennocktech/DummyApp.git',
    'ssh://git@ssh.github.com:443/PennockTech/dummyapp',
    '/a/clone',
  ])('the files’ names stand, then the document’s: %s', origin => {
    const answers = decided(cloneOf(origin))
    expect(answers.herokuApp?.chosen).toMatchObject({ value: 'pt-dummy-app', from: 'build/common.lib.sh' })
    expect(answers.dockerHubTeam?.chosen).toMatchObject({ value: 'dummyapppushers', from: 'the document' })
    expect(answers.dataImage?.chosen?.value).toBe('philpennock/poetry')
    expect(answers.googleServiceAccountId?.chosen).toEqual({
      key: 'googleServiceAccountId',
      value: 'circleci-dummyapp-image-build',
      from: 'googleServiceAccountName (derived)',
    })
    const lines = missing(cloneOf(origin)).map(line => line.split(':')[0])
    expect(lines).toEqual(['dockerHubBot'])
  })
})

describe('An answer that follows from another', () => {
  const given = (key: AnswerKey, value: string) => ({ key, value, from: '--set' })
  const chosen = (key: AnswerKey, ...candidates: Parameters<typeof resolve>[0][number][]) =>
    resolve(candidates, ALL).find(one => one.key === key)?.chosen?.value

  test.each([
    ['firstRunBranch', 'defaultBranch', 'trunk', 'trunk'],
    ['circleOrg', 'githubProject', 'acme/it', 'gh/acme'],
    ['circleProject', 'githubProject', 'acme/it', 'gh/acme/it'],
    ['googleProjectName', 'googleProject', 'acme-it-7', 'acme-it-7'],
    ['googleServiceAccountId', 'googleServiceAccountName', 'The Image Maker', 'the-image-maker'],
  ] as const)('%s from %s, unless it is given', (key, source, value, derived) => {
    expect(chosen(key, given(source, value))).toBe(derived)
    expect(chosen(key, given(source, value), given(key, 'given'))).toBe('given')
  })

  test('is missing where its rule would not take it, and where its source is bad', () => {
    expect(chosen('googleServiceAccountId', given('googleServiceAccountName', 'x'))).toBeUndefined()
    expect(chosen('firstRunBranch', given('defaultBranch', 'a b'))).toBeUndefined()
  })
})

describe('A route’s own answers', () => {
  test.each([
    ['bot-team', ['dockerHubBot', 'dockerHubTeam']],
    ['personal', ['dockerHubBot']],
    ['org-token', []],
  ])('on the route %s', (route, keys) => {
    const resolved = resolve([{ key: 'dockerHubRoute', value: route, from: '--set' }], ALL)
    expect(resolved.map(({ key }) => key).filter(key => /Bot|Team$/.test(key) && key !== 'herokuTeam')).toEqual(keys)
  })
})

test('A proposal for what may be left out is not taken unasked', () => {
  const candidates = [{ key: 'herokuTeam', value: 'acme', from: 'proposed', proposed: 'by-us' }] as const
  const used = new Set<AnswerKey>(['herokuTeam'])
  expect(asKnown(resolve(candidates, used), false, quote)).toEqual({})
  expect(asKnown(resolve(candidates, used), true, quote)).toEqual({ herokuTeam: 'acme' })
})

function missing(candidates: ReturnType<typeof infer>): readonly string[] {
  try {
    asKnown(resolve(candidates, ALL), false, quote)
  } catch (error) {
    if (error instanceof SetupError) return error.cause.means.split('\n').slice(1)
  }
  throw new Error('nothing was missing')
}
