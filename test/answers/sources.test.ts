import { execa } from 'execa'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { infer, readBranches } from '../../src/answers/infer.ts'
import { fromBranches } from '../../src/answers/sources/branches.ts'
import { fromCiConfig } from '../../src/answers/sources/ci-config.ts'
import { fromDockerfile } from '../../src/answers/sources/dockerfile.ts'
import { fromLibrary } from '../../src/answers/sources/library.ts'
import { git, library, makeCheckout } from '../support/checkout.ts'
import { inputs } from '../support/inputs.ts'

const pairs = (candidates: ReturnType<typeof infer>) => candidates.map(({ key, value }) => `${key} ${value}`)

describe('The library', () => {
  test('tells six names', () => {
    const text = library({
      GITHUB_PROJECT: 'acme/it',
      DOCKER_PROJECT: 'acmehub/it',
      HEROKU_APP: 'acme-it',
      BIN_NAME: 'it',
      GCR_HOST: 'eu.gcr.io',
      GCR_PROJECT: 'acme-it-7',
      GCR_IMAGE_NAME: 'it',
    })
    const names = [
      'githubProject acme/it',
      'dockerHubRepository acmehub/it',
      'herokuApp acme-it',
      'registryHost eu.gcr.io',
      'googleProject acme-it-7',
      'imageName it',
    ]
    expect(pairs(fromLibrary(text))).toEqual(names)
    expect(pairs(fromLibrary(text.replaceAll('\n', '\r\n')))).toEqual(names)
  })

  test.each([
    [`: "\${GCR_HOST:=gcr.io}" # the usual one`, ['registryHost gcr.io']],
    [`: "\${GCR_HOST:=gcr.io}"; rm -rf /`, []],
    [`: : "\${GCR_HOST:=gcr.io}"`, []],
    [`  : "\${GCR_HOST:=gcr.io}"`, []],
    [`: "\${GCR_HOST:-gcr.io}"`, []],
    [`: "\${GCR_HOST:=g\\cr.io}"`, []],
    [`: "\${GCR_HOST:=gcr\n.io}"`, []],
    [`: "\${GCR_HOST:=$(id)}"`, []],
    [`: "\${HEROKU_APP:=one}"\n: "\${HEROKU_APP:=two}"`, ['herokuApp one', 'herokuApp two']],
  ])('%j', (text, names) => {
    expect(pairs(fromLibrary(text))).toEqual(names)
  })
})

