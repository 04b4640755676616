import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
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

/** The names in upstream's own library. */
export const UPSTREAM = {
  GITHUB_PROJECT: 'PennockTech/dummyapp',
  DOCKER_PROJECT: 'pennocktech/dummyapp',
  HEROKU_APP: 'pt-dummy-app',
  GCR_HOST: 'us.gcr.io',
  GCR_PROJECT: 'dummyapp-214121',
  GCR_IMAGE_NAME: 'pt-dummy-app',
}

/** The knobs of dummyapp's build script that the wizard turns. */
export const BUILD_SCRIPT = {
  'build/build.with-docker.sh': `#!/bin/sh
set -eu
for param; do
  case $param in env-*) export "\${param#env-}" ;; esac
done
docker build --tag "$DOCKER_PROJECT:$DOCKER_TAG" --build-arg "GO_BUILD_TAGS=$BUILD_TAGS" \${EXTRA_DOCKER_BUILD_ARGS:-} .
`,
}

/**
 * The person's own git configuration: of a checkout, what leads origin to the bare repository. git looks for it where it
 * runs, so a copy of the checkout has its own.
 */
export const PERSONS_CONFIG = '.git/of-the-person'

/** What git gets of the environment: nothing of the machine's. */
export const GIT_ENVIRONMENT = { GIT_CONFIG_GLOBAL: PERSONS_CONFIG, GIT_CONFIG_NOSYSTEM: '1' } as const

/** What a checkout holds, unless told. */
export const USUAL_FILES = { 'build/common.lib.sh': library(UPSTREAM), ...BUILD_SCRIPT }

/** Where a push to origin goes, below the checkout. */
export const BARE_ORIGIN = '.git/origin.git'

/**
 * A checkout as a fresh clone of PennockTech/dummyapp is one, or of what `origin` says; committed, in a folder of its own.
 * Nothing of it reaches the network: its origin is a bare repository inside it, whatever address it shows.
 */
export function makeCheckout(
  options: { origin?: string; files?: Readonly<Record<string, string>> | undefined; folder?: string } = {},
): string {
  const { origin = 'https://github.com/PennockTech/dummyapp.git', files = USUAL_FILES } = options
  const folder = options.folder ?? temporaryFolder()
  git(folder, 'init', '--quiet', '--template=', '--initial-branch=main')
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), text)
    if (text.startsWith('#!/bin/sh')) chmodSync(join(folder, name), 0o755)
  }
  git(folder, 'remote', 'add', 'origin', origin)
  git(folder, 'add', '--all')
  git(
    folder,
    '-c',
    'user.name=T',
    '-c',
    'user.email=t@example.com',
    '-c',
    'maintenance.auto=false',
    'commit',
    '--quiet',
    '--allow-empty',
    '--message=made',
  )
  git(folder, 'clone', '--quiet', '--template=', '--bare', '--', folder, join(folder, BARE_ORIGIN))
  // Relative, so that a copy of the checkout has an origin of its own.
  if (origin) git(folder, 'config', '--file', PERSONS_CONFIG, `url.${BARE_ORIGIN}.insteadOf`, origin)
  return folder
}

/** Runs git with no configuration but the repository's and the one beside it; standard output. */
export function git(cwd: string, ...argv: readonly string[]): string {
  const env = { PATH: process.env.PATH, HOME: cwd, ...GIT_ENVIRONMENT }
  return execFileSync('git', argv, { cwd, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
}
