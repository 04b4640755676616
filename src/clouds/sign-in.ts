import { join } from 'node:path'
import { type Cause, EXIT, SetupError } from './cause.ts'
import type { Clock } from './clock.ts'
import type { Tools } from './exec.ts'
import { homeFolder } from './home.ts'
import type { Identity } from './identity.ts'
import { blankInitially } from './initial-environment.ts'
import { readNamed } from './named-file.ts'
import { NotOrdinary, readOrdinary } from './ordinary-file.ts'
import { quote } from './quote.ts'
import { Secret } from './secret.ts'
import type { Credential, Variables } from './vendor.ts'
import { VENDOR_IDS, VENDORS, type Vendor } from './vendors.ts'

/** A sign-in that was found: nothing is sent anywhere before a person said yes to it. */
export interface Found {
  readonly identity: Identity
  readonly credential: FoundCredential
}
type FoundCredential = Credential & { readonly source: string }

/** That there is none, and the words of the tool that was asked. */
interface NotFound {
  readonly vendor: Vendor
  readonly asked?: string
  readonly said?: string
}

export const isFound = (one: Found | NotFound): one is Found => 'credential' in one

/** Of a tool that prints a token: eight seconds where the network is down (facts/heroku.md 1.2), else two. */
const TOOL_LIMIT = 30_000

/** Far more than the tools’ own settings take, in bytes. */
const LONGEST = 2 ** 20

/** The bot's own sign-in, that its token is made with. */
const BOT = { user: 'DOCKERHUB_BOT_USER', secret: 'DOCKERHUB_BOT_PASSWORD' } as const satisfies Variables

/** What the environment held. */
export interface Taken {
  readonly secrets: ReadonlyMap<string, Secret>
  /** Names that go with a secret, and paths of files that hold one. */
  readonly names: ReadonlyMap<string, string>
}

/**
 * Takes every credential out of the environment, so that no child and no later code finds one there.
 * @throws SetupError (exit 2) for one that cannot be a token
 */
export function takeSecrets(env: NodeJS.ProcessEnv): Taken {
  const secrets = new Map<string, Secret>()
  const names = new Map<string, string>()
  const variables: readonly Variables[] = [...VENDOR_IDS.flatMap(vendor => VENDORS[vendor].signIn.variables), BOT]
  const given = variables.filter(({ secret, isFile }) => !isFile && env[secret] !== undefined)
  for (const { secret, user, isFile } of variables) {
    const value = env[secret]
    delete env[secret]
    if (value?.trim() && isFile) names.set(secret, value)
    else if (value?.trim()) secrets.set(secret, asSecret(value, secret))
    const name = user && env[user]?.trim()
    if (user && name) names.set(user, name)
  }
  if (env === process.env) blankInitially(given.map(({ secret }) => secret))
  return { secrets, names }
}

function asSecret(value: string, source: string, next = `Set ${source} anew, and run again.`): Secret {
  try {
    return Secret.of(value)
  } catch {
    throw new SetupError(
      {
        code: 'bad-token',
        means: `${source} holds characters that no token has.`,
        next,
      },
      EXIT.input,
    )
  }
}

/** The bot's sign-in, where the environment has it. */
export function findBot({ secrets, names }: Taken): Found | undefined {
  const secret = secrets.get(BOT.secret)
  const user = names.get(BOT.user)
  if (secret === undefined || user === undefined) return undefined
  return { identity: 'docker-hub.bot', credential: { user, secret, source: `${BOT.user} and ${BOT.secret}` } }
}

/** Who can be asked for a sign-in. */
interface Sources {
  readonly tools: Tools
  /** The vendor's address: a file's token is only for the one that it names. */
  readonly host: string
  readonly clock: Pick<Clock, 'timeout'>
  /** Ends the waiting for who writes a token into a pipe. */
  readonly stop?: AbortSignal
}

/**
 * The first sign-in there is for a vendor: its variables, its tool's, the files of its tools.
 * @throws SetupError (exit 2) where what is found cannot be a token, or cannot be read
 */
export async function findSignIn(vendor: Vendor, taken: Taken, sources: Sources): Promise<Found | NotFound> {
  const { variables, tool = [], files = [] } = VENDORS[vendor].signIn
  for (const variable of variables) {
    const credential = await inEnvironment(variable, taken, sources.stop)
    if (credential !== undefined) return { identity: vendor, credential }
  }
  const printed = await printedBy(vendor, sources)
  if (typeof printed === 'object') return { identity: vendor, credential: printed }
  for (const { path, read } of files) {
    const source = `~/${path}`
    const token = read(textIn(homeFolder(process.env), path), sources.host)
    if (token) return { identity: vendor, credential: { secret: asSecret(token, source), source } }
  }
  return { vendor, ...(printed && { asked: tool.join(' '), said: printed }) }
}

/** Does the environment name a sign-in for the vendor? */
export const isInEnvironment = (vendor: Vendor, { secrets, names }: Taken): boolean =>
  VENDORS[vendor].signIn.variables.some(({ secret }) => secrets.has(secret) || names.has(secret))

