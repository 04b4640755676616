import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fromDockerfile } from '../../../src/answers/sources/dockerfile.ts'
import { diffOf } from '../../../src/output/diff.ts'
import { dataImage } from '../../../steps/repository/data-image.ts'
import { makeCheckout } from '../../support/checkout.ts'
import { lookAt, makeEngine, walk } from '../../support/engine.ts'
import { inputs } from '../../support/inputs.ts'

const FILE = 'build/Dockerfile'
const THEIRS = 'philpennock/poetry'

/** With all that upstream's has: a builder, a stage for the image, a scratch base, and what is said of image and folder. */
const WHOLE = `# syntax=docker/dockerfile:1
ARG GO=1.99
ARG MAKER="golang:\${GO}"
ARG DATA_IMAGE="philpennock/poetry"
ARG DATA_DIR=/data
ARG BASE="scratch"
ARG PORT="8080"

FROM \${MAKER} AS maker
ARG TAGS
RUN make \\
  # with tags
  TAGS="\${TAGS}"

# Just a name for it
FROM \${DATA_IMAGE} AS data

ARG BASE
FROM \${BASE}
ARG BASE
ARG PORT
ARG DATA_DIR
COPY --from=maker /tmp/it /
# The data
COPY --from=data / \${DATA_DIR}/
VOLUME \${DATA_DIR}
EXPOSE \${PORT}
ENV PORT=\${PORT}
ENV DATA_DIR=\${DATA_DIR}
ARG MAKER
ARG DATA_IMAGE
LABEL test.maker="\${MAKER}"
LABEL test.data="\${DATA_IMAGE}"
LABEL test.volume="\${DATA_DIR}"
CMD ["/it"]
`
const WITHOUT = WHOLE.split('\n')
  .filter(line => !/DATA|--from=data/.test(line))
  .join('\n')

/** A checkout with that Dockerfile, and the engine that works on it. */
function setUp(before: string, wanted?: string) {
  const repo = makeCheckout({ files: { [FILE]: before } })
  const engine = makeEngine({ repo, answers: wanted === undefined ? {} : { dataImage: wanted } })
  const text = () => readFileSync(join(repo, FILE), 'utf8')
  const run = async (agreed = false) => {
    const { plan, outcomes } = await walk([dataImage], engine, { agreed: agreed ? ['repository.data-image'] : [] })
    return { actions: plan[0]?.actions ?? [], outcome: outcomes.get('repository.data-image') }
  }
  return { repo, engine, text, run }
}

describe('The image that the Dockerfile has', () => {
  test('is kept, and what the Dockerfile depends on is told with its lines', async () => {
    const { run, text } = setUp(WHOLE, THEIRS)
    const { actions, outcome } = await run()
    expect(actions).toEqual([])
    expect(outcome).toEqual({
      is: 'done',
      notes: [
        `${FILE} depends on golang:1.99, ${THEIRS}.`,
        `For ${THEIRS} alone it has ARG (lines 4, 5, 22, 31), FROM (line 16), COPY (line 25), VOLUME (line 26), ENV (line 29), LABEL (lines 33, 34).`,
        expect.stringContaining('2027-04-01'),
      ],
    })
    expect(text()).toBe(WHOLE)
  })

  test('that is no longer upstream’s is nobody’s automated build', async () => {
    const seen = await lookAt(dataImage, setUp(WHOLE.replace(THEIRS, 'acme/data'), 'acme/data').engine)
    expect(JSON.stringify(seen)).not.toContain('2027')
  })

  test('is none, and none is wanted', async () => {
    const { run } = setUp(WITHOUT)
    expect((await run()).outcome).toEqual({ is: 'done', notes: [`${FILE} depends on golang:1.99.`] })
  })

  test('is none, though one is wanted: told, and left', async () => {
    const { run, text } = setUp(WITHOUT, 'acme/data')
    const { actions, outcome } = await run()
    expect(actions).toEqual([])
    expect(outcome).toMatchObject({ notes: [expect.anything(), expect.stringContaining('--set dataImage=')] })
    expect(text()).toBe(WITHOUT)
  })

  test('is not known where there is no Dockerfile', async () => {
    const repo = makeCheckout({ files: {} })
    expect(await lookAt(dataImage, makeEngine({ repo }))).toMatchObject({ is: 'present', notes: [] })
    const seen = await lookAt(dataImage, makeEngine({ repo, answers: { dataImage: 'acme/data' } }))
    expect(seen).toMatchObject({ is: 'present', notes: [expect.stringContaining('nothing copies acme/data')] })
  })
})

