import { mkdirSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { CI_CONFIG, DOCKERFILE, infer, LIBRARY } from '../../src/answers/infer.ts'
import { readConfig } from '../../steps/circleci/config/document.ts'
import { buildByDockerAlone } from '../support/build-script.ts'
import { library } from '../support/checkout.ts'
import { temporaryFolder } from '../support/folder.ts'
import { makePipe, makeSocket } from '../support/odd-files.ts'
import { filesIn, setStage } from '../support/stage.ts'

/** Of the parsers, each text is as long as they read one: 100,000 characters, or the whole of what is read as a text. */
const [PARSED, READ] = [100_000, 2 ** 20]
const upTo = (length: number, part: string) => part.repeat(Math.floor(length / part.length))

/** Aliases of aliases: a few lines that stand for millions of items. */
const LAUGHS = [
  'a0: &a0 [ha]',
  ...Array.from({ length: 40 }, (_, at) => `a${at + 1}: &a${at + 1} [${upTo(60, `*a${at}, `)}*a${at}]`),
]

const CONFIGS: Readonly<Record<string, string>> = {
  laughs: [...LAUGHS, 'jobs: *a40', 'workflows: { x: { jobs: *a40 } }'].join('\n'),
  'laughs in merges': [
    'jobs: &j0 { a: { steps: [checkout] } }',
    ...Array.from({ length: 40 }, (_, at) => `k${at + 1}: &j${at + 1} { <<: [*j${at}, *j${at}], x${at}: *j${at} }`),
    'workflows: *j40',
  ].join('\n'),
  'a map in itself': 'jobs: &a { b: *a, steps: *a }\nworkflows: *a',
  'deep lists': upTo(PARSED, '['),
  'deep maps': upTo(PARSED, '{a: '),
  'deep blocks': Array.from({ length: 400 }, (_, at) => `${' '.repeat(at)}a:`).join('\n'),
  'keys of keys': upTo(PARSED, '? '),
  'keys on lines': upTo(PARSED, '? a\n'),
  'items of items': upTo(PARSED, '- '),
  'quotes without an end': `jobs: "${upTo(PARSED - 10, '\\x41')}`,
  'doubled keys': upTo(PARSED, 'a: 1\n'),
  tags: upTo(PARSED, '!a '),
  anchors: upTo(PARSED, '&a '),
  comments: upTo(PARSED, '#\n'),
  'blank lines': upTo(PARSED, ' \n'),
  documents: upTo(PARSED, '---\n'),
  'blocks of text': `jobs: |\n${upTo(PARSED - 20, ' a\n')}`,
  'a large one': `# ${upTo(READ - 2, 'x')}`,
}

const DOCKERFILES: Readonly<Record<string, string>> = {
  'defaults that double':
    Array.from({ length: 200 }, (_, at) => `ARG A${at + 1}=$A${at}$A${at}`).join('\n') + '\nFROM $A200',
  'lines that go on': `FROM ${upTo(READ - 10, '\\\n')}`,
  documents: upTo(READ, 'RUN <<A\n'),
  stages: upTo(READ, 'FROM a AS b\nCOPY --from=b / /\n'),
  blanks: `FROM ${upTo(READ - 10, ' ')}`,
}

const LIBRARIES: Readonly<Record<string, string>> = {
  lines: upTo(READ, `${library({ HEROKU_APP: 'a' })}\n`),
  'a long line': `: "\${HEROKU_APP:=${upTo(READ - 30, '$')}}"`,
  quotes: upTo(READ, ': "$'),
}

/** How long the processor may be at it, in milliseconds, whatever else the machine does: a person waits no longer. */
const PATIENCE_MS = 5_000

function expectQuick(read: () => unknown): void {
  const began = process.cpuUsage()
  read()
  const { user, system } = process.cpuUsage(began)
  expect((user + system) / 1_000).toBeLessThan(PATIENCE_MS)
}

describe('A text that is made to be read for ever is read, or passed by, in time:', () => {
  test.each(Object.entries(CONFIGS))('a config of %s', (_, ciConfig) => {
    expectQuick(() => infer({ remotes: {}, library: undefined, ciConfig }))
    expectQuick(() => readConfig(ciConfig))
  })
  test.each(Object.entries(DOCKERFILES))('a Dockerfile of %s', (_, dockerfile) =>
    expectQuick(() => infer({ remotes: {}, library: undefined, dockerfile })),
  )
  test.each(Object.entries(LIBRARIES))('a library of %s', (_, library) =>
    expectQuick(() => infer({ remotes: {}, library })),
  )
})

const ELSEWHERE = library({ HEROKU_APP: 'of-elsewhere' })

/** What can stand in the place of a file. */
const STANDS: Readonly<Record<string, (file: string, outside: string) => void>> = {
  '100 MB': file => {
    writeFileSync(file, '')
    truncateSync(file, 100 * 2 ** 20)
  },
  'a pipe that nobody writes to': makePipe,
  'a socket': makeSocket,
  'a folder': file => void mkdirSync(file),
  'a link to itself': file => symlinkSync(basename(file), file),
  'a link to a device without an end': file => symlinkSync('/dev/zero', file),
  'a link to a file of the person’s': (file, outside) => symlinkSync(join(outside, 'secret'), file),
  'a link to a file that is not there': (file, outside) => symlinkSync(join(outside, 'new'), file),
}

describe('In the place of the files that it reads and writes, a run does not hang, and nothing of elsewhere is read or written:', () => {
  test.each(Object.entries(STANDS))('%s', async (_, put) => {
    const outside = temporaryFolder()
    writeFileSync(join(outside, 'secret'), ELSEWHERE)
    const stage = await setStage()
    // The checkout's own script would wait for the pipe.
    buildByDockerAlone(stage.checkout)
    for (const name of [CI_CONFIG, DOCKERFILE, LIBRARY]) {
      const file = join(stage.checkout, name)
      rmSync(file, { force: true })
      mkdirSync(dirname(file), { recursive: true })
      put(file, outside)
    }
    const under = ['timeout', '-s', 'KILL', '20']
    const edits = ['--only', 'repository', '--set', 'dataImage=acme/data', '--set', 'circleJobs=build']
    const { code, all } = await stage.run(['--yes', '--replace', 'repository.names', ...edits], { under })
    expect([0, 1, 2, 3], all).toContain(code)
    expect(all).not.toContain('of-elsewhere')
    expect(all).not.toContain('mistake in dummyapp-setup')
    expect([...filesIn(outside).values()]).toEqual([ELSEWHERE])
  })
})
