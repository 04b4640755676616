import { execFileSync } from 'node:child_process'
import { chmodSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type AnswerKey, faultOf, type Known } from '../../../src/answers/schema.ts'
import type { EditAction } from '../../../src/engine/step.ts'
import { shown } from '../../../src/engine/text.ts'
import { diffOf } from '../../../src/output/diff.ts'
import { names } from '../../../steps/repository/names.ts'
import { git, library, makeCheckout, UPSTREAM } from '../../support/checkout.ts'
import { lookAt, makeEngine, walk } from '../../support/engine.ts'
import { inputs } from '../../support/inputs.ts'
import { githubProjects, herokuApps } from '../../support/names.ts'

const FILE = 'build/common.lib.sh'
const MARK = '# ==== EDIT THESE ===='
const OWN: typeof UPSTREAM = {
  GITHUB_PROJECT: 'acme/dummyapp',
  DOCKER_PROJECT: 'acmehub/it',
  HEROKU_APP: 'acme-it',
  GCR_HOST: 'eu.gcr.io',
  GCR_PROJECT: 'acme-it-7',
  GCR_IMAGE_NAME: 'it',
}
const KEYS: Readonly<Record<keyof typeof UPSTREAM, AnswerKey>> = {
  GITHUB_PROJECT: 'githubProject',
  DOCKER_PROJECT: 'dockerHubRepository',
  HEROKU_APP: 'herokuApp',
  GCR_HOST: 'registryHost',
  GCR_PROJECT: 'googleProject',
  GCR_IMAGE_NAME: 'imageName',
}
const VARIABLES = Object.keys(KEYS) as readonly (keyof typeof UPSTREAM)[]

const answersOf = (values: typeof UPSTREAM): Partial<Known> =>
  Object.fromEntries(VARIABLES.map(name => [KEYS[name], values[name]]))

const line = (name: string, value: string, operator = ':=') => `: "\${${name}${operator}${value}}"`

/** A checkout with that library, and the engine that works on it with these names for answers. */
function setUp(text: string, values: typeof UPSTREAM = OWN) {
  const repo = makeCheckout({ files: { [FILE]: text } })
  const engine = makeEngine({ repo, answers: answersOf(values) })
  return { repo, engine, text: () => readFileSync(join(repo, FILE), 'utf8'), walk: () => walk([names], engine) }
}

/** What the shell takes the variables for. */
const inShell = (repo: string): string =>
  execFileSync('sh', ['-c', `. ./${FILE}; printf '%s\\n' ${VARIABLES.map(name => `"\${${name}-}"`).join(' ')}`], {
    cwd: repo,
    env: { PATH: process.env.PATH },
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  })

const editOf = (planned: { readonly actions: readonly { readonly kind: string }[] } | undefined): EditAction => {
  const [action, ...more] = planned?.actions ?? []
  expect(more).toEqual([])
  expect(action?.kind).toBe('edit')
  return action as EditAction
}

