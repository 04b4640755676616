import type { Saved, StateFolder } from './saved.ts'
import { fileIn, isThere } from './saved-file.ts'

/** As readProgress; where nothing is saved, what would check it is not even loaded. */
export const savedProgress = async (place: StateFolder): Promise<Saved | undefined> =>
  isThere(fileIn(place.folder)) ? (await import('./saved.ts')).readProgress(place) : undefined
