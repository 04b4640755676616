/** What the jobs of a CircleCI config sign in to, known by what they read and do. */
import { type CiJob, ciJobs, type Script, textsOf } from './ci-jobs.ts'
import { isKnown, type Registry, registryAt, signInOf } from './ci-orbs.ts'
import { type ShellCommand, shellCommands, variableIn } from './shell-words.ts'

/** One sign-in of a job. */
export interface SignIn {
  readonly registry: Registry
  /** The variables that it reads; a user may be written in the file itself. Heroku's registry takes any user. */
  readonly user: string | undefined
  readonly secret: string | undefined
  /** How Google’s key is in its variable; undefined where the job does not tell. */
  readonly form?: 'base64' | 'json' | undefined
}

const known = new WeakMap<CiJob, readonly SignIn[]>()

/** What a job signs in to, in its order, each once. */
export function signInsOf(job: CiJob): readonly SignIn[] {
  const found = known.get(job) ?? readSignIns(job)
  known.set(job, found)
  return found
}

function readSignIns(job: CiJob): readonly SignIn[] {
  const scripts = job.scripts.map(script => ({ script, commands: shellCommands(script.command) }))
  const all: readonly Place[] = scripts.flatMap(({ script, commands }) => {
    const set = { ...script.environment, ...assignedIn(commands) }
    return commands.map(command => ({ command, set }))
  })
  const found = [
    ...job.orbs.flatMap(orb => signInOf(orb) ?? []),
    ...all.flatMap(place => byDocker(place, all) ?? byGcloud(place, all) ?? byHeroku(place) ?? []),
    ...job.scripts.flatMap(byAddress),
    ...(reads(textsOf(job), KEY_VARIABLE) ? [googleKey(KEY_VARIABLE, 'base64')] : []),
    ...byDecoding(job, all),
  ]
  return found
    .map(one => (one.form === 'json' && isDecodedBefore(job, one.secret) ? { ...one, form: 'base64' as const } : one))
    .filter((one, index, all) => all.findIndex(other => isSame(one, other)) === index)
}

/**
 * A command that puts what a variable holds in base64 in its own place, decoded, for the steps behind it: an orb takes
 * the key from there as it is.
 */
export const decodingInPlace = (variable: string): string =>
  `printf "export ${variable}='%s'\\n" "$(printf %s "$${variable}" | base64 --decode)" >> "$BASH_ENV"`

const isDecodedBefore = ({ scripts }: CiJob, variable = ''): boolean => {
  const decodes = new RegExp(
    String.raw`export ${variable}=.*\$\{?${variable}\b.*base64 +(?:-d|-D|--decode)\b.*>> *"?\$\{?BASH_ENV\b`,
  )
  return scripts.some(({ command }) => command.split('\n').some(line => decodes.test(line)))
}

/** A command, and what is set where it runs. */
interface Place {
  readonly command: ShellCommand
  readonly set: Readonly<Record<string, string>>
}

const isSame = (one: SignIn, other: SignIn) =>
  one.registry === other.registry && one.user === other.user && one.secret === other.secret && one.form === other.form

/** The variable with Google's key, as the document has it. */
const KEY_VARIABLE = 'GCLOUD_AUTH_ENCODED'

const googleKey = (secret: string | undefined, form: SignIn['form']): SignIn => ({
  registry: 'google',
  user: undefined,
  secret,
  form,
})

/** Does one of these texts read the variable: `$NAME`, `${NAME}`, or the name alone, as orbs take it? */
export function reads(texts: readonly string[], variable: string): boolean {
  const said = new RegExp(String.raw`\$(?:${variable}\b|\{!?${variable}\b)`)
  return texts.some(text => text === variable || said.test(text))
}

/** Does a job need the variable: by what it says, or by what its tools read? */
const needs = (job: CiJob, variable: string): boolean =>
  reads(textsOf(job), variable) || signInsOf(job).some(({ user, secret }) => user === variable || secret === variable)

/** The jobs that need one of these variables, run by a workflow or not, in the config's order; none of a config that cannot be read. */
export const jobsThatNeed = (text: string, variables: readonly string[]): readonly string[] => [
  ...new Set(ciJobs(text).flatMap(job => (variables.some(variable => needs(job, variable)) ? [job.job] : []))),
]

/** Does a job sign in to Google with a key? */
export const signsInByKey = (text: string, job: string): boolean =>
  ciJobs(text).some(
    one =>
      one.job === job && signInsOf(one).some(({ registry, secret }) => registry === 'google' && secret !== undefined),
  )

