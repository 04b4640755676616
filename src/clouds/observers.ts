import { url as inspectorUrl } from 'node:inspector'
import { EXIT, SetupError } from './cause.ts'
import { isOnlyOf } from './trusted-path.ts'

/** What of a Node process lets others watch it. */
export interface Process {
  readonly env: NodeJS.ProcessEnv
  /** Node's own options, as they stand on the command line. */
  readonly execArgv: readonly string[]
  /** Where a debugger can attach already. */
  readonly inspector?: string | undefined
}

/** Any value: what a part of Node prints is not ours to know, and a proxy's password is among it (measured: http and net on Node 20.20). */
const DEBUG = 'makes Node print what passes through it'

const CODE = 'lets other code into this process'

/** Whole variables. */
const VARIABLES: Readonly<Record<string, { readonly is: RegExp; readonly does: string }>> = {
  NODE_DEBUG: { is: /./, does: DEBUG },
  NODE_DEBUG_NATIVE: { is: /./, does: DEBUG },
  LD_AUDIT: { is: /./, does: CODE },
  NODE_TLS_REJECT_UNAUTHORIZED: { is: /^0$/, does: 'switches off the check that a host is who it says' },
}

const AUTHORITY = 'decides which hosts are taken for a vendor’s, and another user could have changed what it names'

/** Whose what is named must be: of code, root's alone, since a person's own files come from anywhere; else also the person's. */
type Whose = 'root' | 'own'

/** Variables that name what is loaded into this process, or trusted by it. Harmless where nobody else can have put it there. */
const NAMED: Readonly<
  Record<string, { readonly whose: Whose; readonly split?: RegExp; readonly isName?: RegExp; readonly does: string }>
> = {
  OPENSSL_CONF: { whose: 'root', does: CODE },
  OPENSSL_ENGINES: { whose: 'root', does: CODE },
  OPENSSL_MODULES: { whose: 'root', does: CODE },
  // Of a library's bare name, the system's own folders are searched.
  LD_PRELOAD: { whose: 'root', split: /[ :]+/, isName: /^[^/]*$/, does: CODE },
  LD_LIBRARY_PATH: { whose: 'own', split: /[:;]/, does: CODE },
  DYLD_INSERT_LIBRARIES: { whose: 'root', split: /:/, does: CODE },
  DYLD_LIBRARY_PATH: { whose: 'own', split: /:/, does: CODE },
  DYLD_FRAMEWORK_PATH: { whose: 'own', split: /:/, does: CODE },
  DYLD_FALLBACK_LIBRARY_PATH: { whose: 'own', split: /:/, does: CODE },
  DYLD_FALLBACK_FRAMEWORK_PATH: { whose: 'own', split: /:/, does: CODE },
  NODE_EXTRA_CA_CERTS: { whose: 'own', does: AUTHORITY },
  SSL_CERT_FILE: { whose: 'own', does: AUTHORITY },
  SSL_CERT_DIR: { whose: 'own', split: /:/, does: AUTHORITY },
}

/** Node's options, by name; `inherited`: who types it there wants it, but in the environment it may stand unnoticed. */
const OPTIONS: readonly { readonly is: RegExp; readonly does: string; readonly inherited?: true }[] = [
  { is: /^--inspect(-brk|-wait|-brk-node)?$/, does: 'opens a debugger, which sees all that is in memory' },
  { is: /^(-r|--(require|import|(experimental-)?loader))$/, does: 'runs other code in this process', inherited: true },
  { is: /^--(openssl-(shared-)?config|snapshot-blob)$/, does: CODE, inherited: true },
  { is: /^--(tls-keylog|trace-tls)$/, does: 'gives away what is needed to read the encrypted traffic' },
  { is: /^--(heapsnapshot-.+|abort-on-uncaught-exception)$/, does: 'writes the memory to a file' },
  { is: /^--(report-(on-.+|uncaught-exception))$/, does: 'writes environment and errors to a file' },
]

/**
 * Makes sure that nobody was let in to watch this process; before a sign-in is read. A debugger that is called by signal
 * stays out from now on.
 * @throws SetupError (exit 2) that names all that lets others see a secret, and the command without it
 */
export function keepObserversOut(): void {
  refuseObservers({ env: process.env, execArgv: process.execArgv, inspector: inspectorUrl() })
  // Node's own answer to it is to open a debugger.
  process.on('SIGUSR1', () => {})
}

/** @throws SetupError (exit 2), without any value: what others load may stand in an address with a password */
export function refuseObservers({ env, execArgv, inspector }: Process): void {
  const variables = Object.entries(VARIABLES).flatMap(([name, { is, does }]) =>
    is.test(env[name] ?? '') ? [{ name, fault: `${name} ${does}.` }] : [],
  )
  const named = Object.entries(NAMED).flatMap(([name, { does, ...how }]) =>
    isHarmless(env[name] ?? '', how) ? [] : [{ name, fault: `${name} ${does}.` }],
  )
  const inherited = optionsIn(wordsOfOptions(env.NODE_OPTIONS ?? '')).map(({ name, does }) => ({
    name: 'NODE_OPTIONS',
    fault: `NODE_OPTIONS has ${name}, which ${does}.`,
  }))
  const own = optionsIn(execArgv).flatMap(({ name, does, inherited }) =>
    inherited ? [] : [`node was started with ${name}, which ${does}.`],
  )
  const unset = [...variables, ...named, ...inherited]
  const faults = [...unset.map(({ fault }) => fault), ...own]
  if (faults.length === 0 && inspector !== undefined)
    faults.push('A debugger is open, which sees all that is in memory.')
  if (faults.length === 0) return
  const names = [...new Set(unset.map(({ name }) => `-u ${name}`))]
  throw new SetupError(
    {
      code: 'unsafe-environment',
      means: `Your sign-ins could be seen by others, so none was read:\n${faults.join('\n')}`,
      next: [
        ...(names.length > 0 ? [`Run the same command again with this before it: env ${names.join(' ')}`] : []),
        ...(named.some(({ name }) => NAMED[name]?.does === AUTHORITY)
          ? ['Where you need those certificates: copy them into a file of your own, and name that one instead.']
          : []),
        ...(own.length > 0 || names.length === 0 ? ['Start it without a debugger.'] : []),
      ].join('\n'),
    },
    EXIT.input,
  )
}

/** Can only those have put there what it names? An empty folder in a list is the current one, and so nobody's. */
function isHarmless(value: string, { whose, split, isName }: Omit<(typeof NAMED)[string], 'does'>): boolean {
  if (value === '' || value === '/dev/null') return true
  const users = whose === 'own' && process.getuid ? [process.getuid()] : []
  const paths = split === undefined ? [value] : value.split(split)
  return paths.every(path => isName?.test(path) || isOnlyOf(path, users))
}

/** The first word of each that counts, as Node reads it: underscores are dashes, a value may follow `=`. */
const optionsIn = (words: readonly string[]) =>
  words.flatMap(word => {
    const name = word.replace(/=.*/s, '').replace(/(?<=^--.*)_/g, '-')
    return OPTIONS.flatMap(option => (option.is.test(name) ? [{ ...option, name }] : []))
  })

/** NODE_OPTIONS as Node splits it: at blanks outside of double quotes; a backslash counts within them alone. */
const wordsOfOptions = (text: string): readonly string[] =>
  [...text.matchAll(/(?:"(?:\\.|[^"\\])*"?|[^ "])+/gs)].map(([word]) =>
    word.replace(/"((?:\\.|[^"\\])*)"?/gs, (_, inner: string) => inner.replace(/\\(.)/gs, '$1')),
  )
