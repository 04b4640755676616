import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { openProgress } from '../../src/engine/progress.ts'
import { asAnotherUser } from '../support/another-user.ts'
import { causeOf } from '../support/engine.ts'
import { temporaryFolder } from '../support/folder.ts'
import { NOTHING } from '../support/nothing.ts'
import { refusal } from '../support/refusal.ts'
import { writesOf } from '../support/writes.ts'

const NOW = new Date('2026-11-22T12:00:00Z')
const OURS = { project: 'github.com/acme/dummyapp', clouds: 'real' } as const
const STEP = 'heroku.create-app'
const RECORD = { how: 'made', id: 'app-id', by: 'me@here', at: NOW.toISOString() } as const

/** A folder for progress that is not there yet. */
const newFolder = () => join(temporaryFolder(), 'state', 'dummyapp')
const open = (folder: string) => openProgress({ folder, ...OURS }, NOW)
const modeOf = (entry: string) => (statSync(entry).mode & 0o777).toString(8)

/** A folder with progress in it, as a run leaves it. */
async function saved() {
  const folder = newFolder()
  const progress = open(folder)
  await progress.save({ answers: { herokuApp: 'acme-dummy' }, records: { [STEP]: RECORD } })
  const text = readFileSync(progress.file, 'utf8')
  return { folder, file: progress.file, text }
}

describe('Progress', () => {
  test('begins empty, and writes nothing before the first save', () => {
    const progress = open(newFolder())
    expect(progress.saved).toMatchObject({
      ...OURS,
      answers: NOTHING,
      facts: NOTHING,
      records: NOTHING,
      intents: NOTHING,
    })
    expect(existsSync(progress.file)).toBe(false)
  })

  test('is there again, and what one save does not name stays', async () => {
    const { folder } = await saved()
    await open(folder).save({ facts: { 'heroku.create-app:id': '17' } })
    expect(open(folder)).toMatchObject({
      setAside: undefined,
      saved: {
        answers: { herokuApp: 'acme-dummy' },
        facts: { 'heroku.create-app:id': '17' },
        records: { [STEP]: RECORD },
      },
    })
  })

  test('is without what is taken away', async () => {
    const { folder } = await saved()
    await open(folder).save({ answers: { herokuApp: undefined }, facts: { never: undefined, is: '17' } })
    expect(open(folder).saved).toMatchObject({ answers: NOTHING, facts: { is: '17' }, records: { [STEP]: RECORD } })
  })

  test('changes at once, and saves that fall together are one write, which has them all when the first one ends', async () => {
    const { folder, file } = await saved()
    const progress = open(folder)
    const facts = Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`a:${index}`, `${index}`]))
    const written = await writesOf(folder, async () => {
      const saves = Object.entries(facts).map(([name, value]) => progress.save({ facts: { [name]: value } }))
      expect(progress.saved.facts).toEqual(facts)
      await saves[0]
      expect(JSON.parse(readFileSync(file, 'utf8')).facts).toEqual(facts)
      await Promise.all(saves)
    })
    expect(written).toBe(1)
  })

  test('can be read and written by nobody else', async () => {
    const { folder, file } = await saved()
    expect([modeOf(file), modeOf(folder), modeOf(join(folder, '..'))]).toEqual(['600', '700', '700'])
  })

  test('leaves no draft behind', async () => {
    expect(readdirSync((await saved()).folder)).toEqual(['progress.json'])
  })

  test('is the newer one after a failed save: what is in memory is what is on disk', async () => {
    const { folder } = await saved()
    const progress = open(folder)
    rmSync(folder, { recursive: true })
    writeFileSync(folder, 'in the way')
    const saves = [progress.save({ answers: { herokuApp: 'another' } }), progress.save({ facts: { a: '17' } })]
    for (const save of saves) {
      const { code, means } = await causeOf(save)
      expect(code).toBe('progress-unwritable')
      expect(means).toContain('Nothing is done that is not written down first')
    }
    expect(progress.saved).toMatchObject({ answers: { herokuApp: 'acme-dummy' }, facts: NOTHING })
    rmSync(folder)
    await progress.save({ facts: { later: '17' } })
    expect(open(folder).saved).toMatchObject({ answers: { herokuApp: 'acme-dummy' }, facts: { later: '17' } })
  })

  test('cannot be opened where its folder cannot be made', async () => {
    const file = join(temporaryFolder(), 'file')
    writeFileSync(file, '')
    expect(refusal(() => open(join(file, 'state'))).cause.code).toBe('progress-unwritable')
  })
})

