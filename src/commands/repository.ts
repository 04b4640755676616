import { resolve } from 'node:path'
import type { Candidate } from '../answers/candidate.ts'
import { CI_CONFIG, DOCKERFILE, infer, LIBRARY, READ_BRANCHES, type Repository } from '../answers/infer.ts'
import { createTools, type Tools } from '../clouds/exec.ts'
import { hideUserInfo } from '../clouds/remote.ts'
import { assertReadable, findCheckout, readInside } from '../clouds/repo.ts'
import { Secret } from '../clouds/secret.ts'
import { projectOf } from '../clouds/state-folder.ts'

/** The checkout that a command is about. */
export interface Checkout {
  /** Its top folder, absolute. */
  readonly folder: string
  readonly tools: Tools
  /** What progress is kept by. */
  readonly project: string
  readonly isDummyapp: boolean
  readonly remotes: Repository['remotes']
  readonly inferred: readonly Candidate[]
}

/**
 * Finds and reads the checkout; nothing of it runs.
 * @throws SetupError (exit 2) where there is none
 */
export async function openCheckout(folder: string | undefined, env: NodeJS.ProcessEnv): Promise<Checkout> {
  const top = findCheckout(resolve(folder ?? '.'))
  const tools = createTools({ env, repo: top })
  for (const [name, value = ''] of Object.entries(env)) if (/_proxy$/i.test(name)) hideUserInfo(value)
  await assertReadable(top, tools)
  const [remotes, branches] = await Promise.all([readRemotes(tools), readBranches(tools), hideCredentials(tools)])
  const library = readInside(top, LIBRARY)
  return {
    folder: top,
    tools,
    project: projectOf(remotes.origin, top),
    isDummyapp: library !== undefined,
    remotes,
    inferred: infer({
      remotes,
      branches,
      library,
      ciConfig: readInside(top, CI_CONFIG),
      dockerfile: readInside(top, DOCKERFILE),
    }),
  }
}

/** The URL of every remote, as the repository itself has it: no rewriting by url.*.insteadOf. */
async function readRemotes(tools: Tools): Promise<Repository['remotes']> {
  const { stdout } = await tools.run({
    argv: ['git', 'config', '--local', '--null', '--get-regexp', '^remote\\..*\\.url$'],
  })
  const entries = stdout.split('\0').flatMap(entry => {
    const [, name, url] = /^remote\.([^\n]*)\.url\n(.*)$/s.exec(entry) ?? []
    return name && url !== undefined ? [[name, url] as const] : []
  })
  // The first of several URLs is the one that git fetches from.
  return Object.fromEntries(entries.toReversed())
}

/** What git is configured with, wherever that is written, may hold a credential, and git and ssh repeat it in errors. */
async function hideCredentials(tools: Tools): Promise<void> {
  const keys = '^(remote\\..*\\.(url|pushurl|proxy)|(url|http|credential)\\..*)$'
  const { stdout } = await tools.run({ argv: ['git', 'config', '--null', '--get-regexp', keys] })
  for (const entry of stdout.split('\0')) {
    const [key = '', ...lines] = entry.split('\n')
    const value = lines.join('\n')
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

/** What git knows of the branches, without asking origin. */
async function readBranches(tools: Tools): Promise<NonNullable<Repository['branches']>> {
  const [head, usual] = await Promise.all([
    tools.run({ argv: READ_BRANCHES.head }),
    tools.run({ argv: READ_BRANCHES.usual }),
  ])
  return { head: head.stdout, usual: usual.stdout }
}
