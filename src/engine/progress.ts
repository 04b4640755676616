import { renameSync } from 'node:fs'
import { setImmediate as nextTurn } from 'node:timers/promises'
import Conf from 'conf'
import { SetupError, wordsOf } from '../clouds/cause.ts'
import { jsonDocument } from '../clouds/json-text.ts'
import { makeFolder } from '../clouds/make-folder.ts'
import { quote } from '../clouds/quote.ts'
import { assertSaveable } from './saveable.ts'
import { begun, readProgress, type Saved, type StateFolder } from './saved.ts'
import { fileIn, isThere } from './saved-file.ts'
import { refuseStrangersFolder } from './strangers.ts'

const PARTS = ['answers', 'facts', 'records', 'intents'] as const

/** The entries that change, by part; one that is undefined is taken away, and what is not named stays. */
export type Change = {
  readonly [Part in (typeof PARTS)[number]]?: Readonly<Record<string, Saved[Part][string] | undefined>> | undefined
}

export interface Progress {
  readonly file: string
  /** Where a damaged file was put, when there was one. */
  readonly setAside: string | undefined
  /** Another object after each save, of the same parts. */
  readonly saved: Readonly<Saved>
  /**
   * Changes `saved` at once, and ends when the change is on disk: what must be written down first awaits it. Saves that
   * fall together are one write, of a temporary file that is then renamed.
   * @throws SetupError when something new in it may not be saved, and then nothing of it counts; or when it cannot be written: then `saved` is what is on disk, for everyone who saved meanwhile
   */
  save(change: Change): Promise<void>
}

/**
 * Opens the saved progress of one project, or begins it. A damaged file is set aside, never lost.
 * The file is read and checked before conf sees it, since conf would throw or forget (facts/peers.md 0.4).
 * @throws SetupError as readProgress, or when it cannot be written
 */
export function openProgress(place: StateFolder, now: Date): Progress {
  const { folder } = place
  const file = fileIn(folder)
  makeStateFolder(folder)
  refuseStrangersFolder(folder)
  const read = readProgress(place)
  let setAside: string | undefined
  if (read === undefined && isThere(file)) {
    setAside = `${file}.damaged-${now.toISOString().replace(/\W/g, '')}`
    renameSync(file, setAside)
  }
  let saved = read ?? begun(place)
  let text = JSON.stringify(saved)
  const conf = new Conf<Saved>({
    cwd: folder,
    configName: 'progress',
    configFileMode: 0o600,
    accessPropertiesByDotNotation: false,
    serialize: () => text,
    // It looks in the file for what is its own, before each write: nothing here is.
    deserialize: () => ({}) as Saved,
  })
  let pending: Promise<void> | undefined
  const write = () => {
    pending = undefined
    const earlier = text
    try {
      text = jsonDocument(saved, 2)
      conf.store = saved
    } catch (error) {
      text = earlier
      saved = JSON.parse(earlier)
      throw cannotSave(file, error)
    }
  }
  return {
    file,
    setAside,
    get saved() {
      return saved
    },
    async save(change) {
      assertSaveable(saved, change)
      for (const part of PARTS) merge<Saved[typeof part][string]>(saved[part], change[part])
      saved = { ...saved }
      pending ??= nextTurn().then(write)
      await pending
    },
  }
}

function merge<Value>(part: Record<string, Value>, change: Readonly<Record<string, Value | undefined>> = {}): void {
  for (const [name, value] of Object.entries(change)) {
    if (value === undefined) delete part[name]
    else part[name] = value
  }
}

/**
 * Creates a folder for what a run keeps, for oneself alone.
 * @throws SetupError where it cannot be created, which says where else it can be
 */
export function makeStateFolder(folder: string): void {
  try {
    makeFolder(folder)
  } catch (error) {
    throw cannotSave(folder, error)
  }
}

function cannotSave(file: string, error: unknown): SetupError {
  return new SetupError({
    code: 'progress-unwritable',
    asked: quote(file),
    said: wordsOf(error),
    means: 'The progress cannot be saved. Nothing is done that is not written down first, so the run stops here.',
    next: 'Free space or make it writable, or name another place with --state-dir DIR, and run again.',
  })
}
