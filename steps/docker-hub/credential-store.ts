import { at, type Json, textAt } from '../../src/clouds/json.ts'
import { defineStep } from '../../src/engine/step.ts'

const FILE = '.docker/config.json'
/** Docker Hub’s own name in that file (facts/docker-hub.md 1). */
const HUB = 'https://index.docker.io/v1/'

const INSTALL =
  'Install a credential helper (docker-credential-osxkeychain on macOS, docker-credential-secretservice or docker-credential-pass on Linux, docker-credential-wincred on Windows; Docker Desktop brings its own), name it in “credsStore” without its first two words, then: docker logout, docker login.'

export const credentialStore = defineStep({
  id: 'docker-hub.credential-store',
  title: 'See whether docker keeps a password in plain text here',
  why: 'Without a credential helper, docker login writes what was typed into a file that every program of yours can read.',
  section: 'Authentication',
  document:
    'Docker Hub “defaults to storing your usercode and master password in `~/.docker/config.json`; you probably want to install `docker-credential-helper`”',
  today:
    'The same: base64 is no protection. The file is read, nothing in it is shown or changed, and what to install is said.',
  uses: [],
  local: true,

  look: async ({ home }) => ({ is: 'present', state: undefined, notes: adviceOn(home(FILE)) }),
  actions: () => [],
  undo: () => [],
})

/** What is to be said of docker’s configuration; nothing of what is in it. */
function adviceOn(text: string | undefined): readonly string[] {
  if (text === undefined) return []
  const config = parsed(text)
  if (config === undefined) return [`~/${FILE} is no JSON: docker cannot read it either.`]
  const helper = textAt(config, 'credHelpers', HUB) ?? textAt(config, 'credsStore')
  const kind = keptIn(at(config, 'auths', HUB))
  const rest = helper
    ? ` Docker now uses docker-credential-${helper}; docker logout, and docker login again, moves it there.`
    : ` ${INSTALL}`
  return kind === undefined
    ? []
    : [`~/${FILE} holds ${kind} for Docker Hub in plain text (base64 hides nothing).${rest}`]
}

/** What kind of secret lies there; undefined where none does. */
function keptIn(entry: Json | undefined): string | undefined {
  if (textAt(entry, 'identitytoken')) return 'a login token'
  const decoded = Buffer.from(textAt(entry, 'auth') ?? '', 'base64').toString()
  const secret = decoded.slice(decoded.indexOf(':') + 1) || textAt(entry, 'password')
  if (!secret) return undefined
  return /^dckr_[po]at_/.test(secret) ? 'an access token' : 'a password'
}

function parsed(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json
  } catch {
    return undefined
  }
}
