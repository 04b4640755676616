import { ciJobs, textsOf } from '../../../src/answers/forms/ci-jobs.ts'
import { reads } from '../../../src/answers/forms/ci-sign-ins.ts'
import { fill, type Str, shown, t } from '../../../src/engine/text.ts'
import { type Config, entriesOf, readConfig, valueAt } from './document.ts'
import type { Open } from './edit.ts'
import { placesOf } from './places.ts'
import { type Change, type Repair, withRepairs } from './repairs.ts'
import { type Script, type Statement, scriptsOf, statementsOf } from './script.ts'

/** How a job signs in to Google without a key. */
export interface Keyless {
  /** The provider's whole name, and the account's address. */
  readonly provider: Str
  readonly account: Str
}

/** Which job is to sign in so, which variable it has had a key in, and the project's number, where that is known. */
export interface LoginWish extends Keyless {
  readonly job: string
  readonly variable: string
  readonly number: string | undefined
}

const TOKEN_FILE = '/tmp/circleci-oidc-token'
const CREDENTIALS = '/tmp/google-credentials.json'

/** CircleCI's own token goes to a file, gcloud is told who answers for it, and signs in by that (facts/circleci.md 9). */
export const keylessLines = ({ provider, account }: Keyless): readonly [token: Str, made: Str, login: Str] => [
  `printf '%s' "$CIRCLE_OIDC_TOKEN" >${TOKEN_FILE}`,
  t`gcloud iam workload-identity-pools create-cred-config ${provider} --service-account=${account} --credential-source-file=${TOKEN_FILE} --output-file=${CREDENTIALS}`,
  `gcloud auth login --cred-file=${CREDENTIALS}`,
]

/** What makes a job sign in to Google without a key; why it is left open; nothing where it does so already. */
export function keylessLogin(text: string, wish: LoginWish): Repair | Open | undefined {
  const config = readConfig(text)
  if ('why' in config) return undefined
  const jobs = entriesOf(config, valueAt(config, config.root, 'jobs'))
  if (!jobs.some(([job]) => job === wish.job)) return undefined
  const statements = scriptsOf(config, wish.job).flatMap(statementsOf)
  const made = statements.filter(({ says }) => MADE.test(says))
  const found = made.length > 0 ? otherValues(made, wish) : fromKey(statements, wish)
  if (found === undefined) return undefined
  const why = typeof found === 'string' ? found : unsure(config, found, wish)
  if (why !== undefined || typeof found === 'string') return { job: wish.job, why: `${why}. ${byHand(wish)}` }
  return repairOf(config, found, wish)
}

const byHand = (wish: LoginWish): string =>
  `To sign in to Google without a key, put this in the place of what signs in by one: ${keylessLines(wish).map(shown).join(' && ')}`

/** One place of a script's value, and what is put there. */
interface Put {
  readonly script: Script
  readonly start: number
  readonly end: number
  readonly text: Str
}

interface Found {
  readonly puts: readonly Put[]
  /** Where it signs in, of which the repair has its name. */
  readonly at: Script
  readonly from: string
  /** The file that the key was put into. */
  readonly file?: string
}

/* A login that is there. */

const MADE = /^gcloud\s+iam\s+workload-identity-pools\s+create-cred-config\s/
const PROVIDER_NAME =
  /projects\/([^/"'\s]+)(\/locations\/global\/workloadIdentityPools\/[^/"'\s]+\/providers\/[^/"'\s]+)/

