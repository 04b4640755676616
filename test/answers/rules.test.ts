import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fits } from '../../src/answers/rule.ts'
import { ANSWER_KEYS, type AnswerKey, definitionOf, faultOf } from '../../src/answers/schema.ts'
import { documented } from '../../src/answers/upstream.ts'
import { inputs } from '../support/inputs.ts'

interface Examples {
  readonly good: readonly string[]
  readonly bad: readonly string[]
  /** What is meant by a bad value. */
  readonly meant?: Readonly<Record<string, string>>
}

const long = (length: number) => 'x'.repeat(length)

/** Names at the edges of what the vendors say (shared/facts). */
const VARIABLE: Examples = {
  good: ['HEROKU_API_KEY', 'HEROKU_TOKEN', '_x', long(300)],
  bad: ['', '1A', 'A-B', 'A B', 'A=B', '$A', long(301)],
  meant: { 'heroku api key': 'HEROKU_API_KEY', '2nd': '_2ND' },
}
const JOBS: Examples = {
  good: ['build', 'build,push_docker_hub', 'heroku/deploy,my job', 'a', long(9_000)],
  bad: ['', ',', 'a,', 'a, b', ' a', 'a\tb', 'a,,b', '<<x>>', long(9_001)],
  meant: { 'build, push': 'build,push' },
}