describe('Another image', () => {
  const IMAGE = 'ghcr.io/acme/data:1'
  const replaced = (from: string, to: string) => WHOLE.replace(from, to)

  test.each([
    ['in the ARG that stands for it', WHOLE, replaced(THEIRS, IMAGE)],
    ['without quotes', replaced(`"${THEIRS}"`, THEIRS), replaced(`"${THEIRS}"`, IMAGE)],
    ['in single quotes', replaced(`"${THEIRS}"`, `'${THEIRS}'`), replaced(`"${THEIRS}"`, `'${IMAGE}'`)],
    ['with CRLF', WHOLE.replaceAll('\n', '\r\n'), replaced(THEIRS, IMAGE).replaceAll('\n', '\r\n')],
    [
      'in the second of two defaults, which counts',
      replaced('ARG DATA_DIR', `ARG DATA_IMAGE=${THEIRS}\nARG DATA_DIR`),
      replaced('ARG DATA_DIR', `ARG DATA_IMAGE=${IMAGE}\nARG DATA_DIR`),
    ],
    [
      'in FROM',
      `FROM --platform=linux/amd64 ${THEIRS} AS d\nFROM scratch\nCOPY --from=d / /p/`,
      `FROM --platform=linux/amd64 ${IMAGE} AS d\nFROM scratch\nCOPY --from=d / /p/`,
    ],
    [
      'in FROM where the ARG stands for more',
      `ARG I=${THEIRS}\nARG OTHER=$I-too\nFROM $I AS d\nFROM scratch\nCOPY --from=d / /p/`,
      `ARG I=${THEIRS}\nARG OTHER=$I-too\nFROM ${IMAGE} AS d\nFROM scratch\nCOPY --from=d / /p/`,
    ],
    [
      'in FROM where it is put together',
      'ARG WHO=philpennock\nFROM $WHO/poetry AS d\nFROM scratch\nCOPY --from=d / /p/',
      `ARG WHO=philpennock\nFROM ${IMAGE} AS d\nFROM scratch\nCOPY --from=d / /p/`,
    ],
    [
      'in every COPY',
      `FROM scratch\ncopy --chown=1 --from=${THEIRS} /a /b\nCOPY \\\n  --from=${THEIRS}\\\n / /p/\n`,
      `FROM scratch\ncopy --chown=1 --from=${IMAGE} /a /b\nCOPY \\\n  --from=${IMAGE}\\\n / /p/\n`,
    ],
  ])('is put in %s, and nothing else changes', async (_, before, to) => {
    const { run, text, engine } = setUp(before, IMAGE)
    expect((await run()).actions).toMatchObject([{ kind: 'edit', file: FILE, from: before, to }])
    expect(text()).toBe(to)
    expect((await lookAt(dataImage, engine)).is).toBe('present')
  })

  test('in the place of one that is not upstream’s needs consent', async () => {
    const before = WHOLE.replace(THEIRS, 'theirs/own')
    const { run, text } = setUp(before, IMAGE)
    expect((await run()).outcome).toMatchObject({ is: 'open', why: 'consent' })
    expect(text()).toBe(before)
    await run(true)
    expect(text()).toBe(WHOLE.replace(THEIRS, IMAGE))
  })

  test('in the place of one of two is for a person, who knows which', async () => {
    const before = `FROM scratch\nCOPY --from=${THEIRS} / /p/\nCOPY --from=${THEIRS}:2 / /q/\n`
    const { run, text } = setUp(before, IMAGE)
    const { actions, outcome } = await run(true)
    expect(actions).toMatchObject([{ kind: 'person' }])
    expect(outcome).toMatchObject({ is: 'open', why: 'person' })
    expect(text()).toBe(before)
  })
})

