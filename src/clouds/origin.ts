/** How origin is asked: git speaks to another machine nowhere else. */
import { type Cause, SetupError } from './cause.ts'
import { OUTSIDE_CHECKOUT, type Tools } from './exec.ts'
import { inSmallLetters, withCodes } from './letters.ts'
import { readRemote, withoutUserInfo } from './remote.ts'

type Run = Tools['run']

/**
 * What `git ls-remote` says of a ref, or why it says nothing. The address is the checkout's, the way there is the person's
 * own: git runs outside the checkout, so that no command, helper, proxy, header or rewriting which the checkout configures
 * has a part in it.
 * @throws SetupError where the checkout's configuration sends fetches or pushes of origin somewhere else than that
 */
export async function askOrigin(ref: string, run: Run): Promise<string | Cause> {
  const here = await readSettings(run)
  const checkouts = here.filter(({ scope }) => !NOT_OF_CHECKOUT.includes(scope))
  // Of several the first is the one that git fetches from.
  const addresses = checkouts.filter(({ key }) => key === 'remote.origin.url')
  const [address] = addresses
  const env = outside([...(await conditional(here, run)), ...(address?.value ? [address] : [])])
  const leadsElsewhere = checkouts.some(({ key }) => /^(url\.|remote\.origin\.pushurl$)/.test(key))
  // Where there is none, git looks into files of an older form.
  if (leadsElsewhere || addresses.length !== 1 || !address?.value) await assertStraight(env, run)
  const { code, stdout, stderr } = await run({ argv: ['git', 'ls-remote', 'origin', ref], env })
  return code === 0 ? stdout : unanswered(ref, stderr, checkouts)
}

interface Setting {
  readonly scope: string
  readonly key: string
  readonly value: string
}

/** The scopes of git's configuration that are not the checkout's. */
const NOT_OF_CHECKOUT = ['system', 'global', 'command']

async function readSettings(run: Run, env: Readonly<Record<string, string>> = {}): Promise<readonly Setting[]> {
  const { stdout } = await run({ argv: ['git', 'config', '--show-scope', '--null', '--list'], env })
  const fields = stdout.split('\0')
  return fields.flatMap((scope, at) => {
    const [key = '', ...value] = fields[at + 1]?.split('\n') ?? []
    // A key without a value means true.
    return at % 2 === 0 && key ? [{ scope, key, value: value.length > 0 ? value.join('\n') : 'true' }] : []
  })
}

/** What the person's own configuration has for this folder alone (includeIf): outside of it, git would pass it by. */
async function conditional(here: readonly Setting[], run: Run): Promise<readonly Setting[]> {
  const persons = here.filter(({ scope }) => NOT_OF_CHECKOUT.includes(scope))
  if (!persons.some(({ key }) => key.startsWith('includeif.'))) return []
  const elsewhere = await readSettings(run, OUTSIDE_CHECKOUT)
  const always = new Set(elsewhere.map(({ key, value }) => `${key}\n${value}`))
  return persons.filter(({ key, value }) => !/^include(if)?\./.test(key) && !always.has(`${key}\n${value}`))
}

/** Settings are no arguments, which all could see: there may be a password in an address. */
const outside = (settings: readonly Setting[]): Readonly<Record<string, string>> => ({
  ...OUTSIDE_CHECKOUT,
  ...Object.fromEntries(
    settings.flatMap(({ key, value }, at) => [
      [`GIT_CONFIG_KEY_${at}`, key],
      [`GIT_CONFIG_VALUE_${at}`, value],
    ]),
  ),
  GIT_CONFIG_COUNT: String(settings.length),
})

/** What of a checkout's own configuration may be its way to origin. */
const WAY =
  /^(http|credential|ssh|protocol)\.|^core\.(sshcommand|gitproxy|askpass)$|^remote\.origin\.(proxy|uploadpack|vcs)$/

function unanswered(ref: string, stderr: string, checkouts: readonly Setting[]): Cause {
  const ways = checkouts.map(({ key }) => key).filter(key => WAY.test(key))
  // The middle of a key may be an address.
  const unused = [...new Set(ways.map(key => key.replace(/^(http|credential|protocol)\..+\./, '$1.….')))].join(', ')
  return {
    code: 'origin',
    asked: `git ls-remote origin ${ref}`,
    said: stderr.trim() || 'nothing',
    means: `git could not ask origin what it has there; no password is ever asked for in that.${unused && ` Your own git configuration counts for it, not the checkout’s, which sets ${unused}.`}`,
    next: unused
      ? 'Mend what git says. If origin needs what the checkout’s configuration sets, put it into your own (git config --global; for this folder alone, in a file that includeIf.gitdir names); then run again.'
      : 'Mend what git says (git remote -v shows where origin is; git fetch origin must work without a question), and run again.',
  }
}

/** The same place by two protocols is the same place. */
async function assertStraight(env: Readonly<Record<string, string>>, run: Run): Promise<void> {
  const [meant, fetched, pushed] = await Promise.all([
    run({ argv: ['git', 'ls-remote', '--get-url', 'origin'], env }),
    run({ argv: ['git', 'ls-remote', '--get-url', 'origin'] }),
    run({ argv: ['git', 'remote', 'get-url', '--push', '--all', 'origin'] }),
  ])
  const place = placeOf(meant.stdout.trim())
  const astray = [fetched.stdout, pushed.stdout]
    .flatMap(text => text.split('\n'))
    .find(address => address !== '' && placeOf(address) !== place)
  if (astray !== undefined) throw redirected(withoutUserInfo(astray), withoutUserInfo(meant.stdout.trim()))
}

function placeOf(address: string): string {
  const place = readRemote(address)
  return place === undefined ? address : inSmallLetters(`${place.host}/${place.path}`)
}

const redirected = (astray: string, meant: string): SetupError =>
  new SetupError({
    code: 'redirected',
    means: `The checkout’s own git configuration sends what is for origin (${withCodes(meant)}) to ${withCodes(astray)}. Origin was not asked, and a push of yours would go there.`,
    next: 'See which setting does that (git config --local --list: url.….insteadOf, url.….pushInsteadOf, remote.origin.pushurl) and take it out, or put it into your own configuration (git config --global) if you want it; then run again.',
  })
