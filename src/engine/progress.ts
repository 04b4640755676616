import { existsSync, lstatSync, mkdirSync, readFileSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import Conf from 'conf'
import { z } from 'zod'
import { EXIT, SetupError } from '../clouds/cause.ts'

/** A record says that a step was done, by whom, and whether we made the thing or found it. A claim: reality is asked again. */
const Record = z.strictObject({
  how: z.enum(['made', 'adopted', 'present']),
  /** The id of the object that the step stands for, where a vendor keeps one. */
  id: z.string().optional(),
  by: z.string(),
  at: z.iso.datetime(),
})

/** Written before an effect, so that after a crash its result can be told from a stranger's thing. The time is the vendor's. */
const Intent = z.strictObject({ step: z.string(), at: z.iso.datetime() })

const VERSION = 1
const Saved = z.strictObject({
  version: z.literal(VERSION),
  clouds: z.enum(['real', 'rehearsal']),
  project: z.string(),
  answers: z.record(z.string(), z.string()),
  facts: z.record(z.string(), z.string()),
  records: z.record(z.string(), Record),
  intents: z.record(z.string(), Intent),
})

type Saved = z.infer<typeof Saved>
export type StepRecord = z.infer<typeof Record>
export type Intent = z.infer<typeof Intent>

/** From version N (the index) to N + 1. */
type Migration = (saved: { readonly [key: string]: unknown }) => { readonly [key: string]: unknown }
const MIGRATIONS: Readonly<{ [from: number]: Migration }> = {}

export interface Progress {
  readonly file: string
  /** Where a damaged file was put, when there was one. */
  readonly setAside: string | undefined
  readonly saved: Readonly<Saved>
  /** Each call is one save: temporary file, then rename. Throws SetupError when it cannot be written. */
  save(change: Partial<Pick<Saved, 'answers' | 'facts' | 'records' | 'intents'>>): void
}

/**
 * Opens the saved progress of one project, or begins it.
 * The file is read and checked before conf sees it, since conf would throw or forget (facts/peers.md 0.4).
 * @throws SetupError when the file or its folder is a link, another's, writable by others, or of a later version
 */
export function openProgress(options: {
  readonly folder: string
  readonly project: string
  readonly clouds: Saved['clouds']
  readonly now: Date
  readonly migrations?: Readonly<{ [from: number]: Migration }>
}): Progress {
  const { folder, project, clouds, now, migrations = MIGRATIONS } = options
  const file = join(folder, 'progress.json')
  makeFolder(folder)
  refuseStrangers(folder)
  const begun: Saved = { version: VERSION, clouds, project, answers: {}, facts: {}, records: {}, intents: {} }
  let setAside: string | undefined
  if (isThere(file)) {
    refuseStrangers(file)
    const read = readSaved(file, migrations)
    if (read === undefined || read.project !== project || read.clouds !== clouds) {
      setAside = `${file}.damaged-${now.toISOString().replace(/\W/g, '')}`
      renameSync(file, setAside)
    } else {
      Object.assign(begun, read)
    }
  }
  const conf = new Conf<Saved>({
    cwd: folder,
    configName: 'progress',
    configFileMode: 0o600,
    accessPropertiesByDotNotation: false,
  })
  let saved = begun
  return {
    file,
    setAside,
    get saved() {
      return saved
    },
    save(change) {
      const next = { ...saved, ...change }
      try {
        conf.store = next
      } catch (error) {
        throw cannotSave(file, error)
      }
      saved = next
    },
  }
}

function readSaved(file: string, migrations: Readonly<{ [from: number]: Migration }>): Saved | undefined {
  let content: unknown
  try {
    content = JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw cannotRead(file, error)
  }
  const versioned = z.looseObject({ version: z.int() }).safeParse(content)
  if (!versioned.success) return undefined
  if (versioned.data.version > VERSION) throw tooNew(file, versioned.data.version)
  let migrated: { readonly [key: string]: unknown } = versioned.data
  for (let from = versioned.data.version; from < VERSION; from += 1) migrated = migrations[from]?.(migrated) ?? {}
  return Saved.safeParse(migrated).data
}

const isThere = (file: string) => lstatSync(file, { throwIfNoEntry: false }) !== undefined

function makeFolder(folder: string): void {
  try {
    if (!existsSync(folder)) mkdirSync(folder, { recursive: true, mode: 0o700 })
  } catch (error) {
    throw cannotSave(folder, error)
  }
}

/** Whoever can write there could make us act on a forged claim. */
function refuseStrangers(entry: string): void {
  const stat = lstatSync(entry)
  const fault = stat.isSymbolicLink()
    ? 'is a link'
    : process.getuid !== undefined && stat.uid !== process.getuid()
      ? 'belongs to another user'
      : (stat.mode & 0o022) !== 0
        ? 'can be written by others'
        : undefined
  if (fault === undefined) return
  throw new SetupError(
    {
      code: 'unsafe-progress',
      asked: entry,
      means: `The saved progress is not trusted: ${entry} ${fault}.`,
      next: `Look at it; if it is yours: chmod go-w ${entry} (or move it away), and run again.`,
    },
    EXIT.input,
  )
}

const words = (error: unknown) => (error instanceof Error ? error.message : String(error))

function cannotRead(file: string, error: unknown): SetupError {
  return new SetupError(
    {
      code: 'progress-unreadable',
      asked: file,
      said: words(error),
      means: 'The saved progress cannot be read.',
      next: `Make ${file} readable for you, or name another place with --state-dir DIR.`,
    },
    EXIT.input,
  )
}

function cannotSave(file: string, error: unknown): SetupError {
  return new SetupError({
    code: 'progress-unwritable',
    asked: file,
    said: words(error),
    means: 'The progress cannot be saved. Nothing is done that is not written down first, so the run stops here.',
    next: 'Make room or make it writable, or name another place with --state-dir DIR, and run again.',
  })
}

function tooNew(file: string, version: number): SetupError {
  return new SetupError(
    {
      code: 'progress-too-new',
      asked: file,
      means: `The progress was saved by a later dummyapp-setup (format ${version}, this one knows ${VERSION}).`,
      next: 'Run that version again: npx dummyapp-setup@latest',
    },
    EXIT.input,
  )
}