describe('Progress that others could have forged is not trusted (exit 2):', () => {
  const forged = async (change: (place: Awaited<ReturnType<typeof saved>>) => void) => {
    const place = await saved()
    change(place)
    const { cause, exit } = refusal(() => open(place.folder))
    expect({ code: cause.code, exit }).toEqual({ code: 'unsafe-progress', exit: 2 })
    return cause.means
  }

  test('a file that is a link', async () => {
    const means = await forged(({ file }) => {
      renameSync(file, `${file}.real`)
      symlinkSync(`${file}.real`, file)
    })
    expect(means).toContain('progress.json is a link')
  })

  test('a link that leads nowhere', async () => {
    const means = await forged(({ file }) => {
      rmSync(file)
      symlinkSync('/nowhere', file)
    })
    expect(means).toContain('is a link')
  })

  test('a folder that is a link', async () => {
    const means = await forged(({ folder }) => {
      renameSync(folder, `${folder}.real`)
      symlinkSync(`${folder}.real`, folder)
    })
    expect(means).toContain('dummyapp is a link')
  })

  test.each([0o620, 0o602])('a file that others can write (mode %i)', async mode => {
    expect(await forged(({ file }) => chmodSync(file, mode))).toContain('progress.json can be written by others')
  })

  test.each([0o770, 0o707])('a folder that others can write (mode %i)', async mode => {
    expect(await forged(({ folder }) => chmodSync(folder, mode))).toContain('dummyapp can be written by others')
  })

  test('all of it another user’s', async () => {
    expect(await forged(asAnotherUser)).toContain('belongs to another user')
  })

  test.skipIf(process.getuid?.() !== 0)(
    'the file or the folder alone another user’s (as root alone: others can give nothing away)',
    async () => {
      const ofAnother = (fault: string) => `${fault} belongs to another user`
      expect(await forged(({ file }) => chownSync(file, 12345, 12345))).toContain(ofAnother('progress.json'))
      expect(await forged(({ folder }) => chownSync(folder, 12345, 12345))).toContain(ofAnother('dummyapp'))
    },
  )
})

describe('Progress that cannot be used', () => {
  /** It is kept, byte by byte, and work begins afresh. */
  function expectSetAside(folder: string, bytes: string): void {
    const { setAside, saved } = open(folder)
    expect(setAside).toBeDefined()
    expect(readFileSync(setAside ?? '', 'utf8')).toBe(bytes)
    expect(saved).toMatchObject({ ...OURS, answers: NOTHING, records: NOTHING })
    rmSync(setAside ?? '')
  }

  test('since it was cut off, at whatever byte, is set aside', async () => {
    const { folder, file, text } = await saved()
    for (let length = 0; length < text.length; length += 1) {
      writeFileSync(file, text.slice(0, length), { mode: 0o600 })
      expectSetAside(folder, text.slice(0, length))
    }
  })

  test.each(['null', '[]', '"progress"', '{}', '\u0000\u0000\u0000', '{"version":"1"}', '{"version":-1}'])(
    'since it is %j is set aside',
    async text => {
      const { folder, file } = await saved()
      writeFileSync(file, text)
      expectSetAside(folder, text)
    },
  )

  test.each([
    ['is about another project', { project: 'github.com/other/dummyapp' }],
    ['is about the rehearsal', { clouds: 'rehearsal' }],
    ['has a record of a kind that there is not', { records: { a: { ...RECORD, how: 'stolen' } } }],
    ['has an answer that is no text', { answers: { herokuApp: 5 } }],
    ['has more than it should', { extra: true }],
  ])('since it %s is set aside', async (_, change) => {
    const { folder, file, text } = await saved()
    const changed = JSON.stringify({ ...JSON.parse(text), ...change })
    writeFileSync(file, changed)
    expectSetAside(folder, changed)
  })

  test('since a later version wrote it is left alone, and that is told (exit 2)', async () => {
    const { folder, file, text } = await saved()
    const later = JSON.stringify({ ...JSON.parse(text), version: 999, more: true })
    writeFileSync(file, later)
    const { cause, exit } = refusal(() => open(folder))
    expect({ code: cause.code, exit }).toEqual({ code: 'progress-too-new', exit: 2 })
    expect(cause.means).toContain('format 999')
    expect(readFileSync(file, 'utf8')).toBe(later)
  })

  test('since its place is a folder is told (exit 2)', async () => {
    const { folder, file } = await saved()
    rmSync(file)
    mkdirSync(file, { mode: 0o700 })
    const { cause, exit } = refusal(() => open(folder))
    expect({ code: cause.code, exit }).toEqual({ code: 'progress-unreadable', exit: 2 })
  })
})

describe('Progress of an earlier version', () => {
  const older = async () => {
    const { folder, file, text } = await saved()
    const { answers, ...rest } = JSON.parse(text)
    writeFileSync(file, JSON.stringify({ ...rest, version: 0, choices: answers }))
    return { folder, file }
  }

  test('is brought forward, and saved so with the next save', async () => {
    const { folder, file } = await older()
    const migrations = {
      0: ({ choices, ...rest }: { readonly [key: string]: unknown }) => ({ ...rest, version: 1, answers: choices }),
    }
    const progress = openProgress({ folder, ...OURS, migrations }, NOW)
    expect(progress).toMatchObject({ setAside: undefined, saved: { answers: { herokuApp: 'acme-dummy' } } })
    await progress.save({ facts: {} })
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ version: 1, answers: { herokuApp: 'acme-dummy' } })
  })

  test('that nothing brings forward is set aside', async () => {
    expect(open((await older()).folder).setAside).toBeDefined()
  })
})
