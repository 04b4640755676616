import type { Cause } from './cause.ts'
import { at, type Json, textAt } from './json.ts'
import { neededIn } from './needed.ts'
import { byNpx } from './newer-version.ts'
import { explained, notLetIn, type Refusal, refusedSignIn } from './refusal.ts'
import { basic } from './secret.ts'
import type { Host, VendorApi, VendorReply } from './vendor.ts'

const TOKEN_PAGE = 'https://dashboard.heroku.com/account'

const BILLING = 'https://dashboard.heroku.com/account/billing'

const NO_PAYMENT_METHOD = `a payment method, without which Heroku creates no app: ${BILLING}`

function means(reply: VendorReply): Cause {
  const told = { id: textAt(reply.body, 'id') ?? '', message: textAt(reply.body, 'message') ?? '' }
  const cause = explained(reply, told, REFUSALS, UNEXPECTED)
  return reply.status === 401
    ? refusedSignIn(cause, reply.signIn, { page: TOKEN_PAGE, login: ['heroku', 'login'] })
    : cause
}

/** The Heroku Platform API (facts/heroku.md 1.3, 5, 6). */
export const HEROKU: VendorApi = {
  name: 'Heroku',
  signIn: {
    variables: [{ secret: 'HEROKU_API_KEY' }],
    tool: ['heroku', 'auth:token'],
    login: ['heroku', 'login'],
    page: TOKEN_PAGE,
    right: 'the scope `global` (labs features need it)',
  },
  costs: 'the app costs nothing until it runs; a dyno that runs is paid by the hour (heroku.com/pricing)',
  account: async read => {
    const reply = await read('/account')
    const id = textAt(reply.body, 'id')
    const name = textAt(reply.body, 'email')
    if (reply.status >= 300 || id === undefined || name === undefined) throw notLetIn(reply, means(reply))
    const isFederated = at(reply.body, 'federated') === true
    const features = await read('/account/features')
    const lacks = [
      ...(at(reply.body, 'verified') === false ? [NO_PAYMENT_METHOD] : []),
      ...(features.status === 403 ? [NO_GLOBAL_SCOPE] : []),
      ...(isFederated ? [NO_AUTHORIZATIONS] : []),
    ]
    return { id, name, lacks, ...(isFederated && { noTokens: FEDERATED }) }
  },
  means,
  misleading: ['HEROKU_APP', 'HEROKU_TEAM', 'HEROKU_ORGANIZATION'],
}

/** HEROKU_HOST as the heroku command reads it: a whole address, or a domain whose `api.` is meant. */
const hostOf = (part: string, host: string | undefined): string | undefined =>
  !host || host.startsWith('http') ? host || undefined : `https://${part}.${host}`

export const HEROKU_API: Host = {
  home: 'https://api.heroku.com',
  variables: ['HEROKU_HOST'],
  endpoint: env => hostOf('api', env.HEROKU_HOST),
  headers: { accept: 'application/vnd.heroku+json; version=3' },
  authorization: ({ secret }) => ({ authorization: `Bearer ${secret.reveal()}` }),
  byHand: { header: 'Authorization: Bearer ', variable: 'HEROKU_API_KEY' },
}

/** heroku login refuses while HEROKU_API_KEY is set (facts/heroku.md 8). */
const SIGN_IN_ANEW = `If HEROKU_API_KEY is set: put a new token from ${TOKEN_PAGE} into it, or unset it. Else: heroku login. Then run again.`
const NEWEST = `Run the newest version: ${byNpx()}. If it says the same, report the words above.`

/** Where images are pushed to; the manifest tells which image that was (facts/heroku.md 4). */
export const HEROKU_REGISTRY: Host = {
  home: 'https://registry.heroku.com',
  variables: ['HEROKU_HOST'],
  endpoint: env => hostOf('registry', env.HEROKU_HOST),
  headers: { accept: 'application/vnd.docker.distribution.manifest.v2+json' },
  authorization: ({ secret }) => ({ authorization: basic('_', secret) }),
}

const NO_GLOBAL_SCOPE = 'the scope global in its token, without which labs features cannot be switched on'

const NO_AUTHORIZATIONS =
  'the right to create a token for CI, since it signs in by single sign-on: an account without it is needed for that'

/** Heroku Help PBGP6IDE: an account with SSO has sessions of eight hours, and creates no authorizations. */
const FEDERATED: Cause = {
  code: 'federated',
  means: 'This Heroku account signs in by single sign-on (SSO), and such accounts cannot create a token that lasts.',
  next: 'Ask for an account without SSO (a service account) that is a collaborator of the app, put a token of it into HEROKU_API_KEY, and run again. To set up the rest first: --skip heroku',
}