const EXAMPLES: Readonly<Record<AnswerKey, Examples>> = {
  githubProject: {
    good: ['acme/dummyapp', 'A/b', `${long(39)}/${long(100)}`, 'a-b-c/d_e.f', 'dana_acme/it', 'a/.github'],
    bad: ['acme', 'a/b/c', `${long(40)}/b`, `a/${long(101)}`, 'a--b/c', 'a-/b', '-a/b', 'a/..', 'a b/c', 'a/b\n'],
    meant: { 'https://me:word@github.com/acme/it.git': 'acme/it', 'git@github.com:acme/it.git': 'acme/it' },
  },
  defaultBranch: {
    good: ['main', 'master', 'release/1.x', 'a@b', 'grün', long(244), 'a{b}', 'a-'],
    bad: [
      ...[
        '',
        ' ',
        'a b',
        'a..b',
        '-a',
        '/a',
        'a/',
        'a//b',
        '.a',
        'a/.b',
        'a.',
        'a.lock',
        'a.lock/b',
        '@',
        'a@{b',
        long(245),
      ],
      ...['a~b', 'a^b', 'a:b', 'a?b', 'a*b', 'a[b', 'a\\b', 'a\nb', 'a\u001b[2Jb', 'a\u009bb', 'a\u202eb', 'a\u200bb'],
    ],
    meant: { 'my branch': 'my-branch', 'refs/heads/main': 'main' },
  },
  firstRunBranch: { good: ['circle', 'main'], bad: ['', 'a b'], meant: { ' circle ': 'circle' } },
  herokuApp: {
    good: ['pt-dummy-app', 'a1b', long(30), 'a--b'],
    bad: ['', 'ab', long(31), '1ab', 'ab-', 'Abc', 'a_b', 'a.b'],
    meant: { PT_Dummy_App: 'pt-dummy-app', [long(40)]: long(30) },
  },
  herokuTeam: { good: ['acme', 'a', 'acme-2'], bad: ['', 'Acme', 'a b', 'acme-'], meant: { 'Acme Inc.': 'acme-inc' } },
  herokuTokenVariable: VARIABLE,
  dockerHubUserVariable: VARIABLE,
  dockerHubTokenVariable: VARIABLE,
  googleKeyVariable: VARIABLE,
  herokuTokenScopes: {
    good: ['read-protected,write-protected', 'global', 'identity,read,write', 'write,read'],
    bad: ['', 'read, write', 'read,,write', 'read,read', 'admin', 'read,admin', 'Read', ',read', 'read,'],
    meant: { 'read, write': 'read,write', 'Read,read write': 'read,write' },
  },
  herokuTokenExpiresIn: {
    good: ['never', '1', '3600', '31536000', '9999999999'],
    bad: ['', '0', '-1', '1.5', '01', '1e3', '90d', '1 year', 'Never', '10000000000', '٣'],
    meant: { '': 'never', '90d': '7776000', '1 year': '31536000', ' 3600 ': '3600', Never: 'never' },
  },
  dockerHubRoute: {
    good: ['bot-team', 'org-token', 'personal'],
    bad: ['', 'Bot-Team', 'bot', 'keyless'],
    meant: { 'Bot-Team': 'bot-team', orgtoken: 'org-token' },
  },
  dockerHubRepository: {
    good: ['pennocktech/dummyapp', 'acme/ab', `${long(30)}/${long(255)}`, 'ac0me/a.b_c-d'],
    bad: [
      ...[
        'dummyapp',
        'abc/dummyapp',
        `${long(31)}/ab`,
        'ac-me/ab',
        'Acme/ab',
        'acme/a',
        `acme/${long(256)}`,
        'acme/a..b',
      ],
      ...['acme/a--b', 'acme/-ab', 'acme/ab-', 'acme/ab/c', 'acme/Ab', 'acme/ab:latest'],
    ],
    meant: { 'docker.io/acme/dummyapp': 'acme/dummyapp', 'Ac-me/My__App': 'acme/my-app' },
  },
  dockerHubVisibility: { good: ['public', 'private'], bad: ['', 'Public', 'open'], meant: { Public: 'public' } },
  dockerHubBot: {
    good: ['acmecibot', 'ab12', long(30)],
    bad: ['', 'abc', long(31), 'acme-ci', 'Acme'],
    meant: { 'Acme-CI': 'acmeci' },
  },
  dockerHubTeam: {
    good: ['dummyapppushers', 'a_b', 'A-1', long(30)],
    bad: ['', 'ab', long(31), 'a b c', 'a.b'],
    meant: { 'the pushers': 'the-pushers' },
  },
  circleOrg: {
    good: ['gh/acme', 'bb/acme', 'gh/PennockTech', 'circleci/Kj8mQvJrN2xGpTfWbYh4Lz'],
    bad: ['', 'acme', 'github/acme', 'gh/', 'gh/acme/it', 'gl/acme', 'gh/a cme', 'circleci/a_b'],
    meant: { 'github/acme': 'gh/acme', 'https://app.circleci.com/pipelines/gh/acme': 'gh/acme' },
  },
  circleProject: {
    good: ['gh/acme/dummyapp', 'bb/acme/it', 'circleci/Kj8mQv/2xGpTf'],
    bad: ['', 'gh/acme', 'acme/dummyapp', 'gh/acme/it/more', 'gh//it', 'gh/acme/a b'],
    meant: { 'github/acme/it': 'gh/acme/it' },
  },
  circleJobs: JOBS,
  herokuJobs: JOBS,
  dockerHubJobs: JOBS,
  googleJobs: JOBS,
  herokuContext: {
    good: ['heroku-and-dockerhub', 'a', 'with blanks', 'größe', long(200)],
    bad: ['', ' a', 'a ', long(201), 'a\u0007b', 'a\u2066b', 'a\nb'],
    meant: { ' a ': 'a' },
  },
  googleContext: { good: ['google-dummyapp'], bad: ['', ' ', long(201)], meant: { 'g ': 'g' } },
  secretsUntilRestricted: {
    good: ['wait', 'project-variables', 'write-anyway'],
    bad: ['', 'Wait', 'write', 'project-variables,wait', 'no'],
    meant: { 'write-anway': 'write-anyway', ' wait': 'wait' },
  },
  contextExpression: {
    good: [
      'pipeline.git.branch == "main"',
      'pipeline.git.branch == "main" and not job.ssh.enabled',
      'not (pipeline.config_source starts-with "api")',
      'pipeline.number >= 5 or (job.ssh.enabled and pipeline.git.tag != "")',
    ],
    bad: [
      ...[
        '',
        ' ',
        '"main"',
        'main',
        "pipeline.git.branch == 'main'",
        'pipeline.git.branch = "main"',
        '(job.ssh.enabled',
      ],
      ...[
        ')job.ssh.enabled(',
        'pipeline.parameters.x == "y"',
        'pipeline.git.branch == "main',
        'job.x; rm',
        'job.x\n',
        long(1001),
      ],
    ],
    meant: { "pipeline.git.branch == 'main' && job.a": 'pipeline.git.branch == "main" and job.a' },
  },
  googleBranch: {
    good: ['main', 'release/1.x', 'a'],
    bad: ["it's", 'a b', 'a..b', '-x', 'a/', `x'||'`],
    meant: { 'refs/heads/main': 'main' },
  },
  googleRoute: {
    good: ['documented', 'least-privilege', 'keyless', 'bucket'],
    bad: ['', 'Keyless', 'bot-team'],
    meant: { 'key-less': 'keyless', least_privilege: 'least-privilege' },
  },
  googleProject: {
    good: ['dummyapp-214121', 'abcdef', `a${long(29)}`, 'a-b--c'],
    bad: [
      '',
      'abcde',
      `a${long(30)}`,
      '1abcdef',
      'abcdef-',
      'Abcdef',
      'abc_def',
      'my-google-app',
      'wssl-app',
      'a-null-b',
    ],
    meant: { 'My Google App': 'my-goo-gle-app', Acme_Dummy: 'acme-dummy' },
  },
  googleProjectName: {
    good: ['Dana\'s "app"!', 'abcd', 'a-b c', long(30)],
    bad: ['', 'abc', long(31), 'a_bcd', 'äbcde', 'a\tbcd'],
    meant: { my_app: 'my app' },
  },
  googleParent: {
    good: ['organizations/123456789012', 'folders/1'],
    bad: ['', '123', 'organization/1', 'organizations/0', 'organizations/acme.example', 'folders/', 'projects/1'],
    meant: { 'organization/12': 'organizations/12', 'Folder/12': 'folders/12' },
  },
  googleBillingAccount: {
    good: ['012345-6789AB-CDEF01'],
    bad: ['', '012345-6789ab-cdef01', '0123456789ABCDEF01', '012345-6789AB', '01234G-6789AB-CDEF01'],
    meant: { 'billingAccounts/012345-6789ab-cdef01': '012345-6789AB-CDEF01' },
  },
  googleServiceAccountId: {
    good: ['circleci-dummyapp-image-build', 'abcdef', `a${long(29)}`],
    bad: ['', 'abcde', 'circleci-dummyapp-image-builder', 'abcdef-', '1abcdef', 'Abcdef', 'abc_def'],
    meant: { 'circleci-dummyapp-image-builder': 'circleci-dummyapp-image-build' },
  },
  googleServiceAccountName: {
    good: ['circleci-dummyapp-image-builder', 'Größe', long(100), 'é'.repeat(50)],
    bad: ['', ' a', 'a ', long(101), 'é'.repeat(51), 'a\u001bb'],
    meant: { ' a ': 'a' },
  },
  registryHost: {
    good: ['gcr.io', 'us.gcr.io', 'eu.gcr.io', 'asia.gcr.io'],
    bad: ['', 'US.gcr.io', 'docker.io', 'us-docker.pkg.dev', 'us.gcr.io/x'],
    meant: { 'Us.gcr.io': 'us.gcr.io' },
  },
  imageName: {
    good: ['pt-dummy-app', 'a', 'a__b--c.d', long(128)],
    bad: ['', 'A', 'a/b', '-a', 'a-', 'a..b', 'a___b', 'a:1', long(129)],
    meant: { 'PT Dummy App': 'pt-dummy-app' },
  },
  dataImage: {
    good: ['philpennock/poetry', 'golang', 'quay.io/a/b:1.2', 'localhost:5000/a', `a@sha256:${'0'.repeat(64)}`],
    bad: ['', 'Acme/It', 'a b', 'a:', 'a@sha256:0', '/a', 'a/', 'a//b', '$IMAGE', `a/${long(260)}`, '--all'],
    meant: { 'Acme/It': 'acme/it' },
  },
}

