import { createHash } from 'node:crypto'
import { basename, join } from 'node:path'
import type { Clouds } from './clouds.ts'
import { inSmallLetters } from './letters.ts'
import { readRemote } from './remote.ts'
import { defaultStateFolder } from './state-root.ts'

/** What progress is about: host/owner/name of its own remote, so that two clones share it; the folder where there is none. */
export function projectOf(address: string | undefined, checkout: string): string {
  const place = readRemote(address ?? '')
  return place === undefined ? checkout : inSmallLetters(`${place.host}/${place.path}`)
}

/** One folder for each project and clouds: a readable name, made unique by a hash of the whole one. */
function folderOf(root: string, kind: Clouds['kind'], project: string): string {
  const readable = basename(project)
    .replace(/[^\w.-]/g, '_')
    .slice(0, 40)
  const hash = createHash('sha256').update(project).digest('hex').slice(0, 12)
  return join(root, kind, `${readable}-${hash}`)
}

/** Which saved progress a project has on some clouds; `root` is what --state-dir says. */
export const stateFolderOf = (
  root: string | undefined,
  clouds: Clouds['kind'],
  project: string,
  env: NodeJS.ProcessEnv,
) => ({
  folder: folderOf(root ?? defaultStateFolder(env), clouds, project),
  project,
  clouds,
})
