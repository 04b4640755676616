import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Rehearsal } from '../../src/rehearsal/server.ts'
import type { World } from '../../src/rehearsal/world.ts'
import { canary, formsOf } from '../support/canary.ts'
import { signedIn } from '../support/vendors.ts'

type Vendor = keyof Rehearsal['origins']
type Hook = NonNullable<Rehearsal['hook']>

/** A text that must be nowhere but with these vendors. */
interface Kept {
  readonly name: string
  readonly text: string
  readonly with: readonly string[]
}

/** What the person signs in with, by variable. */
const SIGN_INS: Readonly<Record<string, Vendor>> = {
  HEROKU_API_KEY: 'heroku',
  DOCKERHUB_ADMIN_PASSWORD: 'docker-hub',
  DOCKERHUB_BOT_PASSWORD: 'docker-hub',
  CIRCLE_TOKEN: 'circleci',
  CLOUDSDK_AUTH_ACCESS_TOKEN: 'google',
}

/** Makes every sign-in one that is known wherever it turns up. */
export function signInByCanaries({ heroku, dockerHub, google, circleci }: World): void {
  // No vendor's token has a quote in it, and curl reads headers between quotes; a password may have one.
  const token = (name: string) => canary(name).replace('"', '&')
  for (const one of heroku.authorizations) one.token = token('heroku')
  for (const one of dockerHub.users) one.password = canary('docker')
  for (const user of google.users) for (const one of user.tokens) one.token = token('google')
  for (const user of circleci.users) for (const one of user.tokens) one.token = token('circleci')
}

/** What CI gets is known to whoever made it, and to CircleCI; what an account is let in with, to its own vendor alone. */
function secretsOf(rehearsal: Rehearsal): readonly Kept[] {
  const { world } = rehearsal
  const env = signedIn(rehearsal)
  const signIns = Object.entries(SIGN_INS).flatMap(([name, vendor]) =>
    env[name] === undefined ? [] : [{ name, text: env[name], with: [vendor] }],
  )
  const theirs = new Set(signIns.map(({ text }) => text))
  return [...signIns, ...mintedIn(world).filter(({ text }) => !theirs.has(text))]
}

const mintedIn = ({ heroku, dockerHub, google, circleci }: World): readonly Kept[] => [
  ...heroku.authorizations.map(({ token }) => minted('a token of Heroku', token, 'heroku')),
  ...[...dockerHub.users, ...dockerHub.organizations].flatMap(({ tokens }) =>
    tokens.map(({ token }) => minted('a token of Docker Hub', token, 'docker-hub')),
  ),
  ...google.users.flatMap(({ tokens }) => tokens.map(({ token }) => minted('a token of Google', token, 'google'))),
  ...circleci.contexts.flatMap(({ variables }) =>
    variables
      .filter(({ name }) => name !== 'DOCKERHUB_USER')
      .map(({ name, value }) => minted(name, piece(value), 'heroku', 'docker-hub')),
  ),
]

const minted = (name: string, text: string, ...vendors: Vendor[]): Kept => ({
  name,
  text,
  with: [...vendors, 'circleci'],
})

/** Of a key in base64 a part that no other has, where the private one stands. */
const LONGEST = 400
const piece = (value: string) => (value.length > LONGEST ? value.slice(LONGEST, LONGEST + 80) : value)

/** Watches that what is secret is nowhere it does not belong: with other vendors, in processes, in the output, on the disk. */
export function watchLeaks(rehearsal: Rehearsal) {
  const found = new Set<string>()
  const running = new Set<number>()
  const forms = new Map<string, readonly string[]>()
  const known = (text: string) => {
    const all = forms.get(text) ?? formsOf(text)
    forms.set(text, all)
    return all
  }
  const see = (where: string, text: string, at?: string) => {
    for (const one of secretsOf(rehearsal)) {
      if (at !== undefined && one.with.includes(at)) continue
      if (known(one.text).some(form => text.includes(form))) found.add(`${one.name}: ${where}`)
    }
  }
  const hook: Hook = (phase, { vendor, method, path }, call) => {
    if (phase === 'after') return
    const { query, headers, body } = call
    see(`sent to ${vendor}, ${method} ${path}`, `${call.path}?${query} ${JSON.stringify([headers, body])}`, vendor)
    for (const pid of running) seeProcess(pid, '')
  }
  /** The program's own environment is where the sign-ins come from; that of what it has started is not. */
  function seeProcess(pid: number, parent: string): void {
    const command = readOf(`/proc/${pid}/cmdline`)
    const environ = readOf(`/proc/${pid}/environ`)
    // Born, and not yet what it is to be; or gone.
    if (command === '' || command === parent || command !== readOf(`/proc/${pid}/cmdline`)) return
    see('in the words of a command', command)
    if (parent !== '') see(`in the environment of ${command.replaceAll('\0', ' ')}`, environ)
    const children = readOf(`/proc/${pid}/task/${pid}/children`).split(' ').filter(Boolean)
    for (const child of children) seeProcess(Number(child), command)
  }
  return {
    found,
    hook,
    /** A run of the program, from its start until it is over; then what it said, and what lies in a folder, where it could tidy up. */
    begins: (pid: number) => void running.add(pid),
    ends: (pid: number, said: string, folder?: string) => {
      running.delete(pid)
      see('in the output', said)
      if (folder === undefined) return
      for (const file of filesIn(folder)) see(`in the file ${file}`, readOf(join(folder, file)))
    },
    see,
  }
}

/** A process or a file that has gone has nothing in it. */
function readOf(file: string): string {
  try {
    return readFileSync(file, 'latin1')
  } catch {
    return ''
  }
}

/** Without git's objects, which are compressed. */
const filesIn = (folder: string): readonly string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile() && !entry.parentPath.includes('/.git/objects'))
    .map(({ parentPath, name }) => join(parentPath, name).slice(folder.length + 1))
