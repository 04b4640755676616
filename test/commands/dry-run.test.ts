import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, lstatSync, readdirSync, readFileSync, readlinkSync, symlinkSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { FORMATS } from '../../src/commands/formats.ts'
import { makeCheckout } from '../support/checkout.ts'
import { bareEnvironment, CLI } from '../support/cli.ts'
import { temporaryFolder } from '../support/folder.ts'

/** What could touch the machine or the network; not every processor has those with a question mark. */
const TRACED = [
  ...['execve', 'execveat', 'connect', 'sendto', 'bind', 'socket'],
  ...['openat', '?open', '?creat', '?rename', '?renameat', 'renameat2', '?unlink', 'unlinkat', '?mkdir', 'mkdirat'],
  ...['?link', 'linkat', '?symlink', 'symlinkat', '?chmod', 'fchmodat', 'utimensat', 'truncate', 'ftruncate'],
]
const TOKEN = 'HRKU-AAcanary_0123456789-canary'

/** A folder for PATH with git in it and nothing else: no vendor's tool. */
function onlyGit(): string {
  const folder = temporaryFolder()
  const git = (process.env.PATH ?? '').split(delimiter).map(one => join(one, 'git'))
  symlinkSync(git.find(existsSync) ?? 'git', join(folder, 'git'))
  return folder
}

/** Runs the program under strace in a fresh checkout. */
function traced(argv: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const cwd = makeCheckout()
  const home = temporaryFolder()
  const before = [treeOf(cwd), treeOf(home)]
  const log = join(temporaryFolder(), 'calls')
  const flags = ['-ff', '-s', '4096', '-E', `PATH=${onlyGit()}`]
  const { status, stdout, stderr, error } = spawnSync(
    'strace',
    [...flags, '-e', `trace=${TRACED.join(',')}`, '-o', log, process.execPath, CLI, ...argv],
    { cwd, env: { ...bareEnvironment(home), ...env }, encoding: 'utf8' },
  )
  if (error) throw new Error(`This test needs strace (${error.message}): apt-get install strace`)
  const folder = join(log, '..')
  const calls = readdirSync(folder).flatMap(file => readFileSync(join(folder, file), 'utf8').split('\n'))
  return { status, stdout, stderr, calls, before, after: () => [treeOf(cwd), treeOf(home)] }
}

/** Everything in a folder: path, size, time of the last change and content. */
function treeOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .sort()
    .map(path => {
      const file = join(folder, path)
      const { mode, size, mtimeMs } = lstatSync(file)
      return [path, mode, size, mtimeMs, contentOf(file)].join(' ')
    })
}

function contentOf(file: string): string {
  const found = lstatSync(file)
  if (found.isSymbolicLink()) return readlinkSync(file)
  return found.isFile() ? createHash('sha256').update(readFileSync(file)).digest('hex') : ''
}

/** The command lines that were executed. */
const commandsOf = (calls: readonly string[]): string[][] =>
  calls.flatMap(call => {
    const argv = /^execve\("[^"]*", (\[.*?\]), 0x/.exec(call)?.[1]
    return argv ? [JSON.parse(argv) as string[]] : []
  })

/** Is this git, reading? */
function isReadingGit([file = '', command, ...args]: readonly string[]): boolean {
  if (!/(^|\/)git$/.test(file)) return false
  return command === 'rev-parse' || (command === 'config' && args.some(arg => /^--(get|show)/.test(arg)))
}

/** A call that changes something, or reaches out. */
function isEffect(call: string): boolean {
  const [name = ''] = call.split('(')
  if (/^(execve|\+\+\+|---|$)/.test(name)) return false
  if (/^(socket|connect|bind)$/.test(name)) return !call.includes('AF_UNIX')
  if (!/^open(at)?$/.test(name)) return true
  return /O_(WRONLY|RDWR|CREAT|TRUNC|APPEND)/.test(call) && !/"\/(dev\/null|proc\/[^"]*)"/.test(call)
}

const runs = [...FORMATS.map(format => ['--dry-run', '--format', format]), ['checklist'], ['checklist', '--verbose']]

describe.each(runs.map(argv => [argv.join(' '), argv] as const))('%s', (_, argv) => {
  test('is inert, and needs no sign-in', () => {
    const { status, stdout, calls, before, after } = traced(argv)
    expect(status).toBe(0)
    expect(stdout).toContain('heroku')
    const [node, ...children] = commandsOf(calls)
    expect(node?.[0]).toBe(process.execPath)
    expect(children.filter(child => !isReadingGit(child))).toEqual([])
    expect(children.length).toBeGreaterThan(0)
    expect(calls.filter(isEffect)).toEqual([])
    expect(after()).toEqual(before)
  })
})

test('a token in the environment makes no difference, and is not shown', () => {
  const { status, stdout, stderr, calls, before, after } = traced(['--dry-run', '--verbose'], { HEROKU_API_KEY: TOKEN })
  expect(status).toBe(0)
  expect(stdout).toContain('heroku.create-app')
  expect(stdout + stderr).not.toContain('canary')
  expect(calls.filter(isEffect)).toEqual([])
  expect(after()).toEqual(before)
})

test('the watch itself sees an effect', () => {
  expect(isEffect('openat(AT_FDCWD, "/tmp/x", O_WRONLY|O_CREAT|O_TRUNC|O_CLOEXEC, 0666) = 3')).toBe(true)
  expect(isEffect('socket(AF_INET, SOCK_STREAM|SOCK_CLOEXEC, IPPROTO_TCP) = 20')).toBe(true)
  expect(isEffect('mkdir("/tmp/x", 0777) = 0')).toBe(true)
  expect(isEffect('openat(AT_FDCWD, "/tmp/x", O_RDONLY|O_CLOEXEC) = 3')).toBe(false)
})
