/** How origin is asked: git speaks to another machine nowhere else. */
import { type Cause, SetupError } from './cause.ts'
import { OUTSIDE_CHECKOUT, type Tools } from './exec.ts'
import { NOT_OF_CHECKOUT, readSettings, type Setting } from './git-settings.ts'
import { inSmallLetters, withCodes } from './letters.ts'
import { readRemote, withoutUserInfo } from './remote.ts'
import { projectAt, pushedTo } from './remotes.ts'

type Run = Tools['run']

/**
 * What `git ls-remote` says of a ref of the remote that is pushed to, or why it says nothing. The address is the
 * checkout's, the way there is the person's own: git runs outside the checkout, so that no command, helper, proxy, header
 * or rewriting which the checkout configures has a part in it.
 * @param remote its name; undefined where nobody can tell which one it is
 * @throws SetupError where the checkout's configuration sends fetches or pushes somewhere else than that
 */
export async function askOrigin(remote: string | undefined, ref: string, run: Run): Promise<string | Cause> {
  if (remote === undefined) return undecided(ref)
  const here = await readSettings(run)
  const checkouts = here.filter(({ scope }) => !NOT_OF_CHECKOUT.includes(scope))
  const urls = checkouts.filter(({ key }) => key === `remote.${remote}.url`)
  const address = addressOf(remote, here)
  const setting = { scope: 'command', key: `remote.${remote}.url`, value: address ?? '' }
  const env = outside([...(await conditional(here, run)), ...(address ? [setting] : [])])
  const leadsElsewhere = checkouts.some(({ key }) => key.startsWith('url.') || key === `remote.${remote}.pushurl`)
  // Where there is none, git looks into files of an older form.
  if (leadsElsewhere || urls.length !== 1 || !address)
    await assertStraight(remote, address === urls[0]?.value, env, run)
  const { code, stdout, stderr } = await run({ argv: ['git', 'ls-remote', remote, ref], env })
  return code === 0 ? stdout : unanswered(remote, ref, stderr, checkouts)
}

/**
 * The address to ask: where pushes go, as the checkout has it. What the checkout itself replaces in an address counts only
 * where that is no address of a project, but an abbreviation of one.
 */
function addressOf(remote: string, here: readonly Setting[]): string | undefined {
  const checkouts = here.filter(({ scope }) => !NOT_OF_CHECKOUT.includes(scope))
  const written = (key: string) => checkouts.find(one => one.key === `remote.${remote}.${key}` && one.value)?.value
  const [url, pushed] = [written('url'), written('pushurl')]
  // The same place by another protocol may need a key for what anybody may read.
  const address = url !== undefined && pushed !== undefined && placeOf(url) === placeOf(pushed) ? url : (pushed ?? url)
  if (address === undefined) return undefined
  const project = projectAt(address)
  const counts = ({ scope, key }: Setting) =>
    project === undefined || !key.startsWith('url.') || NOT_OF_CHECKOUT.includes(scope)
  const used = pushedTo(remote, here.filter(counts)) ?? address
  const meant = projectAt(used)
  return meant !== undefined && meant !== project ? used : address
}

const undecided = (ref: string): Cause => ({
  code: 'no-remote',
  asked: `git ls-remote REMOTE ${ref}`,
  means: 'The checkout has no remote that is known to be your project’s, so nobody can tell what is on its branches.',
  next: 'Name it (git config checkout.defaultRemote NAME; git remote -v lists them), or add it (git remote add origin ADDRESS), and run again.',
})

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
const WAY = /^(http|credential|ssh|protocol)\.|^core\.(sshcommand|gitproxy|askpass)$/
const WAY_OF_REMOTE = ['proxy', 'uploadpack', 'vcs']

function unanswered(remote: string, ref: string, stderr: string, checkouts: readonly Setting[]): Cause {
  const ofRemote = WAY_OF_REMOTE.map(key => `remote.${remote}.${key}`)
  const ways = checkouts.map(({ key }) => key).filter(key => WAY.test(key) || ofRemote.includes(key))
  // The middle of a key may be an address.
  const unused = [...new Set(ways.map(key => key.replace(/^(http|credential|protocol)\..+\./, '$1.….')))].join(', ')
  return {
    code: 'origin',
    asked: `git ls-remote ${remote} ${ref}`,
    said: stderr.trim() || 'nothing',
    means: `git could not ask ${remote} what it has there; no password is ever asked for in that.${unused && ` Your own git configuration counts for it, not the checkout’s, which sets ${unused}.`}`,
    next: unused
      ? `Fix what git says. If ${remote} needs what the checkout’s configuration sets, put it into your own (git config --global; for this folder alone, in a file that includeIf.gitdir names); then run again.`
      : `Fix what git says (git remote -v shows where ${remote} is; git fetch ${remote} must work without a question), and run again.`,
  }
}

/**
 * The same place by two protocols is the same place.
 * @param isFetched whether it is asked where fetches go, too
 */
async function assertStraight(
  remote: string,
  isFetched: boolean,
  env: Readonly<Record<string, string>>,
  run: Run,
): Promise<void> {
  const [meant, fetched, pushed] = await Promise.all([
    run({ argv: ['git', 'ls-remote', '--get-url', remote], env }),
    run({ argv: ['git', 'ls-remote', '--get-url', remote] }),
    run({ argv: ['git', 'remote', 'get-url', '--push', '--all', remote] }),
  ])
  const place = placeOf(meant.stdout.trim())
  const astray = [isFetched ? fetched.stdout : '', pushed.stdout]
    .flatMap(text => text.split('\n'))
    .find(address => address !== '' && placeOf(address) !== place)
  if (astray !== undefined) throw redirected(remote, withoutUserInfo(astray), withoutUserInfo(meant.stdout.trim()))
}

function placeOf(address: string): string {
  const place = readRemote(address)
  return place === undefined ? address : inSmallLetters(`${place.host}/${place.path}`)
}

const redirected = (remote: string, astray: string, meant: string): SetupError =>
  new SetupError({
    code: 'redirected',
    means: `The checkout’s own git configuration sends what is for ${remote} (${withCodes(meant)}) to ${withCodes(astray)}. ${remote} was not asked, and a push of yours would go there.`,
    next: `See which setting does that (git config --local --list: url.….insteadOf, url.….pushInsteadOf, remote.${remote}.pushurl) and take it out, or put it into your own configuration (git config --global) if you want it; then run again.`,
  })
