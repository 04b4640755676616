import { chmodSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { byNpx } from '../../src/clouds/newer-version.ts'
import type { Fault, FaultKind } from '../../src/rehearsal/server.ts'
import type { World } from '../../src/rehearsal/world.ts'
import { git } from '../support/checkout.ts'
import { temporaryFolder } from '../support/folder.ts'
import { standingApp } from '../support/heroku-app.ts'
import { type RunOptions, setStage } from '../support/stage.ts'

/**
 * Every failure of facts/heroku.md 1.2 and 1.3 that can meet a person, made to happen; `said` are the vendor's own
 * words, which are shown whatever we make of them.
 */
interface Failure {
  readonly when: string
  readonly change?: (world: World) => void
  readonly faults?: readonly Fault[]
  readonly argv?: readonly string[]
  readonly env?: () => NonNullable<RunOptions['env']>
  readonly exit: 1 | 2
  readonly said: string
  readonly means: string
  readonly next: string
}

const ACCOUNT = '^/account$'
const APP = '^/apps/pt-dummy-app$'
const TOKEN_PAGE = 'https://dashboard.heroku.com/account'
const BILLING = `${TOKEN_PAGE}/billing`
const NAME_ANEW = 'dummyapp-setup --set herokuApp=NAME'
const NEWEST = `Run the newest version: ${byNpx()}.`

const CLOSED = 'http://127.0.0.1:1'
/** Waits are shorter, as they may be where no vendor is a real one: time-outs of 30 s would be sat through otherwise. */
const BRISK = {
  DUMMYAPP_SETUP_TIME_SCALE: '0.01',
  CIRCLE_HOST: CLOSED,
  DOCKERHUB_HOST: CLOSED,
  DOCKERHUB_AUTH_HOST: CLOSED,
}
const brisk = () => BRISK

const answer = (status: number, id: string, message: string): FaultKind => ({ status, body: { id, message } })
const onAccount = (what: FaultKind): readonly Fault[] => [{ method: 'GET', path: ACCOUNT, do: what }]
const onLook = (what: FaultKind): readonly Fault[] => [{ method: 'GET', path: APP, do: what }]
const onCreate = (what: FaultKind): readonly Fault[] => [{ method: 'POST', path: '^/apps$', do: what }]
/** Longer than a name may be: not even a name server is asked. */
const NOBODY = `${'a'.repeat(64)}.test`
const BAD_GATEWAY = '<html><title>503 Service Unavailable</title></html>'

/** Nobody signed in by variable, and in PATH git alone, beside a heroku command where there is one. */
function withTool(script?: string): NonNullable<RunOptions['env']> {
  const bin = temporaryFolder()
  symlinkSync(join(git(bin, '--exec-path').trim(), 'git'), join(bin, 'git'))
  if (script !== undefined) {
    writeFileSync(join(bin, 'heroku'), `#!/bin/sh\n${script}\n`)
    chmodSync(join(bin, 'heroku'), 0o755)
  }
  return { HEROKU_API_KEY: '', PATH: bin }
}

const account = (world: World) => {
  const [first] = world.heroku.accounts
  if (first === undefined) throw new Error('an empty world has an account')
  return first
}

const SIGN_IN: readonly Failure[] = [
  {
    when: 'there is neither a token nor a heroku command',
    env: () => withTool(),
    exit: 2,
    said: '',
    means: 'No sign-in for Heroku was found: HEROKU_API_KEY is not set, and the command heroku is not in PATH.',
    next: `Install heroku and sign in with heroku login, or put a token from ${TOKEN_PAGE} into HEROKU_API_KEY`,
  },
  {
    when: 'heroku is not logged in',
    env: () => withTool('echo "not logged in" >&2; exit 2'),
    exit: 2,
    said: 'exit 2: not logged in',
    means: 'HEROKU_API_KEY is not set, and heroku auth:token gives no token.',
    next: 'Sign in with heroku login, or put a token from',
  },
  {
    when: 'heroku wants a second factor and a terminal',
    env: () => withTool('echo "Two-factor authentication requires an interactive terminal." >&2; exit 1'),
    exit: 2,
    said: 'exit 1: Two-factor authentication requires an interactive terminal.',
    means: 'HEROKU_API_KEY is not set, and heroku auth:token gives no token.',
    next: 'Sign in with heroku login, or put a token from',
  },
  {
    when: 'heroku hangs',
    env: () => ({ ...withTool('exec /bin/sleep 600'), ...BRISK }),
    exit: 2,
    said: 'timed out after 0.3 s',
    means: 'HEROKU_API_KEY is not set, and heroku auth:token gives no token.',
    next: 'Sign in with heroku login, or put a token from',
  },
  {
    when: 'heroku prints a dead token, and exits with 0',
    env: () => withTool('echo "Warning: token will expire" >&2; echo dead-token'),
    exit: 2,
    said: '401 unauthorized: Invalid credentials provided.',
    means: 'Heroku does not accept the token: it is wrong, has expired or was revoked. It came from heroku auth:token.',
    next: 'Sign in again (heroku login), and run again.',
  },
  {
    when: 'HEROKU_API_KEY holds a dead token',
    env: () => ({ HEROKU_API_KEY: 'dead-token' }),
    exit: 2,
    said: '401 unauthorized: Invalid credentials provided.',
    means: 'Heroku does not accept the token: it is wrong, has expired or was revoked. It came from HEROKU_API_KEY.',
    next: 'into HEROKU_API_KEY, or unset it; then run again.',
  },
  {
    when: 'the account has a second factor',
    change: world => {
      account(world).twoFactorCode = '123456'
    },
    exit: 2,
    said: '403 two_factor: A second authentication factor or pre-authorization is required for this request.',
    means: 'Heroku asks for a second factor, which an API request cannot give.',
    next: 'Else: heroku login. Then run again.',
  },
  {
    when: 'the token has too small a scope',
    change: ({ heroku }) => {
      for (const one of heroku.authorizations) one.scope = ['read-protected', 'write-protected']
    },
    exit: 2,
    said: '403 forbidden: The scope of this OAuth authorization does not allow access to this resource.',
    means: 'The token was made for less than the set-up needs; it needs the scope global.',
    next: 'Unset HEROKU_API_KEY, sign in with heroku login',
  },
  {
    when: 'the account has no requests left',
    change: world => {
      account(world).rateLimitRemaining = 0
    },
    env: brisk,
    exit: 1,
    said: '429 rate_limit: Your account reached the API rate limit',
    means: 'The account has used up its requests to Heroku (4500 an hour; they come back little by little).',
    next: 'Wait a few minutes, and run again; it goes on where it stopped.',
  },
  {
    when: 'the account is suspended',
    faults: onAccount(answer(403, 'suspended', 'Your account has been suspended.')),
    exit: 2,
    said: '403 suspended: Your account has been suspended.',
    means: 'Heroku has suspended the account or the app; only Heroku can lift that.',
    next: 'Ask Heroku for the reason at https://help.heroku.com',
  },
  {
    when: 'a payment is due before anything is answered',
    faults: onAccount(answer(402, 'delinquent', 'Please pay.')),
    exit: 2,
    said: '402 delinquent: Please pay.',
    means: 'Heroku waits for a payment of this account, or for its payment method to be confirmed.',
    next: `Pay or confirm it at ${BILLING}, then run again.`,
  },
  {
    when: 'HEROKU_HOST is some other web server',
    faults: onAccount({ status: 404, headers: { 'content-type': 'text/html' }, body: '<h1>Not Found</h1>' }),
    exit: 2,
    said: '404 <h1>Not Found</h1>',
    means: 'What answered does not know this part of Heroku’s API; perhaps it is not Heroku.',
    next: 'If HEROKU_HOST is set: correct or unset it, and run again.',
  },
]

const NETWORK: readonly Failure[] = [
  {
    when: 'nothing listens there',
    env: () => ({ ...BRISK, HEROKU_HOST: CLOSED }),
    exit: 1,
    said: 'ECONNREFUSED 127.0.0.1:1',
    means: 'Heroku (127.0.0.1:1) refuses the connection: nothing listens there, or a firewall turns it away.',
    next: 'Check the network, the VPN and the firewall; where a proxy is the way out, set HTTPS_PROXY. Then run again.',
  },
  {
    when: 'the host is not known',
    argv: ['--allow-host', NOBODY],
    env: () => ({ HEROKU_HOST: `https://${NOBODY}` }),
    exit: 1,
    said: `ENOTFOUND ${NOBODY}`,
    means: `Heroku (${NOBODY}) could not be looked up: the network is down, or there is no such name.`,
    next: 'Check the network, the VPN and the firewall',
  },
  {
    when: 'Heroku keeps silent',
    faults: onAccount('silence'),
    env: brisk,
    exit: 1,
    said: 'no answer in 30 s',
    means: 'took the request and then kept silent.',
    next: 'Run the same command again: what exists is looked at first, nothing is made twice.',
  },
  {
    when: 'a sign-in page of the network answers',
    faults: onAccount('html'),
    env: brisk,
    exit: 1,
    said: 'an answer that is no JSON',
    means: 'answered with something other than the vendor’s data, as the sign-in page of a network does.',
    next: 'in a browser that no sign-in page of the network stands in between; then run again.',
  },
  {
    when: 'Heroku has trouble, in JSON',
    faults: onAccount(answer(500, 'internal_server_error', 'Internal server error.')),
    env: brisk,
    exit: 1,
    said: '500 internal_server_error: Internal server error.',
    means: 'Heroku itself has trouble; it is nothing that you did.',
    next: 'See https://status.heroku.com, and run again later; it goes on where it stopped.',
  },
  {
    when: 'Heroku has trouble, without a word',
    faults: onLook({ status: 502 }),
    env: brisk,
    exit: 1,
    said: '502',
    means: 'Heroku itself has trouble; it is nothing that you did.',
    next: 'See https://status.heroku.com, and run again later; it goes on where it stopped.',
  },
  {
    when: 'Heroku has trouble in the middle of an effect, in HTML',
    faults: onCreate({ status: 503, headers: { 'content-type': 'text/html' }, body: BAD_GATEWAY }),
    env: brisk,
    exit: 1,
    said: `503 ${BAD_GATEWAY} (3 times)`,
    means: 'No clear answer came to a request of heroku.create-app, and a look shows that it changed nothing.',
    next: 'Run again in a few minutes; what exists is looked at first, so nothing is made twice.',
  },
]

/** Somebody else's app of the name. */
function anothersApp({ heroku }: World): void {
  const createdAt = '2026-01-01T00:00:00.000Z'
  heroku.accounts.push({ ...account({ heroku } as World), id: crypto.randomUUID(), email: 'other@example.com' })
  heroku.apps.push(standingApp({ owner: 'other@example.com', createdAt, updatedAt: createdAt }))
}

const noPayment =
  (status: 402 | 422) =>
  (world: World): void => {
    account(world).verified = false
    world.heroku.rules.verificationStatus = status
  }

const payment = {
  exit: 1,
  means: 'Heroku creates apps only for accounts with a payment method, and this account has none.',
  next: `Add one at ${BILLING}, then run again. Nothing was created.`,
} as const

const taken = {
  exit: 1,
  means: 'The app name pt-dummy-app is in use by somebody else; names are shared by all of Heroku.',
  next: `Choose another: ${NAME_ANEW}`,
} as const

const THE_APP: readonly Failure[] = [
  {
    when: 'the app is another’s',
    change: anothersApp,
    said: '403 forbidden: You do not have access to the app',
    ...taken,
  },
  {
    when: 'the name is taken in the meantime',
    faults: onCreate(answer(422, 'invalid_params', 'Name pt-dummy-app is already taken')),
    said: '422 invalid_params: Name pt-dummy-app is already taken',
    ...taken,
  },
  {
    when: 'the name is taken, in the older words',
    faults: onCreate(answer(422, 'invalid_params', 'Name is already taken')),
    said: '422 invalid_params: Name is already taken',
    ...taken,
  },
  {
    when: 'there is no payment method (402)',
    change: noPayment(402),
    said: '402 verification_required: To create an app, verify your account by adding payment information.',
    ...payment,
  },
  {
    when: 'there is no payment method (422)',
    change: noPayment(422),
    said: '422 verification_required: To create an app, verify your account by adding payment information.',
    ...payment,
  },
  {
    when: 'billing information is needed',
    faults: onCreate(answer(422, 'verification_needed', 'Please verify your account.')),
    exit: 1,
    said: '422 verification_needed: Please verify your account.',
    means: 'Heroku does this only for accounts with billing information, and this account has none.',
    next: `Add it at ${BILLING}, then run again. Nothing was changed.`,
  },
  {
    when: 'a payment is due',
    faults: onCreate(answer(402, 'delinquent', 'Please pay.')),
    exit: 1,
    said: '402 delinquent: Please pay.',
    means: 'Heroku waits for a payment of this account, or for its payment method to be confirmed.',
    next: `Pay or confirm it at ${BILLING}, then run again.`,
  },
  {
    when: 'the app is suspended',
    faults: onLook(answer(403, 'suspended', 'The app is suspended.')),
    exit: 1,
    said: '403 suspended: The app is suspended.',
    means: 'Heroku has suspended the account or the app; only Heroku can lift that.',
    next: 'and run again once it is lifted.',
  },
  {
    when: 'the account may not',
    faults: onCreate(answer(403, 'forbidden', 'You may not.')),
    exit: 1,
    said: '403 forbidden: You may not.',
    means: 'The signed-in Heroku account may not do this.',
    next: 'Sign in as an account that may, or ask the owner for access, and run again.',
  },
  {
    when: 'the token’s scope ends at the features',
    faults: [
      {
        method: 'PATCH',
        path: '/features/',
        do: answer(403, 'forbidden', 'The scope of this OAuth authorization does not allow access to this resource.'),
      },
    ],
    exit: 1,
    said: 'The scope of this OAuth authorization does not allow access to this resource.',
    means: 'The token was made for less than the set-up needs; it needs the scope global.',
    next: 'sign in with heroku login (its token has that scope), and run again.',
  },
  {
    when: 'there is no such team',
    argv: ['--set', 'herokuTeam=acme'],
    exit: 1,
    said: "404 not_found: Couldn't find that team.",
    means: 'Heroku knows no team acme.',
    next: 'Correct its name (--set herokuTeam=NAME), or do without a team (--set herokuTeam=), and run again.',
  },
  {
    when: 'the team lets others make apps',
    change: ({ heroku }) => {
      const id = 'a7a0d6a1-5a5c-4b11-8d0b-0d2f7b6f0001'
      heroku.teams.push({ id, name: 'acme', verified: true, members: [], createdAt: '2026-01-01T00:00:00.000Z' })
    },
    argv: ['--set', 'herokuTeam=acme'],
    exit: 1,
    said: '403 forbidden: You do not have access to the team acme.',
    means: 'The signed-in account may not create apps in the team acme.',
    next: 'Ask an admin of acme for that right, or do without a team (--set herokuTeam=), and run again.',
  },
  {
    when: 'the app goes away between two looks',
    faults: [{ method: 'PATCH', path: '/features/', do: answer(410, 'gone', 'It is gone.') }],
    exit: 1,
    said: '410 gone: It is gone.',
    means: 'Heroku had this once and has it no more.',
    next: `Run again: what is missing is created again. If it says the same, run the newest version: ${byNpx()}.`,
  },
  {
    when: 'something else is at work on it',
    faults: onCreate(answer(409, 'conflict', 'Another operation is in progress.')),
    exit: 1,
    said: '409 conflict: Another operation is in progress.',
    means: 'Heroku cannot do this now: it does not go with what is there or under way.',
    next: 'Do what its words above say, or wait a minute; then run again: what exists is looked at first.',
  },
  {
    when: 'the API’s version is gone',
    faults: onLook(answer(406, 'not_acceptable', 'Set the Accept header.')),
    exit: 1,
    said: '406 not_acceptable: Set the Accept header.',
    means: 'Heroku no longer speaks the version of its API that this program knows.',
    next: NEWEST,
  },
  {
    when: 'the request cannot be read',
    faults: onCreate(answer(400, 'bad_request', "Request body wasn't valid JSON.")),
    exit: 1,
    said: "400 bad_request: Request body wasn't valid JSON.",
    means: 'Heroku cannot read the request: that is a mistake of this program, not yours.',
    next: NEWEST,
  },
  {
    when: 'a value is not taken',
    faults: onCreate(answer(422, 'invalid_params', "Couldn't find that stack.")),
    exit: 1,
    said: "422 invalid_params: Couldn't find that stack.",
    means: 'Heroku does not take one of these values.',
    next: 'Change the answer that its words above name (--set KEY=VALUE), and run again.',
  },
  {
    when: 'the requests run out at an effect',
    faults: onCreate(answer(429, 'rate_limit', 'Your account reached the API rate limit')),
    exit: 1,
    said: '429 rate_limit: Your account reached the API rate limit',
    means: 'The account has used up its requests to Heroku (4500 an hour; they come back little by little).',
    next: 'Wait a few minutes, and run again; it goes on where it stopped.',
  },
  {
    when: 'Heroku answers what nobody wrote down',
    faults: [
      {
        method: 'PATCH',
        path: '/features/',
        do: answer(405, 'method_not_allowed', 'Never heard of it.'),
      },
    ],
    exit: 1,
    said: '405 method_not_allowed: Never heard of it.',
    means: 'Heroku gave an answer that this version does not know.',
    next: NEWEST,
  },
]

/** Words as they were before they were wrapped. */
const unwrapped = (text: string) => text.replace(/\s+/g, ' ')

/** Whatever stands between two parts of the same message. */
const WITHIN_ONE = '(?:(?! ✖ ).)*?'

/** A message’s parts as patterns, as they follow each other on the screen. */
const parts = ({ said, means, next }: Failure) =>
  [...(said ? ['said', said] : []), 'means', means, 'next', next].map(part =>
    part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'),
  )

describe.each([
  ['Signing in', SIGN_IN],
  ['On the way', NETWORK],
  ['Making the app', THE_APP],
])('%s:', (_, failures) => {
  test.each(failures)('$when', async failure => {
    const { change, faults = [], argv = [], env, exit } = failure
    const stage = await setStage({ lanes: ['--only', 'heroku', '--skip', 'circleci'], ...(change && { change }) })
    stage.rehearsal.faults.push(...faults)
    const { code, all } = await stage.run(['--yes', ...argv], env && { env: env() })
    expect(code, all).toBe(exit)
    expect(unwrapped(all)).toMatch(new RegExp(parts(failure).join(WITHIN_ONE)))
  })
})