/** The variable that a job reads Google's key from: the document's, unless the job takes another. */
export function keyVariableOf(text: string, job: string): string {
  const keys = ciJobs(text)
    .filter(one => one.job === job)
    .flatMap(one => signInsOf(one).flatMap(({ registry, secret }) => (registry === 'google' ? (secret ?? []) : [])))
  return keys.includes(KEY_VARIABLE) ? KEY_VARIABLE : (keys[0] ?? KEY_VARIABLE)
}

/** `NAME=VALUE`, alone or exported. Of several, the first is the usual one: what comes later stands behind a condition. */
const assignedIn = (commands: readonly ShellCommand[]): Readonly<Record<string, string>> =>
  Object.fromEntries(
    commands.toReversed().flatMap(({ words }) =>
      words.flatMap((word, index) => {
        const [, name, value] = /^([A-Za-z_]\w*)=(.*)$/s.exec(word) ?? []
        const before = words.slice(0, index)
        const isSet = before.every(one =>
          /^(?:then|else|do|export|local|readonly|declare|-\w+|env|[A-Za-z_]\w*=.*)$/s.test(one),
        )
        return name !== undefined && value !== undefined && isSet ? [[name, value] as const] : []
      }),
    ),
  )

/** The variable that a word reads in the end: one that is set from another, or told by its name, is followed. */
function readBy(word: string | undefined, { set }: Pick<Place, 'set'>): string | undefined {
  const [, told] = /^\$\{!(\w+)\}$/.exec(word ?? '') ?? []
  if (told !== undefined) return set[told]
  const name = variableIn(word)
  const value = name === undefined || !Object.hasOwn(set, name) ? undefined : set[name]
  return value === undefined ? name : (variableIn(value) ?? name)
}

/** The text that a word comes to, as far as the file says it. */
function textOf(word: string, { set }: Place): string {
  const name = variableIn(word)
  return name !== undefined && Object.hasOwn(set, name) ? (set[name] ?? word) : word
}

const TOOL = /(?:^|\/)(?:docker|podman|buildah|skopeo|nerdctl|crane|oras|img)$/
const WITH_VALUE = /^(?:-u|--username|-p|--password|-e|--email|--config|--authfile)$/

/** `docker login`, or another tool’s. */
function byDocker(place: Place, all: readonly Place[]): readonly SignIn[] | undefined {
  const { words, piped } = place.command
  const tool = words.findIndex(word => TOOL.test(word))
  const login = words.indexOf('login', tool)
  if (tool === -1 || login === -1 || !words.slice(tool + 1, login).every(isBeforeLogin)) return undefined
  const options = optionsIn(words.slice(login + 1))
  const user = options.get('-u') ?? options.get('--username')
  const password = options.get('-p') ?? options.get('--password')
  const server = options.get('') ?? ''
  const registry = registryFor(server === '' ? '' : textOf(server, place), user)
  // Without a user, it is no sign-in that a job could do.
  if (registry === undefined || (registry === 'docker-hub' && user === undefined)) return []
  if (registry === 'google') {
    if (!/^_json_key/.test(user ?? '')) return []
    const key = keyIn(password ?? options.get('<<<') ?? '-', place, all)
    // A key of this user’s is the file in base64, as it is.
    return [user === '_json_key_base64' ? { ...key, form: 'base64' } : key]
  }
  const given = password ?? options.get('<<<') ?? piped.at(-1)?.findLast(word => word.includes('$'))
  return [{ registry, user: readBy(user, place), secret: readBy(given, place) }]
}

const isBeforeLogin = (word: string, index: number, words: readonly string[]) =>
  word === 'auth' || word.startsWith('-') || WITH_VALUE.test(words[index - 1] ?? '')

/** Options with their values; what stands alone first is at '', and what comes from a here-string at <<<. */
function optionsIn(words: readonly string[]): ReadonlyMap<string, string> {
  const options = new Map<string, string>()
  const left = words.values()
  for (const word of left) {
    const [, name, value] = /^(--?[\w-]+)=(.*)$/s.exec(word) ?? []
    if (name !== undefined) options.set(name, value ?? '')
    else if (WITH_VALUE.test(word) || word === '<<<') options.set(word, left.next().value ?? '')
    else if (/^\d?[<>]/.test(word)) break
    else if (!word.startsWith('-') && !options.has('')) options.set('', word)
  }
  return options
}

/** Docker Hub, where no registry is named; by the user’s name, where it comes from elsewhere. */
function registryFor(server: string, user: string | undefined): Registry | undefined {
  if (/^_json_key(?:_base64)?$|^oauth2accesstoken$/.test(user ?? '')) return 'google'
  if (user === '_') return 'heroku'
  if (user === 'AWS') return undefined
  if (server === '') return 'docker-hub'
  const named = variableIn(server)
  if (named !== undefined) return namedAfter(named)
  const registry = registryAt(server)
  return registry === 'other' ? undefined : registry
}