describe('CircleCI’s config', () => {
  /** In the form of the document's: contexts in the workflow, a job left out of it, an alias, a list of contexts. */
  const CONFIG = `
version: 2.1
executors:
  maker:
    docker: [{ image: &image acme/ci:blue }]
    environment: { BUILDER: *image, DOCKER_PROJECT: acmehub/it }
jobs:
  make:
    executor: maker
    steps: [checkout, { run: ./make }]
  to_heroku:
    steps:
      - run: { name: Log in, command: 'docker login -u _ -p "\${HEROKU_TOKEN}" registry.heroku.com' }
  to_hub:
    steps:
      - run: docker login -u "$DOCKERHUB_USER" -p "$DOCKERHUB_PASS"
  to_registry:
    steps:
      - run: |
          echo "\${GCLOUD_AUTH_ENCODED}" | base64 -d > key.json
workflows:
  version: 2
  all:
    jobs:
      - make
#     - to_heroku: { context: nothing-of-this }
      - wait: { type: approval }
      - to_hub: { context: hub-things, requires: [make] }
      - to_registry: { context: [google-things], requires: [make] }
`
  const ALL = [
    'herokuTokenVariable HEROKU_TOKEN',
    'dockerHubRepository acmehub/it',
    'dockerHubUserVariable DOCKERHUB_USER',
    'dockerHubTokenVariable DOCKERHUB_PASS',
    'googleKeyVariable GCLOUD_AUTH_ENCODED',
    'circleJobs make,to_heroku,to_hub,to_registry',
    'herokuJobs to_heroku',
    'dockerHubJobs to_hub',
    'googleJobs to_registry',
    'herokuContext hub-things',
    'googleContext google-things',
  ]

  test('tells its jobs, their contexts, the variable of the Heroku job and the repository', () => {
    expect(pairs(fromCiConfig(CONFIG))).toEqual(ALL)
    expect(pairs(fromCiConfig(CONFIG.replaceAll('\n', '\r\n')))).toEqual(ALL)
  })

  test('without a workflow, tells every job', () => {
    expect(pairs(fromCiConfig(CONFIG.slice(0, CONFIG.indexOf('workflows'))))).toContain(
      'circleJobs make,to_heroku,to_hub,to_registry',
    )
  })

  test('that reads both variables, tells both', () => {
    const both = 'jobs: { a: { steps: [{ run: echo $HEROKU_API_KEY $HEROKU_TOKEN $HEROKU_APP }] } }'
    expect(pairs(fromCiConfig(both)).slice(0, 2)).toEqual([
      'herokuTokenVariable HEROKU_API_KEY',
      'herokuTokenVariable HEROKU_TOKEN',
    ])
  })

  test('tells a job’s two contexts apart by their names where the job does both', () => {
    const both = `
jobs: { push: { steps: [{ run: echo $HEROKU_API_KEY $GCLOUD_AUTH_ENCODED }] } }
workflows: { all: { jobs: [{ push: { context: [secrets, google-it] } }] } }`
    expect(pairs(fromCiConfig(both))).toEqual(
      expect.arrayContaining(['herokuContext secrets', 'googleContext google-it']),
    )
  })

  test('takes a context for what its own name says, whatever else the job does', () => {
    const config = `
jobs: { push: { steps: [{ run: echo $GCLOUD_AUTH_ENCODED | base64 -d }] }, other: { steps: [{ run: go install github.com/google/ko }] } }
workflows: { all: { jobs: [{ push: { context: [docker-hub-creds, cloud] } }, { other: { context: things } }] } }`
    expect(pairs(fromCiConfig(config)).filter(pair => /Context/.test(pair))).toEqual([
      'herokuContext docker-hub-creds',
      'googleContext cloud',
    ])
  })

  test('looks into the commands that a job uses, and takes an orb’s job by its name', () => {
    const config = `
commands: { log-in: { steps: [{ run: docker login -p $HEROKU_API_KEY }] } }
jobs: { release: { steps: [log-in] } }
workflows: { all: { jobs: [{ release: { context: one } }, { gcp-gcr/push: { context: two } }] } }`
    expect(pairs(fromCiConfig(config))).toEqual([
      'herokuTokenVariable HEROKU_API_KEY',
      'circleJobs release,gcp-gcr/push',
      'herokuJobs release',
      'herokuContext one',
      'googleContext two',
    ])
  })

  test.each([
    [
      'what is still to be put in',
      'workflows: { a: { jobs: [{ heroku: { context: << pipeline.parameters.c >> } }] } }',
    ],
    ['a context of no job that we know', 'workflows: { a: { jobs: [{ test: { context: slack } }] } }'],
  ])('says no context from %s', (_, config) => {
    expect(pairs(fromCiConfig(config)).filter(pair => /Context/.test(pair))).toEqual([])
  })

  test.each([
    ['broken', 'jobs: [}'],
    ['a list', '- a'],
    ['a text', 'hello'],
    ['empty', ''],
    ['of the wrong shape', 'jobs: 3\nworkflows: [a]\nexecutors: x\ncommands: 1'],
    ['a bomb', `a: &a [${'x,'.repeat(99)}]\nb: &b [${'*a,'.repeat(99)}]\nc: [${'*b,'.repeat(99)}]`],
    ['its own inside', 'jobs: &a { b: *a }'],
    ['not YAML but keys within keys', '? '.repeat(40_000)],
    ['without an end', '['.repeat(90_000)],
    ['too long', `x: 1\n${'# long\n'.repeat(20_000)}jobs: { a: {} }`],
    ['a prototype', '__proto__: { jobs: { a: {} } }\nconstructor: x'],
  ])('that is %s says nothing, soon', (_, config) => {
    const started = performance.now()
    expect(pairs(fromCiConfig(config)).filter(pair => pair !== 'circleJobs b')).toEqual([])
    expect(performance.now() - started).toBeLessThan(5_000)
  })
})

