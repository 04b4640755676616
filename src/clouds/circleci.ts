import type { Cause } from './cause.ts'
import { textAt } from './json.ts'
import { explained, notLetIn, type Refusal } from './refusal.ts'
import type { Host, VendorApi, VendorReply } from './vendor.ts'

const TOKENS_PAGE = 'https://app.circleci.com/settings/user/tokens'

/** v1 and v2 say `message`, now and then `error`; v3 nests it (facts/circleci.md 3). */
const wordsIn = ({ body }: VendorReply): string =>
  textAt(body, 'message') ?? textAt(body, 'error') ?? textAt(body, 'error', 'detail') ?? ''

const means = (reply: VendorReply): Cause => explained(reply, { message: wordsIn(reply) }, REFUSALS, UNEXPECTED)

/** CircleCI (facts/circleci.md). */
export const CIRCLECI: VendorApi = {
  name: 'CircleCI',
  signIn: {
    variables: [{ secret: 'CIRCLE_TOKEN' }, { secret: 'CIRCLE_CLI_TOKEN' }, { secret: 'CIRCLECI_CLI_TOKEN' }],
    files: [
      { path: '.config/circleci/config.yml', read: tokenIn },
      { path: '.circleci/cli.yml', read: tokenIn },
    ],
    page: TOKENS_PAGE,
    right: 'a personal token; project tokens reach no context',
  },
  costs: 'the free plan is enough; contexts and their restrictions are on every plan',
  account: async read => {
    const reply = await read('/api/v2/me')
    const id = textAt(reply.body, 'id')
    const login = textAt(reply.body, 'login')
    if (reply.status >= 300 || id === undefined || login === undefined) throw notLetIn(reply, means(reply))
    return { id, name: login, lacks: [] }
  },
  means,
  misleading: ['CIRCLECI_CLI_ENDPOINT', 'CIRCLECI_CLI_REST_ENDPOINT'],
}

/** The token that CircleCI's tools keep for a host, by the lines `host:` and `token:` (facts/circleci.md 2). */
function tokenIn(text: string, host: string): string | undefined {
  const setting = (key: string) => new RegExp(`^ *${key}: *["']?([^\\s"'#]+)`, 'm').exec(text)?.[1]
  const named = (setting('host') ?? 'https://circleci.com').replace(/^https?:\/\//, '').replace(/\/$/, '')
  return named === host ? setting('token') : undefined
}

export const CIRCLECI_API: Host = {
  home: 'https://circleci.com',
  endpoint: env => {
    const host = env.CIRCLE_HOST || env.CIRCLECI_CLI_HOST
    return !host || /^https?:/.test(host) ? host || undefined : `https://${host}`
  },
  headers: {},
  // Not Bearer: only recent Server images take that (facts/circleci.md 2).
  authorization: ({ secret }) => ({ 'circle-token': secret.reveal() }),
  byHand: { header: 'Circle-Token: ', variable: 'CIRCLE_TOKEN' },
}

/** The first that fits explains the answer. */
const REFUSALS: readonly Refusal[] = [
  {
    when: status => status === 401,
    cause: {
      code: 'unauthorized',
      means: 'CircleCI does not accept the token: it is wrong, has expired or was revoked.',
      next: `Make a personal token at ${TOKENS_PAGE}, put it into CIRCLE_TOKEN, and run again.`,
    },
  },
  {
    when: status => status === 403,
    cause: {
      code: 'forbidden',
      means: 'CircleCI does not let this account do that, or it is not there: of contexts it says the same for both.',
      next: 'Sign in as a member of the organization with a personal token (CIRCLE_TOKEN), or ask an admin of it, and run again.',
    },
  },
  {
    when: status => status === 404,
    cause: {
      code: 'not_found',
      means: 'CircleCI does not know it, or the signed-in account may not see it.',
      next: 'Check the names (--set circleOrg=gh/OWNER, --set circleProject=gh/OWNER/NAME; capitals count), and run again.',
    },
  },
  {
    when: status => status === 400 || status === 409 || status === 422,
    cause: {
      code: 'invalid',
      means: 'CircleCI does not take these values.',
      next: 'Change the answer that its words name (--set KEY=VALUE), and run again.',
    },
  },
  {
    when: status => status === 410,
    cause: {
      code: 'gone',
      means: 'CircleCI has switched this route off: this version is too old for it.',
      next: 'Run the newest one: npx dummyapp-setup@latest',
    },
  },
  {
    when: status => status === 429,
    cause: {
      code: 'rate_limit',
      means: 'CircleCI had too many requests from this account.',
      next: 'Wait a few minutes, and run again; it goes on where it stopped.',
    },
  },
  {
    when: status => status >= 500,
    cause: {
      code: 'unavailable',
      means: 'CircleCI itself has trouble.',
      next: 'See https://status.circleci.com, and run again; it goes on where it stopped.',
    },
  },
]

const UNEXPECTED: Cause = {
  code: 'unexpected',
  means: 'CircleCI gave an answer that this version does not know.',
  next: 'Run again with --verbose; if it stays, report the words above.',
}