/** Its provider and its account, where they are others; everything else of it is the person's own. */
function otherValues(made: readonly Statement[], { provider, account, number }: LoginWish): Found | string | undefined {
  const [one, another] = made
  if (one === undefined || another !== undefined) return 'it makes more than one configuration of credentials'
  const { script, start, end } = one
  const said = script.value.slice(start, end)
  const named = PROVIDER_NAME.exec(said)
  const impersonated = /(\s--service-account(?:=|\s+)["']?)([^\s"']+)/.exec(said)
  if (named === null || impersonated === null) return 'it signs in without a key in a way of its own'
  const [whole, theirNumber, rest] = named
  const [, lead = '', theirAccount = ''] = impersonated
  if (/[$`<]/.test(whole + theirAccount)) return 'who it signs in as without a key comes from variables'
  const mine = PROVIDER_NAME.exec(fill(provider, () => '0'))?.[2]
  const isProvider = rest === mine && (number === undefined || theirNumber === number)
  const isAccount = theirAccount === shown(account)
  if (isProvider && isAccount) return undefined
  const put = (at: number, old: string, text: Str) => ({
    script,
    start: start + at,
    end: start + at + old.length,
    text,
  })
  return {
    puts: [
      ...(isProvider ? [] : [put(named.index, whole, provider)]),
      ...(isAccount ? [] : [put(impersonated.index + lead.length, theirAccount, account)]),
    ],
    at: script,
    from: `${whole} as ${theirAccount}`,
  }
}

/* A login by a key. */

/** A word of the shell. */
const WORD = String.raw`(?:"[^"\s]*"|'[^'\s]*'|[^\s;|&<>"'\`()\\])+`
const ACTIVATES = /^gcloud(?: +(?:-q|--quiet))? +auth +activate-service-account((?: +\S+)+)$/
const REMOVES = new RegExp(String.raw`^(?:rm(?: +-\w+)*|shred(?: +-\w+)*|chmod +[\w+=,-]+) +(${WORD})$`)

/** The key's variable, given to base64; what is behind it. */
function decoded(says: string, variable: string): string | undefined {
  const value = String.raw`(?:"\$${variable}"|"\$\{${variable}\}"|\$${variable}|\$\{${variable}\})`
  const said = String.raw`(?:echo(?: +-n)?|printf +(?:'%s(?:\\n)?'|"%s(?:\\n)?"|%s)) +${value} *\| *`
  const flags = '((?: +(?:-d|-D|-i|-di|-id|--decode|--ignore-garbage))+)'
  const [, piped, behind] = new RegExp(`^${said}base64${flags} *(.*)$`).exec(says) ?? []
  const [, given, after] = new RegExp(`^base64${flags} *<<< *${value} *(.*)$`).exec(says) ?? []
  return /-d|-D|--decode|-id/.test(piped ?? given ?? '') ? (behind ?? after) : undefined
}

/** The file of the key that gcloud is told to sign in by, and what else it is told. */
function activated(says: string): { readonly file: string; readonly more: string } | undefined {
  const [, options] = ACTIVATES.exec(says) ?? []
  const [, before = '', file, after = ''] =
    new RegExp(`^(.*?) +--key-file(?:=| +)(${WORD})(.*)$`).exec(options ?? '') ?? []
  if (file === undefined) return undefined
  // The account's name is in the key too.
  const more = `${before}${after}`
    .trim()
    .split(/ +/)
    .filter(word => !/^(?:|[\w.-]+@[\w.-]+|"?\$\{?\w+\}?"?)$/.test(word))
  if (!more.every(word => /^(?:-q|--quiet|--project=[\w:.-]+)$/.test(word))) return undefined
  return { file: plain(file), more: more.map(word => ` ${word}`).join('') }
}

/** A word without its quotes, however its variables are written. */
const plain = (word: string): string =>
  word
    .replaceAll(/["']/g, '')
    .replaceAll(/\$\{(\w+)\}/g, '$$$1')
    .replace(/^~\//, '$HOME/')

function fromKey(statements: readonly Statement[], wish: LoginWish): Found | string {
  const { variable } = wish
  const [token, made, login] = keylessLines(wish)
  const from = `by the key in ${variable}`
  const signing = statements.flatMap(statement => {
    const behind = decoded(statement.says, variable)?.replace(/^\| *(?=gcloud)/, '')
    const isPiped = behind !== undefined && /^gcloud\b/.test(behind)
    const options = activated(isPiped ? behind : statement.says)
    if (options === undefined || isPiped !== /^(?:-|\/dev\/stdin)$/.test(options.file)) return []
    return [{ statement, isPiped, ...options }]
  })
  const [one, another] = signing
  if (one === undefined) return 'it does not sign in to Google by a key in a way that is known here'
  if (another !== undefined) return 'it signs in to Google by a key more than once'
  const { script } = one.statement
  if (one.isPiped) return { puts: [put(one.statement, [token, made, t`${login}${one.more}`])], at: script, from }
  const { file } = one
  const decoding = statements.filter(({ says }) => {
    const [, to] = new RegExp(`^> *(${WORD})$`).exec(decoded(says, variable) ?? '') ?? []
    return to !== undefined && plain(to) === file
  })
  const [decode, more] = decoding
  if (decode === undefined || more !== undefined)
    return `how the key comes from ${variable} into ${file} is written in a way that is not known here`
  const removing = statements.filter(({ says }) => plain(REMOVES.exec(says)?.[1] ?? '') === file)
  const puts = [
    put(decode, [token]),
    put(one.statement, [made, t`${login}${one.more}`]),
    ...removing.map(statement => taken(statement, statements)),
  ]
  return { puts, at: script, from, file }
}

/** In the place of a command others, on lines of their own where it has its own line. */
function put({ script, start, end, line }: Statement, says: readonly Str[]): Put {
  const [from, to] = line
  const lead = script.value.slice(from, start)
  const isAlone = !!script.form?.isBlock && lead.trim() === '' && script.value.slice(end, to).trim() === ''
  const between = isAlone ? `\n${lead}` : ' && '
  const [first = '', ...more] = says
  return { script, start, end, text: more.reduce((all, next) => t`${all}${between}${next}`, first) }
}

const NO_KEY = "echo 'There is no key to take away.'"

/** A command is taken away with its line, or with what joins it to the one before; one that something may need to be there does nothing instead. */
function taken(statement: Statement, all: readonly Statement[]): Put {
  const { script, start, end, line } = statement
  const [from, to] = line
  const beside = all.filter(one => one.script === script && one.line[0] === from)
  const before = beside[beside.indexOf(statement) - 1]
  if (before !== undefined) return { script, start: before.end, end, text: '' }
  const isWhole = start === from && beside.length === 1 && end === to && from > 0
  return isWhole ? { script, start: from - 1, end: to, text: '' } : { script, start, end, text: NO_KEY }
}

/* Is it sure? */

const changesOf = ({ text }: Config, puts: readonly Put[]): readonly Change[] =>
  puts.flatMap(({ script: { form }, start, end, text: put }) => {
    if (form === undefined) return []
    const span = [form.place(start), form.place(end)] as const
    return [{ span, old: text.slice(...span), written: form.write(put) }]
  })

/** Why the change is not made, where it does not read back as meant, or leaves something that needs the key. */
function unsure(config: Config, { puts, file }: Found, wish: LoginWish): string | undefined {
  if (puts.some(({ script }) => script.form === undefined))
    return 'what signs in to Google is written in a block that is folded, or over several lines in quotes'
  const after = readConfig(bound(withRepairs(config.text, [{ changes: changesOf(config, puts) }])))
  if ('why' in after || !isAsMeant(config, after, puts)) return 'what signs in to Google cannot be written in its place'
  const texts = [
    ...ciJobs(after.text)
      .filter(({ job }) => job === wish.job)
      .flatMap(textsOf),
    ...scriptsOf(after, wish.job).map(({ value }) => value),
  ]
  const needs = (text: string) => reads([text], wish.variable) || (file !== undefined && plain(text).includes(file))
  if (texts.map(withoutComments).some(needs)) return `something else in it needs the key in ${wish.variable}`
  return undefined
}

const withoutComments = (text: string) => text.replaceAll(/^[ \t]*#.*$/gm, '')

const bound = (text: Str): string => fill(text, () => '0')

/** Every value is as it was, and the scripts have what was put into them. */
function isAsMeant(before: Config, after: Config, puts: readonly Put[]): boolean {
  const [old, now] = [placesOf(before), placesOf(after)]
  const isSame = old.every(({ path, node }, index) => {
    const mine = puts.filter(({ script }) => script.node === node).toSorted((one, other) => other.start - one.start)
    const meant = mine.reduce<unknown>(
      (value, { start, end, text }) => `${String(value).slice(0, start)}${bound(text)}${String(value).slice(end)}`,
      node.value,
    )
    const there = now[index]
    return there?.path.join('\0') === path.join('\0') && Object.is(there.node.value, meant)
  })
  return isSame && old.length === now.length
}

function repairOf(config: Config, { puts, at, from }: Found, wish: LoginWish): Repair {
  const places = placesOf(config).filter(({ node }) => node === at.node)
  const key = (places.find(({ isHome }) => isHome) ?? places[0])?.path.join('.') ?? `jobs.${wish.job}`
  const changed = new Set(puts.map(({ script }) => script.node))
  const others = entriesOf(config, valueAt(config, config.root, 'jobs'))
    .map(([job]) => job)
    .filter(job => job !== wish.job && scriptsOf(config, job).some(({ node }) => changed.has(node)))
  const why = 'CircleCI vouches for its job by a token of its own, so that there is no key to keep.'
  return {
    key,
    what: `how ${wish.job} signs in to Google`,
    why: others.length === 0 ? why : `${why} It also changes ${others.join(', ')}, which runs the same.`,
    from,
    to: `by CircleCI’s token, through ${shown(wish.provider)}, as ${shown(wish.account)}`,
    changes: changesOf(config, puts).toSorted((one, other) => one.span[0] - other.span[0]),
  }
}