describe('The Dockerfile', () => {
  test.each([
    ['an image', 'FROM scratch\nCOPY --from=acme/data:1 / /data/', ['acme/data:1']],
    ['a stage', 'FROM golang AS builder\nRUN make\nFROM scratch\nCOPY --from=builder /it /', []],
    ['a stage by its number', 'FROM golang\nRUN make\nFROM scratch\nCOPY --from=0 /it /', []],
    [
      'a stage that only names an image',
      `ARG DATA="acme/data"\nFROM golang AS b\nRUN make\nFROM \${DATA} AS data\n# no more\nFROM scratch\nCOPY --from=b /it /\nCOPY --from=data / /d/`,
      ['acme/data'],
    ],
    [
      'a default of a default',
      'ARG A=acme\nARG B=$A/data\nFROM $B AS d\nFROM scratch\nCOPY --from=d / /',
      ['acme/data'],
    ],
    ['a variable without a default', 'ARG A\nFROM $A AS d\nFROM scratch\nCOPY --from=d / /', []],
    [
      'small letters, a platform, CRLF',
      'from --platform=linux/amd64 acme/data as D\r\nfrom scratch\r\ncopy --chown=1 --from=d / /',
      ['acme/data'],
    ],
    ['a line that goes on', 'FROM scratch\nCOPY \\\n  # here\n  --from=acme/data \\\n  / /', ['acme/data']],
    ['a comment', 'FROM scratch\n# COPY --from=acme/data / /', []],
    ['two images, one twice', 'FROM x\nCOPY --from=a/b / /\nCOPY --from=c/d / /\nCOPY --from=a/b /x /', ['a/b', 'c/d']],
    ['an empty line that does not end one', 'FROM scratch\nCOPY \\\n\n  --from=acme/data / /', ['acme/data']],
    ['a here-document', 'FROM scratch\nRUN <<EOF\nCOPY --from=acme/data / /\nEOF\nCOPY --from=b/c / /', ['b/c']],
    ['one without an end', 'FROM scratch\nRUN <<EOF\nCOPY --from=b/c / /', ['b/c']],
    ['a stage on a stage', 'FROM go AS a\nRUN x\nFROM a AS b\nFROM scratch\nCOPY --from=b / /', []],
    [
      'defaults that grow',
      `${Array.from({ length: 60 }, (_, i) => `ARG A${i + 1}=$A${i}$A${i}x`).join('\n')}\nFROM $A60 AS d\nCOPY --from=d / /`,
      [],
    ],
  ])('%s', (_, text, images) => {
    expect(fromDockerfile(text).map(({ value }) => value)).toEqual(images)
  })
})

