import { resolve } from 'node:path'
import type { Candidate } from '../answers/candidate.ts'
import { CI_CONFIG } from '../answers/forms/ci-config.ts'
import { DOCKERFILE } from '../answers/forms/dockerfile.ts'
import { LIBRARY } from '../answers/forms/library.ts'
import { type Branches, readBranches } from '../answers/sources/branches.ts'
import { whose } from '../answers/whose.ts'
import { createTools, type Tools } from '../clouds/exec.ts'
import { readSettings, type Setting } from '../clouds/git-settings.ts'
import { hideUserInfo } from '../clouds/remote.ts'
import { ownRemote, projectRemotes, type Remotes, remotesIn } from '../clouds/remotes.ts'
import { assertReadable, findCheckout, readInside } from '../clouds/repo.ts'
import { Secret } from '../clouds/secret.ts'
import { projectOf } from '../clouds/state-folder.ts'

/** A repository, as far as git and its remotes tell. */
export interface Found {
  /** Its top folder, absolute. */
  readonly folder: string
  readonly tools: Tools
  /** What progress is kept by. */
  readonly project: string
  /** OWNER/NAME, where that is known. */
  readonly githubProject: string | undefined
  readonly isDummyapp: boolean
  readonly remotes: Remotes
}

/** The checkout that a command is about. */
export interface Checkout extends Found {
  /** What a person should know of it before anything else, in sentences. */
  readonly notes: readonly string[]
  readonly inferred: readonly Candidate[]
}

/**
 * Finds the repository; nothing of it runs.
 * @throws SetupError (exit 2) where there is none
 */
export async function findRepository(folder: string | undefined, env: NodeJS.ProcessEnv): Promise<Found> {
  const top = findCheckout(resolve(folder ?? '.'))
  const tools = createTools({ env, repo: top })
  for (const [name, value = ''] of Object.entries(env)) if (/_proxy$/i.test(name)) hideUserInfo(value)
  await assertReadable(top, tools)
  const settings = await readSettings(tools.run)
  hideCredentials(settings)
  const remotes = remotesIn(settings)
  const own = ownRemote(remotes)
  const library = readInside(top, LIBRARY)
  return {
    folder: top,
    tools,
    project: projectOf(own && remotes.addresses[own], top),
    githubProject: whose({ remotes: remotes.addresses, named: remotes.named, library }).project,
    isDummyapp: library !== undefined,
    remotes,
  }
}

/**
 * Finds and reads the checkout; nothing of it runs.
 * @throws SetupError (exit 2) where there is none
 */
export async function openCheckout(folder: string | undefined, env: NodeJS.ProcessEnv): Promise<Checkout> {
  const found = await findRepository(folder, env)
  const { folder: top, tools, remotes } = found
  const { infer } = await import('../answers/infer.ts')
  const branches = await readBranches(async argv => (await tools.run({ argv })).stdout, ownRemote(remotes) ?? 'origin')
  return {
    ...found,
    notes: [...undecided(remotes), ...detached(branches)],
    inferred: infer({
      remotes: remotes.addresses,
      named: remotes.named,
      branches,
      library: readInside(top, LIBRARY),
      ciConfig: readInside(top, CI_CONFIG),
      dockerfile: readInside(top, DOCKERFILE),
    }),
  }
}

function undecided(remotes: Remotes): readonly string[] {
  const names = projectRemotes(remotes)
  if (ownRemote(remotes) !== undefined || names.length < 2) return []
  const which = `None of the remotes ${names.join(', ')} is named origin, so which one is your project is asked.`
  return [`${which} To decide it for good: git config checkout.defaultRemote NAME`]
}

const detached = ({ current }: Branches): readonly string[] =>
  current === 'HEAD'
    ? [
        'HEAD is detached: no branch is checked out. Commits made here belong to no branch; git switch BRANCH (or git switch -c NEW) puts you on one.',
      ]
    : []

/** What git is configured with, wherever that is written, may hold a credential, and git and ssh repeat it in errors. */
function hideCredentials(settings: readonly Setting[]): void {
  for (const { key, value } of settings) {
    if (!/^(remote\..*\.(url|pushurl|proxy)|(url|http|credential)\..*)$/s.test(key)) continue
    // The middle of a key may be an address.
    const [, middle = ''] = /^[^.]*\.(.*)\./s.exec(key) ?? []
    if (key.endsWith('.extraheader')) hideHeader(value)
    for (const address of [value, middle]) hideUserInfo(address)
  }
}

/** Of a header `NAME: VALUE`, the value is a secret; also without the scheme before it, and each cookie of it. */
function hideHeader(header: string): void {
  const value = header.replace(/^[^:]*:\s*/, '')
  const cookies = value.split(/;\s*/).map(cookie => cookie.replace(/^[^=]*=/, ''))
  for (const part of [value, value.replace(/^\S+\s+/, ''), ...cookies]) new Secret(part)
}