describe('A fork’s names', () => {
  test('are written where upstream’s stand, as one edit, and then they are present', async () => {
    const { repo, engine, text, walk } = setUp(library({ ...UPSTREAM, BIN_NAME: 'dummyapp' }))
    expect(await lookAt(names, engine)).toMatchObject({
      is: 'missing',
      partly: '6 of 6 names are still upstream’s',
    })
    const { plan, outcomes } = await walk()
    expect(plan[0]?.consents).toEqual([])
    expect(editOf(plan[0])).toMatchObject({ kind: 'edit', file: FILE })
    expect(outcomes.get('repository.names')).toEqual({ is: 'done', notes: [] })
    expect(text()).toBe(library({ ...OWN, BIN_NAME: 'dummyapp' }))
    expect(git(repo, 'status', '--porcelain')).toBe(` M ${FILE}\n`)
    expect((await lookAt(names, engine)).is).toBe('present')
  })

  test('are counted as far as they are open, and those alone are written', async () => {
    const { engine, text, walk } = setUp(library({ ...OWN, GCR_PROJECT: UPSTREAM.GCR_PROJECT }))
    expect(await lookAt(names, engine)).toMatchObject({ partly: '1 of 6 names are still upstream’s' })
    await walk()
    expect(text()).toBe(library(OWN))
  })

  test('keep the file’s rights', async () => {
    const { repo, walk } = setUp(library(UPSTREAM))
    chmodSync(join(repo, FILE), 0o755)
    await walk()
    expect(statSync(join(repo, FILE)).mode & 0o777).toBe(0o755)
  })

  test('that somebody else chose are overwritten with consent alone', async () => {
    const theirs = library({ ...UPSTREAM, HEROKU_APP: 'theirs', GCR_HOST: '' })
    const { engine, text } = setUp(theirs)
    expect(await lookAt(names, engine)).toMatchObject({
      is: 'differs',
      how: [
        { what: `HEROKU_APP in ${FILE}`, expected: 'acme-it', found: 'theirs' },
        { what: `GCR_HOST in ${FILE}`, expected: 'eu.gcr.io', found: 'empty' },
      ],
    })
    const { outcomes } = await walk([names], engine)
    expect(outcomes.get('repository.names')).toMatchObject({ is: 'open', why: 'consent' })
    expect(text()).toBe(theirs)
    await walk([names], engine, { agreed: ['repository.names'] })
    expect(text()).toBe(library(OWN))
  })

  test('are not written over what somebody wrote meanwhile', async () => {
    const { repo, engine, text } = setUp(library(UPSTREAM))
    const mine = library({ ...UPSTREAM, HEROKU_APP: 'mine' })
    const meanwhile = () => writeFileSync(join(repo, FILE), mine)
    const { outcomes } = await walk([names], engine, { meanwhile })
    expect(outcomes.get('repository.names')).toMatchObject({ is: 'open', why: 'changed' })
    expect(text()).toBe(mine)
  })

  test('are written beside what somebody wrote elsewhere in the file meanwhile', async () => {
    const { repo, engine, text } = setUp(library(UPSTREAM))
    const meanwhile = () => writeFileSync(join(repo, FILE), library({ ...UPSTREAM, BIN_NAME: 'mine' }))
    const { outcomes } = await walk([names], engine, { meanwhile })
    expect(outcomes.get('repository.names')).toMatchObject({ is: 'done' })
    expect(text()).toBe(library({ ...OWN, BIN_NAME: 'mine' }))
  })
})

describe('Nothing is to be done', () => {
  test('in upstream’s own checkout with the document’s names', async () => {
    const { engine } = setUp(library(UPSTREAM), UPSTREAM)
    const seen = await lookAt(names, engine)
    expect(seen).toMatchObject({ is: 'present', notes: [] })
    expect(names.actions(engine.answers, seen)).toEqual([])
  })

  test('where origin is written in other letters than the file', async () => {
    const { engine } = setUp(library(UPSTREAM), { ...UPSTREAM, GITHUB_PROJECT: 'pennocktech/DummyApp' })
    expect((await lookAt(names, engine)).is).toBe('present')
  })

  test('where there is no library, which is told', async () => {
    const engine = makeEngine({ repo: makeCheckout({ files: {} }), answers: answersOf(OWN) })
    const seen = await lookAt(names, engine)
    expect(seen).toMatchObject({
      is: 'present',
      notes: [`There is no ${FILE} here that can be read, so no name is written anywhere.`],
    })
    expect(names.actions(engine.answers, seen)).toEqual([])
  })
})

