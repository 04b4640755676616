import { renameSync } from 'node:fs'
import Conf from 'conf'
import { SetupError, wordsOf } from '../clouds/cause.ts'
import { jsonDocument } from '../clouds/json-text.ts'
import { makeFolder } from '../clouds/make-folder.ts'
import { quote } from '../clouds/quote.ts'
import { assertSaveable } from './saveable.ts'
import { begun, readProgress, type Saved, type StateFolder } from './saved.ts'
import { fileIn, isThere } from './saved-file.ts'
import { refuseStrangersFolder } from './strangers.ts'

export interface Progress {
  readonly file: string
  /** Where a damaged file was put, when there was one. */
  readonly setAside: string | undefined
  readonly saved: Readonly<Saved>
  /** Each call is one save: temporary file, then rename. Throws SetupError when it cannot be written, or something new in it may not be saved. */
  save(change: Partial<Pick<Saved, 'answers' | 'facts' | 'records' | 'intents'>>): void
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
  const conf = new Conf<Saved>({
    cwd: folder,
    configName: 'progress',
    configFileMode: 0o600,
    accessPropertiesByDotNotation: false,
    serialize: value => jsonDocument(value, 2),
  })
  let saved = read ?? begun(place)
  return {
    file,
    setAside,
    get saved() {
      return saved
    },
    save(change) {
      const next = { ...saved, ...change }
      assertSaveable(saved, next)
      try {
        conf.store = next
      } catch (error) {
        throw cannotSave(file, error)
      }
      saved = next
    },
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
