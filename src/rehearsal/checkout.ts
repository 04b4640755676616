import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { SetupError } from '../clouds/cause.ts'
import type { Tools } from '../clouds/exec.ts'
import { withoutUserInfo } from '../clouds/remote.ts'
import { ownRemote, projectRemotes, type Remotes } from '../clouds/remotes.ts'
import { TODAY } from './stand-in/checkouts.ts'

/** Where what is pushed goes instead: beside the temporary checkout, whatever address its remotes show. */
const ORIGIN = 'origin.git'
/** The git configuration of the rehearsal, beside the temporary checkout. */
const CONFIG = 'gitconfig'

/**
 * What git gets of the environment for a temporary checkout: the rehearsal's configuration in the place of the person's
 * and the machine's, which might sign commits, run filters, or load files from elsewhere.
 */
export const gitEnvironment = (to: string) => ({
  GIT_CONFIG_GLOBAL: join(dirname(to), CONFIG),
  GIT_CONFIG_NOSYSTEM: '1',
})

/**
 * Clones a checkout into a new folder. Its remotes keep their names and addresses, without user info; what would go to one
 * of them goes to a bare repository beside it.
 */
export async function cloneCheckout(
  from: { readonly folder: string; readonly remotes: Remotes },
  to: string,
  tools: Tools,
): Promise<void> {
  const git = gitFor(to, tools)
  // Its owner was looked at when it was opened.
  await git('config', '--global', 'safe.directory', from.folder)
  await setAuthor(git)
  await git('clone', '--quiet', '--no-hardlinks', '--', from.folder, to)
  await git('-C', to, 'remote', 'remove', 'origin')
  await setRemotes(from.remotes, to, git)
}

/** Makes a checkout that looks to the wizard as a fresh clone of PennockTech/dummyapp does. */
export async function makeCheckout(to: string, tools: Tools): Promise<void> {
  const git = gitFor(to, tools)
  await setAuthor(git)
  await git('init', '--quiet', `--initial-branch=${TODAY.defaultBranch}`, to)
  writeFiles(to, TODAY.files)
  await git('-C', to, 'add', '--all')
  await git('-C', to, 'commit', '--quiet', '--message=A stand-in for dummyapp')
  await setRemotes({ addresses: { origin: 'https://github.com/PennockTech/dummyapp.git' }, named: [] }, to, git)
}

/** Writes files into a folder; a script, as its first line tells, may be run. */
export function writeFiles(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    const file = join(folder, name)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text)
    if (/^#!.*\b(?:ba)?sh\b/.test(text)) chmodSync(file, 0o755)
  }
}

type Git = (...argv: readonly string[]) => Promise<void>

/** Whoever commits there is the rehearsal. */
async function setAuthor(git: Git): Promise<void> {
  await git('config', '--global', 'user.name', 'Rehearsal')
  await git('config', '--global', 'user.email', 'rehearsal@example.com')
}

async function setRemotes(remotes: Remotes, to: string, git: Git): Promise<void> {
  const addresses = Object.entries(remotes.addresses).map(([name, url]) => [name, withoutUserInfo(url)] as const)
  for (const [name, url] of addresses) await git('-C', to, 'config', '--local', `remote.${name}.url`, url)
  const own = ownRemote(remotes)
  if (own !== undefined) await git('-C', to, 'config', '--local', 'checkout.defaultRemote', own)
  const bare = join(dirname(to), ORIGIN)
  await git('clone', '--quiet', '--bare', '--', to, bare)
  const projects = projectRemotes(remotes)
  for (const [name, url] of addresses) {
    if (projects.includes(name)) await git('config', '--global', '--add', `url.${bare}.insteadOf`, url)
  }
}

/** git beside the temporary checkout, with the rehearsal's configuration; it reaches this machine's files alone. */
const gitFor =
  (to: string, tools: Tools): Git =>
  async (...argv) => {
    const env = { ...gitEnvironment(to), GIT_ALLOW_PROTOCOL: 'file' }
    const { code, stderr } = await tools.run({ argv: ['git', ...argv], cwd: dirname(to), env })
    if (code === 0) return
    throw new SetupError({
      code: 'no-clone',
      asked: `git ${argv.join(' ')}`,
      said: stderr.trim(),
      means: 'The temporary checkout for the rehearsal could not be made.',
      next: 'Put right what git says above, and rehearse again.',
    })
  }