describe('No image any more', () => {
  test('takes out the line, the stage, and all that serves it alone; comments stay', async () => {
    const { run, text, engine } = setUp(WHOLE)
    const { actions, outcome } = await run()
    expect(actions).toMatchObject([{ kind: 'edit', file: FILE }])
    expect(outcome).toEqual({ is: 'done', notes: [`${FILE} depends on golang:1.99.`] })
    expect(text()).toBe(WITHOUT)
    expect((await lookAt(dataImage, engine)).is).toBe('present')
  })

  test.each([
    ['an image in COPY', `FROM scratch\nCOPY --from=${THEIRS} / /p/\nCMD ["/it"]\n`, 'FROM scratch\nCMD ["/it"]\n'],
    [
      'plain folders, and CRLF',
      `FROM scratch\r\nCOPY --from=${THEIRS} / /p/\r\nVOLUME ["/p"]\r\nENV P=/p/\r\nLABEL a="/p" b='${THEIRS}'\r\nENV Q=/q\r\n`,
      'FROM scratch\r\nENV Q=/q\r\n',
    ],
    [
      'a variable made of the folder’s, and a label of that',
      `ARG D=/p\nFROM scratch\nARG D\nCOPY --from=${THEIRS} ["/", "\${D}/"]\nENV DIR $D\nLABEL dir="\${DIR}"\nCMD ["/it"]\n`,
      'FROM scratch\nCMD ["/it"]\n',
    ],
    [
      'more than one line each',
      `FROM scratch\nCOPY --from=${THEIRS} \\\n  # all of it\n  / \\\n  /p/\nVOLUME \\\n  /p\nCMD ["/it"]\n`,
      'FROM scratch\nCMD ["/it"]\n',
    ],
  ])('also where there is %s', async (_, before, to) => {
    const { run, text } = setUp(before)
    expect((await run()).actions).toHaveLength(1)
    expect(text()).toBe(to)
  })

  test.each([
    [
      'a command that uses the variable',
      'CMD ["sh", "-c", "ls $DIR"]',
      ['ARG DIR=/p', 'ARG DIR', 'VOLUME $DIR', 'ENV DIR=$DIR'],
    ],
    ['another copy to there', 'COPY more $DIR/', ['ARG DIR=/p', 'ARG DIR', 'VOLUME $DIR', 'ENV DIR=$DIR']],
    ['a label that says more', 'LABEL a=$DIR b=1', ['ARG DIR=/p', 'ARG DIR']],
    ['a volume beside it', 'VOLUME $DIR /other', ['ARG DIR=/p', 'ARG DIR']],
  ])('leaves what serves other things too: %s', async (_, line, kept) => {
    const before = `ARG DIR=/p\nFROM scratch\nARG DIR\nCOPY --from=${THEIRS} / $DIR/\nVOLUME $DIR\nENV DIR=$DIR\n${line}\n`
    const { run, text } = setUp(before)
    await run()
    const left = text().split('\n')
    expect(left).toEqual(before.split('\n').filter(one => left.includes(one)))
    expect(left).toEqual(expect.arrayContaining([...kept, line]))
    expect(left.join()).not.toContain('--from')
    expect(left).toHaveLength(kept.length + 3)
  })

  test('leaves a variable that is made of the folder’s and used by a command', async () => {
    const kept = ['ARG DIR=/p', 'FROM scratch', 'ARG DIR', 'ENV OTHER=$DIR', 'CMD ["sh", "-c", "ls $OTHER"]', '']
    const { run, text } = setUp(kept.toSpliced(3, 0, `COPY --from=${THEIRS} / $DIR/`, 'VOLUME $DIR').join('\n'))
    await run()
    expect(text()).toBe(kept.join('\n'))
  })

  test.each([
    [
      'a stage that is mounted as well',
      `FROM ${THEIRS} AS d\nFROM go\nRUN --mount=type=bind,from=d,target=/x ls\nCOPY --from=d / /p/\n`,
    ],
    [
      'a stage that is built on',
      `FROM ${THEIRS} AS d\nFROM d AS e\nRUN x\nFROM scratch\nCOPY --from=d / /p/\nCOPY --from=e / /\n`,
    ],
    [
      'a copy by number from a later stage',
      `FROM ${THEIRS} AS d\nFROM go\nRUN x\nFROM scratch\nCOPY --from=d / /p/\nCOPY --from=1 / /\n`,
    ],
    ['two images', `FROM scratch\nCOPY --from=${THEIRS} / /p/\nCOPY --from=${THEIRS}:2 / /q/\n`],
  ])('is for a person where there is %s', async (_, before) => {
    const { run, text } = setUp(before)
    const { actions, outcome } = await run(true)
    expect(actions).toMatchObject([{ kind: 'person' }])
    expect(outcome).toMatchObject({ is: 'open', why: 'person' })
    expect(text()).toBe(before)
  })

  test('where somebody has one of their own, needs consent', async () => {
    const before = WHOLE.replace(THEIRS, 'theirs/own')
    const { run, text } = setUp(before)
    expect((await run()).outcome).toMatchObject({ is: 'open', why: 'consent' })
    expect(text()).toBe(before)
    await run(true)
    expect(text()).toBe(WITHOUT)
  })
})

test('Nothing is to be done before it was looked at; taking back is said in words', () => {
  const { answers } = makeEngine()
  expect(dataImage.actions(answers)).toEqual([])
  expect(dataImage.undo(answers)).toMatchObject([{ kind: 'person' }])
})

