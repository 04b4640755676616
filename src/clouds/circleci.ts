import { type Cause, SetupError } from './cause.ts'
import { at, type Json, textAt } from './json.ts'
import { type Needed, neededIn } from './needed.ts'
import { byNpx } from './newer-version.ts'
import { pageLimits } from './pages.ts'
import { explained, notLetIn, type Refusal, refusedSignIn } from './refusal.ts'
import type { Host, VendorApi, VendorReply } from './vendor.ts'

const TOKENS_PAGE = 'https://app.circleci.com/settings/user/tokens'

/** v1 and v2 say `message`, now and then `error`; v3 nests it (facts/circleci.md 3). */
const wordsIn = ({ body }: VendorReply): string =>
  textAt(body, 'message') ?? textAt(body, 'error') ?? textAt(body, 'error', 'detail') ?? ''

function means(reply: VendorReply): Cause {
  const cause = explained(reply, { message: wordsIn(reply) }, REFUSALS, UNEXPECTED)
  return reply.status === 401 ? refusedSignIn(cause, reply.signIn, { page: TOKENS_PAGE }) : cause
}

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
  variables: ['CIRCLE_HOST', 'CIRCLECI_CLI_HOST'],
  endpoint: env => {
    const host = env.CIRCLE_HOST || env.CIRCLECI_CLI_HOST
    return !host || /^https?:/.test(host) ? host || undefined : `https://${host}`
  },
  // facts/circleci.md 5, 10, 11
  elsewhere:
    'It is taken for a CircleCI Server. Following, contexts, restrictions, variables and pipelines go as on the cloud. Not covered: the names of contexts must be free in the whole installation; the pages that are named here are the cloud’s; the versions of setup_remote_docker that are put right here are the cloud’s, a Server ignores them; it has a limit on pulls from Docker Hub.',
  headers: {},
  // The ids of an organization and of a project, by their slugs.
  lasting: /^\/api\/v2\/(organization\/[^/]+|project(\/[^/?]+){3})$/,
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
    when: (_, __, message) => /cannot create more than \d+ environment variables/i.test(message),
    cause: {
      code: 'full',
      means: 'The context holds as many variables as one may.',
      next: 'Delete one that nothing uses, or take another context (--set herokuContext=NAME, --set googleContext=NAME), and run again.',
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
      next: `Run the newest version: ${byNpx()}.`,
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

/** Asks CircleCI for a path. */
export type Read = (path: string) => Promise<VendorReply>

/**
 * Every item of a list. A page that brings back a token already seen is the last one: that of a context's variables
 * never advances (facts/circleci.md 5).
 * @throws SetupError with the refusal, or where the list has no end
 */
export async function readItems<T>(
  read: Read,
  path: string,
  from: (item: Json, need: Needed) => T,
): Promise<readonly T[]> {
  const items = new Map<string, T>()
  const seen = new Set<string>()
  const met = pageLimits(CIRCLECI.name)
  for (let token: string | undefined; ; ) {
    const joint = path.includes('?') ? '&' : '?'
    const reply = await read(token === undefined ? path : `${path}${joint}page-token=${encodeURIComponent(token)}`)
    met(reply)
    const page = at(reply.body, 'items')
    if (reply.status >= 300 || !Array.isArray(page)) throw new SetupError(means(reply))
    const need = neededIn(CIRCLECI.name, reply)
    // The page behind a token that never advances brings the same again.
    for (const item of page as readonly Json[]) items.set(JSON.stringify(item), from(item, need))
    token = textAt(reply.body, 'next_page_token')
    if (!token || seen.has(token)) return [...items.values()]
    seen.add(token)
  }
}

/** Of what is not there, and of an address that is there no more. */
export const isGone = ({ status }: VendorReply): boolean => [404, 405, 410].includes(status)

/**
 * The id of an organization; undefined where CircleCI does not know it, or not to this account. The look-up by slug is in no
 * description of the API, so the list of the account's own organizations, which is, tells it as well.
 * @throws SetupError for other refusals
 */
export async function organizationId(read: Read, slug: string): Promise<string | undefined> {
  const reply = await read(`/api/v2/organization/${encodeURIComponent(slug)}`)
  if (reply.status < 300) return neededIn(CIRCLECI.name, reply).uuid(reply.body, 'id')
  if (!isGone(reply)) throw new SetupError(means(reply))
  const listed = await read('/api/v2/me/collaborations')
  if (listed.status >= 300 || !Array.isArray(listed.body)) throw new SetupError(means(listed))
  // One that nobody has used at CircleCI yet is listed without an id.
  const found = (listed.body as readonly Json[]).find(one => textAt(one, 'slug') === slug)
  return textAt(found, 'id') === undefined ? undefined : neededIn(CIRCLECI.name, listed).uuid(found, 'id')
}

export interface Context {
  readonly id: string
  readonly name: string
  readonly createdAt: string
}

/** The context of that exact name; undefined where there is none. Throws SetupError with a refusal. */
export async function contextNamed(read: Read, organization: string, name: string): Promise<Context | undefined> {
  const owner = await organizationId(read, organization)
  if (owner === undefined) return undefined
  const path = `/api/v2/context?owner-id=${owner}&owner-type=organization`
  const contexts = await readItems(read, path, (item, need) => ({
    id: need.id(item, 'id'),
    name: need.text(item, 'name'),
    createdAt: need.text(item, 'created_at'),
  }))
  return contexts.find(one => one.name === name)
}

/** What is known of a value in a context or a project: when it was written, and how it ends. */
export interface Variable {
  readonly name: string
  readonly updatedAt: string
  /** undefined: not told, as the published description has no such field. */
  readonly tail: string | undefined
}

/** The variables of a context. Throws SetupError with a refusal. */
export async function readVariables(read: Read, context: string): Promise<readonly Variable[]> {
  return readItems(read, `/api/v2/context/${context}/environment-variable`, (item, need) => ({
    name: need.text(item, 'variable'),
    updatedAt: need.text(item, 'updated_at'),
    tail: textAt(item, 'truncated_value'),
  }))
}

/**
 * The variables of a project itself, by its slug (facts/circleci.md 6): four x stand before the end of each value, and
 * of its time only the making is told. Throws SetupError with a refusal.
 */
export async function readProjectVariables(read: Read, project: string): Promise<readonly Variable[]> {
  return readItems(read, `/api/v2/project/${project}/envvar`, (item, need) => ({
    name: need.text(item, 'name'),
    updatedAt: need.text(item, 'created_at'),
    tail: /^xxxx(.*)$/s.exec(need.text(item, 'value'))?.[1] ?? '',
  }))
}

export interface Restriction {
  readonly type: string
  readonly value: string
  readonly name: string
}

/** What a context is restricted to. Throws SetupError with a refusal. */
export async function readRestrictions(read: Read, context: string): Promise<readonly Restriction[]> {
  return readItems(read, `/api/v2/context/${context}/restrictions`, (item, need) => ({
    type: need.text(item, 'restriction_type'),
    value: need.text(item, 'restriction_value'),
    // Where there is one: an expression has none.
    name: textAt(item, 'name') ?? '',
  }))
}

export interface Project {
  readonly id: string
  readonly organizationId: string
}

/** A project by its slug, whose slashes stay as they are (facts/circleci.md 3); undefined where there is none. */
export async function readProject(read: Read, slug: string): Promise<Project | undefined> {
  const reply = await read(`/api/v2/project/${slug}`)
  if (reply.status === 404) return undefined
  if (reply.status >= 300) throw new SetupError(means(reply))
  const need = neededIn(CIRCLECI.name, reply)
  return { id: need.uuid(reply.body, 'id'), organizationId: need.uuid(reply.body, 'organization_id') }
}
