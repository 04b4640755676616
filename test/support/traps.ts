import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve, sep } from 'node:path'
import { git } from './checkout.ts'
import { temporaryFolder } from './folder.ts'

/** Programs in a checkout that tell when they ran. */
export interface Traps {
  /** Sets a trap in the checkout and gives its path; a name is one trap. */
  trap(name: string, file?: string): string
  /** The names of those that ran. */
  sprung(): readonly string[]
}

/** Traps for a checkout; what they tell is kept elsewhere. */
export function setTraps(checkout: string): Traps {
  const marks = temporaryFolder()
  return {
    trap(name, file = join(checkout, '.traps', name)) {
      mkdirSync(dirname(file), { recursive: true })
      writeFileSync(file, `#!/bin/sh\n: > '${marks}/${name}'\nexit 1\n`)
      chmodSync(file, 0o755)
      return file
    },
    sprung: () => readdirSync(marks).toSorted(),
  }
}

const HOOKS = [
  ...['applypatch-msg', 'commit-msg', 'fsmonitor-watchman', 'post-checkout', 'post-commit', 'post-index-change'],
  ...['post-merge', 'post-rewrite', 'pre-auto-gc', 'pre-commit', 'pre-merge-commit', 'pre-push', 'pre-rebase'],
  ...['prepare-commit-msg', 'push-to-checkout', 'reference-transaction', 'sendemail-validate'],
]

/** Settings of git that name a command, by how the command is written in them. */
const COMMANDS: Readonly<Record<string, readonly string[]>> = {
  '': [
    ...['core.fsmonitor', 'core.sshCommand', 'core.gitProxy', 'core.editor', 'core.pager', 'core.askPass'],
    ...['core.alternateRefsCommand', 'sequence.editor', 'pager.status', 'pager.config', 'pager.diff', 'gpg.program'],
    ...['filter.one.clean', 'filter.one.smudge', 'filter.two.process', 'diff.one.textconv', 'diff.two.command'],
    ...['diff.external', 'merge.one.driver', 'interactive.diffFilter', 'uploadpack.packObjectsHook'],
    ...['remote.origin.uploadpack', 'remote.origin.receivepack', 'remote.elsewhere.uploadpack', 'web.browser'],
    ...['mergetool.one.cmd', 'difftool.one.cmd', 'credential.https://github.com.helper', 'gc.recentObjectsHook'],
  ],
  '!': [
    ...['credential.helper', 'alias.status', 'alias.remote', 'alias.config', 'alias.rev-parse', 'alias.ls-remote'],
    ...['alias.cat-file', 'submodule.one.update'],
  ],
}

const FLAGS: Readonly<Record<string, string>> = {
  'filter.one.required': 'true',
  'commit.gpgSign': 'true',
  'tag.gpgSign': 'true',
  'push.gpgSign': 'true',
  'protocol.allow': 'always',
  'protocol.ext.allow': 'always',
  'submodule.recurse': 'true',
  'core.useBuiltinFSMonitor': 'true',
  'safe.directory': '*',
  // A partial clone: what is not here, git fetches by itself.
  'extensions.partialClone': 'elsewhere',
  'remote.elsewhere.promisor': 'true',
  'core.repositoryFormatVersion': '1',
}

const ATTRIBUTES = '* filter=one diff=one merge=one\nbuild/Dockerfile filter=two diff=two\n'

/** Everything in git's configuration, hooks and attributes that can run a program of the checkout. */
export function trapGit(checkout: string, { trap }: Traps): void {
  for (const [sign, keys] of Object.entries(COMMANDS)) {
    for (const key of keys) git(checkout, 'config', '--local', key, `${sign}${trap(nameOf(key))}`)
  }
  for (const hook of HOOKS) {
    trap(`hook-${hook}`, join(checkout, '.git/hooks', hook))
    trap(`hook-${hook}`, join(checkout, '.hooks', hook))
  }
  git(checkout, 'config', '--local', 'core.hooksPath', '.hooks')
  git(checkout, 'config', '--local', 'remote.elsewhere.url', `ext::${trap('ext')} %S`)
  for (const [key, value] of Object.entries(FLAGS)) git(checkout, 'config', '--local', key, value)
  writeFileSync(join(checkout, '.gitattributes'), ATTRIBUTES)
  mkdirSync(join(checkout, '.git/info'), { recursive: true })
  writeFileSync(join(checkout, '.git/info/attributes'), ATTRIBUTES)
}

const nameOf = (key: string) => key.replaceAll('/', '_')

/** What writes every program that is executed into a folder, a file for each process. */
export const watching = (folder: string): readonly string[] => [
  ...['strace', '-ff', '--seccomp-bpf', '-qq', '-s', '4096', '-e', 'trace=execve'],
  ...['-o', join(folder, 'calls')],
]

/** The programs of a checkout that were executed, by what was written so; relative to its top. */
export function executedIn(checkout: string, folder: string): readonly string[] {
  const files = readdirSync(folder)
    .flatMap(file => readFileSync(join(folder, file), 'utf8').split('\n'))
    .flatMap(line => /execve\("([^"]*)".* = 0$/.exec(line)?.[1] ?? [])
    .map(file => resolve(checkout, file))
  if (files.length === 0) throw new Error('strace saw nothing')
  const inside = checkout + sep
  return [...new Set(files.filter(file => file.startsWith(inside)).map(file => file.slice(inside.length)))]
}