async function inEnvironment(
  { secret: variable, user, isFile }: Variables,
  taken: Taken,
  stop?: AbortSignal,
): Promise<FoundCredential | undefined> {
  const path = isFile && taken.names.get(variable)
  // Whoever named it may put a newer token there meanwhile.
  const read = (file: string) => secretInFile(file, variable, stop)
  if (path) return { secret: await read(path), source: `${variable} (${quote(path)})`, renew: () => read(path) }
  const secret = taken.secrets.get(variable)
  const name = user && taken.names.get(user)
  if (secret === undefined || (user && name === undefined)) return undefined
  return { secret, source: user ? `${user} (${name}) and ${variable}` : variable, ...(name && { user: name }) }
}

/** @throws SetupError (exit 2), without the path: perhaps it is the token itself, set by mistake */
async function secretInFile(path: string, variable: string, stop?: AbortSignal): Promise<Secret> {
  const file = `The file that ${variable} names`
  const next = `Put a token into it, or unset ${variable}, and run again.`
  let text: string
  try {
    text = (await readNamed(path, LONGEST, stop)).toString('utf8').trim()
  } catch (error) {
    if (stop?.aborted) throw error
    throw new SetupError(
      {
        code: 'unreadable-token',
        said: error instanceof NotOrdinary ? error.message : ((error as NodeJS.ErrnoException).code ?? ''),
        means: `${file} cannot be read.`,
        next: `Correct or unset ${variable}, and run again.`,
      },
      EXIT.input,
    )
  }
  if (text) return asSecret(text, file, next)
  throw new SetupError({ code: 'no-token', means: `${file} is empty.`, next }, EXIT.input)
}

/** What a vendor's tool prints, and whose it is; or why there is nothing, where there is the tool. */
async function printedBy(vendor: Vendor, sources: Sources): Promise<FoundCredential | string | undefined> {
  const { tools, clock } = sources
  const { tool, who, env = {} } = VENDORS[vendor].signIn
  if (tool === undefined || tools.find(tool[0]) === undefined) return undefined
  const ask = (argv: readonly string[]) => tools.run({ argv, env, timeoutMs: clock.timeout(TOOL_LIMIT) })
  const [token, name] = await Promise.all([ask(tool), who && ask(who)])
  const command = tool.join(' ')
  if (token.code !== 0 || !token.stdout.trim()) return `exit ${token.code}: ${token.stderr.trim() || 'no token'}`
  const secret = asSecret(token.stdout.trim(), command, `Run ${command} to see what it prints, and sign in anew.`)
  const [user] = name?.code === 0 ? name.stdout.trim().split(/\s/) : []
  return {
    secret,
    source: user ? `${command}, account ${user}` : command,
    ...(user && { user }),
    renew: async () => {
      const again = (await printedBy(vendor, sources)) ?? 'it is gone'
      if (typeof again === 'string') return `${command}: ${again}`
      return again.user === user
        ? again.secret
        : `${command} is now that of another account: ${again.user ?? 'unknown'}`
    },
  }
}

function textIn(folder: string | undefined, path: string): string {
  try {
    return folder === undefined
      ? ''
      : readOrdinary(join(folder, path), LONGEST, { throughLinks: true }).toString('utf8')
  } catch {
    return ''
  }
}

/** What to do where the bot must speak, and its password is not known. */
export const noPassword = (): Cause => ({
  code: 'no-password',
  means:
    'The bot’s own password is needed: nobody else can make its token or see its rights. It is used for that alone and never saved.',
  next: `Run it in a terminal, where it is asked for; or set ${BOT.user} and ${BOT.secret}, and run again.`,
})

/** What to do where a sign-in is missing and nobody can be asked. */
export function noSignIn(missing: readonly NotFound[]): SetupError {
  const asked = missing.flatMap(one => one.asked ?? [])
  const said = missing.flatMap(one => one.said ?? [])
  const cause: Cause = {
    code: 'no-sign-in',
    ...(asked.length > 0 && { asked: asked.join('\n'), said: said.join('\n') }),
    means: missing.map(whyMissing).join('\n'),
    next: missing.map(howToSignIn).join('\n'),
  }
  return new SetupError(cause, EXIT.input)
}

function whyMissing({ vendor, asked }: NotFound): string {
  const { name, signIn } = VENDORS[vendor]
  const variables = signIn.variables.map(({ user, secret }) => (user ? `${user} with ${secret}` : secret))
  const unset = variables.length === 1 ? `${variables[0]} is not set` : `none of ${variables.join(', ')} is set`
  const none = `No sign-in for ${name} was found: ${unset}`
  if (asked) return `${none}, and ${asked} gives no token.`
  return signIn.tool ? `${none}, and the command ${signIn.tool[0]} is not in PATH.` : `${none}.`
}

function howToSignIn({ vendor, asked }: NotFound): string {
  const { variables, login, page, right } = VENDORS[vendor].signIn
  const [first] = variables
  const install = login && !asked ? `Install ${login[0]} and sign` : 'Sign'
  const byTool = login ? `${install} in with ${login.join(' ')}, or put` : 'Put'
  if (first?.user !== undefined) {
    return `Put the ${VENDORS[vendor].signIn.user} into ${first.user} and its password into ${first.secret} (least right: ${right}), and run again.`
  }
  const where = first?.secret
  return `${byTool} a token from ${page} into ${where} (least right: ${right}), and run again.`
}
