import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { temporaryFolder } from './folder.ts'

/** The lines around what a fork changes. */
const MARK = '# ---- EDIT THESE ----'

/** The part of dummyapp's build library that answers are read from, in its form. */
export const library = (values: Readonly<Record<string, string>>): string =>
  [
    '#!/bin/echo you should source me',
    '',
    MARK,
    '',
    ...Object.entries(values).map(([name, value]) => `: "\${${name}:=${value}}"`),
    '',
    MARK,
    '',
  ].join('\n')

const UPSTREAM = {
  GITHUB_PROJECT: 'PennockTech/dummyapp',
  DOCKER_PROJECT: 'pennocktech/dummyapp',
  HEROKU_APP: 'pt-dummy-app',
  GCR_HOST: 'us.gcr.io',
  GCR_PROJECT: 'dummyapp-214121',
  GCR_IMAGE_NAME: 'pt-dummy-app',
}

/** A checkout as a fresh clone of PennockTech/dummyapp is one, or of what `origin` says; committed, in a folder of its own. */
export function makeCheckout(
  options: { origin?: string; files?: Readonly<Record<string, string>>; folder?: string } = {},
): string {
  const {
    origin = 'https://github.com/PennockTech/dummyapp.git',
    files = { 'build/common.lib.sh': library(UPSTREAM) },
  } = options
  const folder = options.folder ?? temporaryFolder()
  git(folder, 'init', '--quiet', '--initial-branch=main')
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), text)
  }
  git(folder, 'remote', 'add', 'origin', origin)
  git(folder, 'add', '--all')
  git(
    folder,
    '-c',
    'user.name=T',
    '-c',
    'user.email=t@example.com',
    'commit',
    '--quiet',
    '--allow-empty',
    '--message=made',
  )
  return folder
}

/** Runs git with no configuration but the repository's own; standard output. */
export function git(cwd: string, ...argv: readonly string[]): string {
  const env = { PATH: process.env.PATH, HOME: cwd, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' }
  return execFileSync('git', argv, { cwd, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
}