/** Variables that a stage uses and nothing there declares: with those it would not build the same. */
function undeclared(text: string): readonly string[] {
  const missing: string[] = []
  let known = new Set<string>()
  let globals: ReadonlySet<string> | undefined
  for (const line of text.replace(/\\\r?\n/g, ' ').split(/\r?\n/)) {
    const [verb = ''] = line.trim().split(/\s/)
    const used = [...line.matchAll(/\$\{?(\w+)/g)].map(([, name = '']) => name)
    if (verb === 'FROM') globals ??= known
    if (verb === 'FROM') known = new Set()
    missing.push(...used.filter(name => !(verb === 'FROM' ? globals : known)?.has(name)))
    const name = /^(?:ARG|ENV) (\w+)/.exec(line)?.[1]
    if (name) known.add(name)
  }
  return missing
}

test('Whatever stands between, only what serves the image goes, the rest still builds, and git takes the diff', async () => {
  expect(undeclared('FROM x\nRUN $A')).toEqual(['A'])
  const between = fc.constantFrom(
    ...[
      '',
      '# a comment about COPY --from=data',
      'LABEL a=1',
      'ENV A=1 B=2',
      'RUN x \\\n  y',
      'ARG MORE=1',
      'USER me',
      '  ',
    ],
  )
  const layout = fc.record({
    gaps: fc.array(fc.array(between, { maxLength: 2 }), { minLength: 12, maxLength: 12 }),
    hasArg: fc.boolean(),
    hasFolder: fc.boolean(),
    hasVolume: fc.boolean(),
    hasLabels: fc.boolean(),
    newline: fc.constantFrom('\n', '\r\n'),
  })
  const { repo, engine, text } = setUp(WHOLE)
  const check = async ({
    gaps,
    hasArg,
    hasFolder,
    hasVolume,
    hasLabels,
    newline,
  }: typeof layout extends fc.Arbitrary<infer T> ? T : never) => {
    const folder = hasFolder ? `\${DIR}` : '/data'
    const rows: readonly (readonly [text: string, goes: boolean])[] = [
      ...(hasArg ? [[`ARG IMAGE='${THEIRS}'`, true] as const] : []),
      ...(hasFolder ? [['ARG DIR=/data', true] as const] : []),
      ['FROM golang AS maker', false],
      ['RUN make', false],
      ...(hasArg ? [[`FROM \${IMAGE} AS data`, true] as const] : []),
      ['FROM scratch', false],
      ...(hasFolder ? [['ARG DIR', true] as const] : []),
      ['COPY --from=maker /it /', false],
      [`COPY --from=${hasArg ? 'data' : THEIRS} / ${folder}/`, true],
      ...(hasVolume ? [[`VOLUME ${folder}`, true] as const] : []),
      ...(hasLabels ? [[`LABEL volume="${folder}"`, true] as const] : []),
      ['CMD ["/it"]', false],
    ]
    // Between a stage for an image and the next FROM, an instruction would make it another stage.
    const gapAfter = (text: string, index: number) => (text.startsWith('FROM $') ? [] : (gaps[index] ?? []))
    const isPlain = (gap: string, index: number) =>
      index > rows.findIndex(([text]) => text === 'RUN make') || /^(#|\s*$)/.test(gap)
    const lines = rows.flatMap(([text, goes], index) => [
      [text, goes] as const,
      ...gapAfter(text, index)
        .filter(gap => isPlain(gap, index))
        .map(gap => [gap, false] as const),
    ])
    const textOf = (all: typeof lines) => all.map(([text]) => text.replaceAll('\n', newline)).join(newline) + newline
    const before = textOf(lines)
    expect(fromDockerfile(before).map(({ value }) => value)).toEqual([THEIRS])
    writeFileSync(join(repo, FILE), before)
    const { plan } = await walk([dataImage], engine)
    const left = text()
    expect(left).toBe(textOf(lines.filter(([, goes]) => !goes)))
    expect(undeclared(before)).toEqual([])
    expect(undeclared(left)).toEqual([])
    expect((await lookAt(dataImage, engine)).is).toBe('present')
    const [edit] = plan[0]?.actions ?? []
    if (edit?.kind !== 'edit') throw new Error('no edit')
    writeFileSync(join(repo, FILE), before)
    execFileSync('git', ['apply', '-'], { cwd: repo, input: diffOf(edit), stdio: 'pipe' })
    expect(text()).toBe(left)
  }
  await fc.assert(fc.asyncProperty(layout, check), inputs(15, 300))
})