/** The first that fits explains the answer. The statuses of the ids are the Platform API reference's (facts/heroku.md 1.3). */
const REFUSALS: readonly Refusal[] = [
  {
    when: status => status === 401,
    cause: {
      code: 'unauthorized',
      means: 'Heroku does not accept the token: it is wrong, has expired or was revoked.',
      next: SIGN_IN_ANEW,
    },
  },
  {
    when: (_, id) => id === 'verification_required',
    cause: {
      code: 'verification_required',
      means: 'Heroku creates apps only for accounts with a payment method, and this account has none.',
      next: `Add one at ${BILLING}, then run again. Nothing was created.`,
    },
  },
  {
    when: (_, id) => id === 'verification_needed',
    cause: {
      code: 'verification_needed',
      means: 'Heroku does this only for accounts with billing information, and this account has none.',
      next: `Add it at ${BILLING}, then run again. Nothing was changed.`,
    },
  },
  {
    when: (status, id) => status === 402 || id === 'delinquent',
    cause: {
      code: 'delinquent',
      means: 'Heroku waits for a payment of this account, or for its payment method to be confirmed.',
      next: `Pay or confirm it at ${BILLING}, then run again.`,
    },
  },
  {
    when: (_, id) => id === 'suspended',
    cause: {
      code: 'suspended',
      means: 'Heroku has suspended the account or the app; only Heroku can lift that.',
      next: 'Ask Heroku for the reason at https://help.heroku.com, and run again once it is lifted.',
    },
  },
  {
    when: (_, id) => id === 'two_factor',
    cause: {
      code: 'two_factor',
      means: 'Heroku asks for a second factor, which an API request cannot give.',
      next: SIGN_IN_ANEW,
    },
  },
  {
    when: (status, _, message) => status === 403 && /scope of this OAuth authorization/i.test(message),
    cause: {
      code: 'scope',
      means: 'The token was made for less than the set-up needs; it needs the scope global.',
      next: 'Unset HEROKU_API_KEY, sign in with heroku login (its token has that scope), and run again.',
    },
  },
  {
    when: (status, _, message) => status === 403 && /access to the app/i.test(message),
    cause: {
      code: 'no-access',
      means: 'The app is somebody else’s, and the signed-in account has no access to it.',
      next: 'If it is the app you want: ask its owner for access. If not: --set herokuApp=NAME. Then run again.',
    },
  },
  {
    when: status => status === 403,
    cause: {
      code: 'forbidden',
      means: 'The signed-in Heroku account may not do this.',
      next: 'Sign in as an account that may, or ask the owner for access, and run again.',
    },
  },
  {
    when: (status, id, message) => status === 404 && (id !== 'not_found' || /API endpoint/i.test(message)),
    cause: {
      code: 'no-endpoint',
      means: 'What answered does not know this part of Heroku’s API; perhaps it is not Heroku.',
      next: `If HEROKU_HOST is set: correct or unset it, and run again. Else run the newest version: ${byNpx()}.`,
    },
  },
  {
    when: status => status === 404,
    cause: {
      code: 'not_found',
      means: 'Heroku does not have what was asked for, or does not show it to the signed-in account.',
      next: 'Check the name of the app (--set herokuApp=NAME), and run again.',
    },
  },
  {
    when: status => status === 406,
    cause: {
      code: 'not_acceptable',
      means: 'Heroku no longer speaks the version of its API that this program knows.',
      next: NEWEST,
    },
  },
  {
    when: status => status === 409,
    cause: {
      code: 'conflict',
      means: 'Heroku cannot do this now: it does not go with what is there or under way.',
      next: 'Do what its words above say, or wait a minute; then run again: what exists is looked at first.',
    },
  },
  {
    when: status => status === 410,
    cause: {
      code: 'gone',
      means: 'Heroku had this once and has it no more.',
      next: `Run again: what is missing is created again. If it says the same, run the newest version: ${byNpx()}.`,
    },
  },
  {
    when: status => status === 400,
    cause: {
      code: 'bad_request',
      means: 'Heroku cannot read the request: that is a mistake of this program, not yours.',
      next: NEWEST,
    },
  },
  {
    when: status => status === 422,
    cause: {
      code: 'invalid_params',
      means: 'Heroku does not take one of these values.',
      next: 'Change the answer that its words above name (--set KEY=VALUE), and run again.',
    },
  },
  {
    when: status => status === 429,
    cause: {
      code: 'rate_limit',
      means: 'The account has used up its requests to Heroku (4500 an hour; they come back little by little).',
      next: 'Wait a few minutes, and run again; it goes on where it stopped.',
    },
  },
  {
    when: status => status >= 500,
    cause: {
      code: 'unavailable',
      means: 'Heroku itself has trouble; it is nothing that you did.',
      next: 'See https://status.heroku.com, and run again later; it goes on where it stopped.',
    },
  },
]

const UNEXPECTED: Cause = {
  code: 'unexpected',
  means: 'Heroku gave an answer that this version does not know.',
  next: NEWEST,
}

/** What the wizard reads of an app. */
export interface HerokuApp {
  readonly id: string
  readonly name: string
  /** An e-mail address; for a team's app, the team's own one. */
  readonly ownerEmail: string
  readonly team: string | undefined
  /** The stack that the next release gets. */
  readonly stack: string
  readonly createdAt: Date
}

/** Reads an app object of the Platform API; undefined of a refusal. Throws SetupError where a field is missing. */
export function readApp(reply: VendorReply): HerokuApp | undefined {
  const { status, body } = reply
  if (status >= 300) return undefined
  const need = neededIn(HEROKU.name, reply)
  return {
    id: need.text(body, 'id'),
    name: need.text(body, 'name'),
    ownerEmail: need.text(body, 'owner', 'email'),
    team: textAt(body, 'team', 'name'),
    stack: textAt(body, 'build_stack', 'name') ?? need.text(body, 'stack', 'name'),
    createdAt: need.date(body, 'created_at'),
  }
}

/** The e-mail addresses of an app's collaborators; none of a refusal. Throws SetupError where a field is missing. */
export function readCollaborators(reply: VendorReply): readonly string[] {
  const need = neededIn(HEROKU.name, reply)
  return Array.isArray(reply.body) ? (reply.body as readonly Json[]).map(item => need.text(item, 'user', 'email')) : []
}
