/** How origin is asked: git speaks to another machine nowhere else. */
import { SetupError } from './cause.ts'
import { OUTSIDE_CHECKOUT, type Ran, type Tools } from './exec.ts'
import { readRemote, withoutUserInfo } from './remote.ts'

type Run = Tools['run']

/**
 * What `git ls-remote` says of a ref. The address is the checkout's, the way there is the person's own: git runs outside
 * the checkout, so that no command, helper, proxy, header or rewriting which the checkout configures has a part in it.
 * @throws SetupError where the checkout's configuration sends fetches or pushes of origin somewhere else than that
 */
export async function askOrigin(ref: string, run: Run): Promise<Ran> {
  const { addresses, leadsElsewhere } = await readCheckout(run)
  // Of several the first is the one that git fetches from.
  const [address = ''] = addresses
  const env = outside(address)
  // Where there is none, git looks into files of an older form.
  if (leadsElsewhere || addresses.length !== 1 || address === '') await assertStraight(env, run)
  return run({ argv: ['git', 'ls-remote', 'origin', ref], env })
}

/** The scopes of git's configuration that are not the checkout's. */
const NOT_OF_CHECKOUT = ['system', 'global', 'command']

/** Origin's addresses in the checkout's own configuration, and whether anything else there can lead elsewhere. */
async function readCheckout(run: Run): Promise<{ addresses: readonly string[]; leadsElsewhere: boolean }> {
  // By how a key begins: what follows need be no text, which git would pass by.
  const keys = '^(url|remote\\.origin)\\.'
  const { stdout } = await run({ argv: ['git', 'config', '--show-scope', '--null', '--get-regexp', keys] })
  const fields = stdout.split('\0')
  const own = fields.filter((_, at) => at % 2 === 1 && !NOT_OF_CHECKOUT.includes(fields[at - 1] ?? ''))
  return {
    addresses: own.flatMap(entry => /^remote\.origin\.url\n(.*)$/s.exec(entry)?.[1] ?? []),
    leadsElsewhere: own.some(entry => /^(url\.|remote\.origin\.pushurl(\n|$))/.test(entry)),
  }
}

/** The address is no argument, which all could see: there may be a password in it. */
const outside = (address: string): Readonly<Record<string, string>> => ({
  ...OUTSIDE_CHECKOUT,
  GIT_CONFIG_COUNT: address === '' ? '0' : '1',
  GIT_CONFIG_KEY_0: 'remote.origin.url',
  GIT_CONFIG_VALUE_0: address,
})

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
  return place === undefined ? address : `${place.host}/${place.path}`.toLowerCase()
}

const redirected = (astray: string, meant: string): SetupError =>
  new SetupError({
    code: 'redirected',
    means: `The checkout’s own git configuration sends what is for origin (${meant}) to ${astray}. Origin was not asked, and a push of yours would go there.`,
    next: 'See which setting does that (git config --local --list: url.….insteadOf, url.….pushInsteadOf, remote.origin.pushurl) and take it out, or put it into your own configuration (git config --global) if you want it; then run again.',
  })
