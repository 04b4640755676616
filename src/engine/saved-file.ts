import { lstatSync } from 'node:fs'
import { join } from 'node:path'

/** Where the progress of one project is saved. */
export const fileIn = (folder: string) => join(folder, 'progress.json')

export const isThere = (file: string) => lstatSync(file, { throwIfNoEntry: false }) !== undefined