const cases = (which: 'good' | 'bad') =>
  ANSWER_KEYS.flatMap(key => EXAMPLES[key][which].map(value => [key, value] as const))

describe('By the vendors’ own rules', () => {
  test.each(cases('good'))('%s takes %j', (key, value) => {
    expect(faultOf(key, value)).toBeUndefined()
  })

  test.each(cases('bad'))('%s refuses %j, and says what it must be', (key, value) => {
    const fault = faultOf(key, value)
    expect(fault).toContain(`${key} must be ${definitionOf(key).mustBe}; "`)
    expect(fault?.length).toBeLessThan(600)
  })

  const meant = ANSWER_KEYS.flatMap(key =>
    Object.entries(EXAMPLES[key].meant ?? {}).map(([bad, better]) => [key, bad, better] as const),
  )
  test.each(meant)('%s: by %j is meant %j', (key, bad, better) => {
    expect(faultOf(key, bad)).toMatch(new RegExp(`is not\\. Try ${better.replace(/[.()"]/g, '\\$&')}\\.$`))
  })
})

describe('Of any text', () => {
  /** Near misses: a good value with something foreign put in, and any text at all. */
  const texts = (key: AnswerKey) => {
    const spoilt = fc
      .tuple(fc.constantFrom(...EXAMPLES[key].good), fc.string({ unit: 'binary', maxLength: 8 }), fc.nat(300))
      .map(([good, more, at]) => good.slice(0, at) + more + good.slice(at))
    return fc.oneof(
      spoilt,
      fc.string({ unit: 'grapheme', maxLength: 300 }),
      fc.string({ unit: 'binary', maxLength: 300 }),
    )
  }

  test.each(ANSWER_KEYS)('what %s takes has no sign that can lie, and what is suggested is taken', key => {
    const { rule, suggest } = definitionOf(key)
    const holds = (text: string) => {
      const fault = faultOf(key, text)
      if (fault === undefined) expect(text).not.toMatch(/[\p{Cc}\p{Cf}\u2028\u2029]/u)
      const better = / is not\. Try (.*)\.$/s.exec(fault ?? '')?.[1]
      if (better !== undefined) expect(fits(rule, better)).toBe(true)
      const near = suggest?.(text)
      if (near !== undefined && fits(rule, near)) expect(faultOf(key, near)).toBeUndefined()
    }
    fc.assert(fc.property(texts(key), holds), inputs(60, 2_000))
  })

  test.each(ANSWER_KEYS)('a hostile one of a megabyte is judged at once: %s', key => {
    const size = 2 ** 20
    for (const one of ['a', '-', 'a-', ' ', '(', '"', ',', '/', '.', 'a,', 'google', 'ssl', '_']) {
      const started = performance.now()
      expect(faultOf(key, `${one.repeat(size / one.length)}\u0000`)).toBeDefined()
      expect(performance.now() - started).toBeLessThan(2_000)
    }
  })
})