/** What a variable with a registry's address is called after. */
function namedAfter(variable: string): Registry | undefined {
  if (/heroku/i.test(variable)) return 'heroku'
  if (GOOGLE.test(variable)) return 'google'
  return /docker_?hub/i.test(variable) ? 'docker-hub' : undefined
}

const DECODES = (words: readonly string[]) =>
  words[0] === 'base64' && words.some(word => /^(?:-d|-D|-di|-id|--decode)$/.test(word))

/** `gcloud auth`: by a key, or without one. */
function byGcloud(place: Place, all: readonly Place[]): readonly SignIn[] | undefined {
  const { words } = place.command
  const at = words.findIndex(word => /(?:^|\/)gcloud$/.test(word))
  if (at === -1) return undefined
  if (words.includes('activate-service-account')) {
    const file = words.flatMap((word, index) => {
      if (word === '--key-file') return words[index + 1] ?? []
      return word.startsWith('--key-file=') ? word.slice('--key-file='.length) : []
    })[0]
    return [keyIn(file ?? '-', place, all)]
  }
  return words.includes('create-cred-config') ? [{ registry: 'google', user: undefined, secret: undefined }] : undefined
}

/** Where a key comes from that is taken from a word, a file or standard input. */
function keyIn(from: string, place: Place, all: readonly Place[]): SignIn {
  const { words, piped } = place.command
  if (from === '-' || from === '/dev/stdin') {
    const given = words[words.indexOf('<<<') + 1]
    if (words.includes('<<<')) return googleKey(readBy(given, place), 'json')
    const [tool, read] = piped.at(-1) ?? []
    if (tool === 'cat' && read !== undefined) return keyIn(read, place, all)
    return keyOf(piped, place) ?? loneKey(all) ?? googleKey(undefined, undefined)
  }
  const inPlace = /^<\((.*)\)$|^\$\((.*)\)$/s.exec(from)
  const inner = inPlace === null ? [] : shellCommands(inPlace[1] ?? inPlace[2] ?? '')
  const last = inner.at(-1)
  if (last !== undefined && last.words[0] !== 'cat') {
    const found = keyOf([...last.piped, last.words], place)
    if (found !== undefined) return found
  }
  const variable = readBy(from, place)
  const file = plain(last?.words[0] === 'cat' ? (last.words[1] ?? '') : textOf(from, place))
  const written = all.flatMap(one => {
    const into = one.command.words.findIndex(word => /^>/.test(word))
    if (into === -1) return []
    const to = one.command.words[into] === '>' ? one.command.words[into + 1] : one.command.words[into]?.slice(1)
    if (to === undefined || plain(textOf(to, one)) !== file) return []
    return keyOf([...one.command.piped, one.command.words.slice(0, into)], one) ?? []
  })
  return (
    written[0] ?? loneKey(all) ?? googleKey(variable !== undefined && inPlace === null ? variable : undefined, 'json')
  )
}

