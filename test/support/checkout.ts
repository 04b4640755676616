import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { writeFiles } from '../../src/rehearsal/checkout.ts'
import { TODAY } from '../../src/rehearsal/stand-in/checkouts.ts'
import { LIBRARY } from '../../src/rehearsal/stand-in/library.ts'
import { temporaryFolder } from './folder.ts'

/** What a fork changes in the library, with the lines around it. */
const BLOCK = /^(#.*EDIT THESE.*\n)[\s\S]*^(#.*EDIT THESE.*\n)/m

/** dummyapp's build library with these names in it and no others. */
export const library = (values: Readonly<Record<string, string>>): string =>
  LIBRARY.replace(BLOCK, (_, begin, end) => {
    const lines = Object.entries(values).map(([name, value]) => `: "\${${name}:=${value}}"\n`)
    return `${begin}\n${lines.join('')}\n${end}`
  })

/** The names in upstream's own library. */
export const UPSTREAM = {
  GITHUB_PROJECT: 'PennockTech/dummyapp',
  DOCKER_PROJECT: 'pennocktech/dummyapp',
  HEROKU_APP: 'pt-dummy-app',
  GCR_HOST: 'us.gcr.io',
  GCR_PROJECT: 'dummyapp-214121',
  GCR_IMAGE_NAME: 'pt-dummy-app',
}

/**
 * The person's own git configuration: of a checkout, what leads origin to the bare repository. git looks for it where it
 * runs, so a copy of the checkout has its own.
 */
export const PERSONS_CONFIG = '.git/of-the-person'

/** What git gets of the environment: nothing of the machine's. */
export const GIT_ENVIRONMENT = { GIT_CONFIG_GLOBAL: PERSONS_CONFIG, GIT_CONFIG_NOSYSTEM: '1' } as const

/** Where a push to origin goes, below the checkout. */
export const BARE_ORIGIN = '.git/origin.git'

/**
 * A checkout as a fresh clone of PennockTech/dummyapp is one, or of what `origin` says; committed, in a folder of its own.
 * Nothing of it reaches the network: its origin is a bare repository inside it, whatever address it shows.
 */
export function makeCheckout(
  options: {
    origin?: string
    files?: Readonly<Record<string, string>> | undefined
    folder?: string
    branch?: string
  } = {},
): string {
  const { origin = 'https://github.com/PennockTech/dummyapp.git', files = TODAY.files, branch = 'main' } = options
  const folder = options.folder ?? temporaryFolder()
  git(folder, 'init', '--quiet', '--template=', `--initial-branch=${branch}`)
  writeFiles(folder, files)
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
  keepOriginInside(folder, origin)
  return folder
}

/** Gives a checkout a bare repository inside it, to which all goes that is for its origin, whatever address that shows. */
export function keepOriginInside(folder: string, origin: string): void {
  git(folder, 'clone', '--quiet', '--template=', '--bare', '--', folder, join(folder, BARE_ORIGIN))
  // Relative, so that a copy of the checkout has an origin of its own.
  if (origin) git(folder, 'config', '--file', PERSONS_CONFIG, `url.${BARE_ORIGIN}.insteadOf`, origin)
}

/** Runs git with no configuration but the repository's and the one beside it; standard output. */
export function git(cwd: string, ...argv: readonly string[]): string {
  const env = { PATH: process.env.PATH, HOME: cwd, ...GIT_ENVIRONMENT }
  return execFileSync('git', argv, { cwd, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
}