test('Every default and every name of the document is good', () => {
  const defaults = ANSWER_KEYS.map(key => [key, definitionOf(key).byDefault] as const)
  const names = documented().map(({ key, value }) => [key, value] as const)
  for (const [key, value] of [...defaults, ...names])
    if (value !== undefined) expect(faultOf(key, value)).toBeUndefined()
  expect(Object.fromEntries(defaults.filter(([, value]) => value !== undefined))).toEqual({
    herokuTokenVariable: 'HEROKU_API_KEY',
    herokuTokenScopes: 'read-protected,write-protected',
    herokuTokenExpiresIn: '31536000',
    dockerHubRoute: 'bot-team',
    dockerHubVisibility: 'public',
    dockerHubUserVariable: 'DOCKERHUB_USER',
    dockerHubTokenVariable: 'DOCKERHUB_PASS',
    circleJobs: 'build,deploy_heroku,push_docker_hub,push_gce_registry',
    secretsUntilRestricted: 'wait',
    googleRoute: 'documented',
    googleKeyVariable: 'GCLOUD_AUTH_ENCODED',
    registryHost: 'us.gcr.io',
  })
})

test('What may be left out, and what belongs to a route', () => {
  expect(ANSWER_KEYS.filter(key => definitionOf(key).optional)).toEqual([
    'herokuTeam',
    'herokuJobs',
    'dockerHubJobs',
    'googleJobs',
    'contextExpression',
    'googleBranch',
    'googleParent',
    'googleBillingAccount',
    'dataImage',
  ])
  for (const key of ANSWER_KEYS) {
    const { when } = definitionOf(key)
    for (const route of when?.is ?? []) expect(faultOf(when?.key as AnswerKey, route)).toBeUndefined()
  }
})