/** A path, however its variables and its home are written. */
const plain = (path: string): string =>
  path
    .replaceAll(/\$\{(\w+)\}/g, '$$$1')
    .replace(/^~\//, '$HOME/')
    .replace(/^\.\//, '')

/** What a pipe of commands brings: the variable that it begins with, decoded or as it is. */
function keyOf(pipe: readonly (readonly string[])[], place: Place): SignIn | undefined {
  const words = pipe.flat()
  const variable = words.map(word => readBy(word, place)).find(name => name !== undefined)
  if (variable === undefined) return undefined
  const isDecoded = pipe.some(DECODES)
  return googleKey(variable, isDecoded ? 'base64' : 'json')
}

/** The only variable that the job decodes, where what becomes of it is written in a way that is not known here. */
function loneKey(all: readonly Place[]): SignIn | undefined {
  const decoded = all.flatMap(place => {
    const { words, piped } = place.command
    return DECODES(words) ? (keyOf([...piped, words], place) ?? []) : []
  })
  const names = new Set(decoded.map(({ secret }) => secret))
  return names.size === 1 ? decoded[0] : undefined
}

/** What says Google: a name, a variable, an image. */
export const GOOGLE = /gcloud|google|(?:^|[^a-z])(?:gcr|gce|gcp)(?:[^a-z]|$)/i

/** A key that is decoded in a job that says Google, where a script of the checkout does the rest. */
function byDecoding(job: CiJob, all: readonly Place[]): readonly SignIn[] {
  const key = loneKey(all)
  if (key === undefined || ![job.job, key.secret ?? '', ...textsOf(job)].some(text => GOOGLE.test(text))) return []
  return [key]
}

/** The heroku command reads this variable itself. */
const HEROKU_OWN = 'HEROKU_API_KEY'

function byHeroku(place: Place): readonly SignIn[] | undefined {
  const { words } = place.command
  const at = words.findIndex(word => /(?:^|\/)heroku$/.test(word))
  if (
    at === -1 ||
    !/^(?:container|git|apps?|releases?|ps|run|auth|config|pg|maintenance|dyno)\b/.test(words[at + 1] ?? '')
  ) {
    return undefined
  }
  const before = words.slice(0, at).every(word => /^(?:sudo|env|time|exec|!|if|then|[A-Za-z_]\w*=.*)$/s.test(word))
  return before ? [{ registry: 'heroku', user: undefined, secret: readBy(`$${HEROKU_OWN}`, place) }] : undefined
}

/** A token of Heroku’s in an address, a header or a file; by its name, as any of them is called. */
const byAddress = ({ command }: Script): readonly SignIn[] =>
  [...command.matchAll(/\$\{?(HEROKU_(?:\w+_)?(?:KEY|TOKEN))\b|:\$\{?(\w+)\}?@(?:git\.)?heroku\.com/g)].map(
    ([, named, inAddress]) => ({ registry: 'heroku', user: undefined, secret: named ?? inAddress }),
  )

/** What a job does that may push, in a text that is not in the config. */
export function unclearIn(job: CiJob): readonly string[] {
  const commands = job.scripts.flatMap(({ command }) => shellCommands(command))
  const signsIn = signInsOf(job).length > 0
  return [
    ...commands.flatMap(({ words }) => {
      const unclear = unclearLogin(words)
      return unclear === undefined ? [] : [`${unclear} (${shownOf(words)})`]
    }),
    ...(signsIn
      ? []
      : commands.flatMap(({ words }) =>
          mayPush(words) ? [`runs “${shownOf(words)}”, and no sign-in of it is seen`] : [],
        )),
    ...job.orbs.flatMap(orb =>
      signInOf(orb) === undefined && !isKnown(orb) && MAY_PUSH.test(`${orb.orb}/${orb.name}`)
        ? [`uses ${orb.orb}/${orb.name}, an orb whose text is not here`]
        : [],
    ),
  ]
}

const LONGEST_SHOWN = 60
const shownOf = (words: readonly string[]) => {
  const text = words.join(' ')
  return text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}…` : text
}

const MAY_PUSH = /push|publish|deploy|release|docker|heroku|gcloud|gcp|gcr/i

/** What of a login only the run knows: the registry, or as whom it is at Google's. */
function unclearLogin(words: readonly string[]): string | undefined {
  const login = words.indexOf('login', words.findIndex(word => TOOL.test(word)) + 1)
  if (login <= 0 || !TOOL.test(words[login - 1] ?? '')) return undefined
  const options = optionsIn(words.slice(login + 1))
  const server = options.get('') ?? ''
  if (/^[^.]*\$/.test(server) && namedAfter(variableIn(server) ?? '') === undefined) {
    return 'signs in to a registry whose name is a variable'
  }
  const user = options.get('-u') ?? options.get('--username') ?? ''
  const isOpen = variableIn(user) !== undefined && registryAt(server) === 'google'
  return isOpen ? 'signs in to Google’s registry as a user whose name is a variable' : undefined
}

/** A push, or a program of the checkout that by its name may be one, or sign in to one. */
function mayPush(said: readonly string[]): boolean {
  const start = said.findIndex(
    word => !/^(?:sudo|env|exec|time|-\w+|[A-Za-z_]\w*=.*|(?:\/\w+)*\/?(?:ba|z|da)?sh)$/s.test(word),
  )
  const [program = '', ...rest] = said.slice(Math.max(0, start))
  if (TOOL.test(program)) return rest[0] === 'push' || rest.includes('--push')
  const text = [program, ...rest].join(' ')
  if (/^(?:make|gmake|task|just|mage|goreleaser|ko|skaffold)$/.test(program)) return PUSHES.test(text)
  return (
    /^\.?[\w./-]*\/|\.sh$/.test(program) &&
    (PUSHES.test(text) || /docker[-_.]?(?:hub|login|auth)|heroku|gcloud|gcp|gcr|login|auth/i.test(program))
  )
}

const PUSHES = /push|publish|deploy|(?:^|[-_:./ ])release/i
