import * as z from 'zod/mini'
import { EXIT, SetupError, wordsOf } from '../clouds/cause.ts'
import { byNpx } from '../clouds/newer-version.ts'
import { readOrdinary } from '../clouds/ordinary-file.ts'
import { quote } from '../clouds/quote.ts'
import { saveable } from './saveable.ts'
import { fileIn, isThere } from './saved-file.ts'
import { refuseStrangers, refuseStrangersFolder } from './strangers.ts'

/** A record says that a step was done, by whom, and whether we made the thing or found it. A claim: reality is asked again. */
export const Record = z.strictObject({
  how: z.enum(['made', 'adopted', 'present']),
  /** The id of the object that the step stands for, where a vendor keeps one. */
  id: z.optional(z.string()),
  by: z.string(),
  at: z.iso.datetime(),
})

/**
 * Written before an effect, so that after a crash its result can be told from a stranger's thing. The time is the
 * vendor's; `first` is that of the first try, where there were more and none was seen to its end; `answered` says that the
 * last one's answer came, and was saved with this.
 */
export const Intent = z.strictObject({
  step: z.string(),
  at: z.iso.datetime(),
  first: z.optional(z.iso.datetime()),
  answered: z.optional(z.literal(true)),
})

const VERSION = 1
/** Far more than any progress takes, in bytes. */
const LONGEST = 4 * 2 ** 20

const Saved = z.strictObject({
  version: z.literal(VERSION),
  clouds: z.enum(['real', 'rehearsal']),
  project: z.string(),
  answers: z.record(z.string(), z.string()),
  facts: z.record(z.string(), z.string()),
  records: z.record(z.string(), Record),
  intents: z.record(z.string(), Intent),
})

export type Saved = z.infer<typeof Saved>
export type StepRecord = z.infer<typeof Record>
export type Intent = z.infer<typeof Intent>

/** From version N (the index) to N + 1. */
type Migration = (saved: { readonly [key: string]: unknown }) => { readonly [key: string]: unknown }
const MIGRATIONS: Readonly<{ [from: number]: Migration }> = {}

/** Which progress: the folder it is kept in, and what it must be about. */
export interface StateFolder {
  readonly folder: string
  readonly project: string
  readonly clouds: Saved['clouds']
  readonly migrations?: Readonly<{ [from: number]: Migration }>
}

export const begun = ({ clouds, project }: StateFolder): Saved => ({
  version: VERSION,
  clouds,
  project,
  answers: {},
  facts: {},
  records: {},
  intents: {},
})

/**
 * The saved progress of one project without opening it: nothing is written. Undefined where there is none or it is
 * damaged; what may not be saved is left out.
 * @throws SetupError when the file or its folder is a link, another's, writable by others, or of a later version
 */
export function readProgress(place: StateFolder): Saved | undefined {
  const file = fileIn(place.folder)
  if (!isThere(file)) return undefined
  refuseStrangersFolder(place.folder)
  refuseStrangers(file)
  const read = readSaved(file, place.migrations ?? MIGRATIONS)
  return read?.project === place.project && read.clouds === place.clouds ? saveable(read) : undefined
}

/** What there is to see where nothing was saved. */
export const savedOrBegun = (place: StateFolder): Saved => readProgress(place) ?? begun(place)

function readSaved(file: string, migrations: Readonly<{ [from: number]: Migration }>): Saved | undefined {
  let content: unknown
  try {
    content = JSON.parse(readOrdinary(file, LONGEST).toString('utf8'), knownMember)
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

/** No run writes a member of this name, and checking would leave it out without a word: the file is damaged. */
function knownMember(key: string, value: unknown): unknown {
  if (key === '__proto__') throw new SyntaxError('a member __proto__')
  return value
}

function cannotRead(file: string, error: unknown): SetupError {
  return new SetupError(
    {
      code: 'progress-unreadable',
      asked: quote(file),
      said: wordsOf(error),
      means: 'The saved progress cannot be read.',
      next: `Make ${quote(file)} an ordinary file that you can read, or name another place with --state-dir DIR, and run again.`,
    },
    EXIT.input,
  )
}

function tooNew(file: string, version: number): SetupError {
  return new SetupError(
    {
      code: 'progress-too-new',
      asked: quote(file),
      means: `The progress was saved by a newer dummyapp-setup (format ${version}, this one knows ${VERSION}).`,
      next: `Run that version again: ${byNpx()}.`,
    },
    EXIT.input,
  )
}