describe('The default branch', () => {
  const read = (folder: string, remote = 'origin') =>
    readBranches(
      async ([file = '', ...argv]) => (await execa(file, argv, { cwd: folder, reject: false })).stdout,
      remote,
    )
  const refs = async (folder: string, remote?: string) => fromBranches(await read(folder, remote), remote ?? 'origin')
  const at = (folder: string, name: string) => git(folder, 'update-ref', name, 'HEAD')

  test('is what origin’s HEAD said, whatever it is called', async () => {
    const folder = makeCheckout()
    at(folder, 'refs/remotes/origin/main')
    at(folder, 'refs/remotes/origin/its/trunk')
    git(folder, 'symbolic-ref', 'refs/remotes/origin/HEAD', 'refs/remotes/origin/its/trunk')
    expect(await refs(folder)).toEqual([
      { key: 'defaultBranch', value: 'its/trunk', from: 'origin’s HEAD, as it was cloned' },
    ])
  })

  test('else a usual name at origin; both are shown', async () => {
    const folder = makeCheckout()
    at(folder, 'refs/remotes/origin/master')
    expect(pairs(await refs(folder))).toEqual(['defaultBranch master'])
    at(folder, 'refs/remotes/origin/main')
    expect(pairs(await refs(folder))).toEqual(['defaultBranch main', 'defaultBranch master'])
  })

  test('else a usual name here', async () => {
    const folder = makeCheckout()
    expect(await refs(folder)).toEqual([{ key: 'defaultBranch', value: 'main', from: 'the branches of this clone' }])
  })

  test('is not read from a HEAD of origin that leads nowhere', async () => {
    const folder = makeCheckout()
    at(folder, 'refs/remotes/origin/master')
    at(folder, 'refs/remotes/origin/maintenance')
    git(folder, 'symbolic-ref', 'refs/remotes/origin/HEAD', 'refs/remotes/origin/gone')
    expect(pairs(await refs(folder))).toEqual(['defaultBranch master'])
    git(folder, 'symbolic-ref', '--delete', 'refs/remotes/origin/HEAD')
    at(folder, 'refs/remotes/origin/HEAD')
    expect(pairs(await refs(folder))).toEqual(['defaultBranch master'])
  })

  test('is read from the remote that says whose project it is', async () => {
    const folder = makeCheckout()
    at(folder, 'refs/remotes/origin/master')
    at(folder, 'refs/remotes/acme/main')
    expect(await refs(folder, 'acme')).toEqual([{ key: 'defaultBranch', value: 'main', from: 'the branches of acme' }])
    at(folder, 'refs/remotes/acme/trunk')
    git(folder, 'symbolic-ref', 'refs/remotes/acme/HEAD', 'refs/remotes/acme/trunk')
    expect(await refs(folder, 'acme')).toEqual([
      { key: 'defaultBranch', value: 'trunk', from: 'acme’s HEAD, as it was cloned' },
    ])
  })

  test('is read, and so is the branch that is checked out, before the first commit, after it, and where HEAD is detached', async () => {
    const folder = makeCheckout()
    expect(await read(folder)).toMatchObject({ current: 'refs/heads/main' })
    at(folder, 'refs/remotes/origin/master')
    git(folder, 'checkout', '--quiet', '--detach')
    expect(await read(folder)).toMatchObject({ current: 'HEAD', usual: expect.arrayContaining(['refs/heads/main']) })
    git(folder, 'symbolic-ref', 'HEAD', 'refs/heads/new')
    const unborn = await read(folder)
    expect(unborn).not.toHaveProperty('current')
    expect(pairs(fromBranches(unborn, 'origin'))).toEqual(['defaultBranch master'])
  })

  test('is not known where git says nothing', () => {
    expect(fromBranches({ head: '', usual: [] }, 'origin')).toEqual([])
  })
})

test('No text in any file makes it fail', () => {
  const piece = fc.constantFrom(
    ...[
      'FROM ',
      'COPY --from=',
      'ARG A=',
      '$',
      `\${A}`,
      '\\\n',
      'jobs:',
      'workflows:',
      ': ',
      '- ',
      '\n',
      '  ',
      '&a ',
      '*a',
      '<<: ',
    ],
    ...[
      'context',
      'steps',
      'run',
      '"',
      "'",
      '{',
      '}',
      '[',
      ']',
      ',',
      '? ',
      '!!set',
      `: "\${HEROKU_APP:=`,
      '}"',
      '\r\n',
      '\u0000',
      '\u001b[',
    ],
  )
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 200 }),
    fc.array(fc.oneof(piece, fc.string({ maxLength: 5 })), { maxLength: 60 }).map(parts => parts.join('')),
  )
  const holds = (origin: string, library: string, ciConfig: string, dockerfile: string, head: string) => {
    for (const { value } of infer({
      remotes: { origin, heroku: origin },
      library,
      ciConfig,
      dockerfile,
      branches: { head, usual: head.split('\n') },
    })) {
      expect(typeof value).toBe('string')
    }
  }
  fc.assert(fc.property(text, text, text, text, text, holds), inputs(200, 20_000))
})
