import { lstatSync, realpathSync } from 'node:fs'
import { join, resolve, sep } from 'node:path'
import { EXIT, SetupError } from './cause.ts'
import type { Tools } from './exec.ts'
import { readOrdinary } from './ordinary-file.ts'
import { quote } from './quote.ts'

/** Longer than any path, in bytes. */
const LONGEST_PATH = 16 * 1024

/**
 * Git's files for a checkout may not be written to where they are outside of it, and nothing there knows the checkout as its
 * own, as git's worktrees and submodules are known (gitrepository-layout(5)); nor where the configuration is a link that
 * leads out. A `.git` may have come with an archive, and lead anywhere.
 * @throws SetupError (exit 2) where that is so
 */
export async function assertOwnGitFolder(checkout: string, { run }: Tools): Promise<void> {
  const plain = join(checkout, '.git')
  if (isWhole(plain)) return assertOwnConfig(plain, checkout)
  // One question each: the name of a folder may have line breaks.
  const ask = async (...argv: readonly string[]) =>
    (await run({ argv: ['git', ...argv], cwd: checkout })).stdout.replace(/\n$/, '')
  const [dir, common, worktree] = await Promise.all([
    ask('rev-parse', '--absolute-git-dir'),
    ask('rev-parse', '--git-common-dir'),
    ask('config', '--get', 'core.worktree'),
  ])
  const own = realpathSync(dir)
  const shared = realpathSync(resolve(checkout, common))
  // That core.worktree leads here, git has said by then.
  const isKnown = own === shared ? worktree !== '' : isWorktree(own, shared, checkout)
  if (!isInside(shared, checkout) && !isKnown) throw stray(checkout, shared)
  assertOwnConfig(shared, checkout)
}

/** All of git's files are in it: gitrepository-layout(5) knows of no other way out. */
const isWhole = (folder: string): boolean =>
  lstatSync(folder).isDirectory() && !lstatSync(join(folder, 'commondir'), { throwIfNoEntry: false })

function assertOwnConfig(folder: string, checkout: string): void {
  const config = join(folder, 'config')
  if (leadsOut(config, [folder, checkout])) throw linked(config)
}

/** Each worktree has a folder in the repository, in which a file says where it is. */
function isWorktree(own: string, shared: string, checkout: string): boolean {
  try {
    const back = readOrdinary(join(own, 'gitdir'), LONGEST_PATH).toString('utf8').replace(/\n$/, '')
    return (
      isInside(own, join(shared, 'worktrees')) &&
      realpathSync(resolve(own, back)) === realpathSync(join(checkout, '.git'))
    )
  } catch {
    return false
  }
}

const isInside = (path: string, folder: string) => path.startsWith(folder + sep)

/** A link that leads nowhere leads out: what is written there is made where it points. */
function leadsOut(file: string, folders: readonly string[]): boolean {
  try {
    if (!lstatSync(file).isSymbolicLink()) return false
  } catch {
    return false
  }
  try {
    const real = realpathSync(file)
    return !folders.some(folder => isInside(real, folder))
  } catch {
    return true
  }
}

const stray = (checkout: string, shared: string): SetupError =>
  new SetupError(
    {
      code: 'stray-repository',
      means: `The .git of ${quote(checkout)} leads to the repository ${quote(shared)}, which does not know of it: what is for this checkout would be written into that repository’s configuration.`,
      next: `If it is a worktree that was moved: git worktree repair, in ${quote(checkout)}. If you keep the repository apart from its files: git config core.worktree ${quote(checkout)}, in ${quote(shared)}. Otherwise do not trust it: clone it anew. Then run again.`,
    },
    EXIT.input,
  )

const linked = (config: string): SetupError =>
  new SetupError(
    {
      code: 'stray-repository',
      means: `${quote(config)} is a link that leads out of the repository: what is for this checkout would be written there.`,
      next: 'Put a file in the place of the link, with what of it belongs to this repository, and run again.',
    },
    EXIT.input,
  )
