import { appendFileSync, chmodSync, mkdirSync, writeFileSync } from 'node:fs'
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
  configure(to, [...AUTHOR, ['safe', undefined, 'directory', from.folder]])
  await git('clone', '--quiet', '--no-hardlinks', '--', from.folder, to)
  await git('-C', to, 'remote', 'remove', 'origin')
  await setRemotes(from.remotes, to, git)
}

/** Makes a checkout that looks to the wizard as a fresh clone of PennockTech/dummyapp does. */
export async function makeCheckout(to: string, tools: Tools): Promise<void> {
  const git = gitFor(to, tools)
  configure(to, AUTHOR)
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

/** One setting of git's: section, subsection, key and value. */
type Setting = readonly [section: string, subsection: string | undefined, key: string, value: string]

/** Whoever commits there is the rehearsal. */
const AUTHOR: readonly Setting[] = [
  ['user', undefined, 'name', 'Rehearsal'],
  ['user', undefined, 'email', 'rehearsal@example.com'],
  // What is thrown away in the end need not be tidied.
  ['maintenance', undefined, 'auto', 'false'],
]

async function setRemotes(remotes: Remotes, to: string, git: Git): Promise<void> {
  const addresses = Object.entries(remotes.addresses).map(([name, url]) => [name, withoutUserInfo(url)] as const)
  const own = ownRemote(remotes)
  addSettings(join(to, '.git', 'config'), [
    ...addresses.map(([name, url]): Setting => ['remote', name, 'url', url]),
    ...(own === undefined ? [] : [['checkout', undefined, 'defaultRemote', own] as const]),
  ])
  const bare = join(dirname(to), ORIGIN)
  await git('clone', '--quiet', '--bare', '--', to, bare)
  const projects = projectRemotes(remotes)
  const led = addresses.filter(([name]) => projects.includes(name))
  configure(
    to,
    led.map(([, url]) => ['url', bare, 'insteadOf', url]),
  )
}

/** Adds to the rehearsal's own configuration. */
const configure = (to: string, settings: readonly Setting[]) => addSettings(join(dirname(to), CONFIG), settings)

/** Adds settings to a file of git's (git-config(1), “Syntax”): one process less for each. */
function addSettings(file: string, settings: readonly Setting[]): void {
  const escaped = (text: string) => `"${text.replace(/["\\]/g, '\\$&').replaceAll('\n', '\\n')}"`
  const lines = settings.map(([section, subsection, key, value]) => {
    const of = subsection === undefined ? '' : ` ${escaped(subsection)}`
    return `[${section}${of}]\n\t${key} = ${escaped(value)}\n`
  })
  appendFileSync(file, lines.join(''))
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
