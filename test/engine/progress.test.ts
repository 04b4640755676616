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
import { temporaryFolder } from '../support/folder.ts'
import { NOTHING } from '../support/nothing.ts'
import { refusal } from '../support/refusal.ts'

const NOW = new Date('2026-11-22T12:00:00Z')
const OURS = { project: 'github.com/acme/dummyapp', clouds: 'real' } as const
const RECORD = { how: 'made', id: 'app-id', by: 'me@here', at: NOW.toISOString() } as const

/** A folder for progress that is not there yet. */
const newFolder = () => join(temporaryFolder(), 'state', 'dummyapp')
const open = (folder: string) => openProgress({ folder, ...OURS }, NOW)
const modeOf = (entry: string) => (statSync(entry).mode & 0o777).toString(8)

/** A folder with progress in it, as a run leaves it. */
function saved() {
  const folder = newFolder()
  const progress = open(folder)
  progress.save({ answers: { herokuApp: 'acme-dummy' }, records: { 'heroku.create-app': RECORD } })
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

  test('is there again, and what one save does not name stays', () => {
    const { folder } = saved()
    open(folder).save({ facts: { 'heroku.create-app:id': '17' } })
    expect(open(folder)).toMatchObject({
      setAside: undefined,
      saved: {
        answers: { herokuApp: 'acme-dummy' },
        facts: { 'heroku.create-app:id': '17' },
        records: { 'heroku.create-app': RECORD },
      },
    })
  })

  test('can be read and written by nobody else', () => {
    const { folder, file } = saved()
    expect([modeOf(file), modeOf(folder), modeOf(join(folder, '..'))]).toEqual(['600', '700', '700'])
  })

  test('leaves no draft behind', () => {
    expect(readdirSync(saved().folder)).toEqual(['progress.json'])
  })

  test('is the newer one after a failed save: what is in memory is what is on disk', () => {
    const { folder } = saved()
    const progress = open(folder)
    rmSync(folder, { recursive: true })
    writeFileSync(folder, 'in the way')
    const { cause, exit } = refusal(() => progress.save({ answers: { herokuApp: 'another' } }))
    expect({ code: cause.code, exit }).toEqual({ code: 'progress-unwritable', exit: 1 })
    expect(cause.means).toContain('Nothing is done that is not written down first')
    expect(progress.saved.answers).toEqual({ herokuApp: 'acme-dummy' })
  })

  test('cannot be opened where its folder cannot be made', () => {
    const file = join(temporaryFolder(), 'file')
    writeFileSync(file, '')
    expect(refusal(() => open(join(file, 'state'))).cause.code).toBe('progress-unwritable')
  })
})

describe('Progress that others could have forged is not trusted (exit 2):', () => {
  const forged = (change: (place: ReturnType<typeof saved>) => void) => {
    const place = saved()
    change(place)
    const { cause, exit } = refusal(() => open(place.folder))
    expect({ code: cause.code, exit }).toEqual({ code: 'unsafe-progress', exit: 2 })
    return cause.means
  }

  test('a file that is a link', () => {
    const means = forged(({ file }) => {
      renameSync(file, `${file}.real`)
      symlinkSync(`${file}.real`, file)
    })
    expect(means).toContain('progress.json is a link')
  })

  test('a link that leads nowhere', () => {
    const means = forged(({ file }) => {
      rmSync(file)
      symlinkSync('/nowhere', file)
    })
    expect(means).toContain('is a link')
  })

  test('a folder that is a link', () => {
    const means = forged(({ folder }) => {
      renameSync(folder, `${folder}.real`)
      symlinkSync(`${folder}.real`, folder)
    })
    expect(means).toContain('dummyapp is a link')
  })

  test.each([0o620, 0o602])('a file that others can write (mode %i)', mode => {
    expect(forged(({ file }) => chmodSync(file, mode))).toContain('progress.json can be written by others')
  })

  test.each([0o770, 0o707])('a folder that others can write (mode %i)', mode => {
    expect(forged(({ folder }) => chmodSync(folder, mode))).toContain('dummyapp can be written by others')
  })

  test.skipIf(process.getuid?.() !== 0)('a file or a folder of another user', () => {
    expect(forged(({ file }) => chownSync(file, 12345, 12345))).toContain('progress.json belongs to another user')
    expect(forged(({ folder }) => chownSync(folder, 12345, 12345))).toContain('dummyapp belongs to another user')
  })
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

  test('since it was cut off, at whatever byte, is set aside', () => {
    const { folder, file, text } = saved()
    for (let length = 0; length < text.length; length += 1) {
      writeFileSync(file, text.slice(0, length), { mode: 0o600 })
      expectSetAside(folder, text.slice(0, length))
    }
  })

  test.each(['null', '[]', '"progress"', '{}', '\u0000\u0000\u0000', '{"version":"1"}', '{"version":-1}'])(
    'since it is %j is set aside',
    text => {
      const { folder, file } = saved()
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
  ])('since it %s is set aside', (_, change) => {
    const { folder, file, text } = saved()
    const changed = JSON.stringify({ ...JSON.parse(text), ...change })
    writeFileSync(file, changed)
    expectSetAside(folder, changed)
  })

  test('since a later version wrote it is left alone, and that is told (exit 2)', () => {
    const { folder, file, text } = saved()
    const later = JSON.stringify({ ...JSON.parse(text), version: 999, more: true })
    writeFileSync(file, later)
    const { cause, exit } = refusal(() => open(folder))
    expect({ code: cause.code, exit }).toEqual({ code: 'progress-too-new', exit: 2 })
    expect(cause.means).toContain('format 999')
    expect(readFileSync(file, 'utf8')).toBe(later)
  })

  test('since its place is a folder is told (exit 2)', () => {
    const { folder, file } = saved()
    rmSync(file)
    mkdirSync(file, { mode: 0o700 })
    const { cause, exit } = refusal(() => open(folder))
    expect({ code: cause.code, exit }).toEqual({ code: 'progress-unreadable', exit: 2 })
  })
})

describe('Progress of an earlier version', () => {
  const older = () => {
    const { folder, file, text } = saved()
    const { answers, ...rest } = JSON.parse(text)
    writeFileSync(file, JSON.stringify({ ...rest, version: 0, choices: answers }))
    return { folder, file }
  }

  test('is brought forward, and saved so with the next save', () => {
    const { folder, file } = older()
    const migrations = {
      0: ({ choices, ...rest }: { readonly [key: string]: unknown }) => ({ ...rest, version: 1, answers: choices }),
    }
    const progress = openProgress({ folder, ...OURS, migrations }, NOW)
    expect(progress).toMatchObject({ setAside: undefined, saved: { answers: { herokuApp: 'acme-dummy' } } })
    progress.save({ facts: {} })
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ version: 1, answers: { herokuApp: 'acme-dummy' } })
  })

  test('that nothing brings forward is set aside', () => {
    expect(open(older().folder).setAside).toBeDefined()
  })
})