describe('What stands outside the block is left alone:', () => {
  const block = (values: Partial<typeof UPSTREAM>) => library(values as typeof UPSTREAM)

  test('a line that comes first and disagrees is told', async () => {
    const text = `${line('HEROKU_APP', 'first')}\n${block(UPSTREAM)}`
    const { engine, text: now, walk } = setUp(text)
    const { outcomes } = await walk()
    expect(outcomes.get('repository.names')).toMatchObject({
      is: 'done',
      notes: [
        `HEROKU_APP is first by line 1 of ${FILE}, outside the block EDIT THESE, and that line counts. Make it acme-it by hand.`,
      ],
    })
    expect(now()).toBe(`${line('HEROKU_APP', 'first')}\n${block(OWN)}`)
    expect((await lookAt(names, engine)).is).toBe('present')
  })

  test('one that agrees, or comes later, or leaves its empty value to later ones is not', async () => {
    const before = [line('HEROKU_APP', OWN.HEROKU_APP), line('GCR_HOST', '')].join('\n')
    const { engine } = setUp(`${before}\n${block(OWN)}\n${line('GCR_PROJECT', 'later')}\n`)
    expect(await lookAt(names, engine)).toMatchObject({ is: 'present', notes: [] })
  })

  test('an empty one that no later line fills counts', async () => {
    const { engine } = setUp(`${line('GCR_HOST', '')}\n${block(OWN).replace('GCR_HOST:=', 'GCR_HOST=')}`)
    const notes = [expect.stringContaining('GCR_HOST is empty by line 1')]
    expect(await lookAt(names, engine)).toMatchObject({ is: 'present', notes })
  })

  test.each([
    ['no mark', ''],
    ['one mark', `${MARK}\n`],
  ])('with %s all lines stand outside', async (_, begin) => {
    const lines = VARIABLES.map(name => line(name, UPSTREAM[name])).join('\n')
    const { engine } = setUp(`${begin}${lines}\n`)
    const seen = await lookAt(names, engine)
    expect(seen.is).toBe('present')
    expect('notes' in seen && seen.notes).toHaveLength(6)
    expect(names.actions(engine.answers, seen)).toEqual([])
  })

  test('a variable without a plain line is told', async () => {
    const { GCR_HOST: _, ...rest } = OWN
    const { engine } = setUp(`${block(rest)}: "\${GCR_HOST:=$(id)}"\n`)
    expect(await lookAt(names, engine)).toMatchObject({
      is: 'present',
      notes: [`${FILE} has no plain line for GCR_HOST; nothing was written for it.`],
    })
  })
})

test.each(['a}b', 'a$b', 'a`b', 'a"b', 'a\\b', 'a\nb', "a'b", 'a b', ''])(
  'A value that the shell would work on is refused: %j',
  async value => {
    const text = library(UPSTREAM)
    const { engine, text: now, walk } = setUp(text, { ...OWN, GCR_IMAGE_NAME: value })
    expect(await lookAt(names, engine)).toMatchObject({ is: 'unknown', cause: { code: 'unwritable-name' } })
    expect((await walk()).outcomes.get('repository.names')?.is).toBe('failed')
    expect(now()).toBe(text)
  },
)

test('Before anything was looked at, the lines to be are shown; taking back is said in words', () => {
  const engine = makeEngine({ answers: answersOf(OWN) })
  const [action] = names.actions(engine.answers)
  expect(action?.kind === 'person' && action.instructions.map(shown)).toEqual(
    VARIABLES.map(name => line(name, OWN[name])),
  )
  expect(names.undo(engine.answers)).toMatchObject([{ kind: 'person' }])
})

/** Values as the answers' rules take them. */
const word = (pattern: RegExp) => fc.stringMatching(pattern)
const values: fc.Arbitrary<typeof UPSTREAM> = fc
  .record({
    GITHUB_PROJECT: githubProjects,
    DOCKER_PROJECT: word(/^[a-z\d]{4,30}\/[a-z\d]{2,9}([._-][a-z\d]{1,9}){0,3}$/),
    HEROKU_APP: herokuApps,
    GCR_HOST: fc.constantFrom('us.gcr.io', 'eu.gcr.io', 'asia.gcr.io', 'gcr.io'),
    GCR_PROJECT: word(/^[a-z][a-z\d-]{4,28}[a-z\d]$/),
    GCR_IMAGE_NAME: word(/^[a-z\d]{1,9}([._-][a-z\d]{1,9}){0,3}$/),
  })
  .filter(all => VARIABLES.every(name => faultOf(KEYS[name], all[name]) === undefined))

