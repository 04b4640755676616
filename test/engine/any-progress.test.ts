import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { SetupError } from '../../src/clouds/cause.ts'
import { LYING } from '../../src/clouds/letters.ts'
import { type Change, openProgress } from '../../src/engine/progress.ts'
import { saveable } from '../../src/engine/saveable.ts'
import { readProgress } from '../../src/engine/saved.ts'
import { fileIn } from '../../src/engine/saved-file.ts'
import { temporaryFolder } from '../support/folder.ts'
import { inputs } from '../support/inputs.ts'

const NOW = new Date('2026-11-22T12:00:00Z')
const AT = NOW.toISOString()
const OURS = { project: 'github.com/acme/dummyapp', clouds: 'real' } as const

const isNoLie = (text: string) => text.search(LYING) === -1
const word = fc.stringMatching(/^[\w.:/@+-]{1,12}$/)
const name = fc.oneof(fc.constantFrom('heroku.create-app', 'heroku.create-app/create', 'toString'), word)
/** JSON.parse takes `__proto__` for a name like others; no run writes one. */
const key = name.filter(text => text !== '__proto__')
const texts = fc.dictionary(key, fc.string({ unit: 'grapheme', maxLength: 20 }).filter(isNoLie), { maxKeys: 4 })
const facts = fc.dictionary(key, fc.oneof(fc.uuid(), fc.nat().map(String), fc.constantFrom('yes', '')), { maxKeys: 4 })
/** All that a run may leave. */
const saved = fc.record({
  answers: texts,
  facts,
  records: fc.dictionary(
    key,
    fc.record(
      { how: fc.constantFrom('made', 'adopted', 'present'), id: word, by: fc.string(), at: fc.constant(AT) },
      { requiredKeys: ['how', 'by', 'at'] },
    ),
    { maxKeys: 3 },
  ),
  intents: fc.dictionary(
    key,
    fc.record({ step: name, at: fc.constant(AT), first: fc.constant(AT) }, { requiredKeys: ['step', 'at'] }),
    { maxKeys: 3 },
  ),
})

const open = (folder: string) => openProgress({ folder, ...OURS }, NOW)

/**
 * Opens what stands there now: it is read as it stands, or set aside as it stands and begun anew, or refused in words
 * with nothing touched. A later save then leaves whole progress.
 */
async function opens(folder: string, content: Uint8Array): Promise<'read' | 'set aside' | 'refused'> {
  for (const file of readdirSync(folder)) rmSync(join(folder, file))
  const file = fileIn(folder)
  writeFileSync(file, content, { mode: 0o600 })
  const stands = () => Buffer.compare(readFileSync(file), content) === 0
  try {
    const progress = open(folder)
    if (progress.setAside !== undefined) {
      expect(Buffer.compare(readFileSync(progress.setAside), content)).toBe(0)
      expect(progress.saved).toEqual({ version: 1, ...OURS, answers: {}, facts: {}, records: {}, intents: {} })
      expect(readdirSync(folder)).toHaveLength(1)
      return 'set aside'
    }
    expect(stands()).toBe(true)
    // Nothing was taken, left out or added, but for what may not be saved: what was read is what the file says.
    expect(progress.saved).toEqual(saveable(JSON.parse(new TextDecoder().decode(content))))
    expect(progress.saved).toMatchObject({ version: 1, ...OURS })
    const { answers, facts, records, intents } = progress.saved
    for (const text of [...Object.values(answers), ...Object.values(facts)]) expect(text).toBeTypeOf('string')
    for (const { how, at } of Object.values(records))
      expect([['made', 'adopted', 'present'].includes(how), Number.isFinite(Date.parse(at))]).toEqual([true, true])
    for (const { at } of Object.values(intents)) expect(Date.parse(at)).not.toBeNaN()
    await progress.save({ answers: { herokuApp: 'later' } })
    expect(readProgress({ folder, ...OURS })).toEqual({
      ...progress.saved,
      answers: { ...answers, herokuApp: 'later' },
    })
    return 'read'
  } catch (error) {
    if (!(error instanceof SetupError)) throw error
    expect(error.exit).toBe(2)
    expect(error.cause).toMatchObject({ code: 'progress-too-new', asked: file, next: expect.stringMatching(/./) })
    expect(stands()).toBe(true)
    return 'refused'
  }
}

/** The file as a run writes it. */
async function written(folder: string, change: Change): Promise<Buffer> {
  const progress = open(folder)
  await progress.save(change)
  const content = readFileSync(progress.file)
  rmSync(progress.file)
  return content
}

describe('Progress is read whole, set aside whole, or refused in words:', () => {
  test('whatever a run saved is there again', async () => {
    const folder = temporaryFolder()
    const isThere = async (all: Change) => {
      const content = await written(folder, all)
      expect(await opens(folder, content)).toBe('read')
      rmSync(fileIn(folder))
    }
    await fc.assert(fc.asyncProperty(saved as fc.Arbitrary<Change>, isThere), inputs(40, 1_500))
  })

  test('with any bits turned', async () => {
    const folder = temporaryFolder()
    const content = await written(folder, {
      facts: { a: '17' },
      records: { 'heroku.create-app': { how: 'made', by: 'me@here', at: AT } },
    })
    const turned = fc.array(fc.tuple(fc.nat(content.length - 1), fc.nat(7)), { minLength: 1, maxLength: 4 })
    await fc.assert(
      fc.asyncProperty(turned, async bits => {
        const changed = Buffer.from(content)
        for (const [at, bit] of bits) changed[at] = (changed[at] ?? 0) ^ (1 << bit)
        await opens(folder, changed)
      }),
      inputs(60, 5_000),
    )
  })

  test('with anything in the place of anything', async () => {
    const folder = temporaryFolder()
    const KEYS = [
      'version',
      'clouds',
      'project',
      'answers',
      'facts',
      'records',
      'intents',
      '__proto__',
      'constructor',
      'more',
    ]
    const values = fc.oneof(
      fc.jsonValue(),
      fc.constantFrom(0, 1, 2, -1, 1.5, '1', 'rehearsal', 'real', [], {}, { __proto__: { how: 'made' } }),
    )
    const deep = fc.constantFrom<readonly string[]>(
      ['records', 'heroku.create-app'],
      ['records', 'heroku.create-app', 'how'],
      ['intents', 'x', 'at'],
      ['facts', '__proto__'],
      ['answers', 'a'],
    )
    const where = fc.oneof(
      fc.constantFrom(...KEYS).map(key => [key]),
      deep,
    )
    const begin = () => ({ version: 1, ...OURS, answers: {}, facts: {}, records: {}, intents: {} })
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(where, values), { minLength: 1, maxLength: 3 }), async changes => {
        const text = changes.reduce(
          (now, [keys, value]) => put(now, keys, JSON.stringify(value) ?? 'null'),
          JSON.stringify(begin()),
        )
        await opens(folder, Buffer.from(text))
        expect(Object.keys(Object.prototype)).toEqual([])
      }),
      inputs(60, 5_000),
    )
  })

  test('with any bytes', async () => {
    const folder = temporaryFolder()
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async bytes => void (await opens(folder, bytes))),
      inputs(60, 5_000),
    )
  })
})

/** Puts text in the place of a member, `__proto__` too, which no assignment makes a key. */
function put(text: string, [key = '', ...rest]: readonly string[], value: string): string {
  const all = new Map(
    Object.entries((JSON.parse(text) ?? {}) as Record<string, unknown>).map(([name, one]) => [
      name,
      JSON.stringify(one),
    ]),
  )
  const inside = all.get(key)
  all.set(key, rest.length === 0 ? value : put(inside?.startsWith('{') ? inside : '{}', rest, value))
  return `{${[...all].map(([name, one]) => `${JSON.stringify(name)}:${one}`).join(',')}}`
}