/** Lines that are none of ours, whatever they look like. */
const otherLines = fc.constantFrom(
  '',
  '# a comment',
  `# ${line('HEROKU_APP', 'no')}`,
  `# \u2028${line('HEROKU_APP', 'no')}`,
  `: ${line('HEROKU_APP', 'no').replace(':=', ':-')}`,
  `  ${line('BIN_NAME', 'it')}`,
  line('BIN_NAME', 'it'),
  line('GCR_HOST_NOT', 'it'),
  line('BUILD_TAGS', 'heroku zerolog', '='),
  'other="ünï €"',
  'if true; then :; fi # EDIT THESE? no',
  line('GCR_HOST', ''),
)

const texts = fc
  .record({
    before: fc.array(otherLines, { maxLength: 4 }),
    between: fc.array(fc.array(otherLines, { maxLength: 2 }), { minLength: 7, maxLength: 7 }),
    after: fc.array(otherLines, { maxLength: 4 }),
    order: fc.shuffledSubarray([...VARIABLES], { minLength: 6 }),
    found: fc.array(fc.boolean(), { minLength: 6, maxLength: 6 }),
    operators: fc.array(fc.constantFrom(':=', '='), { minLength: 6, maxLength: 6 }),
    endings: fc.array(fc.constantFrom('', ' ', '\t# why', '#x'), { minLength: 6, maxLength: 6 }),
    twice: fc.boolean(),
    newline: fc.constantFrom('\n', '\r\n'),
    isEnded: fc.boolean(),
  })
  .map(({ before, between, after, order, found, operators, endings, twice, newline, isEnded }) => {
    const textOf = (choose: (name: keyof typeof UPSTREAM, index: number) => string): string => {
      const lines = order.flatMap((name, index) => [
        ...(between[index] ?? []),
        line(name, choose(name, index), name === 'GCR_HOST' ? ':=' : operators[index]) + (endings[index] ?? ''),
      ])
      const dead = twice ? [line('HEROKU_APP', 'second')] : []
      const rows = [...before, MARK, ...lines, ...(between[6] ?? []), ...dead, MARK, ...after]
      return rows.join(newline) + (isEnded ? newline : '')
    }
    return {
      before: (own: typeof UPSTREAM) => textOf((name, index) => (found[index] ? own : UPSTREAM)[name]),
      after: (own: typeof UPSTREAM) => textOf(name => own[name]),
    }
  })

test('Whatever the library looks like, exactly the values change: the shell takes them, git takes the diff, and then they are present', async () => {
  const { repo, engine: first, text } = setUp(library(UPSTREAM))
  type Text = typeof texts extends fc.Arbitrary<infer T> ? T : never
  const check = async (own: typeof UPSTREAM, { before, after }: Text) => {
    writeFileSync(join(repo, FILE), before(own))
    const engine = { ...first, answers: { ...first.answers, ...answersOf(own) } }
    const { plan } = await walk([names], engine)
    expect(text()).toBe(after(own))
    expect(inShell(repo)).toBe(`${VARIABLES.map(name => own[name]).join('\n')}\n`)
    expect(await lookAt(names, engine)).toMatchObject({ is: 'present', notes: [] })
    if (before(own) === after(own)) return
    writeFileSync(join(repo, FILE), before(own))
    execFileSync('git', ['apply', '-'], { cwd: repo, input: diffOf(editOf(plan[0])), stdio: 'pipe' })
    expect(text()).toBe(after(own))
  }
  await fc.assert(fc.asyncProperty(values, texts, check), inputs(15, 300))
})
